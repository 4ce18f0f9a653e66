"""Powers and roots.

``pow`` has a run-time exponent, ``powi`` a literal integer one (attribute ``n``) that is not differentiated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.define import (
    ZERO,
    Call,
    Infix,
    Over,
    Partial,
    Prec,
    Sample,
    Speller,
    Text,
    elementwise,
)
from adgen.primitives.elementwise import div, eq, ge, logical_and, mul, neg, sub, where
from adgen.primitives.exponential import log
from adgen.primitives.literals import (
    complex_samples,
    known_number,
    literal,
    numpy_and_math,
    of_helper,
    samples,
    scaled,
    unchecked,
)

_POWER = Infix("**", Prec.POWER, right_associative=True)


# -- pow ------------------------------------------------------------------------------------------------
def _pow_partials(b: Builder, r: Value, x: Value, y: Value) -> Sequence[Partial]:
    return (_pow_by_base(b, x, y), _pow_by_exponent(b, r, x, y))


def _pow_by_base(b: Builder, x: Value, y: Value) -> Partial:
    """y * x**(y - 1); zero at x = y = 0."""
    known = known_number(b, y)
    if known == 0:
        return ZERO
    if known == 1:
        return 1.0
    if known == 2:
        return scaled(b, 2, x)
    if known is not None:
        base = x if known.real > 1 else unchecked(b, x)
        return mul(b, y, power(b, base, literal(b, y, known - 1)))
    base = where(b, _is_zero(b, x, y), literal(b, x, 1), x)
    return mul(b, y, power(b, unchecked(b, base), sub(b, y, literal(b, y, 1))))


def _is_zero(b: Builder, x: Value, y: Value) -> Value:
    zero = literal(b, x, 0)
    return logical_and(b, eq(b, x, zero), eq(b, y, zero))


def _pow_by_exponent(b: Builder, r: Value, x: Value, y: Value) -> Partial:
    """r * log(x); zero at x = 0 <= y, where r * log(x) has the limit 0 for y > 0; nan at real x < 0."""
    known = known_number(b, x)
    if known is not None and not known.imag and known.real > 0:
        return mul(b, r, literal(b, r, math.log(known.real))) if known != 1 else ZERO
    flat = eq(b, x, literal(b, x, 0))
    if not x.type.is_complex:
        flat = logical_and(b, flat, ge(b, y, literal(b, y, 0)))
    return mul(b, r, log(b, unchecked(b, where(b, flat, literal(b, x, 1), x))))


def _python_pow(x: Any, y: Any) -> Any:
    """``x ** y`` of Python scalars; what Python would turn into a complex number is a domain error."""
    result = x**y
    if isinstance(result, complex) and not isinstance(x, complex):
        raise ValueError("math domain error: a negative number to a fractional power")
    return result


_REAL_POWER = '''
def _power(x: float, y: float) -> float:
    """x ** y. Raise ValueError where that is no real number."""
    result = x**y
    if isinstance(result, complex):
        raise ValueError("math domain error: a negative number to a fractional power")
    return result
'''
_checked_power = of_helper("_power", _REAL_POWER)


def _python_power_spell(s: Speller) -> Text:
    """``x ** y`` where it is real for sure: a positive literal base, or a whole literal exponent."""
    if s.op.result.type.is_complex:
        return Text(f"{s.arg(0, Prec.POWER + 1)} ** {s.arg(1, Prec.POWER)}", Prec.POWER)
    base, exponent = (s.folded(k) for k in (0, 1))
    positive = base is not None and base.prim.name == "const" and base.attr("value") > 0
    whole = (
        exponent is not None and exponent.prim.name == "const" and float(exponent.attr("value")).is_integer()
    )
    if positive or whole or s.op.result.type.dtype.is_integer:
        return Text(f"{s.arg(0, Prec.POWER + 1)} ** {s.arg(1, Prec.POWER)}", Prec.POWER)
    return _checked_power(s)


power = elementwise(
    "pow",
    eval=np.power,
    spell=_POWER,
    python=(_python_pow, _python_power_spell),
    partials=_pow_partials,
    doc="x to the power y, of floats or of integers with y >= 0. By x: y x^(y-1); by y: x^y log x.",
    samples=(
        *samples(0.3, 2.0, arity=2),
        Sample(("i64[3]", "i64[3]"), values=((2, -3, 0), (3, 2, 0))),
        *complex_samples(0.3, 1.5, arity=2),
    ),
    kinks=("x**0 at 0 -> 0", "x**y by y at x = 0 <= y -> 0"),
    complex=True,
)


# -- powi -----------------------------------------------------------------------------------------------
def _powi_partials(b: Builder, r: Value, x: Value, n: int) -> Sequence[Partial]:
    if n in (0, 1):
        return (float(n) if n else ZERO,)
    if n == 2:
        return (scaled(b, 2, x),)
    return (scaled(b, n, powi(b, x, n=n - 1)),)


def _powi_spell(s: Speller) -> Text:
    n = s.op.attr("n")
    return Text(f"{s.arg(0, Prec.POWER + 1)} ** {n}", Prec.POWER)


powi = elementwise(
    "powi",
    eval=lambda x, n: x**n,
    spell=_powi_spell,
    python=(lambda x, n: x**n, _powi_spell),
    partials=_powi_partials,
    doc="x to a literal integer power, attribute n.",
    samples=(
        *samples(attrs=(("n", 3),)),
        *(Sample(("f64[4]",), attrs=(("n", n),)) for n in (0, 1, 2)),
        Sample(("f64[4]",), 0.5, 2.0, attrs=(("n", -2),)),
        Sample(("i64[3]",), attrs=(("n", 2),), values=((2, -3, 0),)),
        *complex_samples(attrs=(("n", 3),)),
    ),
    kinks=("x**0 at 0 -> 0",),
    complex=True,
)


# -- roots ----------------------------------------------------------------------------------------------
_np_sqrt, _math_sqrt = numpy_and_math("sqrt")
sqrt = elementwise(
    "sqrt",
    eval=np.sqrt,
    spell=_np_sqrt,
    python=(math.sqrt, _math_sqrt),
    partials=lambda b, r, x: (Over(unchecked(b, scaled(b, 2, r))),),
    doc="Square root; derivative 1 / (2 sqrt(x)), infinite at 0.",
    samples=(*samples(0.3, 3.0), *complex_samples(0.3, 2.0)),
    kinks=("sqrt(0) -> inf",),
    complex=True,
)

root = elementwise(
    "root",
    eval=np.sqrt,
    spell=_np_sqrt,
    python=(math.sqrt, _math_sqrt),
    partials=lambda b, r, x: (Over(scaled(b, 2, _infinite_at_zero(b, r))),),
    scalar="sqrt",
    doc="Square root of a sum of squares: as sqrt, but flat at 0, as lengths and deviations are there.",
    samples=samples(0.3, 3.0),
    kinks=("norm(0) -> 0", "std of a constant -> 0"),
)


def _order_root_partials(b: Builder, r: Value, x: Value, order: float) -> Sequence[Partial]:
    """r / (order x), as a division that is flat where x is zero."""
    none, one = eq(b, r, literal(b, r, 0)), literal(b, r, 1)
    slope = scaled(b, order, div(b, x, where(b, none, one, r)))
    return (Over(where(b, none, literal(b, r, math.inf), slope)),)


def _order_root_spell(s: Speller) -> Text:
    return Text(f"{s.arg(0, Prec.POWER + 1)} ** {_exponent(s.op.attr('order'))}", Prec.POWER)


def _exponent(order: float) -> str:
    text = repr(1.0 / order)
    return f"({text})" if text.startswith("-") else text


order_root = elementwise(
    "order_root",
    eval=lambda x, order: x ** (1.0 / order),
    spell=_order_root_spell,
    python=(lambda x, order: x ** (1.0 / order), _order_root_spell),
    partials=_order_root_partials,
    expand=lambda b, op: power(b, op.operands[0], literal(b, op.operands[0], 1.0 / op.attr("order"))),
    doc="The root of ``order`` of a sum of powers, flat at 0, as norms are there.",
    samples=(*samples(0.3, 3.0, attrs=(("order", 3.0),)), *samples(0.3, 3.0, attrs=(("order", -0.5),))),
    kinks=("norm of order p at 0 -> 0",),
)


def _infinite_at_zero(b: Builder, r: Value) -> Value:
    return where(b, eq(b, r, literal(b, r, 0)), literal(b, r, math.inf), r)


_np_cbrt, _math_cbrt = numpy_and_math("cbrt")
cbrt = elementwise(
    "cbrt",
    eval=np.cbrt,
    spell=_np_cbrt,
    python=(math.cbrt, _math_cbrt),
    partials=lambda b, r, x: (Over(unchecked(b, scaled(b, 3, mul(b, r, r)))),),
    doc="Cube root, of negative numbers too; derivative 1 / (3 cbrt(x)^2), infinite at 0.",
    samples=(*samples(0.3, 3.0), Sample(("f64[4]",), -3.0, -0.3)),
    kinks=("cbrt(0) -> inf",),
)

square = elementwise(
    "square",
    eval=np.square,
    spell=Call("np.square"),
    python=(lambda x: x * x, lambda s: Text(f"{s.arg(0, Prec.POWER + 1)} ** 2", Prec.POWER)),
    partials=lambda b, r, x: (scaled(b, 2, x),),
    expand=lambda b, op: mul(b, op.operands[0], op.operands[0]),
    doc="x times x; derivative 2x.",
    samples=(*samples(), *complex_samples()),
    cheap=True,
    complex=True,
)

reciprocal = elementwise(
    "reciprocal",
    eval=np.reciprocal,
    spell=Call("np.reciprocal"),
    python=(lambda x: 1 / x, lambda s: Text(f"1 / {s.arg(0, Prec.MUL + 1)}", Prec.MUL)),
    partials=lambda b, r, x: (neg(b, mul(b, r, r)),),
    expand=lambda b, op: div(b, literal(b, op.operands[0], 1), op.operands[0]),
    doc="1 / x; derivative -1 / x^2.",
    samples=(*samples(0.5, 2.0), *complex_samples(0.3, 2.0)),
    complex=True,
)


# -- hypot ----------------------------------------------------------------------------------------------
def _hypot_partials(b: Builder, r: Value, x: Value, y: Value) -> Sequence[Partial]:
    """x / r and y / r; zero where r is zero."""
    length = where(b, eq(b, r, literal(b, r, 0)), literal(b, r, 1), r)
    return (div(b, x, length), div(b, y, length))


_np_hypot, _math_hypot = numpy_and_math("hypot")
hypot = elementwise(
    "hypot",
    eval=np.hypot,
    spell=_np_hypot,
    python=(math.hypot, _math_hypot),
    partials=_hypot_partials,
    doc="Length of the vector (x, y); derivatives x / r and y / r.",
    samples=samples(0.3, 2.0, arity=2),
    kinks=("hypot(0, 0) -> 0, 0",),
    commutative=True,
)


PRIMITIVES = (power, powi, sqrt, root, cbrt, square, reciprocal, order_root, hypot)
