"""Differences, slopes and areas of sampled functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


# -- neighbours -----------------------------------------------------------------------------------------
def _end(x: Any, end: Any, axis: Any) -> Any:
    """What is put before or behind an array along an axis: a number becomes one layer."""
    y = np.asarray(end)
    if y.ndim > 0:
        return y
    shape = [1 if k == axis % x.ndim else d for k, d in enumerate(x.shape)]
    return np.broadcast_to(y, tuple(shape))


def diff(a: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Any:
    """Differences of neighbours."""
    x = np.asarray(a)
    if n == 0:
        return a
    if n < 0:
        raise ValueError("order must be non-negative")
    if prepend is not None and append is not None:
        x = np.concatenate((_end(x, prepend, axis), x, _end(x, append, axis)), axis)
    elif prepend is not None:
        x = np.concatenate((_end(x, prepend, axis), x), axis)
    elif append is not None:
        x = np.concatenate((x, _end(x, append, axis)), axis)
    y = np.moveaxis(x, axis, -1)
    for _ in [0] * n:
        y = y[..., 1:] != y[..., :-1] if x.dtype == np.bool_ else y[..., 1:] - y[..., :-1]
    return np.moveaxis(y, -1, axis)


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences of neighbours of the flattened array, with what is put at the ends."""
    x = np.ravel(ary)
    y = x[1:] - x[:-1]
    if to_begin is not None:
        y = np.concatenate((np.ravel(to_begin).astype(x.dtype), y))
    if to_end is not None:
        y = np.concatenate((y, np.ravel(to_end).astype(x.dtype)))
    return y


# -- slopes ---------------------------------------------------------------------------------------------
def _uniform(f: Any, h: Any, edge_order: Any) -> Any:
    """Slopes along the last axis, of samples at equal distances."""
    inner = (f[..., 2:] - f[..., :-2]) / (2.0 * h)
    if edge_order == 1:
        first, last = (f[..., 1:2] - f[..., 0:1]) / h, (f[..., -1:] - f[..., -2:-1]) / h
    else:
        first = (-1.5 / h) * f[..., 0:1] + (2.0 / h) * f[..., 1:2] + (-0.5 / h) * f[..., 2:3]
        last = (0.5 / h) * f[..., -3:-2] + (-2.0 / h) * f[..., -2:-1] + (1.5 / h) * f[..., -1:]
    return np.concatenate((first, inner, last), -1)


def _uneven(f: Any, x: Any, edge_order: Any) -> Any:
    """Slopes along the last axis, of samples at the places ``x``."""
    h = x[1:] - x[:-1]
    p, q = h[:-1], h[1:]
    inner = -q / (p * (p + q)) * f[..., :-2] + (q - p) / (p * q) * f[..., 1:-1]
    inner = inner + p / (q * (p + q)) * f[..., 2:]
    if edge_order == 1:
        first, last = (f[..., 1:2] - f[..., 0:1]) / h[0], (f[..., -1:] - f[..., -2:-1]) / h[-1]
        return np.concatenate((first, inner, last), -1)
    p, q = h[0], h[1]
    first = -(2.0 * p + q) / (p * (p + q)) * f[..., 0:1] + (p + q) / (p * q) * f[..., 1:2]
    first = first - p / (q * (p + q)) * f[..., 2:3]
    p, q = h[-2], h[-1]
    last = q / (p * (p + q)) * f[..., -3:-2] - (q + p) / (p * q) * f[..., -2:-1]
    last = last + (2.0 * q + p) / (q * (p + q)) * f[..., -1:]
    return np.concatenate((first, inner, last), -1)


def _along(f: Any, spacing: Any, axis: Any, edge_order: Any) -> Any:
    moved = np.moveaxis(f, axis, -1)
    if np.ndim(spacing) == 0:
        return np.moveaxis(_uniform(moved, spacing, edge_order), -1, axis)
    return np.moveaxis(_uneven(moved, np.asarray(spacing), edge_order), -1, axis)


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    """Slopes of a sampled function: central differences, one-sided ones at the edges."""
    y = np.asarray(f)
    if y.dtype.kind not in ("f", "c"):
        y = y.astype(np.float64)
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    if axis is None:
        axes = [k for k in range(y.ndim)]
    elif isinstance(axis, tuple):
        axes = [k for k in axis]
    else:
        axes = [axis]
    if len(varargs) == 0:
        spacings = [1.0 for _ in axes]
    elif len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        spacings = [varargs[0] for _ in axes]
    elif len(varargs) == len(axes):
        spacings = [h for h in varargs]
    else:
        raise TypeError("invalid number of arguments")
    found = [_along(y, h, k, edge_order) for h, k in zip(spacings, axes, strict=True)]
    return found[0] if len(axes) == 1 else tuple(found)


# -- areas ----------------------------------------------------------------------------------------------
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    """The area under samples joined by lines."""
    f = np.moveaxis(np.asarray(y), axis, -1)
    if x is None:
        return (dx * (f[..., 1:] + f[..., :-1]) / 2.0).sum(-1)
    at = np.asarray(x)
    if at.ndim > 1:
        at = np.moveaxis(at, axis, -1)
    return ((at[..., 1:] - at[..., :-1]) * (f[..., 1:] + f[..., :-1]) / 2.0).sum(-1)


# -- between samples ------------------------------------------------------------------------------------
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """The value at ``x`` of samples joined by lines; derivatives by the samples and their places too."""
    at, places, values = np.asarray(x), np.asarray(xp), np.asarray(fp)
    at, places = at.astype(np.float64), places.astype(np.float64)
    values = values.astype(np.complex128 if np.iscomplexobj(values) else np.float64)
    if period is not None:
        turn = np.abs(period)
        at, places = at % turn, places % turn
        order = np.argsort(places)
        places, values = places[order], values[order]
        places = np.concatenate((places[-1:] - turn, places, places[0:1] + turn))
        values = np.concatenate((values[-1:], values, values[0:1]))
    n = len(places)
    if n == 1:
        found = values[0] + 0.0 * at
    else:
        k = np.clip(np.searchsorted(places, at, side="right") - 1, 0, n - 2)
        slope = (values[k + 1] - values[k]) / (places[k + 1] - places[k])
        found = slope * (at - places[k]) + values[k]
        found = np.where(at >= places[-1], values[-1], found)
    below = values[0] if left is None or period is not None else left
    above = values[-1] if right is None or period is not None else right
    found = np.where(at < places[0], below, found)
    return np.where(at > places[-1], above, found)[()]


def unwrap(p: Any, discont: Any = None, axis: Any = -1, *, period: Any = 2 * np.pi) -> Any:
    """Angles with whole turns added so that neighbours are near each other."""
    x = np.moveaxis(np.asarray(p), axis, -1)
    d = x[..., 1:] - x[..., :-1]
    limit = period / 2 if discont is None else discont
    half = period / 2
    near = np.mod(d + half, period) - half
    near = np.where((near == -half) & (d > 0), half, near)
    turns = np.where(np.abs(d) < limit, 0.0, near - d)
    moved = x[..., 1:] + np.cumsum(turns, -1)
    return np.moveaxis(np.concatenate((x[..., :1], moved), -1), -1, axis)


NAMES: dict[str, Callable[..., Any]] = {
    "numpy.diff": diff,
    "numpy.ediff1d": ediff1d,
    "numpy.gradient": gradient,
    "numpy.trapezoid scipy.integrate.trapezoid": trapezoid,
    "numpy.interp": interp,
    "numpy.unwrap": unwrap,
}
