"""exp, exp2, expm1 and what follows from them: tanh, sinh, cosh, sigmoid.

Two-step Cody-Waite reduction x = n ln2 + r with |r| <= ln2/2, a polynomial in r (interpolating at Chebyshev
nodes), and scaling by powers of two in the exponent field (in two factors, so that results underflow
gradually).
"""

from __future__ import annotations

import math

from adgen.llvm_backend.elementary.text import Body, Float, Reg
from adgen.records import dataclass

LOG2E = 1.4426950408889634
LN2 = 0.6931471805599453
LN2_HIGH = {"f64": 6.93147180369123816490e-01, "f32": 6.9314575195e-01}
LN2_LOW = {"f64": 1.90821492927058770002e-10, "f32": 1.4286067653e-06}
#: (e**r - 1 - r - r*r/2) / r**3: within 3e-17 r of it (float32: 2e-9 r).
CUBIC = {
    "f64": [
        0.16666666666666666,
        0.04166666666665104,
        0.008333333333332131,
        0.0013888888906145676,
        0.0001984126985454174,
        2.4801535862366184e-05,
        2.755727966225757e-06,
        2.761409818752996e-07,
        2.5095778714723427e-08,
    ],
    "f32": [
        0.16666666666666666,
        0.04166655345865175,
        0.008333320758500254,
        0.001392637599580353,
        0.00019882912020000612,
    ],
}
#: The same, within 2e-18 r: for results that are small with r.
CUBIC_FINE = {
    "f64": [
        0.16666666666666669,
        0.041666666666666664,
        0.008333333333329994,
        0.0013888888888886504,
        0.00019841269863392214,
        2.48015873173863e-05,
        2.7557267935231926e-06,
        2.755728259480407e-07,
        2.5100634461878497e-08,
        2.0911414421956654e-09,
    ],
    "f32": CUBIC["f32"],
}


@dataclass(frozen=True, slots=True)
class Reduced:
    """x = n ln2 + r; `field` has n plus twice the bias of exponents in its low bits.

    `n_minus` is -n, and `first` x - n LN2_HIGH.
    """

    r: Reg
    field: Reg
    n_minus: Reg
    first: Reg


def _limits(fp: Float) -> tuple[float, float]:
    """Arguments at which exp is certainly 0 and certainly infinite."""
    return (-746.0, 710.0) if fp.is_double else (-104.0, 89.0)


def _offset(fp: Float) -> float:
    """Adding it rounds to an integer, with twice the bias of exponents added in the low bits."""
    return fp.magic + 2 * fp.bias


def _reduce(b: Body, x: Reg) -> Reduced:
    offset = _offset(b.fp)
    shifted = b.fma(x, LOG2E, offset)
    minus_n = offset - shifted
    first = b.fma(minus_n, LN2_HIGH[b.fp.name], x)
    return Reduced(b.fma(minus_n, LN2_LOW[b.fp.name], first), b.bits(shifted), minus_n, first)


def _expm1_small(b: Body, x: Reduced) -> Reg:
    """exp(r) - 1 with small relative error; in double precision the rounding error of r is put back."""
    r = x.r
    square = r * r
    bend = b.fma(r, b.estrin(r, CUBIC_FINE[b.fp.name]), 0.5)
    if not b.fp.is_double:
        return b.fma(square, bend, r)
    lost = b.fma(x.n_minus, LN2_LOW["f64"], x.first - r)
    return b.fma(square, bend, lost) + r


def _expm1_quick(b: Body, r: Reg) -> Reg:
    """The same with an error that is small beside 1, and sooner there."""
    third, *others = CUBIC[b.fp.name]
    square = r * r
    start = b.fma(square, b.fma(r, third, 0.5), r)
    return b.fma(square * square, b.estrin(r, others), start)


#: A factor and what is to be added to it, if anything.
Factor = tuple[Reg, Reg | None]


def _scaled(b: Body, rest: Reg, field: Reg, factor: Factor | None = None) -> Reg:
    """(1 + rest) * 2**n, where `field` is that of `Reduced`: n may be beyond the normal exponents."""
    half = b.integer("ashr", field, 1)
    first = b.from_bits(b.integer("shl", half, b.fp.mantissa))
    second = b.from_bits(b.integer("shl", field - half, b.fp.mantissa))
    if factor is None:
        return b.fma(first, rest, first) * second
    high, low = factor
    value = b.fma(high, rest, high) if low is None else high + b.fma(high, rest, low)
    return value * first * second


def scaled_exp(b: Body, x: Reg, shift: int = 0, rest: Reg | None = None, factor: Factor | None = None) -> Reg:
    """exp(x + rest) * factor * 2**shift; shift is 0 or -1, rest tiny, the factor neither large nor small."""
    low, high = _limits(b.fp)
    reduced = _reduce(b, b.clamp(x, low, high + 1.0))
    r = reduced.r if rest is None else reduced.r + rest
    return _scaled(b, _expm1_quick(b, r), reduced.field + shift if shift else reduced.field, factor)


def exp(b: Body, x: Reg) -> Reg:
    """e**x."""
    return scaled_exp(b, x)


def exp2(b: Body, x: Reg) -> Reg:
    """2**x, exact for integers."""
    bound, offset = 1100.0 if b.fp.is_double else 160.0, _offset(b.fp)
    x = b.clamp(x, -bound, bound)
    shifted = x + offset
    return _scaled(b, _expm1_quick(b, (x - (shifted - offset)) * LN2), b.bits(shifted))


def half_expm1(b: Body, x: Reg, high: float) -> Reg:
    """(e**x - 1) / 2 of numbers up to a bound that is below half of the greatest one's logarithm."""
    fp = b.fp
    reduced = _reduce(b, b.clamp(x, -60.0 if fp.is_double else -30.0, high))
    exponent = reduced.field - (fp.bias + 1)
    scale = b.from_bits(b.integer("shl", exponent, fp.mantissa))
    return b.fma(scale, _expm1_small(b, reduced), scale - 0.5)


def expm1(b: Body, x: Reg) -> Reg:
    """e**x - 1."""
    result = half_expm1(b, x, 710.0 if b.fp.is_double else 88.9) * 2.0
    return b.seldom(b.compare(x, "==", 0.0), x, result)


def tanh(b: Body, x: Reg) -> Reg:
    """Through expm1(2|x|), so that small arguments keep their relative accuracy."""
    a = b.abs(x)
    h = half_expm1(b, a * 2.0, 44.0)
    return b.copysign(h / (h + 1.0), x)


def sinh(b: Body, x: Reg) -> Reg:
    """E - 1/(4E) with E = e**|x| / 2, and a polynomial where that cancels."""
    a = b.abs(x)
    e = scaled_exp(b, a, -1)
    square = x * x
    odd = b.estrin(square, [1.0 / math.factorial(k) for k in range(3, 20, 2)])
    near = b.fma(x * square, odd, x)
    return b.select(b.compare(a, "<", 1.0), near, b.copysign(e - 0.25 / e, x))


def cosh(b: Body, x: Reg) -> Reg:
    """E + 1/(4E) with E = e**|x| / 2."""
    e = scaled_exp(b, b.abs(x), -1)
    return e + 0.25 / e


def sigmoid(b: Body, x: Reg) -> Reg:
    """1/(1 + e**-x), accurate in both tails."""
    e = scaled_exp(b, -b.abs(x))
    return b.select(b.compare(x, "<", 0.0), e, 1.0) / (e + 1.0)
