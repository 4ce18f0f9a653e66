"""Medians and quantiles: sorted elements and what lies between them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def _gathered(a: Any, axis: Any) -> Any:
    """The axes that are gone over, as one axis in front."""
    x = np.asarray(a)
    if axis is None:
        return x.reshape(-1)
    if isinstance(axis, tuple):
        gone = tuple([k % x.ndim for k in axis])
        kept = [k for k in range(x.ndim) if k not in gone]
        moved = np.transpose(x, (*gone, *kept))
        return moved.reshape((-1, *moved.shape[len(gone) :]))
    return np.moveaxis(x, axis, 0)


def _kept(y: Any, a: Any, axis: Any, keepdims: Any, lead: Any) -> Any:
    """The result with axes of length 1 where the array was gone over, behind ``lead`` axes of its own."""
    if not keepdims:
        return y
    rank = np.ndim(a)
    if axis is None:
        return np.reshape(y, (*np.shape(y), *[1 for _ in range(rank)]))
    axes = axis if isinstance(axis, tuple) else (axis,)
    return np.expand_dims(y, tuple([lead + k % rank for k in axes]))


def _or_nan(y: Any, last: Any) -> Any:
    """The result, nan where the largest element is."""
    return np.where(np.isnan(last), last, y)[()]


def median(a: Any, axis: Any = None, *, overwrite_input: Any = False, keepdims: Any = False) -> Any:
    """The middle element over axes, or the mean of the two in the middle; nan where there is one."""
    s = np.sort(_gathered(a, axis), axis=0)
    n = s.shape[0]
    if n == 0:
        return _kept(np.sum(s, axis=0) * 0.0 + np.nan, a, axis, keepdims, 0)
    middle = (s[(n - 1) // 2] + s[n // 2]) / 2
    return _kept(_or_nan(middle, s[-1]), a, axis, keepdims, 0)


# -- places between elements ----------------------------------------------------------------------------
def _whole(x: Any) -> Any:
    """The largest integer not above."""
    return math.floor(x) if isinstance(x, (float, int)) else np.floor(x)


def _virtual(n: Any, q: Any, method: Any) -> Any:
    """The place of a quantile among n sorted elements, counted from 0, with a fraction."""
    if method == "linear" or method == "midpoint" or method == "nearest":
        return (n - 1) * q
    if method == "lower" or method == "higher":
        return (n - 1) * q
    if method == "inverted_cdf" or method == "averaged_inverted_cdf":
        return n * q - 1
    if method == "closest_observation":
        return n * q - 1 - 0.5
    if method == "interpolated_inverted_cdf":
        return n * q + q * 0.0 - 1
    if method == "hazen":
        return n * q + 0.5 - 1
    if method == "weibull":
        return n * q + q - 1
    if method == "median_unbiased":
        return n * q + (1 / 3.0 + q * (1 - 1 / 3.0 - 1 / 3.0)) - 1
    if method == "normal_unbiased":
        return n * q + (3 / 8.0 + q * (1 - 3 / 8.0 - 3 / 8.0)) - 1
    raise ValueError("unknown method of quantiles")


def _neighbours(virtual: Any, method: Any) -> Any:
    """The places of the elements on both sides, and how far between them the quantile lies."""
    below = _whole(virtual)
    above = below + 1
    part = virtual - below
    if method == "inverted_cdf":
        chosen = np.where(part == 0, below, above)
        return chosen, chosen, 0.0
    if method == "closest_observation":
        chosen = np.where((part == 0) & (below % 2 == 1), below, above)
        return chosen, chosen, 0.0
    if method == "lower":
        return below, below, 0.0
    if method == "higher":
        chosen = np.ceil(virtual)
        return chosen, chosen, 0.0
    if method == "nearest":
        chosen = np.rint(virtual)
        return chosen, chosen, 0.0
    if method == "averaged_inverted_cdf":
        return below, above, 1.0 - 0.5 * (part == 0)
    if method == "midpoint":
        return below, above, 0.5 * (part != 0)
    return below, above, part


def _place(k: Any, n: Any) -> Any:
    """A place of an element that is there."""
    return np.clip(k, 0, n - 1).astype(np.int64)


def _between(low: Any, high: Any, t: Any) -> Any:
    """From one value to the other, counted from the nearer one."""
    gap = high - low
    return np.where(t >= 0.5, high - gap * (1 - t), low + gap * t)[()]


def _is_discrete(method: Any) -> Any:
    return method in ("inverted_cdf", "closest_observation", "lower", "higher", "nearest")


def _quantile(s: Any, q: Any, method: Any) -> Any:
    """Quantiles of sorted elements, their axis in front."""
    n = s.shape[0]
    low, high, t = _neighbours(_virtual(n, q, method), method)
    if _is_discrete(method):
        return _or_nan(s[_place(low, n)], s[-1])
    if np.ndim(q) > 0:
        t = np.reshape(t, (*np.shape(q), *[1 for _ in range(s.ndim - 1)]))
    found = _between(s[_place(low, n)], s[_place(high, n)], t)
    return _or_nan(found, s[-1])


def _weighted(a: Any, q: Any, axis: Any, method: Any, weights: Any) -> Any:
    """Quantiles of elements that count by their weights."""
    if method != "inverted_cdf":
        raise ValueError("Only method 'inverted_cdf' supports weights")
    x, w = np.asarray(a), np.asarray(weights)
    if w.ndim < x.ndim:
        w = np.broadcast_to(w.reshape([-1 if k == axis % x.ndim else 1 for k in range(x.ndim)]), x.shape)
    s, w = _gathered(x, axis), _gathered(w, axis)
    order = np.argsort(s, axis=0)
    s, w = np.take_along_axis(s, order, 0), np.take_along_axis(w, order, 0)
    share = np.cumsum(w, axis=0)
    share = np.where(share[-1] == 0, 1.0, share / share[-1])
    if np.ndim(q) == 0:
        return np.where(np.isnan(s[-1]), s[-1], _weighted_place(s, share, q))
    found = np.stack([_weighted_place(s, share, part) for part in q])
    return np.where(np.isnan(s[-1]), s[-1], found)


def _weighted_place(s: Any, share: Any, q: Any) -> Any:
    """The first sorted element up to which a share of the weights has come."""
    below = np.sum((share < q) | (share == 0), axis=0)
    return _picked(s, _place(below, s.shape[0]))


def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    *,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
    weights: Any = None,
) -> Any:
    """The value below which a share of the elements lies; derivatives by the share too."""
    if not np.all((np.asarray(q) >= 0) & (np.asarray(q) <= 1)):
        raise ValueError("Quantiles must be in the range [0, 1]")
    share = q if isinstance(q, (float, int)) else np.asarray(q)
    if weights is not None:
        return _kept(_weighted(a, share, axis, method, weights), a, axis, keepdims, np.ndim(q))
    found = _quantile(np.sort(_gathered(a, axis), axis=0), share, method)
    return _kept(found, a, axis, keepdims, np.ndim(q))


def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    *,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
    weights: Any = None,
) -> Any:
    """The value below which a percentage of the elements lies."""
    share = q / 100 if isinstance(q, (float, int)) else np.true_divide(q, 100)
    if not np.all((np.asarray(share) >= 0) & (np.asarray(share) <= 1)):
        raise ValueError("Percentiles must be in the range [0, 100]")
    if weights is not None:
        return _kept(_weighted(a, share, axis, method, weights), a, axis, keepdims, np.ndim(q))
    found = _quantile(np.sort(_gathered(a, axis), axis=0), share, method)
    return _kept(found, a, axis, keepdims, np.ndim(q))


# -- of what is a number --------------------------------------------------------------------------------
def _counted(s: Any) -> Any:
    """How many elements are numbers."""
    return np.sum(~np.isnan(s), axis=0)


def _picked(s: Any, places: Any) -> Any:
    """An element of every vector, by its place."""
    if s.ndim == 1:
        return s[places]
    return np.take_along_axis(s, np.reshape(places, (1, *s.shape[1:])), 0)[0]


def nanmedian(a: Any, axis: Any = None, *, overwrite_input: Any = False, keepdims: Any = False) -> Any:
    """The middle one of the elements that are numbers."""
    s = np.sort(_gathered(a, axis), axis=0)
    n = _counted(s)
    low, high = _picked(s, _place((n - 1) // 2, s.shape[0])), _picked(s, _place(n // 2, s.shape[0]))
    return _kept((low + high) / 2, a, axis, keepdims, 0)


def _nanquantile(s: Any, n: Any, q: Any, method: Any) -> Any:
    """One quantile of the numbers among sorted elements."""
    low, high, t = _neighbours(_virtual(n, q, method), method)
    least = np.maximum(n, 1)
    if _is_discrete(method):
        return _picked(s, _place(low, least))
    share = np.asarray(t).astype(np.result_type(s, q))
    return _between(_picked(s, _place(low, least)), _picked(s, _place(high, least)), share)


def _nanquantiles(a: Any, q: Any, axis: Any, method: Any, keepdims: Any) -> Any:
    s = np.sort(_gathered(a, axis), axis=0)
    n = _counted(s)
    if np.ndim(q) == 0:
        return _kept(_nanquantile(s, n, q, method), a, axis, keepdims, 0)
    found = np.stack([_nanquantile(s, n, share, method) for share in q])
    return _kept(found, a, axis, keepdims, 1)


def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    *,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
) -> Any:
    """The value below which a share of the elements that are numbers lies."""
    share = q if isinstance(q, (float, int)) else np.asarray(q)
    return _nanquantiles(a, share, axis, method, keepdims)


def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    *,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
) -> Any:
    """The value below which a percentage of the elements that are numbers lies."""
    share = q / 100 if isinstance(q, (float, int)) else np.true_divide(q, 100)
    return _nanquantiles(a, share, axis, method, keepdims)


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.median": median,
    "numpy.quantile": quantile,
    "numpy.percentile": percentile,
    "numpy.nanmedian": nanmedian,
    "numpy.nanquantile": nanquantile,
    "numpy.nanpercentile": nanpercentile,
}
