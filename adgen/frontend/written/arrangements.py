"""Arrays taken apart, put together, turned and padded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


# -- parts ----------------------------------------------------------------------------------------------
def split_at(ary: Any, indices: Any, axis: Any = 0) -> Any:
    """The parts between positions, as slices have them."""
    x = np.moveaxis(ary, axis, 0)
    ends = [k for k in indices]
    if len(ends) == 0:
        return [x]
    between = [x[ends[k] : ends[k + 1]] for k in range(len(ends) - 1)]
    return [np.moveaxis(part, 0, axis) for part in (x[: ends[0]], *between, x[ends[-1] :])]


def array_split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    """Parts of nearly one size, or those between positions, as views."""
    if not isinstance(indices_or_sections, int):
        return split_at(ary, indices_or_sections, axis)
    x = np.moveaxis(ary, axis, 0)
    n = x.shape[0]
    sections = indices_or_sections
    size, extra = n // sections, n % sections
    bounds = [k * size + min(k, extra) for k in range(sections + 1)]
    return [np.moveaxis(x[bounds[k] : bounds[k + 1]], 0, axis) for k in range(sections)]


def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts side by side, as views."""
    return np.split(ary, indices_or_sections, 0 if np.ndim(ary) == 1 else 1)


def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts one under the other, as views."""
    return np.split(ary, indices_or_sections, 0)


def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts along the third axis, as views."""
    return np.split(ary, indices_or_sections, 2)


def unstack(x: Any, /, *, axis: Any = 0) -> Any:
    """The layers along an axis, as views."""
    return tuple(np.moveaxis(x, axis, 0))


# -- turned ---------------------------------------------------------------------------------------------
def rot90(m: Any, k: Any = 1, axes: Any = (0, 1)) -> Any:
    """Turned by right angles in the plane of two axes, as a view."""
    x = np.asarray(m)
    turns = k % 4
    if turns == 0:
        return x[:]
    if turns == 2:
        return np.flip(np.flip(x, axes[0]), axes[1])
    if turns == 1:
        return np.swapaxes(np.flip(x, axes[1]), axes[0], axes[1])
    return np.flip(np.swapaxes(x, axes[0], axes[1]), axes[1])


def rollaxis(a: Any, axis: Any, start: Any = 0) -> Any:
    """An axis moved to stand before another one, as a view."""
    n = np.ndim(a)
    source, target = axis % n, start + n if start < 0 else start
    return np.moveaxis(a, source, target - 1 if source < target else target)


def resize(a: Any, new_shape: Any) -> Any:
    """The elements in another shape, again and again until it is full."""
    shape = new_shape if isinstance(new_shape, (tuple, list)) else (new_shape,)
    x = np.ravel(a)
    places = np.arange(np.prod(np.array(shape))) % len(x)
    return x[places].reshape(tuple(shape))


def repeat_each(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Every element its own number of times."""
    x = np.ravel(a) if axis is None else np.asarray(a)
    at = 0 if axis is None else axis
    counts = np.broadcast_to(np.asarray(repeats), (x.shape[at],))
    if np.any(counts < 0):
        raise ValueError("repeats may not contain negative values.")
    ends = np.cumsum(counts)
    places = np.searchsorted(ends, np.arange(np.sum(counts)), side="right")
    return np.take(x, places, axis=at)


# -- with parts put in or left out ----------------------------------------------------------------------
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """An array with values put in before positions along an axis (flattened for None)."""
    x = np.asarray(arr)
    if axis is None:
        x = np.ravel(x)
    at = 0 if axis is None else axis
    moved = np.moveaxis(x, at, 0)
    n = moved.shape[0]
    new = np.asarray(values).astype(x.dtype)
    if not isinstance(obj, slice) and np.ndim(obj) == 0:
        place = obj + n if obj < 0 else obj
        if axis is None and new.ndim > 0:
            layers = np.ravel(new)
        elif new.ndim >= x.ndim:
            layers = np.moveaxis(new, at, 0)
        else:
            layers = np.broadcast_to(new, moved.shape[1:])[None]
        return np.moveaxis(np.concatenate((moved[:place], layers, moved[place:])), 0, at)
    places = np.arange(n)[obj] if isinstance(obj, slice) else np.asarray(obj)
    places = np.where(places < 0, places + n, places)
    order = np.argsort(places)
    count = len(places)
    if new.ndim == x.ndim and x.ndim > 1:
        layers = np.broadcast_to(np.moveaxis(new, at, 0), (count, *moved.shape[1:]))
    else:
        layers = np.broadcast_to(new, (count, *moved.shape[1:]))
    found = np.empty((n + count, *moved.shape[1:]), dtype=x.dtype)
    rising = places[order]
    found[rising + np.arange(count)] = layers[order]
    found[np.arange(n) + np.searchsorted(rising, np.arange(n), side="right")] = moved
    return np.moveaxis(found, 0, at)


def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """An array without the elements at positions along an axis (flattened for None)."""
    x = np.asarray(arr)
    if axis is None:
        x = np.ravel(x)
    at = 0 if axis is None else axis
    moved = np.moveaxis(x, at, 0)
    n = moved.shape[0]
    if isinstance(obj, slice):
        stays = np.ones(n, dtype=bool)
        stays[obj] = False
        return np.moveaxis(moved[np.nonzero(stays)[0]], 0, at)
    if np.ndim(obj) == 0:
        place = obj + n if obj < 0 else obj
        return np.moveaxis(np.concatenate((moved[:place], moved[place + 1 :])), 0, at)
    stays = np.ones(n, dtype=bool)
    gone = np.asarray(obj)
    if gone.dtype == np.bool_:
        stays = ~gone
    elif len(gone) > 0:
        stays[gone] = False
    return np.moveaxis(moved[np.nonzero(stays)[0]], 0, at)


# -- between brackets -----------------------------------------------------------------------------------
def r_(*items: Any) -> Any:
    """Numbers, ranges and arrays one after the other; numbers take the dtype of arrays."""
    dtype = np.result_type(*[np.asarray(x) if isinstance(x, list) else x for x in items])
    return np.concatenate([np.atleast_1d(x).astype(dtype) for x in items])


def c_(*items: Any) -> Any:
    """Numbers, ranges and vectors as columns."""
    columns = [np.atleast_1d(x) for x in items]
    return np.concatenate([x[:, None] if x.ndim == 1 else x for x in columns], axis=-1)


# -- blocks ---------------------------------------------------------------------------------------------
def _depth(arrays: Any) -> Any:
    return 1 + max([_depth(x) for x in arrays]) if isinstance(arrays, list) else 0


def _rank(arrays: Any) -> Any:
    return max([_rank(x) for x in arrays]) if isinstance(arrays, list) else np.ndim(arrays)


def _blocks(arrays: Any, level: Any, rank: Any) -> Any:
    if isinstance(arrays, list):
        return np.concatenate([_blocks(x, level - 1, rank) for x in arrays], axis=rank - level)
    x = np.asarray(arrays)
    return x.reshape((*[1 for _ in range(rank - x.ndim)], *x.shape))


def block(arrays: Any) -> Any:
    """Nested lists of arrays put together: the innermost ones side by side."""
    depth = _depth(arrays)
    return np.array(_blocks(arrays, depth, max(depth, _rank(arrays))))


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.array_split": array_split,
    "numpy.hsplit": hsplit,
    "numpy.vsplit": vsplit,
    "numpy.dsplit": dsplit,
    "numpy.unstack": unstack,
    "numpy.rot90": rot90,
    "numpy.rollaxis": rollaxis,
    "numpy.resize": resize,
    "numpy.insert": insert,
    "numpy.delete": delete,
    "numpy.block": block,
    "numpy.r_": r_,
    "numpy.c_": c_,
}
