"""Inverse trigonometric and hyperbolic functions, and hypot; polynomials of fdlibm, without branches."""

from __future__ import annotations

import math

from adgen.llvm_backend.elementary import logarithms
from adgen.llvm_backend.elementary.text import Body, Reg

ATAN = [
    3.33333333333329318027e-01,
    -1.99999999998764832476e-01,
    1.42857142725034663711e-01,
    -1.11111104054623557880e-01,
    9.09088713343650656196e-02,
    -7.69187620504482999495e-02,
    6.66107313738753120669e-02,
    -5.83357013379057348645e-02,
    4.97687799461593236017e-02,
    -3.65315727442169155270e-02,
    1.62858201153657823623e-02,
]
ASIN_TOP = [
    1.66666666666666657415e-01,
    -3.25565818622400915405e-01,
    2.01212532134862925881e-01,
    -4.00555345006794114027e-02,
    7.91534994289814532176e-04,
    3.47933107596021167570e-05,
]
ASIN_BOTTOM = [
    1.0,
    -2.40339491173441421878e00,
    2.02094576023350569471e00,
    -6.88283971605453293030e-01,
    7.70381505559019352791e-02,
]
PI_2_HIGH, PI_2_LOW = 1.57079632679489655800e00, 6.12323399573676603587e-17
PI_4_HIGH, PI_4_LOW = 7.85398163397448278999e-01, 3.06161699786838301793e-17
TAN_PI_8, TAN_3PI_8 = 0.41421356237309503, 2.414213562373095


# -- arc tangents ---------------------------------------------------------------------------------------
def _atan_of(b: Body, num: Reg, den: Reg, high: Reg, low: Reg) -> Reg:
    """high + low + atan(num / den) for |num / den| <= tan(pi/8)."""
    t = num / den
    z = t * t
    bend = t * (z * b.estrin(z, ATAN))
    return high - ((bend - low) - t)


def atan(b: Body, x: Reg) -> Reg:
    """Arc tangent: around 0, pi/4 and pi/2."""
    a = b.abs(x)
    middle, far = b.compare(a, ">", TAN_PI_8), b.compare(a, ">", TAN_3PI_8)
    num = b.select(far, -1.0, b.select(middle, a - 1.0, a))
    den = b.select(far, a, b.select(middle, a + 1.0, 1.0))
    high = b.select(far, PI_2_HIGH, b.select(middle, PI_4_HIGH, 0.0))
    low = b.select(far, PI_2_LOW, b.select(middle, PI_4_LOW, 0.0))
    value = _atan_of(b, num, den, high, low)
    return b.copysign(value, x)


def atan2(b: Body, y: Reg, x: Reg) -> Reg:
    """The angle of (x, y), of the quotient of the smaller by the larger coordinate."""
    ax, ay = b.abs(x), b.abs(y)
    steep = b.compare(ay, ">", ax)
    big, small = b.select(steep, ay, ax), b.select(steep, ax, ay)
    nothing, infinite = b.compare(big, "==", 0.0), b.compare(small, "==", math.inf)
    middle = b.compare(small, ">", big * TAN_PI_8)
    num = b.select(middle, small - big, small)
    num = b.select(infinite, 0.0, b.select(nothing, 0.0, num))
    den = b.select(nothing, 1.0, b.select(middle, small + big, big))
    high = b.select(middle, PI_4_HIGH, 0.0)
    low = b.select(middle, PI_4_LOW, 0.0)
    high, low = b.select(infinite, PI_4_HIGH, high), b.select(infinite, PI_4_LOW, low)
    angle = _atan_of(b, num, den, high, low)
    angle = b.select(steep, PI_2_HIGH - (angle - PI_2_LOW), angle)
    behind = b.test(b.integer("lshr", b.bits(x), 63), "ne", 0)
    angle = b.select(behind, 2 * PI_2_HIGH - (angle - 2 * PI_2_LOW), angle)
    angle = b.select(b.compare(x, "unordered", y), x + y, angle)
    return b.copysign(angle, y)


# -- arc sine and arc cosine ----------------------------------------------------------------------------
def _ratio(b: Body, z: Reg) -> Reg:
    """(asin(sqrt z) / sqrt z) - 1."""
    return z * b.estrin(z, ASIN_TOP) / b.estrin(z, ASIN_BOTTOM)


def _half_angle(b: Body, a: Reg) -> tuple[Reg, Reg]:
    """sqrt((1 - a)/2) and what is missing to asin of it."""
    z = (1.0 - a) * 0.5
    s = _sqrt(b, z)
    lost = b.fma(-s, s, z) / (s * 2.0)
    lost = b.select(b.compare(s, "==", 0.0), 0.0, lost)
    return s, b.fma(s, _ratio(b, z), lost)


def _minus_twice(b: Body, high: float, low: float, s: Reg, rest: Reg) -> Reg:
    """(high + low) - 2 (s + rest)."""
    twice = s * 2.0
    first = high - twice
    lost = (high - first) - twice
    return first + (lost + (low - rest * 2.0))


def asin(b: Body, x: Reg) -> Reg:
    """Arc sine."""
    a = b.abs(x)
    near = b.fma(a, _ratio(b, a * a), a)
    s, rest = _half_angle(b, a)
    far = _minus_twice(b, PI_2_HIGH, PI_2_LOW, s, rest)
    return b.copysign(b.select(b.compare(a, "<", 0.5), near, far), x)


def acos(b: Body, x: Reg) -> Reg:
    """Arc cosine."""
    a = b.abs(x)
    near = PI_2_HIGH - (x - (PI_2_LOW - x * _ratio(b, x * x)))
    s, rest = _half_angle(b, a)
    right = (s + rest) * 2.0
    left = _minus_twice(b, 2 * PI_2_HIGH, 2 * PI_2_LOW, s, rest)
    far = b.select(b.compare(x, ">", 0.0), right, left)
    return b.select(b.compare(a, "<", 0.5), near, far)


# -- inverse hyperbolic functions -----------------------------------------------------------------------
def _sqrt(b: Body, x: Reg) -> Reg:
    return b.emit(f"call {b.fp.text} @llvm.sqrt.{b.fp.suffix}({b.fp.text} {x.name})", b.fp.text)


def _log_twice(b: Body, a: Reg, value: Reg, from_: float) -> Reg:
    """log(2a) for arguments from a bound on, where squares lose nothing or overflow."""
    large = logarithms.log(b, a) + 0.6931471805599453
    return b.select(b.compare(a, ">", from_), large, value)


def asinh(b: Body, x: Reg) -> Reg:
    """log1p(a + a*a / (1 + sqrt(1 + a*a)))."""
    a = b.abs(x)
    square = a * a
    value = logarithms.log1p(b, a + square / (1.0 + _sqrt(b, square + 1.0)))
    return b.copysign(_log_twice(b, a, value, 1e9), x)


def acosh(b: Body, x: Reg) -> Reg:
    """log1p(t + sqrt(2t + t*t)) with t = x - 1."""
    t = x - 1.0
    value = logarithms.log1p(b, t + _sqrt(b, b.fma(t, t, t * 2.0)))
    value = b.select(b.compare(x, "<", 1.0), math.nan, value)
    return _log_twice(b, x, value, 1e9)


def atanh(b: Body, x: Reg) -> Reg:
    """log1p(2a / (1 - a)) / 2."""
    a = b.abs(x)
    return b.copysign(logarithms.log1p(b, a * 2.0 / (1.0 - a)) * 0.5, x)


def hypot(b: Body, x: Reg, y: Reg) -> Reg:
    """The larger coordinate times sqrt(1 + q*q)."""
    ax, ay = b.abs(x), b.abs(y)
    swap = b.compare(ax, "<", ay)
    big, small = b.select(swap, ay, ax), b.select(swap, ax, ay)
    q = small / b.select(b.compare(big, "==", 0.0), 1.0, big)
    value = big * _sqrt(b, b.fma(q, q, 1.0))
    infinite = b.compare(ax, "==", math.inf)
    value = b.select(infinite, math.inf, value)
    return b.select(b.compare(ay, "==", math.inf), math.inf, value)
