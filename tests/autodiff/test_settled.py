"""Cells that are final or untouched are read from the array; all others are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from tests.oracle import dual_run


# -- nothing is kept ------------------------------------------------------------------------------------
def behind(x):
    """Reads behind the stores."""
    y = x * 1.0
    for i in range(2, len(x)):
        y[i] += y[i - 1] * y[i - 2]
    return np.sum(y)


def ahead(x):
    """Backwards: what is read stands after what is stored."""
    y = x * 1.0
    for i in range(len(x) - 2, -1, -1):
        y[i] += y[i + 1] * y[i + 1]
    return np.sum(y)


def not_yet(x):
    """Reads of cells that later rounds change: those the loop started with."""
    for i in range(len(x) - 1):
        x[i] += x[i + 1] * x[i + 1]
    return np.sum(x)


def triangle(a):
    """Rows above, columns to the left."""
    b = a * 1.0
    n = b.shape[0]
    for i in range(n):
        for j in range(i):
            b[i, j] -= b[i, :j] @ b[j, :j]
    return np.sum(b)


def stripes(x):
    """Every other cell, of a view."""
    y = x * 1.0
    even = y[::2]
    for i in range(1, len(even)):
        y[2 * i] += even[i - 1] ** 3
    return np.sum(y)


def rows(a):
    """Rows of rows."""
    b = a * 1.0
    for i in range(1, b.shape[0]):
        for j in range(1, b.shape[1]):
            b[i, j] += b[i - 1][j - 1] * b[i][j - 1]
    return np.sum(b)


def twice(x):
    """The cell that is read changes right after."""
    y = x * 1.0
    for i in range(len(x) - 1):
        y[i] += y[i + 1] * y[i + 1]
        y[i + 1] *= 2.0
    return np.sum(y)


def older(x):
    """A copy is read behind a store."""
    y = x * 1.0
    for i in range(1, len(x)):
        before = y[i - 1 : i + 1].copy()
        y[i] = before[0] * 3.0
        y[i] += before[1] * before[1]
    return np.sum(y)


def backwards(x):
    """Negative steps, onto cells that were read."""
    y = x * 1.0
    for i in range(len(x) - 1, 0, -1):
        y[i - 1] += y[i] * y[i - 1]
    return np.sum(y)


NOTHING_KEPT = (behind, ahead, not_yet, triangle, rows, twice, older, backwards)


# -- something is -----------------------------------------------------------------------------------------
def again(x):
    """All cells change again in an outer loop."""
    y = x * 1.0
    for _ in range(3):
        for i in range(1, len(x)):
            y[i] += y[i - 1] * y[i - 1]
    return np.sum(y)


def last_round(x):
    """A store after the inner loop comes back to what that has read."""
    y = x * 1.0
    for i in range(1, len(x)):
        for j in range(i):
            y[i] += y[j] * y[j]
        y[0] *= 1.1
    return np.sum(y)


def wrapped(x):
    """The index before the first cell is the last."""
    y = x * 1.0
    for i in range(len(x)):
        y[i] += y[i - 1] * y[i - 1]
    return np.sum(y)


def chosen(x):
    """Cells named by numbers."""
    y = x * 1.0
    for i in range(len(x)):
        k = (3 * i) % 4
        y[k] += y[i] * y[i]
    return np.sum(y)


def crossed(a):
    """Read by columns, stored by rows."""
    b = a * 1.0
    for i in range(b.shape[0]):
        for j in range(b.shape[0]):
            b[i, j] += b[j, i] * b[j, i]
    return np.sum(b)


def swapped(x):
    """Two arrays that take turns."""
    y, z = x * 1.0, x * 2.0
    for i in range(1, len(x)):
        y[i] += z[i - 1] * z[i - 1]
        y, z = z, y
    return np.sum(y) + np.sum(z * z)


def branches(x):
    """Stored in one branch, read in the other."""
    y = x * 1.0
    for i in range(1, len(x)):
        if x[i] > 0.0:
            y[i] += y[i - 1] * y[i - 1]
        else:
            y[i - 1] += y[i] * y[i]
    return np.sum(y)


def overlapping(x):
    """Slices that touch by one cell."""
    y = x * 1.0
    for i in range(1, len(x) - 1):
        y[i : i + 2] += np.sum(y[: i + 1] ** 2)
    return np.sum(y)


KEPT = (again, last_round, wrapped, chosen, crossed, swapped, branches, overlapping)


def _argument(fun: Callable[..., Any]) -> np.ndarray:
    flat = 0.3 * np.cos(np.arange(25.0))
    return flat.reshape(5, 5) if "a" in fun.__code__.co_varnames[: fun.__code__.co_argcount] else flat[:7]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("fun", [*NOTHING_KEPT, stripes, *KEPT], ids=lambda fun: fun.__name__)
def test_gradient(fun: Callable[..., Any], backend: str) -> None:
    x = _argument(fun)
    found = adgen.grad(fun, backend=backend, fast_compile=True)(x.copy())
    expected = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        direction = np.zeros_like(x)
        direction[index] = 1.0
        expected[index] = dual_run.jvp(fun, (x.copy(),), (direction,))[1]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def _tapes(fun: Callable[..., Any]) -> list[str]:
    source = adgen.grad(fun, backend="numpy").lower(_argument(fun)).source
    return [line for line in source.splitlines() if "tape" in line]


@pytest.mark.parametrize("fun", NOTHING_KEPT, ids=lambda fun: fun.__name__)
def test_nothing_is_kept(fun: Callable[..., Any]) -> None:
    assert _tapes(fun) == []


@pytest.mark.parametrize("fun", KEPT, ids=lambda fun: fun.__name__)
def test_what_changes_is_kept(fun: Callable[..., Any]) -> None:
    assert _tapes(fun)
