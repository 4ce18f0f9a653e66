"""Cells that every round of an inner loop adds to are kept in variables where nothing else comes to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen


def pairs(x: Any, m: Any) -> Any:
    force = np.zeros(x.shape[0])
    for i in range(x.shape[0]):
        for j in range(i + 1, x.shape[0]):
            d = (x[j] - x[i]) * m[i]
            force[i] += d * m[j]
            force[j] -= d
    return np.sum(force * force)


def elimination(a: Any) -> Any:
    a = a.copy()
    n = a.shape[0]
    for i in range(n):
        for j in range(i):
            for k in range(j):
                a[i, j] -= a[i, k] * a[j, k]
            a[i, j] /= a[j, j]
    return np.sum(a * a)


def _inner(loops: str) -> str:
    return loops.split("for %")[-1].split("}")[0]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 8])
def test_pairs(n: int) -> None:
    rng = np.random.default_rng(3)
    x, m = rng.normal(size=n), rng.normal(size=n)
    kernel = adgen.jit(pairs, backend="llvm")
    assert kernel(x, m) == pytest.approx(pairs(x, m), rel=1e-13)
    assert "$" in _inner(kernel.loops)
    found, wanted = (adgen.grad(pairs, (0, 1), backend=b)(x, m) for b in ("llvm", "numpy"))
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_elimination(n: int) -> None:
    a = np.random.default_rng(4).normal(size=(n, n)) + 4.0 * np.eye(n)
    assert adgen.jit(elimination, backend="llvm")(a) == pytest.approx(elimination(a), rel=1e-12)
    found, wanted = (adgen.grad(elimination, backend=b)(a) for b in ("llvm", "numpy"))
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-13)


def factors(a: Any) -> Any:
    a = a.copy()
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    return np.sum(a * a)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (5, 5), (4, 6)])
def test_rows_apart_by_checked_indices(shape: tuple[int, int]) -> None:
    """That a row has as many cells as it has indices is known from their checks."""
    a = np.random.default_rng(4).normal(size=shape) + 4.0 * np.eye(*shape)
    kernel = adgen.grad(factors, backend="llvm")
    np.testing.assert_allclose(kernel(a), adgen.grad(factors, backend="numpy")(a), rtol=1e-11, atol=1e-13)
    assert "$" in _inner(kernel.loops)
    with pytest.raises(IndexError):
        kernel(np.ones((5, 3)) + np.eye(5, 3))


def test_a_cell_that_others_may_be_stays_in_memory() -> None:
    def meeting(x: Any, at: Any) -> Any:
        x = x.copy()
        for j in range(x.shape[0]):
            x[at] += 0.5 * x[j]
            x[j] += 1.0
        return np.sum(x * x)

    x = np.linspace(-1.0, 1.0, 6)
    for at in (0, 3, 5):
        assert adgen.jit(meeting, backend="llvm")(x, at) == pytest.approx(meeting(x, at), rel=1e-14)
        found, wanted = (adgen.grad(meeting, backend=b)(x, at) for b in ("llvm", "numpy"))
        np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_a_cell_outside_is_not_touched_without_rounds() -> None:
    def nothing(x: Any, at: Any, n: Any) -> Any:
        x = x.copy()
        for j in range(n):
            x[at] += x[j]
        return np.sum(x)

    kernel = adgen.jit(nothing, backend="llvm")
    assert kernel(np.ones(3), 10**9, 0) == 3.0
    with pytest.raises(IndexError):
        kernel(np.ones(3), 10**9, 2)
