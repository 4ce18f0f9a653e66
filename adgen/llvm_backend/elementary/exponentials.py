"""exp, exp2, expm1 and what follows from them: tanh, sinh, cosh, sigmoid.

Two-step Cody-Waite reduction x = n ln2 + r with |r| <= ln2/2, a Taylor polynomial in r, and scaling by
powers of two in the exponent field (in two factors, so that results underflow gradually).
"""

from __future__ import annotations

import math

from adgen.llvm_backend.elementary.text import Body, Float, Reg

LOG2E = 1.4426950408889634
LN2_HIGH = {"f64": 6.93147180369123816490e-01, "f32": 6.9314575195e-01}
LN2_LOW = {"f64": 1.90821492927058770002e-10, "f32": 1.4286067653e-06}


def _limits(fp: Float) -> tuple[float, float]:
    """Arguments at which exp is certainly 0 and certainly infinite."""
    return (-746.0, 710.0) if fp.is_double else (-104.0, 89.0)


def _reduce(b: Body, x: Reg) -> tuple[Reg, Reg]:
    """r and the integer n of x = n ln2 + r."""
    n, k = b.round_split(x * LOG2E)
    minus_n = -n
    r = b.fma(minus_n, LN2_HIGH[b.fp.name], x)
    return b.fma(minus_n, LN2_LOW[b.fp.name], r), k


def _expm1_small(b: Body, r: Reg) -> Reg:
    """exp(r) - 1 for |r| <= ln2/2, with small relative error."""
    last = 13 if b.fp.is_double else 8
    tail = b.estrin(r, [1.0 / math.factorial(k) for k in range(2, last + 1)])
    return b.fma(r * r, tail, r)


def _scale(b: Body, value: Reg, k: Reg) -> Reg:
    """value * 2**k for k beyond the normal exponents."""
    half = b.integer("ashr", k, 1)
    return value * b.pow2(half) * b.pow2(k - half)


def scaled_exp(b: Body, x: Reg, shift: int = 0, rest: Reg | None = None) -> Reg:
    """exp(x + rest) * 2**shift without intermediate overflow; shift is 0 or -1, rest tiny."""
    low, high = _limits(b.fp)
    r, k = _reduce(b, b.clamp(x, low, high + 1.0))
    r = r if rest is None else r + rest
    return _scale(b, 1.0 + _expm1_small(b, r), k + shift)


def exp(b: Body, x: Reg) -> Reg:
    """e**x."""
    return scaled_exp(b, x)


def exp2(b: Body, x: Reg) -> Reg:
    """2**x, exact for integers."""
    bound = 1100.0 if b.fp.is_double else 160.0
    x = b.clamp(x, -bound, bound)
    n, k = b.round_split(x)
    value = 1.0 + _expm1_small(b, (x - n) * 0.6931471805599453)
    return _scale(b, value, k)


def half_expm1(b: Body, x: Reg) -> Reg:
    """(e**x - 1) / 2: finite a little beyond the overflow of exp."""
    low, high = (-60.0, 712.0) if b.fp.is_double else (-30.0, 90.0)
    r, k = _reduce(b, b.clamp(x, low, high))
    q = _expm1_small(b, r)
    scale = b.pow2(k - 1)
    small = b.fma(scale, q, scale - 0.5)
    return b.select(b.test(k, "sgt", 64), _scale(b, q + 1.0, k - 1), small)


def expm1(b: Body, x: Reg) -> Reg:
    """e**x - 1."""
    result = half_expm1(b, x) * 2.0
    return b.select(b.compare(x, "==", 0.0), x, result)


def tanh(b: Body, x: Reg) -> Reg:
    """Through expm1(2|x|), so that small arguments keep their relative accuracy."""
    a = b.abs(x)
    a = b.select(b.compare(a, ">", 22.0), 22.0, a)
    h = half_expm1(b, a * 2.0)
    return b.copysign(h / (h + 1.0), x)


def sinh(b: Body, x: Reg) -> Reg:
    """H + H/(2H + 1) with H = (e**|x| - 1)/2."""
    h = half_expm1(b, b.abs(x))
    ratio = h / b.fma(h, 2.0, 1.0)
    ratio = b.select(b.compare(h, ">", 1e30), 0.5, ratio)
    return b.copysign(h + ratio, x)


def cosh(b: Body, x: Reg) -> Reg:
    """E + 1/(4E) with E = e**|x| / 2."""
    e = scaled_exp(b, b.abs(x), -1)
    return e + 0.25 / e


def sigmoid(b: Body, x: Reg) -> Reg:
    """1/(1 + e**-x), accurate in both tails."""
    e = scaled_exp(b, -b.abs(x))
    return b.select(b.compare(x, "<", 0.0), e, 1.0) / (e + 1.0)
