"""Cube roots, and x to the power y: exp(y log x) with the logarithm and the product in two pieces each.

log x = k ln2 + 2 (s + s z (1/3 + z P(z))) with s = (m - 1)/(m + 1), z = s*s. Everything above the last
rounding of z P(z) is carried to about 2**-65, so that the exponent, up to 745, is right to 2**-55.
"""

from __future__ import annotations

import math

from adgen.llvm_backend.elementary.exponentials import scaled_exp
from adgen.llvm_backend.elementary.logarithms import LN2_HIGH, LN2_LOW, exponent_split
from adgen.llvm_backend.elementary.text import Body, Reg, bits_of
from adgen.records import dataclass

THIRD_HIGH, THIRD_LOW = 0.3333333333333333, 1.850371707708594e-17
SERIES = [1.0 / (2 * n + 5) for n in range(10)]


#: m**(-1/3) for m in [sqrt(1/2), sqrt(2)], within 5e-5 of it.
INVERSE_CUBE_ROOT = [
    1.8703361296035201,
    -1.8451958670145445,
    1.5369996552354788,
    -0.6869094065861246,
    0.12474119250462938,
]
CBRT_2 = 1.2599210498948732


def cbrt(b: Body, x: Reg) -> Reg:
    """The cube root.

    x = 2**(3n) y with y in [0.35, 2.9]; y**(-1/3) by a polynomial and a step of third order, then the root
    by a step with its exact residual.
    """
    a = b.abs(x)
    k, m = exponent_split(b, a)
    third = b.fma(k, 1.0 / 3.0, b.fp.magic)
    n = third - b.fp.magic
    rest = b.fma(n, -3.0, k)
    more, less = b.compare(rest, ">", 0.5), b.compare(rest, "<", -0.5)
    y = m * b.select(more, 2.0, b.select(less, 0.5, 1.0))
    z = b.estrin(m, INVERSE_CUBE_ROOT) * b.select(more, 1.0 / CBRT_2, b.select(less, CBRT_2, 1.0))
    h = b.fma(-(y * z), z * z, 1.0)
    z = b.fma(z * h, b.fma(h, 2.0 / 9.0, 1.0 / 3.0), z)
    square = z * z
    root = y * square
    power = root * root
    lost = b.fma(b.fma(root, root, -power), -root, b.fma(-power, root, y))
    root = b.fma(lost, square * (1.0 / 3.0), root)
    value = b.copysign(root * b.pow2(b.bits(third) - bits_of(b.fp.magic, b.fp)), x)
    usual = b.integer("and", b.compare(a, ">", 0.0), b.compare(a, "<", math.inf))
    return b.often(usual, value, x)


@dataclass(frozen=True, slots=True)
class Pair:
    """The unevaluated sum of two numbers."""

    high: Reg
    low: Reg


def _times(b: Body, x: Pair, y: Pair) -> Pair:
    high = x.high * y.high
    low = b.fma(x.high, y.high, -high)
    return Pair(high, b.fma(x.low, y.high, b.fma(x.high, y.low, low)))


def _plus(x: Pair, y: Pair) -> Pair:
    """The sum where x is the larger one."""
    high = x.high + y.high
    return Pair(high, ((x.high - high) + y.high) + (x.low + y.low))


def log_pair(b: Body, x: Reg) -> Pair:
    """The logarithm of a positive finite number."""
    k, m = exponent_split(b, x)
    f, d = m - 1.0, m + 1.0
    inverse = 1.0 / d
    s_high = f * inverse
    rest = b.fma(-s_high, m - (d - 1.0), b.fma(-s_high, d, f))
    s = Pair(s_high, rest * inverse)
    z = _times(b, s, s)
    third = Pair(b.coerce(THIRD_HIGH, f), b.coerce(THIRD_LOW, f))
    tail = Pair(z.high * b.estrin(z.high, SERIES), b.coerce(0.0, f))
    small = _times(b, s, _times(b, z, _plus(third, tail)))
    mantissa = _plus(s, small)
    doubled = Pair(mantissa.high * 2.0, mantissa.low * 2.0)
    whole = Pair(k * LN2_HIGH["f64"], k * LN2_LOW["f64"])
    total = _plus(whole, doubled)
    high = total.high + total.low
    return Pair(high, (total.high - high) + total.low)


def _magnitude(b: Body, a: Reg, y: Reg) -> Reg:
    """a**y for a = |x|."""
    log = log_pair(b, a)
    high = y * log.high
    low = b.fma(y, log.low, b.fma(y, log.high, -high))
    low = b.select(b.compare(b.abs(high), "<", 2000.0), low, 0.0)
    value = scaled_exp(b, high, rest=low)
    # zero, infinity, or an infinite exponent: 0, 1 or infinity by which side of 1 the base is on
    extreme = b.integer("or", b.compare(a, "==", 0.0), b.compare(a, "==", math.inf))
    extreme = b.integer("or", extreme, b.compare(b.abs(y), "==", math.inf))
    grows = b.integer("xor", b.compare(a, ">", 1.0), b.compare(y, "<", 0.0))
    limit = b.select(b.compare(a, "==", 1.0), 1.0, b.select(grows, math.inf, 0.0))
    return b.select(extreme, limit, value)


def pow_(b: Body, x: Reg, y: Reg) -> Reg:
    """x**y with the special cases of C."""
    magnitude = _magnitude(b, b.abs(x), y)
    half = y * 0.5
    whole = b.compare(b.floor(y), "==", y)
    even = b.compare(b.floor(half), "==", half)
    signed = b.copysign(magnitude, x)
    value = b.select(even, magnitude, b.select(whole, signed, magnitude))
    undefined = b.integer("and", b.compare(x, "<", 0.0), b.compare(x, ">", -math.inf))
    value = b.select(undefined, b.select(whole, value, math.nan), value)
    value = b.select(b.compare(x, "unordered", y), x + y, value)
    value = b.select(b.compare(x, "==", 1.0), 1.0, value)
    return b.select(b.compare(y, "==", 0.0), 1.0, value)
