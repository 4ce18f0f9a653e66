"""Ufuncs over segments of an axis, and running logarithms of sums of exponentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _segments(reduce: Any, array: Any, indices: Any, axis: Any, dtype: Any) -> Any:
    """One result for every start: of the elements up to the next start, or of one where that is not later."""
    x, starts = np.moveaxis(np.asarray(array, dtype=dtype), axis, 0), np.asarray(indices)
    n, k = x.shape[0], len(starts)
    found = np.empty((k, *x.shape[1:]), dtype=x.dtype)
    for i in range(k):
        low = starts[i]
        high = starts[i + 1] if i + 1 < k else n
        if low < high:
            found[i] = reduce(x[low:high], axis=0)
        else:
            found[i] = x[low]
    return np.moveaxis(found, 0, axis)


def add_reduceat(array: Any, indices: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """The sums of segments."""
    return _segments(np.sum, array, indices, axis, dtype)


def multiply_reduceat(array: Any, indices: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """The products of segments."""
    return _segments(np.prod, array, indices, axis, dtype)


def maximum_reduceat(array: Any, indices: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """The largest elements of segments."""
    return _segments(np.max, array, indices, axis, dtype)


def minimum_reduceat(array: Any, indices: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """The smallest elements of segments."""
    return _segments(np.min, array, indices, axis, dtype)


def subtract_reduceat(array: Any, indices: Any, axis: Any = 0) -> Any:
    """The first element of every segment less the others."""
    return _segments(np.subtract.reduce, array, indices, axis, None)


def divide_reduceat(array: Any, indices: Any, axis: Any = 0) -> Any:
    """The first element of every segment divided by the others."""
    return _segments(np.divide.reduce, np.asarray(array) * 1.0, indices, axis, None)


def logaddexp_reduceat(array: Any, indices: Any, axis: Any = 0) -> Any:
    """The logarithms of the sums of exponentials of segments."""
    return _segments(np.logaddexp.reduce, np.asarray(array) * 1.0, indices, axis, None)


def logaddexp2_reduceat(array: Any, indices: Any, axis: Any = 0) -> Any:
    """The logarithms to base 2 of the sums of powers of two of segments."""
    return _segments(np.logaddexp2.reduce, np.asarray(array) * 1.0, indices, axis, None)


def hypot_reduceat(array: Any, indices: Any, axis: Any = 0) -> Any:
    """The lengths of segments."""
    return _segments(np.hypot.reduce, np.asarray(array) * 1.0, indices, axis, None)


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.add.reduceat": add_reduceat,
    "numpy.multiply.reduceat": multiply_reduceat,
    "numpy.maximum.reduceat": maximum_reduceat,
    "numpy.minimum.reduceat": minimum_reduceat,
    "numpy.subtract.reduceat": subtract_reduceat,
    "numpy.divide.reduceat numpy.true_divide.reduceat": divide_reduceat,
    "numpy.logaddexp.reduceat": logaddexp_reduceat,
    "numpy.logaddexp2.reduceat": logaddexp2_reduceat,
    "numpy.hypot.reduceat": hypot_reduceat,
}
