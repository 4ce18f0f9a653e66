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


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.ndimage.correlate": correlate,
    "scipy.ndimage.convolve": convolve,
    "scipy.ndimage.sobel": sobel,
    "scipy.ndimage.prewitt": prewitt,
    "scipy.ndimage.laplace": laplace,
}
