"""Quotients and remainders of floats to the last bit, signs of zeros included, as NumPy has them."""

from __future__ import annotations

import numpy as np
import pytest

import adgen

NUMBERS = (0.0, -0.0, 1.0, -1.0, 5.5, -5.5, 3.0, -3.0, np.inf, -np.inf, np.nan, 1e30, 1e-30, 0.1, -0.3)


def floor_quotient(x, y):
    return x // y


def remainder(x, y):
    return x % y


def truncated_remainder(x, y):
    return np.fmod(x, y)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("function", [floor_quotient, remainder, truncated_remainder])
def test_every_pair(function, dtype) -> None:
    x, y = (grid.ravel().astype(dtype) for grid in np.meshgrid(NUMBERS, NUMBERS))
    with np.errstate(all="ignore"):
        expected = function(x, y)
    found = adgen.jit(function)(x, y)
    np.testing.assert_array_equal(found, expected)
    known = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(found)[known], np.signbit(expected)[known])
