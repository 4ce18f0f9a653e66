"""Arrays with layers around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _pair(given: Any) -> Any:
    """What belongs before and what behind, of one axis."""
    if not isinstance(given, (tuple, list)):
        return given, given
    return (given[0], given[0]) if len(given) == 1 else (given[0], given[1])


def _of_axis(given: Any, axis: Any, rank: Any) -> Any:
    if axis in given:
        return _pair(given[axis])
    return _pair(given[axis - rank]) if axis - rank in given else (0, 0)


def _pairs(given: Any, rank: Any) -> Any:
    """One pair for every axis; of a dict, those of the axes that it names."""
    if isinstance(given, dict):
        return [_of_axis(given, axis, rank) for axis in range(rank)]
    if not isinstance(given, (tuple, list)):
        return [(given, given) for _ in range(rank)]
    if not isinstance(given[0], (tuple, list)):
        return [_pair(given) for _ in range(rank)]
    if len(given) == 1:
        return [_pair(given[0]) for _ in range(rank)]
    return [_pair(item) for item in given]


def _outside(n: Any, before: Any, after: Any, mode: Any) -> Any:
    """For every place of the padded axis, the element that stands there."""
    k = np.arange(n + before + after) - before
    if mode == "edge":
        return np.clip(k, 0, n - 1)
    if mode == "wrap":
        return k % n
    if mode == "symmetric":
        t = k % (2 * n)
        return np.where(t < n, t, 2 * n - 1 - t)
    period = np.maximum(2 * (n - 1), 1)
    t = k % period
    return np.where(t < n, t, period - t) % n


def _statistic(x: Any, mode: Any) -> Any:
    if mode == "mean":
        return np.mean(x, axis=0, keepdims=True)
    if mode == "maximum":
        return np.max(x, axis=0, keepdims=True)
    if mode == "minimum":
        return np.min(x, axis=0, keepdims=True)
    return np.median(x, axis=0, keepdims=True)


def _layers(x: Any, layer: Any, count: Any) -> Any:
    return np.broadcast_to(layer, (count, *x.shape[1:])).astype(x.dtype)


def _ramp(edge: Any, end: Any, count: Any) -> Any:
    """Layers at equal distances from an end value (which counts) to an edge (which does not)."""
    part = np.arange(count).reshape((count, *[1 for _ in range(edge.ndim - 1)])) / count
    return part * (edge - end) + end


def _turned(x: Any, before: Any, after: Any, mode: Any) -> Any:
    """Images in the points at the ends instead of in a mirror there."""
    n = x.shape[0]
    k = np.arange(n + before + after) - before
    period = 2 * n if mode == "symmetric" else np.maximum(2 * (n - 1), 1)
    turns, t = k // period, k % period
    back = np.clip(period - 1 - t if mode == "symmetric" else period - t, 0, n - 1)
    column = tuple([-1 if j == 0 else 1 for j in range(x.ndim)])
    there = (t < n).reshape(column)
    image = np.where(there, x[np.clip(t, 0, n - 1)], 2 * x[-1:] - x[back])
    return image + 2 * turns.reshape(column).astype(x.dtype) * (x[-1:] - x[:1])


def _padded(x: Any, before: Any, after: Any, mode: Any, ends: Any, length: Any) -> Any:
    """With layers along the first axis."""
    n = x.shape[0]
    if mode in ("constant", "empty"):
        return np.concatenate((_layers(x, ends[0], before), x, _layers(x, ends[1], after)))
    if mode == "linear_ramp":
        front = _ramp(x[:1], ends[0], before).astype(x.dtype)
        back = _ramp(x[-1:], ends[1], after)[::-1].astype(x.dtype)
        return np.concatenate((front, x, back))
    if mode in ("mean", "maximum", "minimum", "median"):
        first = x if length[0] is None else x[: length[0]]
        last = x if length[1] is None else x[-length[1] :]
        front, back = _layers(x, _statistic(first, mode), before), _layers(x, _statistic(last, mode), after)
        return np.concatenate((front, x, back))
    return x[_outside(n, before, after, mode)]


def pad(
    array: Any,
    pad_width: Any,
    mode: Any = "constant",
    *,
    constant_values: Any = 0,
    end_values: Any = 0,
    stat_length: Any = None,
    reflect_type: Any = "even",
) -> Any:
    """An array with layers around it: constants, repetitions, mirror images, ramps or statistics."""
    known = ("constant", "edge", "reflect", "symmetric", "wrap", "linear_ramp", "empty")
    if mode not in (*known, "mean", "maximum", "minimum", "median"):
        raise ValueError("this mode of padding is not supported")
    x = np.asarray(array)
    rank = x.ndim
    if reflect_type == "odd" and mode in ("reflect", "symmetric"):
        found = np.array(x)
        for k, width in enumerate(_pairs(pad_width, rank)):
            moved = np.moveaxis(found, k, 0)
            found = np.moveaxis(_turned(moved, width[0], width[1], mode), 0, k)
        return found
    widths, lengths = _pairs(pad_width, rank), _pairs(stat_length, rank)
    ends = _pairs(constant_values if mode == "constant" else end_values, rank)
    found = np.array(x)
    for k, width in enumerate(widths):
        moved = np.moveaxis(found, k, 0)
        found = np.moveaxis(_padded(moved, width[0], width[1], mode, ends[k], lengths[k]), 0, k)
    return found


NAMES: dict[str, Callable[..., Any]] = {"numpy.pad": pad}
