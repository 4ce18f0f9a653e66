"""Indices of views, printed as indices of the array behind them."""

from __future__ import annotations

import numpy as np
import pytest

import adgen


def last_but_one(x: np.ndarray) -> float:
    v = x.copy()
    w = v[:-1]
    w[-1] = 2.0 * w[-1] ** 2
    return v[-2] + 3.0 * v[-1]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_the_end_of_a_view_is_not_that_of_the_array(backend: str) -> None:
    lowered = adgen.value_and_grad(last_but_one, backend=backend).lower("f64[n]")
    value, gradient = lowered.artifacts.program([np.array([1.0, 3.0, 5.0])])
    assert value == 33.0
    np.testing.assert_array_equal(gradient, [0.0, 12.0, 3.0])
