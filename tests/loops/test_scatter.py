"""Reverse loops that add to neighbouring cells become domains: the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen


def chained(x: Any) -> Any:
    total = 0.0
    for i in range(x.shape[0] - 1):
        a = x[i + 1] - x[i] * x[i]
        total += 100.0 * a * a + (1.0 - x[i]) ** 2
    return total


def far(x: Any) -> Any:
    total = 0.0
    for i in range(x.shape[0] - 1, 2, -1):
        total += x[i] * x[i - 3] + x[i - 1] * x[i - 3]
    return total


def line(x: Any) -> Any:
    y = np.zeros(x.shape)
    for i in range(1, x.shape[0] - 1):
        y[i] = 0.25 * x[i - 1] + 0.5 * x[i] + 0.25 * x[i + 1]
    return np.sum(y * y)


def plane(x: Any) -> Any:
    y = np.zeros(x.shape)
    for i in range(1, x.shape[0] - 1):
        for j in range(x.shape[1] - 2, 0, -1):
            y[i, j] = x[i - 1, j] + x[i, j - 1] - 4.0 * x[i, j] + x[i, j + 1] + x[i + 1, j]
    return np.sum(y * y * y)


@pytest.mark.parametrize(("function", "rank"), [(chained, 1), (far, 1), (line, 1), (plane, 2)])
def test_sums_have_the_order_of_the_loop(function: Callable[..., Any], rank: int) -> None:
    kernel = adgen.value_and_grad(function, backend="llvm")
    source = adgen.value_and_grad(function, backend="numpy")
    rng = np.random.default_rng(1)
    for n in (1, 2, 3, 4, 5, 9, 40):
        x = rng.normal(size=(n, n + 2)[:rank])
        (value, gradient), (wanted, right) = kernel(x), source(x)
        assert value == pytest.approx(wanted, rel=1e-13)
        np.testing.assert_allclose(gradient, right, rtol=1e-12, atol=1e-12)
    assert "rim " in kernel.loops


def test_flat_indices_may_meet_across_rows() -> None:
    """The last cell of a row and the first one of the next are the same cell."""

    def wrapped(x: Any, m: Any) -> Any:
        total = 0.0
        for i in range(x.shape[0] // m - 1):
            for j in range(m):
                total += x[i * m + j] * x[i * m + j + 1]
        return total

    x = np.random.default_rng(2).normal(size=24)
    for m in (1, 2, 3, 4):
        found, wanted = (adgen.grad(wrapped, backend=b)(x, m) for b in ("llvm", "numpy"))
        np.testing.assert_array_equal(found, wanted)


def test_what_is_read_in_the_loop_stays_in_order() -> None:
    def running(x: Any) -> Any:
        y = x.copy()
        for i in range(1, y.shape[0] - 1):
            y[i] = y[i - 1] * y[i] + y[i + 1]
        return np.sum(y)

    x = np.linspace(0.5, 1.5, 9)
    found, wanted = (adgen.grad(running, backend=b)(x) for b in ("llvm", "numpy"))
    np.testing.assert_allclose(found, wanted, rtol=1e-13)
