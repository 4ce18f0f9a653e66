"""Linear filters of signals: scipy.signal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _filtered(f: Any, over: Any, under: Any, state: Any) -> Any:
    """Every row of ``f`` filtered, in the transposed direct form II; the state is changed in place."""
    found = np.zeros_like(f)
    last = len(state) - 1
    for t in range(len(f)):
        found[t] = over[0] * f[t] + state[0]
        for k in range(last):
            state[k] = state[k + 1] + over[k + 1] * f[t] - under[k + 1] * found[t]
        state[last] = over[last + 1] * f[t] - under[last + 1] * found[t]
    return found


def lfilter(b: Any, a: Any, x: Any, axis: Any = -1, zi: Any = None) -> Any:
    """A signal through a rational filter; with a state at first, also the state at last."""
    over, under = np.atleast_1d(b), np.atleast_1d(a)
    order = max(len(over), len(under))
    over = np.concatenate((over, np.zeros(order - len(over), dtype=over.dtype))) / under[0]
    under = np.concatenate((under, np.zeros(order - len(under), dtype=under.dtype))) / under[0]
    f = np.moveaxis(x * np.ones(1, dtype=np.result_type(over, under, x)), axis, 0)
    state = np.zeros((order - 1, *f.shape[1:]), dtype=f.dtype)
    if zi is not None:
        state = state + np.moveaxis(np.asarray(zi), axis, 0)
    found = over[0] * f if order == 1 else _filtered(f, over, under, state)
    if zi is None:
        return np.moveaxis(found, 0, axis)
    return np.moveaxis(found, 0, axis), np.moveaxis(state, 0, axis)


def detrend(data: Any, axis: Any = -1, type: Any = "linear") -> Any:
    """A signal less its mean, or less the line of least squares through it."""
    f = np.moveaxis(np.asarray(data) * 1.0, axis, -1)
    centred = f - np.mean(f, axis=-1, keepdims=True)
    if type in ("linear", "l"):
        n = f.shape[-1]
        place = (np.arange(n) - 0.5 * (n - 1)).astype(f.dtype)
        slope = np.sum(centred * place, axis=-1, keepdims=True) / np.maximum(np.sum(place * place), 0.5)
        centred = centred - slope * place
    return np.moveaxis(centred, -1, axis)


NAMES: dict[str, Callable[..., Any]] = {"scipy.signal.lfilter": lfilter, "scipy.signal.detrend": detrend}
