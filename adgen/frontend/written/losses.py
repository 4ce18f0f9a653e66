"""Losses of scipy.special."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def huber(delta: Any, r: Any, /) -> Any:
    """Half of the square near 0, linear beyond delta."""
    u, v = _floats(delta, r)
    near = np.abs(v) <= u
    found = np.where(near, 0.5 * np.square(v), u * (np.abs(v) - 0.5 * u))
    return np.where(u < 0, np.inf, found)[()]


def pseudo_huber(delta: Any, r: Any, /) -> Any:
    """A smooth form of the loss of Huber."""
    u, v = _floats(delta, r)
    ratio = v / np.where(u == 0, 1.0, u)
    found = u * u * (np.square(ratio) / (1.0 + np.hypot(1.0, ratio)))
    return np.where(u < 0, np.inf, np.where((u == 0) | (v == 0), 0.0, found))[()]


def _floats(delta: Any, r: Any) -> tuple[Any, Any]:
    """Both as arrays of the precision of the result."""
    one, other = [np.asarray(x) if isinstance(x, list) else x for x in (delta, r)]
    dtype = np.result_type(one, other, 0.0)
    return np.asarray(one, dtype=dtype), np.asarray(other, dtype=dtype)


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.special.huber": huber,
    "scipy.special.pseudo_huber": pseudo_huber,
}
