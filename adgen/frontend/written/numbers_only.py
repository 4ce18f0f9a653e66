"""Reductions over what is a number: the functions of NumPy whose names begin with nan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _without(a: Any, number: Any) -> Any:
    """The array with a number in the place of nan."""
    x = np.asarray(a)
    return np.where(np.isnan(x), number, x)


def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The sum over axes of what is a number."""
    return np.sum(_without(a, 0), axis, dtype, keepdims=keepdims, initial=initial, where=where)


def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The product over axes of what is a number."""
    return np.prod(_without(a, 1), axis, dtype, keepdims=keepdims, initial=initial, where=where)


def nanmean(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True) -> Any:
    """The mean over axes of what is a number."""
    numbers = ~np.isnan(a) & where
    return np.mean(a, axis=axis, dtype=dtype, keepdims=keepdims, where=numbers)


def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    correction: Any = None,
) -> Any:
    """The mean squared distance from the mean of what is a number."""
    numbers = ~np.isnan(a) & where
    free = ddof if correction is None else correction
    return np.var(a, axis=axis, dtype=dtype, ddof=free, keepdims=keepdims, where=numbers)


def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    correction: Any = None,
) -> Any:
    """The root of the variance of what is a number."""
    numbers = ~np.isnan(a) & where
    free = ddof if correction is None else correction
    return np.std(a, axis=axis, dtype=dtype, ddof=free, keepdims=keepdims, where=numbers)


def nanmax(a: Any, axis: Any = None, *, keepdims: Any = False, initial: Any = None, where: Any = True) -> Any:
    """The largest number over axes; nan where there is none."""
    x = np.asarray(a)
    if x.dtype.kind not in ("f", "c"):
        return np.max(x, axis, keepdims=keepdims, initial=initial, where=where)
    found = np.max(_without(x, -np.inf), axis, keepdims=keepdims, initial=initial, where=where)
    if initial is not None:
        return found
    return np.where(np.all(np.isnan(x), axis, keepdims=keepdims), np.nan, found)[()]


def nanmin(a: Any, axis: Any = None, *, keepdims: Any = False, initial: Any = None, where: Any = True) -> Any:
    """The smallest number over axes; nan where there is none."""
    x = np.asarray(a)
    if x.dtype.kind not in ("f", "c"):
        return np.min(x, axis, keepdims=keepdims, initial=initial, where=where)
    found = np.min(_without(x, np.inf), axis, keepdims=keepdims, initial=initial, where=where)
    if initial is not None:
        return found
    return np.where(np.all(np.isnan(x), axis, keepdims=keepdims), np.nan, found)[()]


def nanargmax(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The position of the first largest number."""
    return np.argmax(_without(a, -np.inf), axis, keepdims=keepdims)


def nanargmin(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The position of the first smallest number."""
    return np.argmin(_without(a, np.inf), axis, keepdims=keepdims)


def nancumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running sum of what is a number."""
    return np.cumsum(_without(a, 0), axis, dtype)


def nancumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running product of what is a number."""
    return np.cumprod(_without(a, 1), axis, dtype)


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.nansum": nansum,
    "numpy.nanprod": nanprod,
    "numpy.nanmean": nanmean,
    "numpy.nanvar": nanvar,
    "numpy.nanstd": nanstd,
    "numpy.nanmax": nanmax,
    "numpy.nanmin": nanmin,
    "numpy.nanargmax": nanargmax,
    "numpy.nanargmin": nanargmin,
    "numpy.nancumsum": nancumsum,
    "numpy.nancumprod": nancumprod,
}
