"""Loops whose rounds are reversed at once: what is kept of them, and where it is not done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from tests.oracle.compare import assert_close

Function = Callable[[Any, Any], Any]


def roots(a, w):
    """A sum of what iterations come to."""
    s = 0.0
    for i in range(a.shape[0]):
        x = 1.0
        for _ in range(12):
            x = 0.5 * (x + a[i] * w[0] / x)
        s += x
    return s


def squared(a, w):
    """The cotangent of the sum depends on the sum."""
    s = w[1] * 2.0
    for i in range(a.shape[0]):
        x = 1.0
        for _ in range(12):
            x = np.tanh(x + a[i] * w[0])
        s -= x * w[i]
    return 0.5 * s * s


def in_lanes(a, w):
    """The inner loop adds to the sum, which has a number for each lane then."""
    s = 0.0
    for i in range(a.shape[0]):
        x = w[0]
        for _ in range(12):
            x = np.sin(x + a[i])
            s += x * w[2]
    return np.exp(0.01 * s)


def twice(a, w):
    """A second loop that starts from the sum of the first one."""
    s = 0.0
    for i in range(a.shape[0]):
        x = 1.0
        for _ in range(12):
            x = np.tanh(x + a[i] * w[0])
        s += x * w[1]
    r = 0.0
    for i in range(a.shape[0]):
        x = s
        for _ in range(12):
            x = np.tanh(0.1 * x + a[i] * w[0])
        r += x * w[1]
    return r * s


def masked(a, w):
    """Derivatives of the sum are infinite where it does not count."""
    s = 0.0
    for i in range(a.shape[0]):
        x = a[i] - a[i]
        for _ in range(12):
            x = np.sqrt(x) * w[0]
        s += x
    return np.where(s > 1.0, s, w[1])


def two_sums(a, w):
    """Derivatives of two numbers would be twice the work."""
    s, r = 0.0, 1.0
    for i in range(a.shape[0]):
        x = 1.0
        for _ in range(12):
            x = 0.5 * (x + a[i] * w[0] / x)
        s += x
        r += x * x
    return s * r


def filled(a, w):
    """The rounds fill an array."""
    out = np.zeros(a.shape[0])
    for i in range(a.shape[0]):
        x = 1.0
        for _ in range(12):
            x = 0.5 * (x + a[i] * w[0] / x)
        out[i] = x
    return np.sum(out * out)


TURNED = (roots, squared, in_lanes, twice, masked)


def arguments(n: int = 70) -> tuple[Any, Any]:
    rng = np.random.default_rng(3)
    return rng.uniform(0.2, 1.5, n), rng.uniform(0.5, 1.5, n)


@pytest.mark.parametrize("fun", [*TURNED, two_sums, filled], ids=lambda f: f.__name__)
def test_gradients(fun: Function) -> None:
    for n in (5, 70):
        a, w = arguments(n)
        found = adgen.value_and_grad(fun, wrt=("a", "w"), backend="llvm")(a, w)
        assert_close(found, adgen.value_and_grad(fun, wrt=("a", "w"), backend="numpy")(a, w), 1e-11)


@pytest.mark.parametrize("fun", TURNED, ids=lambda f: f.__name__)
def test_halves_and_second_order(fun: Function) -> None:
    a, w = arguments(40)
    pairs = [adgen.vjp(fun, a, w, backend=backend) for backend in ("llvm", "numpy")]
    assert_close(pairs[0][1](1.7), pairs[1][1](1.7), 1e-11)
    curvature = [adgen.hessian(fun, wrt="a", backend=backend)(a, w) for backend in ("llvm", "numpy")]
    assert_close(curvature[0], curvature[1], 1e-10)


@pytest.mark.parametrize(("fun", "keeps"), [*((f, 0) for f in TURNED[:3]), (two_sums, 1), (filled, 1)])
def test_what_is_kept(fun: Function, keeps: int) -> None:
    """Of a loop that is turned nothing is kept: what is left is the same for all numbers of groups."""
    totals = []
    for n in (640, 3200):
        lowered = adgen.value_and_grad(fun, wrt=("a", "w"), backend="llvm").lower(*arguments(n))
        assert "rounds in lanes" in lowered.explain()
        totals.append(lowered.storage.bytes)
    assert (totals[1] > totals[0]) == bool(keeps)
