"""Checks of indices stand before the loops they vary with, and fail as they did inside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen


def smooth(a: Any, b: Any) -> Any:
    out = np.zeros(a.shape)
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[0] - 1):
            out[i, j] = a[i, j - 1] * b[j] + a[i, j + 1]
    return np.sum(out * out)


def test_loops_have_no_ways_out() -> None:
    a, b = np.arange(20.0).reshape(4, 5), np.arange(5.0)
    transform = adgen.value_and_grad(smooth, (0, 1), backend="llvm")
    value, gradients = transform(a, b)
    assert value == smooth(a, b)
    for found, wanted in zip(gradients, adgen.grad(smooth, (0, 1), backend="numpy")(a, b), strict=True):
        np.testing.assert_array_equal(found, wanted)
    inside = transform.loops.split("for ")[2]
    assert "check" not in inside.split("}")[0]


@pytest.mark.parametrize(
    ("rows", "columns", "width"), [(4, 2, 5), (4, 5, 2), (2, 0, 0), (1, 1, 0), (3, 3, 2)]
)
def test_failures_are_those_of_python(rows: int, columns: int, width: int) -> None:
    a, b = np.ones((rows, columns)), np.ones(width)
    transform = adgen.jit(smooth, backend="llvm")
    try:
        wanted = smooth(a, b)
    except IndexError:
        with pytest.raises(IndexError, match="out of bounds"):
            transform(a, b)
    else:
        assert transform(a, b) == wanted


def guarded(x: Any, n: Any) -> Any:
    total = 0.0
    for i in range(n):
        if x[0] > 5.0:
            raise ValueError("large")
        total += x[i]
    return total


def test_the_first_failure_is_the_one_that_is_raised() -> None:
    transform = adgen.jit(guarded, backend="llvm")
    assert transform(np.ones(3), 3) == 3.0
    with pytest.raises(IndexError):
        transform(np.ones(3), 4)
    with pytest.raises(ValueError, match="large"):
        transform(np.full(3, 6.0), 4)
