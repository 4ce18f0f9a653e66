"""Ordinary differential equations, by explicit methods of Runge and Kutta: RK45, RK23 and DOP853 of SciPy.

Steps are as long as the error allows; derivatives are those of the steps that were taken.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adgen.nn.functions import stop_gradient


def _slope(func: Any, y: Any, t: Any, args: Any, tfirst: Any) -> Any:
    return np.asarray(func(t, y, *args) if tfirst else func(y, t, *args)) * 1.0


def _norm(x: Any) -> Any:
    return float(stop_gradient(np.sqrt(np.sum(x**2) / max(x.size, 1))))


def _first_length(
    func: Any,
    t: Any,
    y: Any,
    slope: Any,
    span: Any,
    longest: Any,
    args: Any,
    rtol: Any,
    atol: Any,
    method: Any,
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
    h1 = (
        max(1e-6, h0 * 1e-3)
        if d1 <= 1e-15 and d2 <= 1e-15
        else (0.01 / max(d1, d2, 1e-300)) ** _power(method)
    )
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


def _power(method: Any) -> Any:
    """With what power of the error the length of a step goes."""
    if method == "RK23":
        return 1 / 3
    return 0.2 if method == "RK45" else 1 / 8


def _several(func: Any, y: Any, t: Any, h: Any, first: Any, args: Any, method: Any) -> Any:
    """The slopes in a step of RK23 or DOP853, and the value behind it."""
    steps, places, ends = _tables(method)
    n = places.shape[1]
    slopes = np.zeros((n + 1, len(y)))
    slopes[0] = first
    for s in range(1, n):
        slopes[s] = _slope(func, y + h * (steps[s] @ slopes), t + places[0, s] * h, args, True)
    new = y + h * (ends[0] @ slopes)
    slopes[n] = _slope(func, new, t + h, args, True)
    return new, slopes


def _tables(method: Any) -> Any:
    if method == "RK23":
        steps = np.array(((0.0, 0.0, 0.0, 0.0), (0.5, 0.0, 0.0, 0.0), (0.0, 0.75, 0.0, 0.0)))
        ends = np.array(((2 / 9, 1 / 3, 4 / 9, 0.0), (5 / 72, -1 / 12, -1 / 9, 1 / 8)))
        return steps, np.array(((0.0, 0.5, 0.75),)), ends
    return _steps_of_8(), _times_of_8(), _ends_of_8()


def _tried(
    func: Any, y: Any, t: Any, h: Any, slope: Any, args: Any, rtol: Any, atol: Any, method: Any
) -> Any:
    """The value behind a step, the norm of its estimated error, and the slopes in it."""
    if method == "RK45":
        new, gap, slopes = _stages(func, y, t, h, slope, args)
        return new, _norm(gap / (atol + np.maximum(np.abs(y), np.abs(new)) * rtol)), slopes
    new, all_slopes = _several(func, y, t, h, slope, args, method)
    scale = atol + np.maximum(np.abs(y), np.abs(new)) * rtol
    ends = _tables(method)[2]
    if method == "RK23":
        return new, _norm(h * (ends[1] @ all_slopes) / scale), all_slopes
    fifth = float(stop_gradient(np.sum((ends[1] @ all_slopes / scale) ** 2)))
    third = float(stop_gradient(np.sum((ends[2] @ all_slopes / scale) ** 2)))
    total = fifth + 0.01 * third
    length = abs(float(stop_gradient(h)))
    return new, (length * fifth / math.sqrt(total * len(y)) if total > 0.0 else 0.0), all_slopes


def _no_slopes(slope: Any, method: Any) -> Any:
    if method == "RK45":
        return (slope, slope, slope, slope, slope, slope)
    return np.zeros((4 if method == "RK23" else 13, len(slope)))


def _last(slopes: Any, method: Any) -> Any:
    """The slope at the end of a step."""
    return slopes[5] if method == "RK45" else slopes[-1]


def _accepted(
    func: Any,
    t: Any,
    y: Any,
    slope: Any,
    bound: Any,
    h: Any,
    longest: Any,
    args: Any,
    rtol: Any,
    atol: Any,
    method: Any,
) -> Any:
    """The next step that is exact enough: its end, the value there, its length, the next one, the slopes."""
    direction = 1.0 if bound >= t else -1.0
    least = 2.3e-15 * max(abs(float(stop_gradient(t))), 1e-290)
    h = max(min(h, longest), least)
    end, step = t, 0.0 * t
    new, slopes = y, _no_slopes(slope, method)
    repeated, wrong = False, True
    while wrong:
        if h < least:
            raise ArithmeticError("the required step is smaller than the spacing of numbers")
        end = t + h * direction
        if direction * (end - bound) > 0.0:
            end = bound
        step = end - t
        h = abs(float(stop_gradient(step)))
        new, error, slopes = _tried(func, y, t, step, slope, args, rtol, atol, method)
        if error < 1.0:
            growth = 10.0 if error == 0.0 else min(10.0, 0.9 * error ** -_power(method))
            h = h * (min(1.0, growth) if repeated else growth)
            wrong = False
        else:
            h = h * max(0.2, 0.9 * error ** -_power(method))
            repeated = True
    return end, new, step, h, slopes


def _inside(
    func: Any, t: Any, y: Any, new: Any, step: Any, slopes: Any, x: Any, args: Any, method: Any
) -> Any:
    """The value at a part ``x`` of a step."""
    if method == "RK45":
        return _between(y, step, slopes, x)
    if method == "RK23":
        k1, k2, k3, k4 = slopes
        w1 = x - 4 / 3 * x**2 + 5 / 9 * x**3
        w2, w3 = x**2 - 2 / 3 * x**3, 4 / 3 * x**2 - 8 / 9 * x**3
        return y + step * (w1 * k1 + w2 * k2 + w3 * k3 + (x**3 - x**2) * k4)
    more = np.zeros((16, len(y)))
    more[:13] = slopes
    for s, place in enumerate((0.1, 0.2, 7 / 9)):
        more[13 + s] = _slope(func, y + step * (_steps_inside_8()[s] @ more), t + place * step, args, True)
    change = new - y
    f1 = step * slopes[0] - change
    f2 = 2.0 * change - step * (slopes[12] + slopes[0])
    f3, f4, f5, f6 = step * (_weights_inside_8() @ more)
    left = 1.0 - x
    return y + x * (change + left * (f1 + x * (f2 + left * (f3 + x * (f4 + left * (f5 + x * f6))))))


def _between(y: Any, step: Any, slopes: Any, x: Any) -> Any:
    """The value at a part ``x`` of a step of RK45."""
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
    func: Any,
    span: Any,
    y0: Any,
    times: Any,
    args: Any,
    rtol: Any,
    atol: Any,
    longest: Any,
    first: Any,
    method: Any,
) -> Any:
    """The solution at given times, one column each."""
    t, bound = float(span[0]), float(span[1])
    y = np.atleast_1d(np.asarray(y0) * 1.0)
    slope = _slope(func, y, t, args, True)
    h = first
    if first is None:
        h = _first_length(func, t, y, slope, bound - t, longest, args, rtol, atol, method)
    direction = 1.0 if bound >= t else -1.0
    at = np.asarray(times) * 1.0
    found = np.zeros((len(y), len(at)))
    k = 0
    while k < len(at) and direction * (bound - t) > 0.0:
        end, new, step, h, slopes = _accepted(func, t, y, slope, bound, h, longest, args, rtol, atol, method)
        while k < len(at) and direction * (at[k] - end) <= 0.0:
            part = (at[k] - t) / step
            found[:, k] = _inside(func, t, y, new, step, slopes, part, args, method)
            k += 1
        t, y, slope = end, new, _last(slopes, method)
    return at, found


def at_steps(
    func: Any, span: Any, y0: Any, args: Any, rtol: Any, atol: Any, longest: Any, first: Any, method: Any
) -> Any:
    """The solution where the steps end, one column each."""
    t, bound = float(span[0]), float(span[1])
    y = np.atleast_1d(np.asarray(y0) * 1.0)
    slope = _slope(func, y, t, args, True)
    h = first
    if first is None:
        h = _first_length(func, t, y, slope, bound - t, longest, args, rtol, atol, method)
    direction = 1.0 if bound >= t else -1.0
    times, values = [t], [y]
    while direction * (bound - t) > 0.0:
        t, y, _, h, slopes = _accepted(func, t, y, slope, bound, h, longest, args, rtol, atol, method)
        slope = _last(slopes, method)
        times.append(t)
        values.append(y)
    return np.array(times), np.array(values).T


# -- the numbers of DOP853 -------------------------------------------------------------------------------
# fmt: off
def _steps_of_8() -> Any:
    """How the slopes of a step of DOP853 follow from those before (Hairer, Norsett and Wanner)."""
    return np.array((
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.05260015195876773, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.0197250569845379, 0.0591751709536137, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.02958758547680685, 0.0, 0.08876275643042054, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.2413651341592667, 0.0, -0.8845494793282861, 0.924834003261792, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
         0.0, 0.0),
        (0.037037037037037035, 0.0, 0.0, 0.17082860872947386, 0.12546768756682242, 0.0, 0.0, 0.0, 0.0, 0.0,
         0.0, 0.0, 0.0),
        (0.037109375, 0.0, 0.0, 0.17025221101954405, 0.06021653898045596, -0.017578125, 0.0, 0.0, 0.0, 0.0,
         0.0, 0.0, 0.0),
        (0.03709200011850479, 0.0, 0.0, 0.17038392571223998, 0.10726203044637328, -0.015319437748624402,
         0.008273789163814023, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.6241109587160757, 0.0, 0.0, -3.3608926294469414, -0.868219346841726, 27.59209969944671,
         20.154067550477894, -43.48988418106996, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.47766253643826434, 0.0, 0.0, -2.4881146199716677, -0.590290826836843, 21.230051448181193,
         15.279233632882423, -33.28821096898486, -0.020331201708508627, 0.0, 0.0, 0.0, 0.0),
        (-0.9371424300859873, 0.0, 0.0, 5.186372428844064, 1.0914373489967295, -8.149787010746927,
         -18.52006565999696, 22.739487099350505, 2.4936055526796523, -3.0467644718982196, 0.0, 0.0, 0.0),
        (2.273310147516538, 0.0, 0.0, -10.53449546673725, -2.0008720582248625, -17.9589318631188,
         27.94888452941996, -2.8589982771350235, -8.87285693353063, 12.360567175794303, 0.6433927460157636,
         0.0, 0.0),
    ))


def _times_of_8() -> Any:
    """Where in a step of DOP853 the slopes are."""
    return np.array((
        (0.0, 0.05260015195876773, 0.0789002279381516, 0.1183503419072274, 0.2816496580927726,
         0.3333333333333333, 0.25, 0.3076923076923077, 0.6512820512820513, 0.6, 0.8571428571428571, 1.0),
    ))


def _ends_of_8() -> Any:
    """The weights of the slopes for the end of a step of DOP853, and for two estimates of its error."""
    return np.array((
        (0.054293734116568765, 0.0, 0.0, 0.0, 0.0, 4.450312892752409, 1.8915178993145003,
         -5.801203960010585, 0.3111643669578199, -0.1521609496625161, 0.20136540080403034,
         0.04471061572777259, 0.0),
        (0.01312004499419488, 0.0, 0.0, 0.0, 0.0, -1.2251564463762044, -0.4957589496572502,
         1.6643771824549864, -0.35032884874997366, 0.3341791187130175, 0.08192320648511571,
         -0.022355307863886294, 0.0),
        (-0.18980075407240762, 0.0, 0.0, 0.0, 0.0, 4.450312892752409, 1.8915178993145003,
         -5.801203960010585, -0.4226823213237919, -0.1521609496625161, 0.20136540080403034,
         0.02265179219836082, 0.0),
    ))


def _steps_inside_8() -> Any:
    """How further slopes inside a step of DOP853 follow from the others."""
    return np.array((
        (0.056167502283047954, 0.0, 0.0, 0.0, 0.0, 0.0, 0.25350021021662483, -0.2462390374708025,
         -0.12419142326381637, 0.15329179827876568, 0.00820105229563469, 0.007567897660545699, -0.008298,
         0.0, 0.0, 0.0),
        (0.03183464816350214, 0.0, 0.0, 0.0, 0.0, 0.028300909672366776, 0.053541988307438566,
         -0.05492374857139099, 0.0, 0.0, -0.00010834732869724932, 0.0003825710908356584,
         -0.00034046500868740456, 0.1413124436746325, 0.0, 0.0),
        (-0.42889630158379194, 0.0, 0.0, 0.0, 0.0, -4.697621415361164, 7.683421196062599, 4.06898981839711,
         0.3567271874552811, 0.0, 0.0, 0.0, -0.0013990241651590145, 2.9475147891527724, -9.15095847217987,
         0.0),
    ))


def _weights_inside_8() -> Any:
    """The weights of the slopes for values inside a step of DOP853."""
    return np.array((
        (-8.428938276109013, 0.0, 0.0, 0.0, 0.0, 0.5667149535193777, -3.0689499459498917, 2.38466765651207,
         2.117034582445028, -0.871391583777973, 2.2404374302607883, 0.6315787787694688,
         -0.08899033645133331, 18.148505520854727, -9.194632392478356, -4.436036387594894),
        (10.427508642579134, 0.0, 0.0, 0.0, 0.0, 242.28349177525817, 165.20045171727028, -374.5467547226902,
         -22.113666853125306, 7.733432668472264, -30.674084731089398, -9.332130526430229,
         15.697238121770845, -31.139403219565178, -9.35292435884448, 35.81684148639408),
        (19.985053242002433, 0.0, 0.0, 0.0, 0.0, -387.0373087493518, -189.17813819516758, 527.8081592054236,
         -11.57390253995963, 6.8812326946963, -1.0006050966910838, 0.7777137798053443, -2.778205752353508,
         -60.19669523126412, 84.32040550667716, 11.99229113618279),
        (-25.69393346270375, 0.0, 0.0, 0.0, 0.0, -154.18974869023643, -231.5293791760455, 357.6391179106141,
         93.40532418362432, -37.45832313645163, 104.0996495089623, 29.8402934266605, -43.53345659001114,
         96.32455395918828, -39.17726167561544, -149.72683625798564),
    ))
# fmt: on
