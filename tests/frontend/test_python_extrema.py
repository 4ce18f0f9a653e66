"""``max`` and ``min`` compare as Python does: what is not beyond the first stays out, nan too."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import adgen

NAN = float("nan")


def larger(x: Any, y: Any) -> Any:
    return max(x, y) * 2.0


def smallest(x: Any, y: Any) -> Any:
    return min(x, y, 1.5) * 2.0


def running(v: Any) -> Any:
    top = 0.0
    for i in range(len(v)):
        top = max(top, v[i])
    return top


def lowest(v: Any) -> Any:
    low = v[0]
    for x in v:
        low = min(low, x)
    return low * 1.0


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", [larger, smallest])
def test_numbers(function: Any, backend: str) -> None:
    for x, y in itertools.product((NAN, 1.0, 2.0), repeat=2):
        value, _ = adgen.value_and_grad(function, wrt=(0, 1), backend=backend)(x, y)
        np.testing.assert_equal(value, function(x, y))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_gradient_follows_the_first_where_one_is_nan(backend: str) -> None:
    grad = adgen.grad(larger, wrt=(0, 1), backend=backend)
    assert grad(NAN, 1.0) == (2.0, 0.0)
    assert grad(1.0, NAN) == (2.0, 0.0)
    assert grad(1.0, 1.0) == (1.0, 1.0)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", [running, lowest])
@pytest.mark.parametrize("v", [(1.0, NAN, 2.0), (NAN, 1.0, 2.0), (2.0, 1.0, NAN)])
def test_loops(function: Any, v: tuple[float, ...], backend: str) -> None:
    at = np.array(v)
    value, slope = adgen.value_and_grad(function, backend=backend)(at)
    np.testing.assert_equal(value, function(at))
    assert type(value) is type(function(at))
    assert slope.sum() == 1.0
