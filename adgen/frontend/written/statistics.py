"""Covariances, weighted means, counts and histograms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _observed(m: Any, rowvar: Any) -> Any:
    """Variables as rows, observations as columns."""
    x = np.asarray(m)
    if x.dtype.kind not in ("f", "c"):
        x = x.astype(np.float64)
    if x.ndim < 2:
        return x.reshape(1, -1)
    return x if rowvar else x.T


def cov(
    m: Any,
    y: Any = None,
    rowvar: Any = True,
    bias: Any = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """The covariance matrix of variables (rows, or columns without `rowvar`)."""
    x = _observed(m, rowvar) * 1.0
    if y is not None:
        x = np.concatenate((x, _observed(y, rowvar) * 1.0), axis=0)
    x = x.astype(np.complex128 if np.iscomplexobj(x) else np.float64)
    free = (0 if bias else 1) if ddof is None else ddof
    if fweights is None and aweights is None:
        centred = x - np.mean(x, axis=1)[:, None]
        found = np.dot(centred, np.conj(centred.T)) * np.true_divide(1, np.maximum(x.shape[1] - free, 0))
    else:
        w = np.ones(x.shape[1])
        if fweights is not None:
            w = w * np.asarray(fweights)
        if aweights is not None:
            w = w * np.asarray(aweights)
        total = np.sum(w)
        centred = x - (np.sum(x * w, axis=1) / total)[:, None]
        scale = total - free
        if aweights is not None:
            scale = total - free * np.sum(w * np.asarray(aweights)) / total
        found = np.dot(centred, np.conj((centred * w).T)) * np.true_divide(1, scale)
    found = np.squeeze(found)  # one variable has one variance
    return found if dtype is None else found.astype(dtype)


def corrcoef(x: Any, y: Any = None, rowvar: Any = True, *, dtype: Any = None) -> Any:
    """The matrix of correlation coefficients of variables."""
    c = np.cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    spread = np.sqrt(np.real(np.diag(c)))
    found = c / spread[:, None] / spread[None, :]
    if np.iscomplexobj(found):
        return np.clip(np.real(found), -1, 1) + 1j * np.clip(np.imag(found), -1, 1)
    return np.clip(found, -1, 1)


def average(
    a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = False
) -> Any:
    """The mean over axes, weighted by an array of the same shape (or along these axes)."""
    x = np.asarray(a)
    if x.dtype.kind not in ("f", "c"):
        x = x.astype(np.float64)
    if weights is None:
        mean = np.mean(x, axis, keepdims=keepdims)
        if not returned:
            return mean
        return mean, np.full_like(mean, np.size(x) / np.size(mean))[()]
    w = np.asarray(weights)
    if w.ndim != x.ndim:
        axes = axis if isinstance(axis, tuple) else (axis,)
        places = [k % x.ndim for k in axes]
        shape = [d if k in places else 1 for k, d in enumerate(x.shape)]
        order = [j for _, j in sorted([(k, j) for j, k in enumerate(places)])]
        w = np.transpose(w, tuple(order)).reshape(tuple(shape))
    w = np.broadcast_to(w, x.shape)
    total = np.sum(w, axis, keepdims=keepdims)
    mean = np.sum(x * w, axis, keepdims=keepdims) / total
    return (mean, total * np.ones_like(mean)) if returned else mean


# -- counts ---------------------------------------------------------------------------------------------
def bincount(x: Any, /, weights: Any = None, minlength: Any = 0) -> Any:
    """How often each integer occurs, or the sum of its weights."""
    places = np.asarray(x)
    size = np.maximum(np.max(places, initial=-1) + 1, minlength)
    if weights is None:
        counts = np.zeros(int(size), dtype=np.int64)
        np.add.at(counts, places, 1)
        return counts
    sums = np.zeros(int(size))
    np.add.at(sums, places, np.asarray(weights).astype(np.float64))
    return sums


def digitize(x: Any, bins: Any, right: Any = False) -> Any:
    """The number of the bin that each element lies in, for rising or falling edges."""
    edges = np.asarray(bins)
    rising = np.searchsorted(edges, x, side="left" if right else "right")
    falling = len(edges) - np.searchsorted(edges[::-1], x, side="right" if right else "left")
    return np.where(edges[0] <= edges[-1], rising, falling)[()]


def _edges(a: Any, bins: Any, range: Any) -> Any:
    """The edges of bins of one width, or those given."""
    if np.ndim(bins) > 0:
        return np.asarray(bins)
    if range is not None:
        low, high = range[0], range[1]
    elif len(a) == 0:
        low, high = np.zeros((), a.dtype)[()], np.ones((), a.dtype)[()]
    else:
        low, high = np.min(a), np.max(a)
    if range is None or low == high:
        flat = low == high
        low, high = np.where(flat, low - 0.5, low)[()], np.where(flat, high + 0.5, high)[()]
    return np.linspace(low, high, bins + 1, dtype=np.result_type(low, high, a, 1.0))


def _filled(a: Any, edges: Any, weights: Any) -> Any:
    """The number of elements between edges, or the sum of their weights; the last edge counts as inside."""
    count = len(edges) - 1
    place = np.searchsorted(edges, a, side="right") - 1
    place = np.where(a == edges[-1], count - 1, place)
    inside = (place >= 0) & (place < count)
    place = np.clip(place, 0, count - 1)
    if weights is None:
        counts = np.zeros(count, dtype=np.int64)
        np.add.at(counts, place, inside.astype(np.int64))
        return counts
    sums = np.zeros(count, dtype=weights.dtype)
    np.add.at(sums, place, np.where(inside, weights, 0))
    return sums


def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """How many elements lie in each bin (or the sum of their weights), and the edges of the bins."""
    x = np.ravel(a)
    edges = _edges(x, bins, range)
    found = _filled(x, edges, None if weights is None else np.ravel(weights))
    if density:
        return found / (edges[1:] - edges[:-1]) / found.sum(), edges
    return found, edges


def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """The edges of the bins of a histogram."""
    return _edges(np.ravel(a), bins, range)


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.cov": cov,
    "numpy.corrcoef": corrcoef,
    "numpy.average": average,
    "numpy.bincount": bincount,
    "numpy.digitize": digitize,
    "numpy.histogram": histogram,
    "numpy.histogram_bin_edges": histogram_bin_edges,
}
