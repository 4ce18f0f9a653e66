"""The samples give the numbers that a calculation by hand gives, on both backends, to second order."""

from __future__ import annotations

import math
from collections.abc import Callable

import char_rnn
import digits_mlp
import mlp_equations
import newton_sqrt
import numpy as np
import pytest
import two_layer_scalar
import two_two_one

import adgen
from tests.oracle import finite

BACKENDS = pytest.mark.parametrize("backend", ["numpy", "llvm"])


# -- two layers of one unit -----------------------------------------------------------------------------
SCALAR = {"x": -0.168, "y": 0.42, "w1": -0.672, "b1": -0.336, "w2": -0.462, "b2": -0.42}


@BACKENDS
def test_two_layer_scalar(backend: str) -> None:
    value, found = two_layer_scalar.gradients(backend)
    assert value == pytest.approx(0.0882, rel=1e-14)
    assert found == pytest.approx(SCALAR, rel=1e-13)


@BACKENDS
def test_two_layer_scalar_second_order(backend: str) -> None:
    x, y, w1, b1, w2, b2 = two_layer_scalar.EXAMPLE.values()
    slope = adgen.grad(two_layer_scalar.loss, wrt="w1")
    second = adgen.grad(slope, wrt=(0, 2, 4), backend=backend)(x, y, w1, b1, w2, b2)
    error = w2 * (w1 * x + b1) + b2 - y
    by_hand = (w2 * w1 * w2 * x + error * w2, (w2 * x) ** 2, (w1 * x + b1) * w2 * x + error * x)
    assert second == pytest.approx(by_hand, rel=1e-12)


# -- two inputs, two units, one output ------------------------------------------------------------------
GRADIENTS = {
    "x": [-0.0132375477112, -0.0304498164851],
    "W1": [[-0.0198736053133, -0.0119241631880], [-0.0231570666214, -0.0138942399728]],
    "b1": [-0.0397472106267, -0.0463141332428],
    "W2": [-0.180551636727, -0.194670772533],
    "b2": -0.322578584537,
}
AFTER = {
    "W1": [[0.101987360531, 0.301192416319], [0.202315706662, 0.401389423997]],
    "b1": [0.103974721063, 0.204631413324],
    "W2": [0.518055163673, 0.619467077253],
    "b2": 0.132257858454,
}


@BACKENDS
def test_two_two_one(backend: str) -> None:
    value, gradients, after = two_two_one.step(two_two_one.example(), backend)
    assert value == pytest.approx(0.389461724893, abs=1e-12)
    for name, wanted in GRADIENTS.items():
        np.testing.assert_allclose(gradients[name], wanted, rtol=0, atol=1e-12)
    for name, wanted in AFTER.items():
        np.testing.assert_allclose(after[name], wanted, rtol=0, atol=1e-12)
    assert two_two_one.loss(**after) == pytest.approx(0.371827483233, abs=1e-12)


@BACKENDS
def test_two_two_one_second_order(backend: str) -> None:
    x, y, W1, b1, W2, b2 = two_two_one.example().values()

    def loss(W1):
        return two_two_one.loss(x, y, W1, b1, W2, b2)

    direction = np.array([[1.0, -2.0], [0.5, 3.0]])
    found = adgen.hvp(loss, (W1,), (direction,), backend=backend)
    slope = adgen.grad(loss, backend="numpy")
    wanted = finite.jvp(lambda W1: slope(W1).ravel(), (W1,), (direction,))
    np.testing.assert_allclose(found.ravel(), wanted, rtol=1e-6)


# -- the equations of a network of layers ---------------------------------------------------------------
@BACKENDS
@pytest.mark.parametrize("sizes", [(4, 5, 3, 2), (3, 1), (2, 3, 3, 3, 3, 1)], ids=["three", "one", "five"])
def test_mlp_equations(backend: str, sizes: tuple[int, ...]) -> None:
    layers, x, y = mlp_equations.example(sizes)
    value, found = adgen.value_and_grad(mlp_equations.loss, backend=backend)(layers, x, y)
    assert value == pytest.approx(mlp_equations.loss(layers, x, y), rel=1e-14)
    for pair, wanted in zip(found, mlp_equations.equations(layers, x, y), strict=True):
        for name in ("W", "b"):
            np.testing.assert_allclose(pair[name], wanted[name], rtol=1e-11, atol=1e-15)


# -- Newton's square root -------------------------------------------------------------------------------
ROOTS = [1.5, 1.41666666667, 1.41421568627, 1.41421356237, 1.41421356237]
SLOPES = [0.5, 0.361111111111, 0.353565936178, 0.353553390612, 0.353553390593]


@BACKENDS
def test_newton_by_for(backend: str) -> None:
    transform = adgen.value_and_grad(newton_sqrt.sqrt_for, backend=backend)
    for steps, (root, slope) in enumerate(zip(ROOTS, SLOPES, strict=True), start=1):
        assert transform(2.0, steps) == pytest.approx((root, slope), abs=1e-11)
    assert transform(2.0, 0) == (2.0, 1.0)


@BACKENDS
def test_newton_by_while(backend: str) -> None:
    root, slope = adgen.value_and_grad(newton_sqrt.sqrt_while, backend=backend)(2.0, 1e-12)
    assert (root, slope) == pytest.approx((math.sqrt(2.0), 0.5 / math.sqrt(2.0)), rel=1e-13)


@BACKENDS
def test_newton_second_order(backend: str) -> None:
    for fun, extra in ((newton_sqrt.sqrt_for, 8), (newton_sqrt.sqrt_while, 1e-13)):
        second = adgen.grad(adgen.grad(fun), backend=backend)(2.0, extra)
        assert second == pytest.approx(-0.25 * 2.0**-1.5, rel=1e-6)


# -- the recurrent network ------------------------------------------------------------------------------
@BACKENDS
def test_rolled_and_unrolled_agree(backend: str) -> None:
    assert char_rnn.difference(backend) <= 1e-13


@BACKENDS
def test_char_rnn_against_finite_differences(backend: str) -> None:
    rng = np.random.default_rng(2)
    network = char_rnn.start(rng, len(char_rnn.ALPHABET), 4)
    text = char_rnn.windows(char_rnn.encode(char_rnn.TEXT), rng, 5, batch=2)
    found = adgen.grad(char_rnn.rolled, backend=backend)(network, text, 5)
    assert isinstance(found, char_rnn.Network)

    def along(across: np.ndarray) -> float:
        return char_rnn.rolled(network._replace(across=across), text, 5)

    direction = rng.normal(size=(4, 4))
    wanted = finite.jvp(along, (network.across,), (direction,))
    assert np.sum(found.across * direction) == pytest.approx(wanted[0], rel=1e-6)


def test_recurrence_is_a_power() -> None:
    """The derivative of h(T) with respect to h(0) of h(t) = a h(t-1) is a^T; by a it is T a^(T-1)."""

    def run(a, h, steps):
        for _ in range(steps):
            h = a * h
        return h

    gradient = adgen.grad(run, wrt=(0, 1))
    for a, steps, wanted in ((0.5, 10, 0.0009765625), (0.9, 50, 0.00515377520732), (1.1, 50, 117.390852880)):
        by_a, by_h = gradient(a, 1.0, steps)
        assert by_h == pytest.approx(wanted, rel=1e-11)
        assert by_a == pytest.approx(steps * a ** (steps - 1), rel=1e-12)


@BACKENDS
@pytest.mark.parametrize("form", [char_rnn.rolled, char_rnn.unrolled])
def test_char_rnn_second_order(backend: str, form: Callable[..., float]) -> None:
    rng = np.random.default_rng(4)
    network = char_rnn.start(rng, len(char_rnn.ALPHABET), 3)
    text = char_rnn.windows(char_rnn.encode(char_rnn.TEXT), rng, 4, batch=2)
    direction = char_rnn.Network(*(rng.normal(size=weights.shape) for weights in network))
    tangents = (direction, None, None)
    found = adgen.jvp(adgen.grad(form), (network, text, 4), tangents, backend=backend)[1]
    slope = adgen.grad(form, backend="numpy")

    def slopes(*weights: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(slope(char_rnn.Network(*weights), text, 4))

    wanted = finite.jvp(slopes, tuple(network), tuple(direction))
    np.testing.assert_allclose(finite.flatten(found), wanted, rtol=1e-5, atol=1e-8)


# -- the network that reads digits ----------------------------------------------------------------------
@BACKENDS
def test_digits_second_order(backend: str) -> None:
    rng = np.random.default_rng(5)
    W1, b1, W2, b2 = digits_mlp.start(rng, 4)
    x, labels = rng.uniform(size=(3, 64)), np.array([1, 5, 1])

    def loss(W2, b2):
        return digits_mlp.loss(W1, b1, W2, b2, x, labels)

    direction = (rng.normal(size=W2.shape), rng.normal(size=b2.shape))
    found = adgen.hvp(loss, (W2, b2), direction, backend=backend)
    slope = adgen.grad(loss, wrt=(0, 1), backend="numpy")
    wanted = finite.jvp(slope, (W2, b2), direction)
    np.testing.assert_allclose(finite.flatten(found), wanted, rtol=1e-5, atol=1e-8)
