"""Functions of the user applied to parts of arrays."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np


def apply_along_axis(func1d: Any, axis: Any, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """A function of vectors applied to all vectors along an axis."""
    x = np.moveaxis(np.asarray(arr), axis, -1)
    lead = x.shape[:-1]
    rows = x.reshape((-1, x.shape[-1]))
    found = np.array([func1d(row, *args, **kwargs) for row in rows])
    size = found.ndim - 1
    found = found.reshape((*lead, *found.shape[1:]))
    place = axis % x.ndim
    for k, _ in enumerate([0] * size):
        found = np.moveaxis(found, len(lead) + k, place + k)
    return found


def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    """A reduction applied to one axis after the other, which keep the length 1."""
    found = np.asarray(a)
    for axis in axes if isinstance(axes, (tuple, list)) else (axes,):
        reduced = func(found, axis)
        found = reduced if np.ndim(reduced) == found.ndim else np.expand_dims(reduced, axis)
    return found


def _each(function: Any, excluded: Any, *xs: Any) -> Any:
    """A function of numbers of all elements, of some arguments as they are."""
    mapped = [k for k, _ in enumerate(xs) if k not in excluded]
    arrays = np.broadcast_arrays(*[np.asarray(xs[k]) for k in mapped])
    flat = [x.reshape(-1) for x in arrays]
    number = {k: i for i, k in enumerate(mapped)}
    found = np.array(
        [
            function(*[flat[number[k]][j] if k in number else x for k, x in enumerate(xs)])
            for j in range(flat[0].size)
        ]
    )
    return found.reshape(arrays[0].shape)


def vectorize(
    pyfunc: Any, otypes: Any = None, doc: Any = None, excluded: Any = (), cache: Any = False
) -> Any:
    """A function of numbers made one of arrays."""
    return functools.partial(_each, pyfunc, [k for k in excluded])


def fromiter(iter: Any, dtype: Any, count: Any = -1) -> Any:
    """An array of what is run over."""
    found = np.array([x for x in iter], dtype=dtype)
    return found if count < 0 else found[:count]


def fromfunction(function: Any, shape: Any, *, dtype: Any = float) -> Any:
    """A function of the positions on a grid."""
    return function(*[g for g in np.indices(shape, dtype=dtype)])


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.apply_along_axis": apply_along_axis,
    "numpy.apply_over_axes": apply_over_axes,
    "numpy.vectorize": vectorize,
    "numpy.fromfunction": fromfunction,
    "numpy.fromiter": fromiter,
}
