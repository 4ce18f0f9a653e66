"""Python numbers among arrays: what they become, and what becomes of elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import adgen

every_backend = pytest.mark.parametrize("backend", ["numpy", "llvm"])
DTYPES = (bool, *"bhilBHILefdFD")


def first_item(v):
    return v[0].item()


def item_at(v):
    return v.item(1)


@every_backend
@pytest.mark.parametrize("fun", [first_item, item_at])
@pytest.mark.parametrize("dtype", DTYPES)
def test_items_are_python_numbers(fun: Callable[..., Any], dtype: Any, backend: str) -> None:
    v = np.array([1.5, 2.5]).astype(dtype)
    if backend == "llvm" and v.dtype == np.float16:
        backend = "auto"
    found, wanted = adgen.jit(fun, backend=backend)(v), fun(v)
    assert type(found) is type(wanted)
    assert found == wanted


def scaled_ones(x, s):
    return (np.ones_like(x) * s)[:2]


def joined(x, s):
    return np.concatenate([np.zeros(2, dtype=x.dtype) + s, x])


def repeated(x, s):
    return np.repeat(np.ones(3, dtype=x.dtype.type) * s, 2)


def in_a_row(x, s):
    return np.r_[x, s, 2, x[:1]]


def appended(x, s):
    return np.append(x, s)


@every_backend
@pytest.mark.parametrize("fun", [scaled_ones, joined, repeated, in_a_row, appended])
def test_numbers_are_weak_where_numpy_says_so(fun: Callable[..., Any], backend: str) -> None:
    x = np.arange(1, 5, dtype=np.float32)
    found, wanted = adgen.jit(fun, backend=backend)(x, 0.5), fun(x, 0.5)
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(found, wanted)
    gradient = adgen.grad(lambda x, s: np.sum(fun(x, s) ** 2), backend=backend)(x, 0.5)
    assert gradient.dtype == np.float32


def power(x, y):
    return x**y


@every_backend
def test_complex_zero_to_a_power(backend: str) -> None:
    x = np.zeros(5, complex)
    y = np.array([1 + 0j, 2j, -1 + 0j, 1 + 1j, 0j])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(adgen.jit(power, backend=backend)(x, y), x**y)
    for exponent in (2j, 1 + 1j, -1 + 0j):
        with pytest.raises(ZeroDivisionError):
            adgen.jit(power, backend=backend)(0j, exponent)


Real = float | int


def by_type(x, y, z=None):
    z = 2.0 if isinstance(z, str | None) else z
    if isinstance(x, float | int) and isinstance(y, Real):
        return x * y * z
    return x + y


@every_backend
def test_unions_of_types(backend: str) -> None:
    assert adgen.grad(by_type, backend=backend)(2.0, 3.0) == 6.0
    np.testing.assert_array_equal(adgen.grad(by_type, backend=backend)(np.float32(2.0), np.float32(3.0)), 1.0)


@every_backend
def test_box_cox_of_zero_comes_to_an_end(backend: str) -> None:
    """SciPy's 1F1 never returns from an infinite argument."""
    by_power = adgen.grad(lambda p, x: scipy.special.boxcox(x, p), backend=backend)
    with np.errstate(all="ignore"):
        assert not np.isfinite(by_power(-1.0, 0.0))
        slope = adgen.grad(lambda x: scipy.special.exprel(x), backend=backend)
        np.testing.assert_allclose(slope(702.0), np.exp(702.0) * 701.0 / 702.0**2, rtol=1e-12)
        np.testing.assert_allclose(slope(699.0), np.exp(699.0) * 698.0 / 699.0**2, rtol=1e-12)
        assert slope(np.inf) == np.inf or np.isnan(slope(np.inf))


def test_bessel_function_of_halves() -> None:
    x = np.array([0.5, 1.5], np.float16)
    assert adgen.jit(np_i0, backend="numpy")(x).dtype == np.i0(x).dtype
    assert adgen.grad(lambda x: np.sum(np_i0(x)), backend="numpy")(x).dtype == np.float16


def np_i0(x):
    return np.i0(x)
