"""Rounding, signs, remainders and tests of floats: piecewise constant or linear."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import DType
from adgen.primitives.define import (
    Call,
    Inactive,
    Infix,
    Partial,
    Prec,
    Primitive,
    Sample,
    Speller,
    Text,
    elementwise,
)
from adgen.primitives.elementwise import add, div, eq, gt, logical_and, lt, mul, ne, neg, sub, where
from adgen.primitives.literals import literal, samples

_FLAT = Inactive("rounding is piecewise constant")


# -- rounding -------------------------------------------------------------------------------------------
def _rounding(
    name: str, numpy: Callable[..., Any], python: Callable[..., Any], spell: str, doc: str
) -> Primitive:
    return elementwise(
        name,
        eval=numpy,
        spell=Call(f"np.{name}"),
        python=(lambda x: float(python(x)), lambda s: Text(f"float({spell}({s.arg(0)}))")),
        partials=_FLAT,
        doc=doc,
        samples=samples(),
        kinks=(f"{name} has derivative zero everywhere",),
    )


floor = _rounding("floor", np.floor, math.floor, "math.floor", "Largest integer not above x, as a float.")
ceil = _rounding("ceil", np.ceil, math.ceil, "math.ceil", "Smallest integer not below x, as a float.")
trunc = _rounding("trunc", np.trunc, math.trunc, "math.trunc", "x without its fraction, as a float.")
rint = _rounding("rint", np.rint, round, "round", "Nearest integer, ties to even, as a float.")


round_to = elementwise(
    "round_to",
    eval=lambda x, digits: np.vectorize(lambda v: round(float(v), digits), otypes=["f8"])(x)[()],
    spell=lambda s: Text(f"round({s.arg(0)}, {s.op.attr('digits')})"),
    python=(
        lambda x, digits: round(x, digits),
        lambda s: Text(f"round({s.arg(0)}, {s.op.attr('digits')})"),
    ),
    partials=_FLAT,
    doc="A Python float to a number of decimals (attribute digits), exactly as its decimals are written.",
    samples=(Sample(("f64",), attrs=(("digits", 2),)), Sample(("f64",), 10.0, 90.0, attrs=(("digits", -1),))),
)


# -- signs ----------------------------------------------------------------------------------------------
sign = elementwise(
    "sign",
    eval=np.sign,
    spell=Call("np.sign"),
    python=(lambda x: type(x)(np.sign(x)), lambda s: Text(f"{_python_name(s)}(np.sign({s.arg(0)}))")),
    partials=Inactive("sign is piecewise constant"),
    doc="-1, 0 or 1.",
    samples=samples(),
    kinks=("sign has derivative zero everywhere",),
    cheap=True,
)


def _python_name(s: Speller) -> str:
    return "int" if s.op.result.type.dtype.is_integer else "float"


absolute = elementwise(
    "abs",
    eval=np.abs,
    spell=Call("np.abs"),
    python=(abs, Call("abs")),
    partials=lambda b, r, x: (sign(b, x),),
    doc="Absolute value; derivative sign(x).",
    samples=(*samples(0.3, 2.0), Sample(("f64[4]",), -2.0, -0.3), Sample(("i64[3]",), values=((-1, 0, 2),))),
    kinks=("abs(0) -> 0",),
    cheap=True,
)


# -- quotients and remainders ---------------------------------------------------------------------------


def _far_samples() -> tuple[Sample, ...]:
    """Cases away from the jumps: x between y and 2 y."""
    types = ("f64[3]", "f32[3]")
    many = tuple(Sample((t, t), values=((5.3, -5.3, 4.1), (2.0, 2.0, -1.5))) for t in types)
    one = tuple(Sample((t, t), values=(5.3, 2.0)) for t in ("f64", "np.f64"))
    single = Sample(("f64[1]", "f64[1]"), values=((-5.3,), (2.0,)))
    return (*many, *one, single, Sample(("f64[0]", "f64[0]")))


_INTEGERS = (Sample(("i64[4]", "i64[4]"), values=((5, -5, 7, -7), (3, 3, -2, -2))),)


def _expand_floor_divide(b: Builder, op: Op) -> Value:
    """As NumPy and Python: (x - fmod(x, y)) / y, less 1 where the signs differ, rounded to an integer."""
    x, y = op.operands
    zero, one, rest = literal(b, x, 0), literal(b, x, 1), fmod(b, x, y)
    ratio, even = div(b, x, y), div(b, sub(b, x, rest), y)
    quotient = where(b, _opposed(b, rest, y), sub(b, even, one), even)
    below = floor(b, quotient)
    half = gt(b, sub(b, quotient, below), literal(b, x, 0.5))
    rounded = where(b, half, add(b, below, one), below)
    signed = where(b, eq(b, quotient, zero), mul(b, ratio, zero), rounded)
    return where(b, eq(b, y, zero), ratio, signed)


def _opposed(b: Builder, rest: Value, y: Value) -> Value:
    """Whether a remainder is not zero and its sign is not that of y."""
    zero = literal(b, y, 0)
    return logical_and(b, ne(b, rest, zero), ne(b, lt(b, rest, zero), lt(b, y, zero)))


floor_divide = elementwise(
    "floor_divide",
    eval=np.floor_divide,
    spell=Infix("//", Prec.MUL),
    python=(operator.floordiv, Infix("//", Prec.MUL)),
    partials=_FLAT,
    expand=_expand_floor_divide,
    doc="Largest integer not above x / y.",
    samples=(*_far_samples(), *_INTEGERS),
    kinks=("// has derivative zero everywhere",),
)


def _mod_partials(b: Builder, r: Value, x: Value, y: Value) -> Sequence[Partial]:
    return (1.0, neg(b, floor_divide(b, x, y)))


def _expand_mod(b: Builder, op: Op) -> Value:
    """fmod(x, y), plus y where the signs differ; a zero has the sign of y."""
    x, y = op.operands
    zero, rest = literal(b, x, 0), fmod(b, x, y)
    signed = where(b, lt(b, y, zero), literal(b, x, -0.0), zero)
    even = where(b, eq(b, rest, zero), signed, rest)
    return where(b, _opposed(b, rest, y), add(b, rest, y), even)


mod = elementwise(
    "mod",
    eval=np.remainder,
    spell=Infix("%", Prec.MUL),
    python=(operator.mod, Infix("%", Prec.MUL)),
    partials=_mod_partials,
    expand=_expand_mod,
    doc="Remainder with the sign of y; derivatives 1 and -floor(x / y).",
    samples=(*_far_samples(), *_INTEGERS),
    kinks=("mod where x / y is an integer -> 1, -x / y",),
)


def _fmod_partials(b: Builder, r: Value, x: Value, y: Value) -> Sequence[Partial]:
    return (1.0, neg(b, trunc(b, div(b, x, y))))


fmod = elementwise(
    "fmod",
    eval=np.fmod,
    spell=Call("np.fmod"),
    python=(math.fmod, Call("math.fmod")),
    partials=_fmod_partials,
    doc="Remainder with the sign of x; derivatives 1 and -trunc(x / y).",
    samples=_far_samples(),
    kinks=("fmod where x / y is an integer -> 1, -x / y",),
)


# -- tests of floats ------------------------------------------------------------------------------------
def _test(name: str, numpy: Callable[..., Any], python: Callable[..., Any], doc: str) -> Primitive:
    return elementwise(
        name,
        eval=numpy,
        spell=Call(f"np.{name}"),
        python=(python, Call(f"math.{name}")),
        partials=Inactive("a truth value has no derivative"),
        doc=doc,
        samples=(*samples(), Sample(("f64[4]",), values=((1.0, math.nan, math.inf, -math.inf),))),
        result=DType.bool,
        cheap=True,
        complex=True,
    )


isnan = _test("isnan", np.isnan, math.isnan, "Whether x is not a number.")
isinf = _test("isinf", np.isinf, math.isinf, "Whether x is infinite.")
isfinite = _test("isfinite", np.isfinite, math.isfinite, "Whether x is neither infinite nor not a number.")

PRIMITIVES = (
    *(floor, ceil, trunc, rint, round_to, sign, absolute),
    *(floor_divide, mod, fmod, isnan, isinf, isfinite),
)
