"""Grids, positions on them, and ranges on other scales."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def diagflat(v: Any, k: Any = 0) -> Any:
    """The matrix whose diagonal are the elements of an array."""
    return np.diag(np.ravel(v), k)


def meshgrid(*xi: Any, copy: Any = True, sparse: Any = False, indexing: Any = "xy") -> Any:
    """Coordinates of the points of a grid, one array for each axis."""
    n = len(xi)
    grids = []
    for k, x in enumerate(xi):
        shape = [-1 if j == k else 1 for j in range(n)]
        grids.append(np.reshape(x, tuple(shape)))
    if indexing == "xy" and n > 1:
        grids = [np.swapaxes(g, 0, 1) for g in grids]
    if not sparse:
        grids = [g for g in np.broadcast_arrays(*grids)]
    if copy:
        grids = [np.array(g) for g in grids]
    return tuple(grids)


def ix_(*args: Any) -> Any:
    """Index arrays that select the points of a grid."""
    n = len(args)
    found = []
    for k, x in enumerate(args):
        places = np.asarray(x)
        if places.dtype == np.bool_:
            places = np.nonzero(places)[0]
        found.append(places.reshape(tuple([-1 if j == k else 1 for j in range(n)])))
    return tuple(found)


def indices(dimensions: Any, dtype: Any = int, sparse: Any = False) -> Any:
    """The positions of the cells of a grid."""
    n = len(dimensions)
    grids = []
    for k, size in enumerate(dimensions):
        shape = tuple([-1 if j == k else 1 for j in range(n)])
        grids.append(np.arange(size, dtype=dtype).reshape(shape))
    return tuple(grids) if sparse else np.stack(np.broadcast_arrays(*grids))


def diag_indices(n: Any, ndim: Any = 2) -> Any:
    """The positions of a diagonal."""
    at = np.arange(n)
    return tuple([at for _ in range(ndim)])


def diag_indices_from(arr: Any) -> Any:
    """The positions of the diagonal of an array."""
    return diag_indices(arr.shape[0], np.ndim(arr))


def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = float) -> Any:
    """Ones on and below a diagonal."""
    columns = N if M is None else M
    return (np.arange(N)[:, None] >= np.arange(columns)[None, :] - k).astype(dtype)


def tril_indices(n: Any, k: Any = 0, m: Any = None) -> Any:
    """The positions of a lower triangle."""
    return np.nonzero(tri(n, m, k, bool))


def triu_indices(n: Any, k: Any = 0, m: Any = None) -> Any:
    """The positions of an upper triangle."""
    return np.nonzero(~tri(n, m, k - 1, bool))


def tril_indices_from(arr: Any, k: Any = 0) -> Any:
    """The positions of the lower triangle of a matrix."""
    return tril_indices(arr.shape[0], k, arr.shape[1])


def triu_indices_from(arr: Any, k: Any = 0) -> Any:
    """The positions of the upper triangle of a matrix."""
    return triu_indices(arr.shape[0], k, arr.shape[1])


def unravel_index(indices: Any, shape: Any, order: Any = "C") -> Any:
    """Positions in an array from those in the flattened one."""
    sizes = shape if isinstance(shape, (tuple, list)) else (shape,)
    rest = indices
    found = []
    for size in reversed(sizes) if order == "C" else sizes:
        found.append(np.asarray(rest % size)[()])
        rest = rest // size
    return tuple(reversed(found)) if order == "C" else tuple(found)


def ravel_multi_index(multi_index: Any, dims: Any, mode: Any = "raise", order: Any = "C") -> Any:
    """Positions in the flattened array from those in an array."""
    found = 0
    pairs = [(at, size) for at, size in zip(multi_index, dims, strict=True)]
    for at, size in pairs if order == "C" else reversed(pairs):
        found = found * size + np.asarray(at)
    return np.asarray(found)[()]


def logspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: Any = 0,
) -> Any:
    """Numbers whose logarithms lie at equal distances."""
    if np.ndim(base) > 0:
        start, stop = (
            np.asarray(start) + np.zeros(np.shape(base)),
            np.asarray(stop) + np.zeros(np.shape(base)),
        )
        base = np.expand_dims(base, axis)
    found = np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))
    return found if dtype is None else found.astype(dtype)


def geomspace(
    start: Any, stop: Any, num: Any = 50, endpoint: Any = True, dtype: Any = None, axis: Any = 0
) -> Any:
    """Numbers at equal ratios from start to stop."""
    start, stop = (np.asarray(x, dtype=np.result_type(x, np.float64)) for x in (start, stop))
    low, high = np.log10(start * np.sign(start)), np.log10(stop * np.sign(start))
    found = np.sign(start) * np.power(10.0, np.linspace(low, high, num, endpoint))
    k = np.arange(num).reshape((-1, *[1 for _ in range(found.ndim - 1)]))
    found = np.where(k == 0, start, found)
    if endpoint and num > 1:
        found = np.where(k == num - 1, stop, found)
    found = np.moveaxis(found, 0, axis)
    return found if dtype is None else found.astype(dtype)


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.diagflat": diagflat,
    "numpy.meshgrid": meshgrid,
    "numpy.ix_": ix_,
    "numpy.indices": indices,
    "numpy.diag_indices": diag_indices,
    "numpy.diag_indices_from": diag_indices_from,
    "numpy.tri": tri,
    "numpy.tril_indices": tril_indices,
    "numpy.triu_indices": triu_indices,
    "numpy.tril_indices_from": tril_indices_from,
    "numpy.triu_indices_from": triu_indices_from,
    "numpy.unravel_index": unravel_index,
    "numpy.ravel_multi_index": ravel_multi_index,
    "numpy.logspace": logspace,
    "numpy.geomspace": geomspace,
}
