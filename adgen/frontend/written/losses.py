"""Losses of scipy.special."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def huber(delta: Any, r: Any, /) -> Any:
    """Half of the square near 0, linear beyond delta."""
    near = np.abs(r) <= delta
    found = np.where(near, 0.5 * np.square(r), delta * (np.abs(r) - 0.5 * np.asarray(delta)))
    return np.where(np.asarray(delta) < 0, np.inf, found)[()]


def pseudo_huber(delta: Any, r: Any, /) -> Any:
    """A smooth form of the loss of Huber."""
    u, v = np.asarray(delta) + 0.0, np.asarray(r)
    ratio = v / np.where(u == 0, 1.0, u)
    found = u * u * (np.square(ratio) / (1.0 + np.hypot(1.0, ratio)))
    return np.where(u < 0, np.inf, np.where((u == 0) | (v == 0), 0.0, found))[()]


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.special.huber": huber,
    "scipy.special.pseudo_huber": pseudo_huber,
}
