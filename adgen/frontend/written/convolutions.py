"""Forms of convolutions of scipy.signal: along some axes, and of images that go on beyond their edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy


def along_axes(in1: Any, in2: Any, mode: Any, axes: Any) -> Any:
    """The convolution along some axes, by transforms; the others have equal sizes (or are 1)."""
    x, k = np.asarray(in1), np.asarray(in2)
    places = [axis % x.ndim for axis in (axes if isinstance(axes, (tuple, list)) else (axes,))]
    full = [x.shape[axis] + k.shape[axis] - 1 for axis in places]
    found = np.fft.irfftn(np.fft.rfftn(x, full, places) * np.fft.rfftn(k, full, places), full, places)
    if mode == "full":
        return found
    for axis in places:
        n, m = x.shape[axis], k.shape[axis]
        start, size = ((m - 1) // 2, n) if mode == "same" else (min(n, m) - 1, abs(n - m) + 1)
        moved = np.moveaxis(found, axis, 0)
        found = np.moveaxis(moved[start : start + size], 0, axis)
    return np.array(found)


def around(in1: Any, in2: Any, mode: Any, boundary: Any, flipped: Any) -> Any:
    """A convolution or a correlation of matrices, the first of which goes on beyond its edges."""
    x, k = np.asarray(in1), np.asarray(in2)
    if mode == "valid":
        if flipped:
            return scipy.signal.convolve2d(x, k, mode="valid")
        return scipy.signal.correlate2d(x, k, mode="valid")
    reach = [(m - 1, m - 1) for m in k.shape]
    if flipped:
        found = scipy.signal.convolve2d(np.pad(x, reach, boundary), k, mode="valid")
    else:
        found = scipy.signal.correlate2d(np.pad(x, reach, boundary), k, mode="valid")
    if mode == "full":
        return found
    first, second = [((m - 1) // 2 if flipped else m // 2) for m in k.shape]
    return np.array(found[first : first + x.shape[0], second : second + x.shape[1]])
