"""Filters of scipy.ndimage whose weights lie around an element in several dimensions, and edge filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy


def _mode_of(mode: Any) -> Any:
    """What np.pad calls a boundary mode of scipy.ndimage."""
    if mode in ("reflect", "grid-mirror"):
        return "symmetric"
    if mode == "mirror":
        return "reflect"
    if mode == "nearest":
        return "edge"
    if mode in ("wrap", "grid-wrap"):
        return "wrap"
    raise ValueError("this boundary mode is not supported")


def _each(given: Any, rank: Any) -> Any:
    """One for every axis."""
    return list(given) if isinstance(given, (tuple, list)) else [given for _ in range(rank)]


def _correlated(x: Any, w: Any, mode: Any, cval: Any, shifts: Any) -> Any:
    """The correlation with weights whose middle is moved by ``shifts``."""
    befores = [w.shape[k] // 2 + shifts[k] for k in range(x.ndim)]
    widths = [(befores[k], w.shape[k] - 1 - befores[k]) for k in range(x.ndim)]
    if mode in ("constant", "grid-constant"):
        wide = np.pad(x, widths, "constant", constant_values=cval)
    else:
        wide = np.pad(x, widths, _mode_of(mode))
    return scipy.signal.correlate(wide, w, mode="valid", method="direct").astype(x.dtype)


def correlate(input: Any, weights: Any, *, mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0) -> Any:
    """The correlation with weights around each element."""
    x, w = np.asarray(input), np.asarray(weights)
    return _correlated(x, w, mode, cval, _each(origin, x.ndim))


def convolve(input: Any, weights: Any, *, mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0) -> Any:
    """The convolution with weights around each element."""
    x, w = np.asarray(input), np.asarray(weights)
    origins = _each(origin, x.ndim)
    shifts = [-origins[k] - 1 if w.shape[k] % 2 == 0 else -origins[k] for k in range(x.ndim)]
    return _correlated(x, np.flip(w), mode, cval, shifts)


# -- edges ----------------------------------------------------------------------------------------------
def _edges(x: Any, axis: Any, across: Any, mode: Any, cval: Any) -> Any:
    """Differences along an axis, smoothed along the others."""
    found = scipy.ndimage.correlate1d(x, [-1.0, 0.0, 1.0], axis, mode=mode, cval=cval)
    for k in range(x.ndim):
        if k != axis % x.ndim:
            found = scipy.ndimage.correlate1d(found, across, k, mode=mode, cval=cval)
    return found


def sobel(input: Any, axis: Any = -1, *, mode: Any = "reflect", cval: Any = 0.0) -> Any:
    """Differences along an axis, the others smoothed with weights 1, 2, 1."""
    return _edges(np.asarray(input), axis, [1.0, 2.0, 1.0], mode, cval)


def prewitt(input: Any, axis: Any = -1, *, mode: Any = "reflect", cval: Any = 0.0) -> Any:
    """Differences along an axis, the others smoothed with weights 1, 1, 1."""
    return _edges(np.asarray(input), axis, [1.0, 1.0, 1.0], mode, cval)


def laplace(input: Any, *, mode: Any = "reflect", cval: Any = 0.0) -> Any:
    """The sum of second differences along all axes."""
    x = np.asarray(input)
    found = np.zeros(x.shape, dtype=x.dtype)
    for k in range(x.ndim):
        found += scipy.ndimage.correlate1d(x, [1.0, -2.0, 1.0], k, mode=mode, cval=cval)
    return found


def gaussian_laplace(input: Any, sigma: Any, *, mode: Any = "reflect", cval: Any = 0.0) -> Any:
    """The sum of second derivatives along all axes, of the image behind a Gaussian filter."""
    x = np.asarray(input)
    found = np.zeros(x.shape, dtype=x.dtype)
    for k in range(x.ndim):
        orders = [2 if j == k else 0 for j in range(x.ndim)]
        found += scipy.ndimage.gaussian_filter(x, sigma, orders, mode=mode, cval=cval)
    return found


def gaussian_gradient_magnitude(input: Any, sigma: Any, *, mode: Any = "reflect", cval: Any = 0.0) -> Any:
    """The length of the gradient of the image behind a Gaussian filter."""
    x = np.asarray(input)
    slopes = []
    for k in range(x.ndim):
        orders = [1 if j == k else 0 for j in range(x.ndim)]
        slopes.append(scipy.ndimage.gaussian_filter(x, sigma, orders, mode=mode, cval=cval))
    return np.linalg.norm(np.stack(slopes), axis=0)


# -- extremes -------------------------------------------------------------------------------------------
def _windows(x: Any, size: Any, mode: Any, cval: Any) -> Any:
    """The neighbours of every element, in a last axis."""
    sizes = _each(size, x.ndim)
    widths = [(n // 2, n - 1 - n // 2) for n in sizes]
    if mode in ("constant", "grid-constant"):
        wide = np.pad(x, widths, "constant", constant_values=cval)
    else:
        wide = np.pad(x, widths, _mode_of(mode))
    windows = np.lib.stride_tricks.sliding_window_view(wide, tuple(sizes))
    return windows.reshape((*x.shape, -1))


def maximum_filter(input: Any, size: Any, *, mode: Any = "reflect", cval: Any = 0.0) -> Any:
    """The largest of the neighbours of every element."""
    return np.max(_windows(np.asarray(input), size, mode, cval), axis=-1)


def minimum_filter(input: Any, size: Any, *, mode: Any = "reflect", cval: Any = 0.0) -> Any:
    """The smallest of the neighbours of every element."""
    return np.min(_windows(np.asarray(input), size, mode, cval), axis=-1)


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.ndimage.correlate": correlate,
    "scipy.ndimage.convolve": convolve,
    "scipy.ndimage.sobel": sobel,
    "scipy.ndimage.prewitt": prewitt,
    "scipy.ndimage.laplace": laplace,
    "scipy.ndimage.gaussian_laplace": gaussian_laplace,
    "scipy.ndimage.gaussian_gradient_magnitude": gaussian_gradient_magnitude,
    "scipy.ndimage.maximum_filter": maximum_filter,
    "scipy.ndimage.minimum_filter": minimum_filter,
}
