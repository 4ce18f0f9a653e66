"""Python integers beside short integer arrays, and arrays of rank 0 that are written in place."""

from __future__ import annotations

import numpy as np
import pytest

import adgen

BACKENDS = pytest.mark.parametrize("backend", ["numpy", "llvm"])


def scaled(c, n):
    return c * n


def stored(c, n):
    c[0] = n
    return c


@BACKENDS
def test_results_wrap(backend: str) -> None:
    found = adgen.jit(scaled, backend=backend)(np.array([100, 27], np.int8), 3)
    assert found.dtype == np.int8
    assert found.tolist() == [44, 81]


@BACKENDS
@pytest.mark.parametrize("function", [scaled, stored])
def test_integers_that_do_not_fit(backend: str, function: object) -> None:
    assert callable(function)
    with pytest.raises(OverflowError, match="out of bounds for int8"):
        adgen.jit(function, backend=backend)(np.array([1, 2], np.int8), 300)
    with pytest.raises(OverflowError):
        function(np.array([1, 2], np.int8), 300)


def test_literals_that_do_not_fit() -> None:
    with pytest.raises(adgen.UserError) as caught:
        adgen.jit(lambda c: c + 300)(np.array([1, 2], np.int8))
    assert caught.value.diagnostic.code == "AG246"


@BACKENDS
def test_arrays_of_rank_0_in_place(backend: str) -> None:
    def f(z, s):
        w = z
        w *= s
        w[()] += 1.0
        return z * 2.0

    z = np.array(1.5)
    value, (z_bar, s_bar) = adgen.value_and_grad(f, wrt=(0, 1), backend=backend)(z, 2.0)
    assert isinstance(value, np.float64)
    assert (value, z, s_bar) == (8.0, 4.0, 3.0)
    assert isinstance(z_bar, np.ndarray)
    assert z_bar == 4.0
