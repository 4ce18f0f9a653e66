"""Ordinary differential equations, by the method of Dormand and Prince of order 5 (RK45 of SciPy).

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
        error = float(stop_gradient(np.sqrt(np.mean((gap / scale) ** 2))))
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


# -- solve_ivp ------------------------------------------------------------------------------------------
def _norm(x: Any) -> Any:
    return float(stop_gradient(np.sqrt(np.mean(x**2))))


def _first_length(
    func: Any, t: Any, y: Any, slope: Any, span: Any, longest: Any, args: Any, rtol: Any, atol: Any
) -> Any:
    """The length of the first step (Hairer, Norsett and Wanner, Ordinary Differential Equations I)."""
    length, direction = abs(float(stop_gradient(span))), 1.0 if span >= 0.0 else -1.0
    scale = atol + np.abs(y) * rtol
    d0, d1 = _norm(y / scale), _norm(slope / scale)
    h0 = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
    h0 = min(h0, length)
    if h0 == 0.0:
        return 0.0
    there = _slope(func, y + h0 * direction * slope, t + h0 * direction, args, True)
    d2 = _norm((there - slope) / scale) / h0
    h1 = max(1e-6, h0 * 1e-3) if d1 <= 1e-15 and d2 <= 1e-15 else (0.01 / max(d1, d2, 1e-300)) ** 0.2
    return min(100 * h0, h1, length, longest)


def _stages(func: Any, y: Any, t: Any, h: Any, k1: Any, args: Any) -> Any:
    """The value behind a step, its estimated error, and the slopes in it."""
    k2 = _slope(func, y + h * (k1 / 5), t + h / 5, args, True)
    k3 = _slope(func, y + h * (3 / 40 * k1 + 9 / 40 * k2), t + 3 / 10 * h, args, True)
    k4 = _slope(func, y + h * (44 / 45 * k1 - 56 / 15 * k2 + 32 / 9 * k3), t + 4 / 5 * h, args, True)
    part = 19372 / 6561 * k1 - 25360 / 2187 * k2 + 64448 / 6561 * k3 - 212 / 729 * k4
    k5 = _slope(func, y + h * part, t + 8 / 9 * h, args, True)
    part = 9017 / 3168 * k1 - 355 / 33 * k2 + 46732 / 5247 * k3 + 49 / 176 * k4 - 5103 / 18656 * k5
    k6 = _slope(func, y + h * part, t + h, args, True)
    part = 35 / 384 * k1 + 500 / 1113 * k3 + 125 / 192 * k4 - 2187 / 6784 * k5 + 11 / 84 * k6
    new = y + h * part
    k7 = _slope(func, new, t + h, args, True)
    gap = -71 / 57600 * k1 + 71 / 16695 * k3 - 71 / 1920 * k4 + 17253 / 339200 * k5 - 22 / 525 * k6
    return new, h * (gap + k7 / 40), (k1, k3, k4, k5, k6, k7)


def _accepted(
    func: Any, t: Any, y: Any, slope: Any, bound: Any, h: Any, longest: Any, args: Any, rtol: Any, atol: Any
) -> Any:
    """The next step that is exact enough: its end, the value there, its length, the next one, the slopes."""
    direction = 1.0 if bound >= t else -1.0
    least = 2.3e-15 * max(abs(float(stop_gradient(t))), 1e-290)
    h = max(min(h, longest), least)
    end, step = t, 0.0 * t
    new, slopes = y, (slope, slope, slope, slope, slope, slope)
    repeated, wrong = False, True
    while wrong:
        if h < least:
            raise ArithmeticError("the required step is smaller than the spacing of numbers")
        end = t + h * direction
        if direction * (end - bound) > 0.0:
            end = bound
        step = end - t
        h = abs(float(stop_gradient(step)))
        new, gap, slopes = _stages(func, y, t, step, slope, args)
        error = _norm(gap / (atol + np.maximum(np.abs(y), np.abs(new)) * rtol))
        if error < 1.0:
            growth = 10.0 if error == 0.0 else min(10.0, 0.9 * error**-0.2)
            h = h * (min(1.0, growth) if repeated else growth)
            wrong = False
        else:
            h = h * max(0.2, 0.9 * error**-0.2)
            repeated = True
    return end, new, step, h, slopes


def _between(y: Any, step: Any, slopes: Any, x: Any) -> Any:
    """The value at a part ``x`` of a step."""
    k1, k3, k4, k5, k6, k7 = slopes
    w1 = (
        x - 8048581381 / 2820520608 * x**2 + 8663915743 / 2820520608 * x**3 - 12715105075 / 11282082432 * x**4
    )
    w3 = (
        131558114200 / 32700410799 * x**2
        - 68118460800 / 10900136933 * x**3
        + 87487479700 / 32700410799 * x**4
    )
    w4 = -1754552775 / 470086768 * x**2 + 14199869525 / 1410260304 * x**3 - 10690763975 / 1880347072 * x**4
    w5 = (
        127303824393 / 49829197408 * x**2
        - 318862633887 / 49829197408 * x**3
        + 701980252875 / 199316789632 * x**4
    )
    w6 = -282668133 / 205662961 * x**2 + 2019193451 / 616988883 * x**3 - 1453857185 / 822651844 * x**4
    w7 = 40617522 / 29380423 * x**2 - 110615467 / 29380423 * x**3 + 69997945 / 29380423 * x**4
    return y + step * (w1 * k1 + w3 * k3 + w4 * k4 + w5 * k5 + w6 * k6 + w7 * k7)


def at_times(
    func: Any, span: Any, y0: Any, times: Any, args: Any, rtol: Any, atol: Any, longest: Any, first: Any
) -> Any:
    """The solution at given times, one column each."""
    t, bound = float(span[0]), float(span[1])
    y = np.atleast_1d(np.asarray(y0) * 1.0)
    slope = _slope(func, y, t, args, True)
    h = _first_length(func, t, y, slope, bound - t, longest, args, rtol, atol) if first is None else first
    direction = 1.0 if bound >= t else -1.0
    at = np.asarray(times) * 1.0
    found = np.zeros((len(y), len(at)))
    k = 0
    while k < len(at) and direction * (bound - t) > 0.0:
        end, new, step, h, slopes = _accepted(func, t, y, slope, bound, h, longest, args, rtol, atol)
        while k < len(at) and direction * (at[k] - end) <= 0.0:
            found[:, k] = _between(y, step, slopes, (at[k] - t) / step)
            k += 1
        t, y, slope = end, new, slopes[5]
    return at, found


def at_steps(func: Any, span: Any, y0: Any, args: Any, rtol: Any, atol: Any, longest: Any, first: Any) -> Any:
    """The solution where the steps end, one column each."""
    t, bound = float(span[0]), float(span[1])
    y = np.atleast_1d(np.asarray(y0) * 1.0)
    slope = _slope(func, y, t, args, True)
    h = _first_length(func, t, y, slope, bound - t, longest, args, rtol, atol) if first is None else first
    direction = 1.0 if bound >= t else -1.0
    times, values = [t], [y]
    while direction * (bound - t) > 0.0:
        t, y, _, h, slopes = _accepted(func, t, y, slope, bound, h, longest, args, rtol, atol)
        slope = slopes[5]
        times.append(t)
        values.append(y)
    return np.array(times), np.array(values).T


NAMES: dict[str, Callable[..., Any]] = {
    "scipy.integrate.odeint": odeint,
}
