"""Numerical derivatives that say how good they are.

Central differences at a ladder of steps, each halved from the one before, are extrapolated once
(fourth order). A derivative is where four neighbouring estimates agree; how far apart they are is
its error. No single step is trusted: one step agrees by accident, and saturated or noisy functions
look right at some step. At a kink the slopes of the two sides stay apart however small the step; there
is no derivative to compare with, and the error is infinite. Where a function also runs on complex
numbers and its complex step agrees with the differences, that value, good to the last digits, is taken
instead.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adgen.records import dataclass

Vector = NDArray[np.float64]

#: steps of the ladder, and how many neighbours must agree
_RUNGS, _WIDTH = 16, 4
_FIRST_STEP = 0.0625
_COMPLEX_STEP = 1e-30


@dataclass(frozen=True, slots=True)
class Estimate:
    """A numerical derivative, its error, and how it was found."""

    value: Vector
    error: Vector
    method: str

    def __getitem__(self, index: int) -> Estimate:
        return Estimate(self.value[index : index + 1], self.error[index : index + 1], self.method)


def differentiate(
    fun: Callable[[float], Vector], on_complex: Callable[[complex], Any] | None = None
) -> Estimate:
    """The derivative of ``fun`` at 0; ``on_complex`` is the same function for a complex step.

    >>> estimate = differentiate(lambda h: np.array([np.sin(1.0 + h)]))
    >>> bool(abs(estimate.value[0] - np.cos(1.0)) < 1e-10)
    True
    """
    steps = [_FIRST_STEP * 0.5**k for k in range(_RUNGS)]
    above, below = (np.stack([_safe(fun, sign * h) for h in steps]) for sign in (1.0, -1.0))
    slopes = (above - below) / (2.0 * np.reshape(steps, (-1, *[1] * (above.ndim - 1))))
    found = _plateau((4.0 * slopes[1:] - slopes[:-1]) / 3.0)
    kinked = _kinked(above, _safe(fun, 0.0), below, steps)
    found = Estimate(found.value, np.where(kinked, np.inf, found.error), found.method)
    return found if on_complex is None else _sharpened(found, on_complex)


def _safe(fun: Callable[[float], Vector], h: float) -> Vector:
    """The value at ``h``; not a number where the function cannot be evaluated there."""
    try:
        with np.errstate(all="ignore"):
            return fun(h)
    except (ArithmeticError, ValueError):
        return np.asarray(np.nan, np.float64)


def _kinked(above: Vector, here: Vector, below: Vector, steps: list[float]) -> NDArray[np.bool_]:
    """Where the slopes of the two sides differ by an amount that does not shrink with the step."""
    coarse, fine = _RUNGS // 2, _RUNGS - 4
    with np.errstate(all="ignore"):
        jumps = [np.abs(above[k] - 2.0 * here + below[k]) / steps[k] for k in (coarse, fine)]
        noise = 256.0 * np.finfo(np.float64).eps * np.abs(here) / steps[fine]
        return np.asarray((jumps[1] > 0.5 * jumps[0]) & (jumps[1] > noise + 1e-12))


def _plateau(estimates: Vector) -> Estimate:
    """For each component, the middle of the four neighbouring estimates that agree best."""
    if estimates.ndim == 1:
        estimates = estimates[:, None]
    windows = np.lib.stride_tricks.sliding_window_view(estimates, _WIDTH, axis=0)
    with np.errstate(all="ignore"):
        spread = np.max(windows, axis=-1) - np.min(windows, axis=-1)
    spread = np.where(np.isfinite(spread), spread, np.inf)
    best = np.argmin(spread, axis=0)
    columns = np.arange(estimates.shape[1])
    values = np.median(windows[best, columns], axis=-1)
    return Estimate(values, spread[best, columns], "central differences")


def _sharpened(found: Estimate, on_complex: Callable[[complex], Any]) -> Estimate:
    """The complex step, where the function takes one and it confirms the differences."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error")
            result = np.ravel(np.asarray(on_complex(1j * _COMPLEX_STEP)))
    except Exception:
        # Anything can go wrong in a program that was not written for complex numbers.
        return found
    if result.dtype.kind != "c" or result.shape != found.value.shape:
        return found
    value = np.asarray(result.imag / _COMPLEX_STEP, np.float64)
    size = np.abs(value) + np.abs(found.value)
    if not np.all(np.isfinite(found.error)) or not np.all(
        np.abs(value - found.value) <= 10.0 * found.error + 1e-6 * size
    ):
        return found
    return Estimate(value, 1e-13 * np.abs(value), "complex step")
