"""log, log1p, log2, log10 and softplus: exponent split and the atanh series of fdlibm, without branches.

x = 2**k m with m in [sqrt(1/2), sqrt(2)), f = m - 1, s = f/(2 + f), z = s*s;
log(m) = f - s*(f - z R(z)) = f - (f*f/2 - s*(f*f/2 + z R(z))).
"""

from __future__ import annotations

import math

from adgen.llvm_backend.elementary.exponentials import scaled_exp
from adgen.llvm_backend.elementary.text import Body, Reg, bits_of
from adgen.records import dataclass

LN2_HIGH = {"f64": 6.93147180369123816490e-01, "f32": 6.9313812256e-01}
LN2_LOW = {"f64": 1.90821492927058770002e-10, "f32": 9.0580006145e-06}
SERIES = {
    "f64": [
        6.666666666666735130e-01,
        3.999999999940941908e-01,
        2.857142874366239149e-01,
        2.222219843214978396e-01,
        1.818357216161805012e-01,
        1.531383769920937332e-01,
        1.479819860511658591e-01,
    ],
    "f32": [0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841],
}


@dataclass(frozen=True, slots=True)
class Split:
    """The pieces of log(x): `k` powers of two, f = m - 1, s = f/(2 + f), z = s*s and R(z)."""

    k: Reg
    f: Reg
    s: Reg
    z: Reg
    series: Reg


def exponent_split(b: Body, x: Reg) -> tuple[Reg, Reg]:
    """k (as a float) and m with x = 2**k m of a positive number, subnormal ones included."""
    fp = b.fp
    smallest = 2.0 ** (2 - 2**10) if fp.is_double else 2.0 ** (2 - 2**7)
    tiny = b.compare(x, "<", smallest)
    lift = fp.mantissa + 2
    bits = b.bits(b.seldom(tiny, x * 2.0**lift, x))
    above = bits - bits_of(math.sqrt(0.5), fp)
    m = b.from_bits(bits - b.integer("and", above, -(1 << fp.mantissa)))
    k = b.int_to_float(b.integer("ashr", above, fp.mantissa))
    return b.seldom(tiny, k - float(lift), k), m


def _split(b: Body, x: Reg) -> Split:
    """Exponent and reduced argument."""
    return _reduced(b, *exponent_split(b, x))


def _reduced(b: Body, k: Reg, m: Reg) -> Split:
    f = m - 1.0
    s = f / (m + 1.0)
    z = s * s
    return Split(k, f, s, z, b.estrin(z, SERIES[b.fp.name]))


def _natural(b: Body, p: Split, least: Reg) -> Reg:
    """k ln2 + f - s*(f - R), where `least` has the low part of k ln2 and what else is small."""
    low = b.fma(-p.s, b.fma(-p.z, p.series, p.f), least)
    return b.fma(p.k, LN2_HIGH[b.fp.name], p.f + low)


def _finish(b: Body, x: Reg, value: Reg) -> Reg:
    """Special cases: log(0) = -inf, of negative numbers NaN, of inf inf; NaN stays."""
    inf = math.inf
    beyond = b.seldom(b.compare(x, "<=", 0.0), b.select(b.compare(x, "==", 0.0), -inf, math.nan), x)
    inside = b.integer("and", b.compare(x, ">", 0.0), b.compare(x, "<", inf))
    return b.often(inside, value, beyond)


def log(b: Body, x: Reg) -> Reg:
    """Natural logarithm."""
    p = _split(b, x)
    return _finish(b, x, _natural(b, p, p.k * LN2_LOW[b.fp.name]))


def log1p(b: Body, x: Reg) -> Reg:
    """log(1 + x): the rounding error of the sum is put back as a first-order term."""
    u = x + 1.0
    lost = b.select(b.compare(u, ">", 2.0), 1.0 - (u - x), x - (u - 1.0))
    p = _split(b, u)
    value = _natural(b, p, b.fma(p.k, LN2_LOW[b.fp.name], lost / u))
    return b.seldom(b.compare(x, "==", 0.0), x, _finish(b, u, value))


def softplus(b: Body, x: Reg) -> Reg:
    """max(x, 0) + log(1 + e) with e = exp(-|x|), where 1 + e is between 1 and 2."""
    e = scaled_exp(b, -b.abs(x))
    u = e + 1.0
    lost = (e - (u - 1.0)) * b.fma(e, b.fma(e, 0.5, -1.0), 1.0)
    double = b.compare(u, ">", math.sqrt(2.0))
    p = _reduced(b, b.select(double, 1.0, 0.0), b.select(double, u * 0.5, u))
    value = _natural(b, p, b.fma(p.k, LN2_LOW[b.fp.name], lost))
    return value + b.select(b.compare(x, "<", 0.0), 0.0, x)


def _other_base(b: Body, x: Reg, k_high: float, k_low: float, inv_high: float, inv_low: float) -> Reg:
    """k*base_of_2 + log(m)/log(base), with log(m) and the factor each in two pieces."""
    p = _split(b, x)
    half_square = p.f * p.f * 0.5
    raw = p.f - half_square
    mask = -(1 << 32) if b.fp.is_double else -(1 << 12)
    high = b.from_bits(b.integer("and", b.bits(raw), mask))
    low = b.fma(p.s, b.fma(p.z, p.series, half_square), (p.f - high) - half_square)
    value_high = high * inv_high
    value_low = b.fma(low + high, inv_low, low * inv_high)
    scaled = p.k * k_high
    total = scaled + value_high
    value_low = (scaled - total) + value_high + b.fma(p.k, k_low, value_low)
    return _finish(b, x, total + value_low)


def log2(b: Body, x: Reg) -> Reg:
    """Base-2 logarithm, exact for powers of two."""
    return _other_base(b, x, 1.0, 0.0, 1.44269504072144627571e00, 1.67517131648865118353e-10)


def log10(b: Body, x: Reg) -> Reg:
    """Decimal logarithm."""
    high, low = 3.01029995663611771306e-01, 3.69423907715893078616e-13
    return _other_base(b, x, high, low, 4.34294481878168880939e-01, 2.50829467116452752298e-11)
