"""Areas under samples: scipy.integrate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1, initial: Any = None) -> Any:
    """The areas under samples joined by lines, up to every one of them."""
    f = np.moveaxis(np.asarray(y), axis, -1)
    if x is None:
        d = dx
    else:
        at = np.asarray(x)
        at = np.moveaxis(at, axis, -1) if at.ndim > 1 else at
        d = at[..., 1:] - at[..., :-1]
    found = np.cumsum(d * (f[..., 1:] + f[..., :-1]) / 2.0, axis=-1)
    if initial is not None:
        first = np.full((*found.shape[:-1], 1), initial, dtype=found.dtype)
        found = np.concatenate((first, found), axis=-1)
    return np.moveaxis(found, -1, axis)


def _over(a: Any, b: Any) -> Any:
    """a / b, and 0 where b is: between samples at one place there is no area."""
    none = b == 0.0
    return np.where(none, 0.0, a / np.where(none, 1.0, b))


def _pairs(f: Any, h: Any, n: Any) -> Any:
    """Simpson's rule over the first n intervals, two at a time; n is even, ``h`` their lengths."""
    h0, h1 = h[..., 0:n:2], h[..., 1:n:2]
    total, product = h0 + h1, h0 * h1
    ratio = _over(h0, h1)
    left, middle, right = f[..., 0 : n - 1 : 2], f[..., 1:n:2], f[..., 2 : n + 1 : 2]
    part = left * (2.0 - _over(1.0, ratio)) + middle * (total * _over(total, product)) + right * (2.0 - ratio)
    return np.sum(total / 6.0 * part, axis=-1)


def _evenly(f: Any, n: Any) -> Any:
    """Simpson's rule over the first n intervals, all of length 1; n is even."""
    return np.sum(f[..., 0 : n - 1 : 2] + 4.0 * f[..., 1:n:2] + f[..., 2 : n + 1 : 2], axis=-1) / 3.0


def _even_simpson(f: Any, n: Any) -> Any:
    """Under samples at distances of 1."""
    if n == 0:
        return np.zeros(f.shape[:-1], dtype=f.dtype)[()]
    if n == 1:
        return np.sum(f[..., 1:] + f[..., :-1], axis=-1) / 2.0
    if n % 2 == 0:
        return _evenly(f, n)
    return _evenly(f, n - 1) + (5.0 * f[..., n] + 8.0 * f[..., n - 1] - f[..., n - 2]) / 12.0


def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: Any = -1) -> Any:
    """The area under samples joined by parabolas; an interval that is left over lies under the last one."""
    f = np.moveaxis(np.asarray(y) * 1.0, axis, -1)
    n = f.shape[-1] - 1
    if x is None:
        return dx * _even_simpson(f, n)
    at = np.asarray(x)
    at = np.moveaxis(at, axis, -1) if at.ndim > 1 else at
    h = at[..., 1:] - at[..., :-1]
    if n == 0:
        return np.zeros(f.shape[:-1], dtype=f.dtype)[()]
    if n == 1:
        return np.sum(h * (f[..., 1:] + f[..., :-1]) / 2.0, axis=-1)
    if n % 2 == 0:
        return _pairs(f, h, n)
    h0, h1 = h[..., n - 2], h[..., n - 1]
    last = _over(2 * h1**2 + 3 * h0 * h1, 6 * (h1 + h0)) * f[..., n]
    middle = _over(h1**2 + 3.0 * h0 * h1, 6 * h0) * f[..., n - 1]
    first = _over(h1**3, 6 * h0 * (h0 + h1)) * f[..., n - 2]
    return _pairs(f, h, n - 1) + (last + middle - first)


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.integrate.cumulative_trapezoid": cumulative_trapezoid,
    "scipy.integrate.simpson": simpson,
}
