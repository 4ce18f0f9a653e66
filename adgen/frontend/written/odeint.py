"""Ordinary differential equations between given times, by the method of Dormand and Prince of order 5.

Steps are as long as the error allows; derivatives are those of the steps that were taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.nn.functions import stop_gradient


def _slope(func: Any, y: Any, t: Any, args: Any, tfirst: Any) -> Any:
    return np.asarray(func(t, y, *args) if tfirst else func(y, t, *args)) * 1.0


def _step(func: Any, y: Any, t: Any, h: Any, first: Any, args: Any, tfirst: Any) -> Any:
    """The value behind a step, the slope there, and the estimated error."""
    k2 = _slope(func, y + h * (first / 5), t + h / 5, args, tfirst)
    k3 = _slope(func, y + h * (3 / 40 * first + 9 / 40 * k2), t + 3 / 10 * h, args, tfirst)
    part = 44 / 45 * first - 56 / 15 * k2 + 32 / 9 * k3
    k4 = _slope(func, y + h * part, t + 4 / 5 * h, args, tfirst)
    part = 19372 / 6561 * first - 25360 / 2187 * k2 + 64448 / 6561 * k3 - 212 / 729 * k4
    k5 = _slope(func, y + h * part, t + 8 / 9 * h, args, tfirst)
    part = 9017 / 3168 * first - 355 / 33 * k2 + 46732 / 5247 * k3 + 49 / 176 * k4 - 5103 / 18656 * k5
    k6 = _slope(func, y + h * part, t + h, args, tfirst)
    part = 35 / 384 * first + 500 / 1113 * k3 + 125 / 192 * k4 - 2187 / 6784 * k5 + 11 / 84 * k6
    new = y + h * part
    last = _slope(func, new, t + h, args, tfirst)
    gap = -71 / 57600 * first + 71 / 16695 * k3 - 71 / 1920 * k4 + 17253 / 339200 * k5
    return new, last, h * (gap - 22 / 525 * k6 + last / 40)


def _advanced(
    func: Any, y: Any, slope: Any, start: Any, end: Any, h: Any, args: Any, tfirst: Any, rtol: Any, atol: Any
) -> Any:
    """The value and the slope at the end of an interval, and the length of the next step."""
    t = start
    left = 1
    while left > 0:
        rest = end - t
        is_last = abs(h) >= abs(rest)
        step = rest if is_last else h
        new, last, gap = _step(func, y, t, step, slope, args, tfirst)
        scale = atol + rtol * np.maximum(np.abs(y), np.abs(new))
        error = float(stop_gradient(np.sqrt(np.sum((gap / scale) ** 2) / max(gap.size, 1))))
        growth = min(5.0, max(0.2, 0.9 * max(error, 1e-10) ** -0.2))
        if error <= 1.0:
            y, slope = new, last
            t = end if is_last else t + step
            left = 0 if is_last else 1
            if not is_last or growth < 1.0:
                h = h * growth
        else:
            h = float(stop_gradient(step)) * min(growth, 1.0)
    return y, slope, h


def odeint(
    func: Any,
    y0: Any,
    t: Any,
    args: Any = (),
    *,
    tfirst: Any = False,
    rtol: Any = 1.49012e-8,
    atol: Any = 1.49012e-8,
) -> Any:
    """The solution at times, from the value at the first one; not for stiff equations."""
    times = np.asarray(t) * 1.0
    y = np.atleast_1d(np.asarray(y0) * 1.0)
    found = np.zeros((len(times), len(y)))
    found[0] = y
    slope = _slope(func, y, times[0], args, tfirst)
    h = 0.0
    for k in range(1, len(times)):
        start, end = float(times[k - 1]), float(times[k])
        if h == 0.0:
            h = float(stop_gradient(end - start)) / 10
        y, slope, h = _advanced(func, y, slope, start, end, h, args, tfirst, rtol / 20, atol / 20)
        found[k] = y
    return found


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.integrate.odeint": odeint,
}
