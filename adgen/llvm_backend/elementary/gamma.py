"""lgamma and digamma.

Below 8 (4.5) the argument is moved by a whole number to [3/2, 5/2], where a polynomial around 2 has the zero
there as a factor; above, Stirling's series. Coefficients interpolate at Chebyshev nodes. Left of zero lgamma
is left to libm, and digamma is reflected.
"""

from __future__ import annotations

import math

from adgen.llvm_backend.elementary.logarithms import log
from adgen.llvm_backend.elementary.powers import log_pair
from adgen.llvm_backend.elementary.text import Body, Reg
from adgen.llvm_backend.elementary.trigonometry import Reduced, cos_of, sin_of

#: lgamma(2 + t) / t and the remainder of Stirling's series times x, in 1 / x**2.
LGAMMA = [
    0.42278433509846713,
    0.3224670334241132,
    -0.06735230105319814,
    0.02058080842778457,
    -0.0073855510286681535,
    0.002890510330738737,
    -0.0011927539120010226,
    0.0005096695248853096,
    -0.00022315475074520367,
    9.945750909889392e-05,
    -4.4926351103833334e-05,
    2.050726741605779e-05,
    -9.438458716242811e-06,
    4.374374916915131e-06,
    -2.0449201467015115e-06,
    9.578663334114758e-07,
    -4.303558760359961e-07,
    2.0304806751615227e-07,
    -1.3412819758517287e-07,
    6.379047507619774e-08,
]
STIRLING = [
    0.0833333333333333,
    -0.0027777777776054175,
    0.0007936506644571932,
    -0.0005952024948337985,
    0.000837275216636437,
    -0.001652366750744673,
]
#: digamma(2 + t), and (log(x) - 1 / (2 x) - digamma(x)) x**2 in 1 / x**2.
DIGAMMA = [
    0.42278433509846713,
    0.6449340668482264,
    -0.20205690315959524,
    0.08232323371113867,
    -0.036927755143244,
    0.01734306198438618,
    -0.008349277388351162,
    0.004077356201158327,
    -0.0020083926597339397,
    0.000994575044648632,
    -0.0004941910706674096,
    0.0002460877865122942,
    -0.00012269116296546469,
    6.123704338305966e-05,
    -3.0710978704203905e-05,
    1.53436270842166e-05,
    -7.231701017698152e-06,
    3.6145567803015683e-06,
    -2.627891771944428e-06,
    1.3137798782020037e-06,
]
ASYMPTOTIC = [
    0.08333333333333333,
    -0.008333333333312543,
    0.003968253954214933,
    -0.004166662951380979,
    0.00757525165489268,
    -0.021052470099391856,
    0.08131655884124951,
    -0.3773974319599476,
    1.6070806495758265,
    -3.984159369165288,
]
HALF_LOG_2PI = 0.9189385332046727
PI_HIGH, PI_LOW = math.pi, 1.2246467991473532e-16


def right(b: Body, x: Reg) -> Reg:
    """Whether digamma is right for an argument: all but negative ones."""
    return b.compare(x, "not <", 0.0)


def right_or_end(b: Body, x: Reg) -> Reg:
    """Whether lgamma is right for an argument: all but finite negative ones."""
    return b.integer("or", right(b, x), b.compare(x, "==", -math.inf))


def _moved(b: Body, x: Reg, most: float) -> tuple[Reg, Reg]:
    """m and t with x = m + t and |t| <= 1/2, for x up to a bound."""
    m, _ = b.round_split(b.select(b.compare(x, "<", most), x, most))
    return m, x - m


def lgamma(b: Body, x: Reg) -> Reg:
    """log |gamma(x)| for x that is not negative; -inf for -inf, as SciPy has it."""
    m, t = _moved(b, x, 8.0)
    product = b.select(b.compare(m, ">", 2.5), t + 2.0, 1.0)
    for k in range(3, 8):
        product = product * b.select(b.compare(m, ">", k + 0.5), t + float(k), 1.0)
    low = b.compare(m, "<", 1.5)
    below = b.select(b.compare(m, "<", 0.5), x * (x + 1.0), x)
    large = b.compare(x, ">=", 8.0)
    level = log(b, b.select(large, x, b.select(low, below, product)))
    near = b.fma(t, b.estrin(t, LGAMMA), b.select(low, -level, level))
    inverse = 1.0 / x
    rest = b.fma(inverse, b.estrin(inverse * inverse, STIRLING), HALF_LOG_2PI - 0.5)
    value = b.select(large, b.fma(x - 0.5, level - 1.0, rest), near)
    return b.seldom(b.compare(x, "unordered or ==", -math.inf), x, value)


def _pieces(b: Body, x: Reg) -> tuple[Reg, Reg, Reg]:
    """Whether x is large, digamma(x) where it is not, and log(x) - digamma(x) where it is."""
    m, t = _moved(b, x, 5.0)
    second, third = t + 2.0, t + 3.0
    high, low, least = (b.compare(m, *test) for test in ((">", 3.5), ("<", 1.5), ("<", 0.5)))
    top = b.select(high, second + third, b.select(b.compare(m, ">", 2.5), 1.0, 0.0))
    top = b.select(least, -1.0 - x * 2.0, b.select(low, -1.0, top))
    bottom = b.select(low, x, b.select(high, second * third, second))
    bottom = b.select(least, x * (x + 1.0), bottom)
    large = b.compare(x, ">=", 4.5)
    quotient = b.select(large, 1.0, top) / b.select(large, x, bottom)
    square = quotient * quotient
    return large, b.estrin(t, DIGAMMA) + quotient, b.fma(square, b.estrin(square, ASYMPTOTIC), quotient * 0.5)


def digamma(b: Body, x: Reg) -> Reg:
    """The logarithmic derivative of gamma for x that is not negative."""
    large, near, less = _pieces(b, x)
    value = b.select(large, log(b, x) - less, near)
    return b.seldom(b.compare(x, "unordered", x), x, value)


def _cotangent(b: Body, r: Reg) -> tuple[Reg, Reg]:
    """pi cot(pi r) for |r| <= 1/2, and its rounding error."""
    size = b.abs(r)
    steep = b.compare(size, ">", 0.25)
    short = b.select(steep, 0.5 - size, size)
    high = short * PI_HIGH
    angle = Reduced(high, b.fma(short, PI_LOW, b.fma(short, PI_HIGH, -high)))
    sine, cosine = sin_of(b, angle), cos_of(b, angle)
    top, bottom = b.select(steep, sine, cosine), b.select(steep, cosine, sine)
    product = top * PI_HIGH
    lost = b.fma(top, PI_LOW, b.fma(top, PI_HIGH, -product))
    quotient = product / bottom
    rest = (b.fma(-quotient, bottom, product) + lost) / bottom
    finite = b.compare(quotient, "<", math.inf)
    return b.copysign(quotient, r), b.select(finite, b.select(b.compare(r, "<", 0.0), -rest, rest), 0.0)


def reflected(b: Body, x: Reg) -> Reg:
    """digamma of a negative number: digamma(1 - x) - pi cot(pi x), each with its rounding error."""
    r = x - b.floor(x + 0.5)
    cotangent, rest = _cotangent(b, r)
    y = 1.0 - x
    lost = (1.0 - y) - x
    large, near, less = _pieces(b, y)
    level, inverse = log_pair(b, y), 1.0 / y
    slope = b.fma(inverse * inverse, b.fma(inverse, 1.0 / 6.0, 0.5), inverse)
    head, tail = b.select(large, level.high, near), b.select(large, level.low - less, 0.0)
    value = (head - cotangent) + (b.fma(slope, lost, tail) - rest)
    return b.select(b.compare(b.abs(r), ">", 0.0), value, math.nan)
