"""Filters and interpolation of scipy.ndimage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _padded(x: Any, before: Any, after: Any, mode: Any, cval: Any) -> Any:
    """Layers around the last axis as the modes of scipy.ndimage have them."""
    widths = [(before, after) if k == x.ndim - 1 else (0, 0) for k in range(x.ndim)]
    if mode in ("constant", "grid-constant"):
        return np.pad(x, widths, "constant", constant_values=cval)
    if mode in ("reflect", "grid-mirror"):
        return np.pad(x, widths, "symmetric")
    if mode == "mirror":
        return np.pad(x, widths, "reflect")
    if mode == "nearest":
        return np.pad(x, widths, "edge")
    if mode in ("wrap", "grid-wrap"):
        return np.pad(x, widths, "wrap")
    raise ValueError("this boundary mode is not supported")


def _correlated(x: Any, weights: Any, axis: Any, mode: Any, cval: Any, origin: Any) -> Any:
    moved = np.moveaxis(x, axis, -1)
    n, m = moved.shape[-1], len(weights)
    before = m // 2 + origin
    wide = _padded(moved, before, m - 1 - before, mode, cval)
    found = np.zeros(moved.shape, dtype=x.dtype)
    for k in range(m):
        found += weights[k] * wide[..., k : k + n]
    return np.moveaxis(found, -1, axis)


def correlate1d(
    input: Any, weights: Any, axis: Any = -1, *, mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0
) -> Any:
    """The correlation with a vector along an axis."""
    return _correlated(np.asarray(input), np.asarray(weights), axis, mode, cval, origin)


def convolve1d(
    input: Any, weights: Any, axis: Any = -1, *, mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0
) -> Any:
    """The convolution with a vector along an axis."""
    w = np.asarray(weights)
    shift = -origin - 1 if len(w) % 2 == 0 else -origin
    return _correlated(np.asarray(input), w[::-1], axis, mode, cval, shift)


def uniform_filter1d(
    input: Any, size: Any, axis: Any = -1, *, mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0
) -> Any:
    """The means of neighbours along an axis."""
    return _correlated(np.asarray(input), np.ones(size) / size, axis, mode, cval, origin)


def uniform_filter(input: Any, size: Any = 3, *, mode: Any = "reflect", cval: Any = 0.0) -> Any:
    """The means of neighbours along all axes."""
    found = np.asarray(input)
    for axis, width in enumerate(size if isinstance(size, (tuple, list)) else [size] * found.ndim):
        found = _correlated(found, np.ones(width) / width, axis, mode, cval, 0)
    return found


def _bell(sigma: Any, order: Any, radius: Any) -> Any:
    """The weights of a Gaussian filter, or of its first two derivatives."""
    x = np.arange(-radius, radius + 1)
    variance = sigma * sigma
    phi = np.exp(-0.5 / variance * x**2)
    phi = phi / phi.sum()
    if order == 0:
        return phi
    if order == 1:
        return phi * (-x / variance)
    if order == 2:
        return phi * (x**2 / (variance * variance) - 1.0 / variance)
    raise ValueError("derivatives of a Gaussian filter beyond the second are not supported")


def _smoothed(
    x: Any, sigma: Any, axis: Any, order: Any, mode: Any, cval: Any, truncate: Any, radius: Any
) -> Any:
    reach = int(truncate * float(sigma) + 0.5) if radius is None else radius
    return _correlated(x, _bell(sigma, order, reach)[::-1], axis, mode, cval, 0)


def gaussian_filter1d(
    input: Any,
    sigma: Any,
    axis: Any = -1,
    order: Any = 0,
    *,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: Any = 4.0,
    radius: Any = None,
) -> Any:
    """A Gaussian filter along an axis; derivatives by its width too."""
    return _smoothed(np.asarray(input), sigma, axis, order, mode, cval, truncate, radius)


def gaussian_filter(
    input: Any,
    sigma: Any,
    order: Any = 0,
    *,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: Any = 4.0,
    radius: Any = None,
) -> Any:
    """A Gaussian filter along all axes; derivatives by its width too."""
    found = np.asarray(input)
    widths = sigma if isinstance(sigma, (tuple, list)) else [sigma] * found.ndim
    orders = order if isinstance(order, (tuple, list)) else [order] * found.ndim
    for axis, width in enumerate(widths):
        found = _smoothed(found, width, axis, orders[axis], mode, cval, truncate, radius)
    return found


# -- between the points of a grid -----------------------------------------------------------------------
def _wrapped(k: Any, n: Any, mode: Any) -> Any:
    """The places of elements that stand for those outside."""
    if mode == "grid-wrap":
        return k % n
    if mode == "mirror":
        t = k % np.maximum(2 * (n - 1), 1)
        return np.where(t < n, t, 2 * (n - 1) - t)
    if mode in ("reflect", "grid-mirror"):
        t = k % (2 * n)
        return np.where(t < n, t, 2 * n - 1 - t)
    return np.clip(k, 0, n - 1)


def map_coordinates(
    input: Any, coordinates: Any, *, order: Any = 3, mode: Any = "constant", cval: Any = 0.0
) -> Any:
    """Values between the points of a grid, to order 0 or 1; derivatives by the places too."""
    if order > 1:
        raise ValueError("map_coordinates is supported for order 0 and 1")
    if mode not in ("constant", "nearest", "mirror", "reflect", "grid-mirror", "grid-wrap"):
        raise ValueError("this boundary mode is not supported")
    x = np.asarray(input)
    places = [np.asarray(coordinates[k]) for k in range(x.ndim)]
    inside = np.asarray(True)
    below, parts = [], []
    for k, place in enumerate(places):
        n = x.shape[k]
        inside = inside & (place >= 0) & (place <= n - 1)
        low = np.floor(place + 0.5) if order == 0 else np.floor(place)
        below.append(low.astype(np.int64))
        parts.append(place - low)
    found = 0.0
    corners: Any = [[]]
    for _ in places if order == 1 else []:
        corners = [[*corner, side] for corner in corners for side in (0, 1)]
    for corner in corners if order == 1 else [[0 for _ in places]]:
        at = tuple([_wrapped(below[k] + side, x.shape[k], mode) for k, side in enumerate(corner)])
        value = x[at]
        if order == 1:
            for k, side in enumerate(corner):
                value = value * (parts[k] if side else 1.0 - parts[k])
        found = found + value
    whole = np.where(inside, found, cval) if mode == "constant" else np.asarray(found)
    return whole.astype(x.dtype)


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.ndimage.correlate1d": correlate1d,
    "scipy.ndimage.convolve1d": convolve1d,
    "scipy.ndimage.uniform_filter1d": uniform_filter1d,
    "scipy.ndimage.uniform_filter": uniform_filter,
    "scipy.ndimage.gaussian_filter1d": gaussian_filter1d,
    "scipy.ndimage.gaussian_filter": gaussian_filter,
    "scipy.ndimage.map_coordinates": map_coordinates,
}
