"""Every transform inside a function that is differentiated itself, in every combination of modes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.analysis.cost import cost_of
from adgen.diagnostics import UserError
from adgen.runtime.ahead import lower_file
from tests import corpus
from tests.frontend import inner_programs as programs

BACKENDS = pytest.mark.parametrize("backend", ["numpy", "llvm"])
RNG = np.random.default_rng(0)
X = np.array([0.4, 1.7, -0.2])
LAYERS = (
    (0.5 * RNG.standard_normal((2, 4)), np.zeros(4)),
    (0.5 * RNG.standard_normal((4, 1)), np.zeros(1)),
)
BATCH = RNG.standard_normal((6, 2))
CASES: dict[str, tuple[tuple[Any, ...], tuple[int, ...], str]] = {
    "maml": ((LAYERS, BATCH, np.sin(BATCH[:, 0]), 0.1), (0, 3), "((f64[a,b], f64[b]), (f64[b,c], f64[c])), "),
    "adapted_list": (
        (((np.array([0.5, -0.3]), 0.1),), BATCH, np.cos(BATCH[:, 0]), 0.1),
        (0, 3),
        "((f64[a], f64),), f64[n,a], f64[n], f64",
    ),
    "pinn": ((RNG.standard_normal((3, 5)), np.linspace(0.0, 1.0, 4)), (0,), "f64[k,n], f64[m]"),
    "newton": ((X, np.zeros(3)), (0, 1), "f64[n], f64[n]"),
    "penalty": ((RNG.standard_normal((2, 3)), BATCH), (0, 1), "f64[m,k], f64[n,m]"),
    "influence": ((X, RNG.standard_normal((5, 3)), np.ones(3)), (0, 1, 2), "f64[m], f64[n,m], f64[m]"),
    "pulled_twice": ((X,), (0,), "f64[n]"),
    "structures": (({"w": X, "b": 1.5},), (0,), "{w: f64[n], b: f64}"),
    "local_stores": ((X,), (0,), "f64[n]"),
    "starred": ((X, 2.0 * X + 1.0), (0, 1), "f64[n], f64[n]"),
    "aux_arrays": ((X,), (0,), "f64[n]"),
    "of_recursion": ((1.3, 4), (0,), "f64, i64"),
    "of_rules": ((X,), (0,), "f64[n]"),
}
EVERY = pytest.mark.parametrize("name", CASES)


@EVERY
@BACKENDS
def test_programs_with_derivatives_inside(name: str, backend: str) -> None:
    args, wrt, _ = CASES[name]
    fun = getattr(programs, name)
    if (name, backend) == ("of_recursion", "llvm"):
        with pytest.raises(UserError, match="AG602"):
            adgen.jit(fun, backend=backend)(*args)
        return
    value = adgen.jit(fun, backend=backend)(*args)
    plain = fun(*args)
    assert type(value) is type(plain)
    np.testing.assert_allclose(value, plain, rtol=1e-12)
    adgen.check_grad(fun, *args, wrt=wrt, backend=backend)


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("maml", "pinn")])
def test_files_mean_what_their_modules_mean(name: str) -> None:
    assert programs.__file__ is not None
    signature = CASES[name][2]
    alone = lower_file(programs.__file__, name, signature=signature)
    assert alone.primal_ir == adgen.jit(getattr(programs, name)).lower(signature).primal_ir


@pytest.mark.parametrize("name", ["newton", "penalty", "structures"])
def test_second_order(name: str) -> None:
    args, wrt, _ = CASES[name]
    adgen.check_grad(getattr(programs, name), *args, wrt=wrt, order=2)


# -- perturbation confusion ---------------------------------------------------------------------------------
MODES: dict[str, Any] = {
    "grad": lambda g, x: adgen.grad(g)(x),
    "jvp": lambda g, x: adgen.jvp(g, (x,), (1.0,))[1],
    "vjp": lambda g, x: adgen.vjp(g, x)[1](1.0)[0],
    "jacfwd": lambda g, x: adgen.jacfwd(g)(x),
    "jacrev": lambda g, x: adgen.jacrev(g)(x),
}


@pytest.mark.parametrize(("outer", "within"), list(itertools.product(MODES, MODES)))
def test_no_perturbation_confusion(outer: str, within: str) -> None:
    """d/dx of x d/dy (x + y) at 1 is 1, whichever modes, and so in loops and three deep."""
    around, inner = MODES[outer], MODES[within]

    def product(x: Any) -> Any:
        return x * inner(lambda y: x + y, x)

    def loop(x: Any) -> Any:
        total = 0.0
        for k in range(3):
            total = total + x * inner(lambda y: x * y + k * y, x)  # noqa: B023
        return total

    def deep(x: Any) -> Any:
        return x * inner(lambda y: y * inner(lambda z: x * y * z, y), x)

    assert float(around(product, 1.0)) == 1.0
    assert float(around(loop, 1.0)) == 9.0
    assert float(around(deep, 2.0)) == pytest.approx(2.0 * 3.0 * 4.0)


@pytest.mark.parametrize("first", ["forward", "reverse"])
@pytest.mark.parametrize("second", ["forward", "reverse"])
@BACKENDS
def test_jacobians_of_jacobians(first: str, second: str, backend: str) -> None:
    def f(x: Any) -> Any:
        return np.sin(x) * np.sum(x * x)

    inner = adgen.jacobian(f, mode=first, backend=backend)
    found = adgen.jacobian(inner, mode=second, backend=backend)(X)
    expected = adgen.jacobian(lambda x: adgen.jacobian(f)(x), backend="numpy")(X)
    assert found.shape == (3, 3, 3)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@BACKENDS
def test_hessians_are_symmetric(backend: str) -> None:
    def f(x: Any) -> Any:
        return np.log(np.sum(np.exp(np.sin(x) * x[0]))) * np.prod(x)

    for hessian in (
        adgen.hessian(f, backend=backend)(X),
        adgen.jit(lambda x: adgen.hessian(f)(x), backend=backend)(X),
    ):
        assert np.max(np.abs(hessian - hessian.T)) < 1e-12


# -- kinds, modes and costs ---------------------------------------------------------------------------------
def test_the_mode_goes_by_the_sizes() -> None:
    def wide(x: Any) -> Any:
        return np.sum(adgen.jacobian(lambda y: np.outer(y, y))(x))

    def tall(x: Any) -> Any:
        return np.sum(adgen.jacobian(lambda y: y[:1] * np.sum(y))(x))

    def first_counter(f: Any) -> str:
        text: str = adgen.jit(f, backend="numpy").lower("f64[9]").source
        return "column" if "for column in" in text else "row"

    assert first_counter(wide) == "column"
    assert "for row in range(9)" not in adgen.jit(tall, backend="numpy").lower("f64[9]").source


@BACKENDS
def test_kinds_of_jacobians(backend: str) -> None:
    def slope(x: Any) -> Any:
        return adgen.jacobian(lambda y: y * y)(x)

    expected = slope(1.5)
    found = adgen.jit(slope, backend=backend)(1.5)
    assert (type(found), found.shape, found) == (type(expected), expected.shape, expected)


def test_a_hessian_product_costs_at_most_four_gradients() -> None:
    program = corpus.load("mlp")
    args = program.arguments()
    loss = program.fun

    def product(w1: Any, b1: Any, w2: Any, b2: Any, x: Any, y: Any, *tangents: Any) -> Any:
        return adgen.hvp(loss, (w1, b1, w2, b2, x, y), (*tangents, None, None))

    moved = tuple(np.ones_like(args[k]) for k in program.wrt)
    gradient = adgen.grad(loss, wrt=program.wrt, backend="numpy").lower(*args)
    hessian = adgen.jit(product, backend="numpy").lower(*args, *moved)
    one = cost_of(gradient.artifacts.program.final, args)
    two = cost_of(hessian.artifacts.program.final, (*args, *moved))
    assert two.flops <= 4 * one.flops
    assert sum(two.ops.values()) <= 4 * sum(one.ops.values())
    assert two.calls == one.calls


# -- misuse -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fun", "code"),
    [
        (lambda x: adgen.jvp(np.sum, x, x)[1], "AG205"),
        (lambda x: adgen.jvp(lambda y: np.sum(y), (x,), (x[1:],))[1], "AG307"),
        (lambda x: np.sum(adgen.vjp(lambda y: y, x)[1](x[1:])[0]), "AG307"),
        (lambda x: np.sum(adgen.vjp(lambda y: y, x)[1](x, x)[0]), "AG205"),
        (lambda x: np.sum(adgen.jacobian(lambda y: y > 0.0)(x)), "AG304"),
        (lambda x: np.sum(adgen.jacobian(lambda y: y * x[0])(3)), "AG302"),
        (lambda x: np.sum(adgen.jacobian(lambda y: y, mode="sideways")(x)), "AG274"),
        (lambda x: np.sum(adgen.grad(lambda y: y)(x)), "AG303"),
        (lambda x: np.sum(adgen.grad(lambda y: np.sum(y), wrt=2)(x)), "AG275"),
        (lambda x: np.sum(adgen.hvp(lambda y: np.sum(y), (x,), x)), "AG205"),
    ],
)
def test_refused_with_a_code(fun: Any, code: str) -> None:
    with pytest.raises(UserError) as caught:
        adgen.grad(fun)(X)
    assert caught.value.diagnostic.code == code
