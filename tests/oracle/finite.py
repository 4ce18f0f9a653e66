"""The finite-difference oracle: central differences that must reach a plateau.

A single step size can agree by accident, and no step size agrees everywhere. So the derivative is
estimated at many steps and accepted only where at least four neighbouring estimates agree; the
answer is the median of those that agree best, or of the first that agree far better than asked.
`NoPlateau` means that the function is not smooth enough to judge.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

STEPS = tuple(10.0 ** (-0.5 * k) for k in range(3, 16))
WIDTH = 4
#: where four neighbouring steps may begin; first where most functions have their plateau
STARTS = (2, 3, 1, 4, 0, *range(5, len(STEPS) - WIDTH + 1))
#: steps that agree to this part of what is asked are not held against others
ENOUGH = 0.01


class NoPlateau(Exception):
    """No four neighbouring steps agree on a derivative."""


def flatten(out: Any) -> np.ndarray:
    """All numbers of a result as one vector."""
    if isinstance(out, (tuple, list)):
        return np.concatenate([flatten(o) for o in out]) if out else np.zeros(0)
    return real_numbers(out)


def real_numbers(x: Any) -> np.ndarray:
    """The numbers of an array as one vector, a complex one as two."""
    array = np.ravel(np.asarray(x))
    if array.dtype.kind == "c":
        return array.astype(np.complex128).view(np.float64)
    return array.astype(np.float64)


def move(args: Sequence[Any], tangents: Sequence[Any], h: float) -> tuple[Any, ...]:
    """args + h * tangents; integers stay, every array is a fresh copy."""
    return tuple(_moved(p, t, h) for p, t in zip(args, tangents, strict=True))


def _moved(p: Any, t: Any, h: float) -> Any:
    if isinstance(p, np.ndarray):
        return np.asarray(p + h * np.asarray(t), p.dtype) if p.dtype.kind in "fc" else p.copy()
    if isinstance(p, (float, complex, np.inexact)):
        return type(p)(p + h * t)
    if isinstance(p, np.random.Generator):
        return copy.deepcopy(p)
    if isinstance(p, tuple):
        return tuple(_moved(a, b, h) for a, b in zip(p, t, strict=True))
    return p


def _difference(
    fun: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any], h: float
) -> np.ndarray:
    """Fourth-order central difference."""
    at = {k: flatten(fun(*move(args, tangents, k * h))) for k in (-2, -1, 1, 2)}
    return (8.0 * (at[1] - at[-1]) - (at[2] - at[-2])) / (12.0 * h)


def _largest(x: np.ndarray) -> float:
    return float(np.max(np.abs(x), initial=0.0))


def jvp(
    fun: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any], rtol: float = 1e-6
) -> np.ndarray:
    """The directional derivative as a flat vector, agreed upon by neighbouring steps."""
    row = cache(lambda k: _difference(fun, args, tangents, STEPS[k]))
    best, spread = np.zeros(0), np.inf
    for i in STARTS:
        window = np.stack([row(k) for k in range(i, i + WIDTH)])
        if not np.all(np.isfinite(window)):
            continue
        centre = np.median(window, axis=0)
        width = _largest(window - centre) / (1.0 + _largest(centre))
        if width < spread:
            best, spread = centre, width
        if spread <= ENOUGH * rtol:
            break
    if not spread <= rtol:
        raise NoPlateau(f"closest four steps differ by {spread:.1e}")
    return best
