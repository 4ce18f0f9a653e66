"""Arithmetic, comparisons, logic, selection and casts."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import AnyType, DType, Kind, Type
from adgen.primitives.define import (
    ZERO,
    Contribution,
    Inactive,
    Infix,
    Masked,
    Over,
    Prec,
    Prefix,
    Primitive,
    Sample,
    Spell,
    Speller,
    Text,
    Zero,
    elementwise,
    join_kinds,
)
from adgen.primitives.indexing import zeros_of

_TWO = (
    Sample(("f64[3,4]", "f64[3,4]")),
    Sample(("f32[4]", "f32[4]")),
    Sample(("f64", "f64")),
    Sample(("np.f64", "np.f64")),
    Sample(("f64[0]", "f64[0]")),
    Sample(("f64[1]", "f64[1]")),
)
_COMPLEX = tuple(Sample((t, t), 0.3, 2.0) for t in ("c128[3,4]", "c64[4]", "c128", "np.c128"))
_ONE = (
    Sample(("f64[3,4]",)),
    Sample(("f32[4]",)),
    Sample(("f64",)),
    Sample(("np.f64",)),
    Sample(("f64[0]",)),
    Sample(("f64[1]",)),
    Sample(("c128[3]",)),
    Sample(("c128",)),
)

# -- arithmetic -----------------------------------------------------------------------------------------
add: Primitive = elementwise(
    "add",
    eval=np.add,
    spell=Infix("+", Prec.ADD),
    python=(operator.add, Infix("+", Prec.ADD)),
    partials=lambda b, r, x, y: (1.0, 1.0),
    doc="Sum.",
    samples=(*_TWO, *_COMPLEX),
    commutative=True,
    cheap=True,
    complex=True,
)
sub: Primitive = elementwise(
    "sub",
    eval=np.subtract,
    spell=Infix("-", Prec.ADD),
    python=(operator.sub, Infix("-", Prec.ADD)),
    partials=lambda b, r, x, y: (1.0, -1.0),
    doc="Difference.",
    samples=(*_TWO, *_COMPLEX),
    cheap=True,
    complex=True,
)
mul: Primitive = elementwise(
    "mul",
    eval=np.multiply,
    spell=Infix("*", Prec.MUL),
    python=(operator.mul, Infix("*", Prec.MUL)),
    partials=lambda b, r, x, y: (y, x),
    doc="Product of corresponding elements.",
    samples=(*_TWO, *_COMPLEX),
    commutative=True,
    cheap=True,
    complex=True,
)


def _is_one(b: Builder, value: Value) -> bool:
    """Whether a value is the number 1 everywhere."""
    from adgen.primitives.literals import known_number

    return bool(known_number(b, value) == 1)


div: Primitive = elementwise(
    "div",
    eval=np.true_divide,
    spell=Infix("/", Prec.MUL),
    python=(operator.truediv, Infix("/", Prec.MUL)),
    partials=lambda b, r, x, y: (Over(y), neg(b, mul(b, r, r) if _is_one(b, x) else div(b, r, y))),
    doc="Quotient of floats; Python scalars raise ZeroDivisionError.",
    samples=(*(Sample(s.types, low=0.5, high=2.0) for s in _TWO), *_COMPLEX),
    cheap=True,
    complex=True,
)
neg: Primitive = elementwise(
    "neg",
    eval=np.negative,
    spell=Prefix("-"),
    python=(operator.neg, Prefix("-")),
    partials=lambda b, r, x: (-1.0,),
    doc="Negation.",
    samples=_ONE,
    cheap=True,
    complex=True,
)


def _fma_spell(s: Speller) -> Text:
    """z + x * y, with a difference where one of them is negated."""
    x, y, z = s.arg(0, Prec.MUL), s.arg(1, Prec.UNARY), s.arg(2, Prec.ADD)
    for k in (0, 1):
        if _is_negated(s, k):
            factor = s.arg(k, Prec.UNARY).removeprefix("-")
            product = f"{factor} * {y}" if k == 0 else f"{x} * {factor}"
            return Text(f"{z} - {product}", Prec.ADD)
    if _is_negated(s, 2):
        return Text(f"{x} * {y} - {s.arg(2, Prec.UNARY).removeprefix('-')}", Prec.ADD)
    return Text(f"{z} + {x} * {y}", Prec.ADD)


def _is_negated(s: Speller, index: int) -> bool:
    inner = s.folded(index)
    return inner is not None and inner.prim is neg and s.arg(index, Prec.UNARY).startswith("-")


fma: Primitive = elementwise(
    "fma",
    eval=lambda x, y, z: x * y + z,
    spell=_fma_spell,
    python=(lambda x, y, z: x * y + z, _fma_spell),
    partials=lambda b, r, x, y, z: (y, x, 1.0),
    doc="x * y + z, which kernels round once; recurrences of cotangents take the fewest cycles that way.",
    samples=tuple(Sample((s.types[0],) * 3) for s in _TWO),
    cheap=True,
)


# -- comparisons and logic ------------------------------------------------------------------------------
def _compare(name: str, symbol: str, numpy: Callable[..., Any], python: Callable[..., Any]) -> Primitive:
    spell = Infix(symbol, Prec.COMPARE)
    return elementwise(
        name,
        eval=numpy,
        spell=spell,
        python=(python, spell),
        partials=Inactive("a comparison is piecewise constant"),
        doc=f"Comparison {symbol}.",
        samples=_TWO,
        result=DType.bool,
        commutative=name in ("eq", "ne"),
        cheap=True,
        complex=name in ("eq", "ne"),
    )


lt = _compare("lt", "<", np.less, operator.lt)
le = _compare("le", "<=", np.less_equal, operator.le)
gt = _compare("gt", ">", np.greater, operator.gt)
ge = _compare("ge", ">=", np.greater_equal, operator.ge)
eq = _compare("eq", "==", np.equal, operator.eq)
ne = _compare("ne", "!=", np.not_equal, operator.ne)

_BOOLS = Sample(("bool[3]", "bool[3]"), values=((True, False, True), (True, True, False)))


def _logic(
    name: str, numpy: Callable[..., Any], spell: Spell, python: tuple[Any, Spell], arity: int
) -> Primitive:
    return elementwise(
        name,
        eval=numpy,
        spell=spell,
        python=python,
        partials=Inactive("a truth value has no derivative"),
        doc=f"{name} of booleans.",
        samples=(Sample(_BOOLS.types[:arity], values=(_BOOLS.values or ())[:arity]),),
        result=DType.bool,
        commutative=arity == 2,
        cheap=True,
    )


logical_and = _logic(
    "logical_and",
    np.logical_and,
    Infix("&", Prec.BITAND),
    (lambda x, y: x and y, Infix("and", Prec.AND)),
    2,
)
logical_or = _logic(
    "logical_or",
    np.logical_or,
    Infix("|", Prec.BITOR),
    (lambda x, y: x or y, Infix("or", Prec.OR)),
    2,
)
logical_not = _logic(
    "logical_not",
    np.logical_not,
    Prefix("~"),
    (operator.not_, Prefix("not ", Prec.NOT)),
    1,
)


# -- selection ------------------------------------------------------------------------------------------
def _where_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    cond, x, y = (t for t in types if isinstance(t, Type))
    if cond.dtype is not DType.bool or x.dtype is not y.dtype or not cond.dims == x.dims == y.dims:
        raise TypeError(f"where: {cond}, {x} and {y} do not fit")
    return (Type(x.dtype, x.dims, Kind.array if x.dims else join_kinds((cond, x, y))),)


def _where_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    cond = op.operands[0]
    return (ZERO, Masked(y_bar, cond, True), Masked(y_bar, cond, False))


def _where_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if isinstance(dots[1], Zero) and isinstance(dots[2], Zero):
        return ZERO
    sides = [
        zeros_of(b, v.type) if isinstance(d, Zero) else d
        for d, v in zip(dots[1:], op.operands[1:], strict=True)
    ]
    return where(b, op.operands[0], *sides)


def _where_spell(s: Speller) -> Text:
    if s.op.result.type.is_py:
        texts = (s.arg(1, Prec.OR), s.arg(0, Prec.OR), s.arg(2, Prec.TERNARY))
        return Text("{} if {} else {}".format(*texts), Prec.TERNARY)
    return Text(f"np.where({s.arg(0)}, {s.arg(1)}, {s.arg(2)})")


where: Primitive = Primitive(
    name="where",
    type_rule=_where_type,
    eval=lambda ctx, c, x, y: np.where(c, x, y),
    spell=_where_spell,
    doc="Elements of x where the condition holds, else of y; the side not taken contributes exactly zero.",
    samples=(
        Sample(("bool[3]", "f64[3]", "f64[3]"), values=((True, False, True), None, None)),
        Sample(("bool", "f64", "f64"), values=(True, None, None)),
        Sample(("bool[3]", "c128[3]", "c128[3]"), values=((True, False, True), None, None)),
    ),
    vjp=_where_vjp,
    jvp=_where_jvp,
    lower="where",
    elementwise=True,
    cheap=True,
    complex=True,
)


# -- casts ----------------------------------------------------------------------------------------------
def _cast_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    (x,) = types
    assert isinstance(x, Type)
    kind = Kind.array if x.dims else attrs.get("kind", x.kind)
    return (Type(attrs["dtype"], x.dims, kind),)


def _cast_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    source = op.operands[0].type
    if not (source.is_float and op.result.type.is_float):
        return (ZERO,)
    if y_bar.type.is_complex and not source.is_complex:
        from adgen.primitives.complexes import real

        y_bar = real(b, y_bar)
    return (cast(b, y_bar, dtype=source.dtype, kind=source.kind),)


def _cast_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if isinstance(dots[0], Zero) or not op.result.type.is_float:
        return ZERO
    return cast(b, dots[0], **dict(op.attrs))


_PY_NAMES = {DType.c64: "complex", DType.c128: "complex", DType.bool: "bool"}


def _cast_spell(s: Speller) -> Text:
    target, source = s.op.result.type, s.arg_type(0)
    if target.rank:
        return Text(f"{s.arg(0, Prec.ATOM)}.astype({s.dtype(target.dtype)})")
    if target.is_py and target.dtype is DType.u8 and source.is_py and source.dtype is DType.bool:
        return Text(s.arg(0), Prec.TERNARY)  # a byte of a tape
    if target.is_py:
        name = "int" if target.dtype.is_integer else _PY_NAMES.get(target.dtype, "float")
        return Text(f"{name}({s.arg(0)})")
    if target.kind is Kind.np:
        return Text(f"{s.dtype(target.dtype)}({s.arg(0)})")
    inner = s.folded(0)
    same = source.dtype is target.dtype and not (inner is not None and inner.prim.name == "where")
    return Text(f"np.asarray({s.arg(0)}{'' if same else f', {s.dtype(target.dtype)}'})")


cast: Primitive = Primitive(
    name="cast",
    type_rule=_cast_type,
    eval=lambda ctx, x: np.asarray(x).astype(ctx.attr("dtype").numpy),
    spell=_cast_spell,
    doc="Conversion to another dtype or kind of scalar: attributes dtype, kind. Casts to integers truncate.",
    samples=(
        Sample(("f64[3]",), attrs=(("dtype", DType.f32),)),
        Sample(("f64",), attrs=(("dtype", DType.f64), ("kind", Kind.np))),
        Sample(("i64[3]",), attrs=(("dtype", DType.f64),), values=((1, 2, 3),)),
        Sample(("f64[3]",), attrs=(("dtype", DType.c128),)),
        Sample(("c128",), attrs=(("dtype", DType.c128), ("kind", Kind.np))),
    ),
    vjp=_cast_vjp,
    jvp=_cast_jvp,
    lower="cast",
    elementwise=True,
    cheap=True,
    complex=True,
)


# -- the derivative stops here --------------------------------------------------------------------------
stop_gradient: Primitive = elementwise(
    "stop_gradient",
    eval=lambda x, of=None: x,
    spell=lambda s: Text(s.arg(0), Prec.TERNARY),
    partials=Inactive("stop_gradient cuts the derivative here"),
    doc="The same value, treated as a constant by differentiation. Something has to be one: attribute of.",
    samples=_ONE,
    cheap=True,
    view=True,
    complex=True,
)

PRIMITIVES = (
    *(add, sub, mul, div, neg, fma),
    *(lt, le, gt, ge, eq, ne),
    *(logical_and, logical_or, logical_not),
    *(where, cast, stop_gradient),
)
