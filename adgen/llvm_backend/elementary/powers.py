"""x to the power y: exp(y log x) with the logarithm and the product in two pieces each.

log x = k ln2 + 2 (s + s z (1/3 + z P(z))) with s = (m - 1)/(m + 1), z = s*s. Everything above the last
rounding of z P(z) is carried to about 2**-65, so that the exponent, up to 745, is right to 2**-55.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from adgen.llvm_backend.elementary.exponentials import scaled_exp
from adgen.llvm_backend.elementary.logarithms import LN2_HIGH, LN2_LOW, exponent_split
from adgen.llvm_backend.elementary.text import Body, Reg

THIRD_HIGH, THIRD_LOW = 0.3333333333333333, 1.850371707708594e-17
SERIES = [1.0 / (2 * n + 5) for n in range(10)]


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


def _log(b: Body, x: Reg) -> Pair:
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


def _floor(b: Body, x: Reg) -> Reg:
    return b.emit(f"call {b.fp.text} @llvm.floor.{b.fp.suffix}({b.fp.text} {x.name})", b.fp.text)


def _magnitude(b: Body, a: Reg, y: Reg) -> Reg:
    """a**y for a = |x|."""
    log = _log(b, a)
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
    whole = b.compare(_floor(b, y), "==", y)
    even = b.compare(_floor(b, half), "==", half)
    signed = b.copysign(magnitude, x)
    value = b.select(even, magnitude, b.select(whole, signed, magnitude))
    undefined = b.integer("and", b.compare(x, "<", 0.0), b.compare(x, ">", -math.inf))
    value = b.select(undefined, b.select(whole, value, math.nan), value)
    value = b.select(b.compare(x, "unordered", y), x + y, value)
    value = b.select(b.compare(x, "==", 1.0), 1.0, value)
    return b.select(b.compare(y, "==", 0.0), 1.0, value)
