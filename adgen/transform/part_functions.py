"""Powers, exponentials, circular and hyperbolic functions of complex numbers, on their parts."""

from __future__ import annotations

import math
from collections.abc import Callable

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.primitives import exponential, hyperbolic, trigonometric
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import (
    add,
    div,
    eq,
    ge,
    gt,
    logical_and,
    logical_or,
    lt,
    mul,
    ne,
    neg,
    sub,
    where,
)
from adgen.primitives.literals import literal, scaled
from adgen.primitives.powers import hypot, sqrt
from adgen.primitives.rounding import absolute
from adgen.transform.pairs import (
    Found,
    Pair,
    Rule,
    Splitter,
    full,
    is_zero,
    over,
    refuse,
    refuse_zero,
    rule,
    times,
)

RULES: dict[str, Rule] = {}


# -- powers and roots -----------------------------------------------------------------------------------
@rule(RULES, "powi")
def _powi(s: Splitter, op: Op) -> Found:
    """Products by the bits of the exponent."""
    b, n, x = s.b, op.attr("n"), s.pair(op.operands[0])
    one: Pair = (literal(b, x[0], 1), None)
    if n < 0 and op.result.type.is_py:
        refuse_zero(b, x, "0.0 to a negative or complex power")
    total: Pair | None = None
    square, count = x, abs(n)
    while count:
        if count % 2:
            total = square if total is None else times(b, total, square)
        count //= 2
        square = times(b, square, square) if count else square
    found = one if total is None else total
    return (over(b, one, found) if n < 0 else found,)


@rule(RULES, "pow")
def _pow(s: Splitter, op: Op) -> Found:
    """exp(y log x); 1 for y = 0; for x = 0 else 0 where the real part of y is positive, and nan."""
    b = s.b
    x, y = (s.both(v) for v in op.operands)
    found = full(b, _exp(b, times(b, y, _log(b, x))))
    one, zero, nan = (literal(b, x[0], number) for number in (1, 0, math.nan))
    no_base, no_exponent = is_zero(b, x), is_zero(b, y)
    if op.result.type.is_py:
        bad = logical_and(b, no_base, logical_or(b, ne(b, y[1], zero), lt(b, y[0], zero)))
        refuse(b, bad, "0.0 to a negative or complex power")
    of_none = where(b, gt(b, y[0], zero), zero, nan)
    re = where(b, no_exponent, one, where(b, no_base, of_none, found[0]))
    return ((re, where(b, no_exponent, zero, where(b, no_base, of_none, found[1]))),)


def _negative(b: Builder, x: Value) -> Value:
    """Whether the sign is set, of zero too."""
    zero = literal(b, x, 0)
    below = lt(b, div(b, literal(b, x, 1), x), zero)
    return where(b, eq(b, x, zero), below, lt(b, x, zero))


@rule(RULES, "sqrt")
def _sqrt(s: Splitter, op: Op) -> Found:
    return (_root(s.b, *s.both(op.operands[0])),)


def _root(b: Builder, x: Value, y: Value) -> Pair:
    """The square root with a real part that is not negative."""
    length = sqrt(b, scaled(b, 0.5, add(b, absolute(b, x), hypot(b, x, y))))
    none = eq(b, length, literal(b, length, 0))
    other = div(b, scaled(b, 0.5, y), where(b, none, literal(b, length, 1), length))
    right = ge(b, x, literal(b, x, 0))
    signed = where(b, _negative(b, y), neg(b, length), length)
    return where(b, right, length, absolute(b, other)), where(b, right, other, signed)


# -- exponentials and logarithms ------------------------------------------------------------------------
def _exp(b: Builder, x: Pair) -> Pair:
    size = exponential.exp(b, x[0])
    if x[1] is None:
        return size, None
    real_axis = eq(b, x[1], literal(b, x[1], 0))
    im = where(b, real_axis, x[1], mul(b, size, trigonometric.sin(b, x[1])))
    return mul(b, size, trigonometric.cos(b, x[1])), im


def _log(b: Builder, x: Pair) -> Pair:
    re, im = full(b, x)
    return exponential.log(b, hypot(b, re, im)), trigonometric.arctan2(b, im, re)


def _of_pair(function: Callable[[Builder, Pair], Pair]) -> Rule:
    return lambda s, op: (function(s.b, s.pair(op.operands[0])),)


def _times_number(b: Builder, x: Pair, factor: float) -> Pair:
    return scaled(b, factor, x[0]), None if x[1] is None else scaled(b, factor, x[1])


def _log1p(b: Builder, x: Pair) -> Pair:
    re, im = full(b, x)
    return _log(b, (add(b, re, literal(b, re, 1)), im))


def _expm1(b: Builder, x: Pair) -> Pair:
    re, im = full(b, x)
    half = trigonometric.sin(b, scaled(b, 0.5, im))
    grown = mul(b, exponential.expm1(b, re), trigonometric.cos(b, im))
    return (
        sub(b, grown, scaled(b, 2, mul(b, half, half))),
        mul(b, exponential.exp(b, re), trigonometric.sin(b, im)),
    )


RULES["exp"] = _of_pair(_exp)
RULES["log"] = _of_pair(_log)
RULES["exp2"] = _of_pair(lambda b, x: _exp(b, _times_number(b, x, math.log(2.0))))
RULES["log2"] = _of_pair(lambda b, x: _times_number(b, _log(b, x), 1.0 / math.log(2.0)))
RULES["log10"] = _of_pair(lambda b, x: _times_number(b, _log(b, x), 1.0 / math.log(10.0)))
RULES["log1p"] = _of_pair(_log1p)
RULES["expm1"] = _of_pair(_expm1)


# -- circular and hyperbolic functions ------------------------------------------------------------------
def _mixed(
    left: tuple[Primitive, Primitive], right: tuple[Primitive, Primitive], sign: float
) -> Callable[[Builder, Pair], Pair]:
    """(f(x) g(y), sign h(x) k(y))."""

    def apply(b: Builder, z: Pair) -> Pair:
        x, y = full(b, z)
        im = mul(b, right[0](b, x), right[1](b, y))
        return mul(b, left[0](b, x), left[1](b, y)), im if sign > 0 else neg(b, im)

    return apply


_sin, _cos, _sinh, _cosh = trigonometric.sin, trigonometric.cos, hyperbolic.sinh, hyperbolic.cosh
RULES["sin"] = _of_pair(_mixed((_sin, _cosh), (_cos, _sinh), 1.0))
RULES["cos"] = _of_pair(_mixed((_cos, _cosh), (_sin, _sinh), -1.0))
RULES["sinh"] = _of_pair(_mixed((_sinh, _cos), (_cosh, _sin), 1.0))
RULES["cosh"] = _of_pair(_mixed((_cosh, _cos), (_sinh, _sin), 1.0))


def _tanh(b: Builder, z: Pair) -> Pair:
    """Kahan's formula; far from the imaginary axis 1 or -1."""
    x, y = full(b, z)
    far = gt(b, absolute(b, x), literal(b, x, 20.0))
    near = where(b, far, literal(b, x, 1), x)
    t, sh = trigonometric.tan(b, y), hyperbolic.sinh(b, near)
    one = literal(b, x, 1)
    beta, square = add(b, one, mul(b, t, t)), mul(b, sh, sh)
    below = add(b, one, mul(b, beta, square))
    re = div(b, mul(b, mul(b, beta, sqrt(b, add(b, one, square))), sh), below)
    side = where(b, lt(b, x, literal(b, x, 0)), neg(b, one), one)
    rest = exponential.exp(b, scaled(b, -2.0, absolute(b, x)))
    turned = mul(b, trigonometric.sin(b, y), trigonometric.cos(b, y))
    return where(b, far, side, re), where(b, far, scaled(b, 4.0, mul(b, turned, rest)), div(b, t, below))


# -- inverse functions ----------------------------------------------------------------------------------
def _arctanh(b: Builder, z: Pair) -> Pair:
    """log1p(4 x / ((1 - x)^2 + y^2)) / 4 and half the angle of 1 - x^2 - y^2 + 2 i y."""
    x, y = full(b, z)
    one = literal(b, x, 1)
    gap, square = sub(b, one, x), mul(b, y, y)
    ratio = div(b, scaled(b, 4.0, x), add(b, mul(b, gap, gap), square))
    across = sub(b, mul(b, gap, add(b, one, x)), square)
    angle = trigonometric.arctan2(b, scaled(b, 2.0, y), across)
    return scaled(b, 0.25, exponential.log1p(b, ratio)), scaled(b, 0.5, angle)


def _roots(b: Builder, z: Pair) -> tuple[Pair, Pair]:
    """sqrt(1 - z) and sqrt(1 + z)."""
    x, y = full(b, z)
    one = literal(b, x, 1)
    return _root(b, sub(b, one, x), neg(b, y)), _root(b, add(b, one, x), y)


def _arcsin(b: Builder, z: Pair) -> Pair:
    """Kahan's formula."""
    (p, q), (u, v) = (full(b, root) for root in _roots(b, z))
    re = trigonometric.arctan2(b, z[0], sub(b, mul(b, p, u), mul(b, q, v)))
    return re, hyperbolic.arcsinh(b, sub(b, mul(b, p, v), mul(b, q, u)))


def _arccos(b: Builder, z: Pair) -> Pair:
    """Kahan's formula."""
    (p, q), (u, v) = (full(b, root) for root in _roots(b, z))
    re = scaled(b, 2.0, trigonometric.arctan2(b, p, u))
    return re, hyperbolic.arcsinh(b, sub(b, mul(b, u, q), mul(b, v, p)))


def _arccosh(b: Builder, z: Pair) -> Pair:
    """Kahan's formula, by the roots of z - 1 and z + 1."""
    x, y = full(b, z)
    one = literal(b, x, 1)
    (p, q), (u, v) = (full(b, _root(b, shifted, y)) for shifted in (sub(b, x, one), add(b, x, one)))
    re = hyperbolic.arcsinh(b, add(b, mul(b, p, u), mul(b, q, v)))
    return re, scaled(b, 2.0, trigonometric.arctan2(b, q, u))


def _turned(function: Callable[[Builder, Pair], Pair]) -> Callable[[Builder, Pair], Pair]:
    """-i f(i z) of an odd function f."""

    def apply(b: Builder, z: Pair) -> Pair:
        x, y = full(b, z)
        re, im = full(b, function(b, (neg(b, y), x)))
        return im, neg(b, re)

    return apply


RULES["tanh"], RULES["tan"] = _of_pair(_tanh), _of_pair(_turned(_tanh))
RULES["arctanh"], RULES["arctan"] = _of_pair(_arctanh), _of_pair(_turned(_arctanh))
RULES["arcsin"], RULES["arcsinh"] = _of_pair(_arcsin), _of_pair(_turned(_arcsin))
RULES["arccos"], RULES["arccosh"] = _of_pair(_arccos), _of_pair(_arccosh)
