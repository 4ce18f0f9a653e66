"""Segments that are evaluated again: nothing inside them is kept, and the gradient is that without them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen

BACKENDS = ["numpy", "llvm"]
RNG = np.random.default_rng(3)
W, X = RNG.normal(size=(4, 4)) / 2, RNG.normal(size=4)


def block(x, w):
    h = np.tanh(w @ x)
    g = np.exp(-h * h)
    return np.sin(g) * h


again = adgen.recompute(block)


def plain_chain(w, x, n):
    for _ in range(n):
        x = block(x, w)
    return np.sum(x * block(x, w))


def chain(w, x, n):
    for _ in range(n):
        x = again(x, w)
    return np.sum(x * adgen.recompute(block)(x, w))


def plain_store(w, x, n):
    y = np.zeros((n, len(x)))
    for k in range(n):
        t = np.exp(x * k)
        y[k] = w @ t
        x = np.sin(t)
    return np.sum(y * y)


def store(w, x, n):
    y = np.zeros((n, len(x)))

    @adgen.recompute
    def step(x, k):
        t = np.exp(x * k)
        y[k] = w @ t
        return np.sin(t)

    for k in range(n):
        x = step(x, k)
    return np.sum(y * y)


def plain_branches(w, x, n):
    total = 0.0
    while total < n:
        a = np.sin(x) * total
        s = np.sum(a)
        if s > 0:
            for v in x:
                s = s * np.cos(v)
        total = total + s * s + 1.0
        x = np.sin(w @ x)
    return total


def branches(w, x, n):
    @adgen.recompute
    def weight(x, total):
        a = np.sin(x) * total
        s = np.sum(a)
        if s > 0:
            for v in x:
                s = s * np.cos(v)
        return s * s

    @adgen.recompute
    def both(x, total):
        return weight(x, total), np.sin(w @ x)

    total = 0.0
    while total < n:
        s, x = both(x, total)
        total = total + s + 1.0
    return total


def plain_masked(w, x, n):
    y = x[x > 0.0]
    z = np.exp(y) * y
    return np.sum(z * z) * n + np.sum(w)


def masked(w, x, n):
    def kept(x):
        y = x[x > 0.0]
        return np.exp(y) * y

    z = adgen.recompute(kept)(x)
    return np.sum(z * z) * n + np.sum(w)


def plain_scheduled(w, x, n):
    for _ in adgen.checkpointed(range(n), every=2):
        x = block(block(x, w), w)
    return np.sum(x)


def scheduled(w, x, n):
    for _ in adgen.checkpointed(range(n), every=2):
        x = again(again(x, w), w)
    return np.sum(x)


class Layer:
    def __init__(self, scale):
        self.scale = scale

    @adgen.recompute
    def apply(self, x, w):
        return block(x, w) * self.scale

    def __call__(self, x, w):
        return np.cos(self.apply(x, w))


LAYER = Layer(1.5)


def plain_methods(w, x, n):
    for _ in range(n):
        x = np.cos(block(x, w) * 1.5)
    return np.sum(x)


def methods(w, x, n):
    for _ in range(n):
        x = adgen.recompute(LAYER)(x, w)
    return np.sum(x)


PAIRS = [
    (chain, plain_chain),
    (store, plain_store),
    (branches, plain_branches),
    (masked, plain_masked),
    (scheduled, plain_scheduled),
    (methods, plain_methods),
]


@pytest.mark.parametrize(("function", "reference"), PAIRS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_gradient_without(
    function: Callable[..., Any], reference: Callable[..., Any], backend: str
) -> None:
    assert function(W, X, 3) == reference(W, X, 3)
    mine, theirs = (adgen.value_and_grad(f, (0, 1), backend=backend)(W, X, 3) for f in (function, reference))
    assert mine[0] == theirs[0]
    for one, other in zip(mine[1], theirs[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-15)
    out, pullback = adgen.vjp(function, W, X, 3, backend=backend)
    assert out == theirs[0]
    np.testing.assert_allclose(pullback(1.0)[0], theirs[1][0], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(("function", "reference"), PAIRS, ids=lambda f: f.__name__)
def test_both_modes_and_second_order(function: Callable[..., Any], reference: Callable[..., Any]) -> None:
    adgen.check_grad(function, W, X, 2, wrt=(0, 1), order=2)
    for backend in BACKENDS:
        found, wanted = (adgen.hessian(f, wrt=1)(W, X, 2) for f in (function, reference))
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-13, err_msg=backend)


def test_bits() -> None:
    for backend in BACKENDS:
        mine, theirs = (adgen.grad(f, (0, 1), backend=backend)(W, X, 5) for f in (chain, plain_chain))
        for one, other in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


# -- what is kept ---------------------------------------------------------------------------------------
def test_residuals_are_what_goes_in() -> None:
    def function(w, x):
        return np.sum(again(again(x, w), w))

    source = adgen.value_and_grad(function, (0, 1), backend="numpy").lower(W, X).source
    residuals = source[source.index("class Residuals") : source.index("def forward(")]
    names = [line.split(":")[0].strip() for line in residuals.splitlines() if ": Array" in line]
    assert len(names) == 3, names  # w, x, and what the first segment gives the second
    assert "of which nothing is kept" in source
    assert "again, and its reverse" in source


def test_a_loop_keeps_the_state_alone() -> None:
    source = adgen.grad(chain, (0, 1), backend="numpy").lower(W, X, 3).source
    body = source[: source.index("# Reverse sweep.")]
    assert body.count("np.empty(") == 1, body


def test_peak_memory() -> None:
    def part(x):
        for _ in adgen.unroll(range(10)):
            x = np.sin(x) * np.exp(-x)
        return x

    def recomputed(x):
        for _ in adgen.unroll(range(6)):
            x = adgen.recompute(part)(x)
        return np.sum(x)

    def kept(x):
        for _ in adgen.unroll(range(6)):
            x = part(x)
        return np.sum(x)

    x = np.linspace(0.1, 1.0, 100_000)
    peaks = []
    for function in (recomputed, kept):
        transform = adgen.grad(function, backend="numpy")
        transform(x)
        tracemalloc.start()
        transform(x)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[0] < 0.55 * peaks[1], peaks


def test_draws_are_refused() -> None:
    def noisy(x, rng):
        return adgen.recompute(lambda x: np.sin(x) * rng.normal())(x)

    with pytest.raises(adgen.UserError, match="AG405"):
        adgen.grad(noisy)(1.0, np.random.default_rng(0))
