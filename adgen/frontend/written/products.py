"""Products of vectors, and small functions of ufunc kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def vecmat(x1: Any, x2: Any) -> Any:
    """Vectors times matrices."""
    return np.matmul(np.asarray(x1)[..., None, :], x2)[..., 0, :]


def matvec(x1: Any, x2: Any) -> Any:
    """Matrices times vectors."""
    return np.matmul(x1, np.asarray(x2)[..., :, None])[..., 0]


def modf(x: Any) -> Any:
    """The fraction and the whole part."""
    whole = np.trunc(x)
    return np.where(np.isinf(x), 0.0, x - whole)[()], whole


def ldexp(x1: Any, x2: Any) -> Any:
    """x1 times a power of 2."""
    found = np.multiply(x1, np.exp2(np.asarray(x2).astype(np.float64)))
    return found.astype(np.result_type(np.asarray(x1) if isinstance(x1, list) else x1, 0.0))


def cumulative_sum(x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: Any = False) -> Any:
    """The running sum along an axis, with the 0 it starts from where that is asked for."""
    v = np.asarray(x)
    along = 0 if axis is None else axis
    found = np.cumsum(v, along, dtype)
    if not include_initial:
        return found
    moved = np.moveaxis(found, along, 0)
    first = np.zeros((1, *moved.shape[1:]), moved.dtype)
    return np.moveaxis(np.concatenate((first, moved)), 0, along)


def cumulative_prod(x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: Any = False) -> Any:
    """The running product along an axis, with the 1 it starts from where that is asked for."""
    v = np.asarray(x)
    along = 0 if axis is None else axis
    found = np.cumprod(v, along, dtype)
    if not include_initial:
        return found
    moved = np.moveaxis(found, along, 0)
    first = np.ones((1, *moved.shape[1:]), moved.dtype)
    return np.moveaxis(np.concatenate((first, moved)), 0, along)


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.vecmat": vecmat,
    "numpy.matvec": matvec,
    "numpy.modf": modf,
    "numpy.ldexp": ldexp,
    "numpy.cumulative_sum": cumulative_sum,
    "numpy.cumulative_prod": cumulative_prod,
}
