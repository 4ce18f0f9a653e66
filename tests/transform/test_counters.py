"""Counted integers as polynomials of loop counters: the same values, and no tapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen.analysis.switches import without


def packed(a: Any, x: Any) -> Any:
    s, pos = 0.0, 1
    for r in range(len(x)):
        t = x[r]
        for c in range(r):
            t = t * np.sin(a[pos]) + x[c]
            pos += 1
        s += t * t
    return s * a[pos]


def counted_twice(a: Any, x: Any) -> Any:
    s, p = 0.0, 0
    for r in range(len(x)):
        p += 1
        for _ in range(3):
            s = np.tanh(s * a[p] + x[r])
            p += 2
        p = p + 1
    return s + a[p - 1] * p


def empty_rounds(a: Any, x: Any, stop: Any) -> Any:
    s, p = 1.0, 2
    for _ in range(stop):
        s = np.sin(s * a[p]) + x[0]
        p += 1
    return s * a[p]


def changed_by_hand(a: Any, x: Any) -> Any:
    s, p = 1.0, 0
    for r in range(len(x)):
        if x[r] > 0.0:
            p += 1
        s = np.sin(s * a[p]) + x[r]
    return s


def grows_faster(a: Any, x: Any) -> Any:
    s, p, q = 1.0, 0, 1
    for _ in range(4):
        s = np.sin(s * a[p]) + x[0]
        p += q
        q += 2
    return s * a[p]


A, X = np.linspace(0.1, 1.4, 40), np.array([0.3, -0.2, 0.5, 0.7, -0.1])
CASES = [
    (packed, (A, X), True),
    (counted_twice, (A, X), True),
    (empty_rounds, (A, X, 0), True),
    (empty_rounds, (A, X, -3), True),
    (empty_rounds, (A, X, 4), True),
    (changed_by_hand, (A, X), False),
    (grows_faster, (A, X), False),
]


@pytest.mark.parametrize(("function", "args", "closed"), CASES)
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_counted_integers(function: Any, args: Any, closed: bool, backend: str) -> None:
    found = adgen.value_and_grad(function, wrt=("a", "x"), backend=backend)
    with without("counters"):
        plain = adgen.value_and_grad(function, wrt=("a", "x"), backend=backend)
        wanted = plain(*args)
    value, gradients = found(*args)
    assert value == pytest.approx(function(*args), rel=1e-13)
    assert value == wanted[0]
    for a, b in zip(gradients, wanted[1], strict=True):
        np.testing.assert_array_equal(a, b)
    if backend == "numpy":
        assert ("dtype=np.int64" not in found.source) == closed


def test_the_position_in_a_packed_triangle() -> None:
    source = adgen.grad(packed, wrt=("a", "x")).lower(A, X).source
    assert "(r * r - r) // 2" in source
    assert "pos_tape" not in source
