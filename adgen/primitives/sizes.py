"""Constants and sizes: what is known without looking at an array's contents."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.dims import ZERO, Dim, as_dim
from adgen.ir.types import I64, AnyType, DType, Kind, Type
from adgen.primitives.define import Absent, Context, Inactive, Prec, Primitive, Sample, Speller, Text

_NO_DERIVATIVE = Inactive("it does not depend on any argument's value")


def _const_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    return (Type(attrs["dtype"], (), attrs["kind"]),)


def _const_spell(s: Speller) -> Text:
    value, dtype = s.op.attr("value"), s.op.attr("dtype")
    text = _literal(value)
    if s.op.attr("kind") is not Kind.py and dtype not in (DType.f64, DType.c128, DType.i64, DType.bool):
        return Text(f"{s.dtype(dtype)}({text})")
    return Text(text, Prec.UNARY if text.startswith("-") else Prec.ATOM)


def _literal(value: Any) -> str:
    if isinstance(value, float) and not np.isfinite(value):
        return "np.nan" if np.isnan(value) else ("np.inf" if value > 0 else "-np.inf")
    return complex_text(value) if isinstance(value, complex) else repr(value)


def complex_text(value: complex) -> str:
    """Source of a complex number, with the signs of its zeros."""
    text = repr(value)
    if value == 0 and "-" not in text:
        return text
    if value.real == 0 and value.imag and math.copysign(1, value.real) == math.copysign(1, value.imag):
        text = repr(complex(0, value.imag))
    elif value.real == 0 or math.copysign(1, value.imag) < 0 == value.imag or not np.isfinite(value):
        return f"complex({_literal(value.real)}, {_literal(value.imag)})"
    return text


const: Primitive = Primitive(
    name="const",
    type_rule=_const_type,
    eval=lambda ctx: ctx.attr("value"),
    spell=_const_spell,
    doc="A literal scalar: attributes value, dtype, kind.",
    samples=(Sample((), attrs=(("dtype", DType.f64), ("kind", Kind.py), ("value", 2.5))),),
    vjp=_NO_DERIVATIVE,
    jvp=_NO_DERIVATIVE,
    lower="const",
    cheap=True,
)

dim: Primitive = Primitive(
    name="dim",
    type_rule=lambda types, attrs: (I64,),
    eval=lambda ctx: ctx.attr("dim").evaluate(ctx.sizes),
    spell=lambda s: Text(s.dim(s.op.attr("dim"))),
    doc="The number a dimension is; reading it is not a use of the array.",
    samples=(Sample((), attrs=(("dim", Dim.const(3)),)),),
    vjp=_NO_DERIVATIVE,
    jvp=_NO_DERIVATIVE,
    lower="dim",
    cheap=True,
)


def _bind_eval(ctx: Context, size: int) -> tuple[()]:
    if size < 0:
        raise ValueError("negative dimensions are not allowed")
    assert isinstance(ctx.sizes, dict)
    ctx.sizes[ctx.attr("sym")] = int(size)
    return ()


#: From here on the symbol ``sym`` stands for the operand's value in types.
bind_dim: Primitive = Primitive(
    name="bind_dim",
    type_rule=lambda types, attrs: (),
    eval=_bind_eval,
    spell=Absent("sizes are spelled where they are used"),
    doc="Names an integer value, so that dims can mention it: attribute sym.",
    samples=Absent("it has no result; loops with sizes that change test it"),
    vjp=_NO_DERIVATIVE,
    jvp=_NO_DERIVATIVE,
    lower="bind_dim",
)


def python_dtype(value: Any) -> DType:
    """The dtype of a Python number."""
    for kind, dtype in ((bool, DType.bool), (int, DType.i64), (float, DType.f64)):
        if isinstance(value, kind):
            return dtype
    return DType.c128


def constant(b: Builder, value: Any, type: Type | None = None) -> Value:
    """A constant of a rank-0 type, by default the Python scalar type of ``value``."""
    if type is None:
        dtype, kind = python_dtype(value), Kind.py
    else:
        dtype, kind = type.dtype, (Kind.np if type.kind is Kind.array else type.kind)
        value = dtype.numpy.type(value).item()
    return const(b, value=value, dtype=dtype, kind=kind)


def size_value(b: Builder, size: Dim) -> Value:
    """The i64 value of a dim (a constant where it is one)."""
    return constant(b, size.value) if size.value is not None else dim(b, dim=size)


def known_dim(b: Builder, value: Value) -> Dim | None:
    """The polynomial that an integer value is known to be, or None."""
    op = b.defs.op(value)
    return None if op is None else _polynomial(b, op)


def _polynomial(b: Builder, op: Op) -> Dim | None:
    match op.prim.name:
        case "const" if op.attr("dtype").is_integer:
            return as_dim(op.attr("value"))
        case "dim":
            found: Dim = op.attr("dim")
            return found
        case "add" | "sub" | "mul" if op.result.type == I64:
            left, right = (known_dim(b, v) for v in op.operands)
            if left is None or right is None:
                return None
            name = op.prim.name
            return left + right if name == "add" else left - right if name == "sub" else left * right
        case "neg" if op.result.type == I64:
            inner = known_dim(b, op.operands[0])
            return None if inner is None else -inner
        case "maximum" if op.result.type == I64:
            left, right = (known_dim(b, v) for v in op.operands)
            least = None if left is None else left.lower_bound()
            return left if right == ZERO and least is not None and least >= 0 else None
    return None


def dim_of(b: Builder, value: Value, hint: str = "d") -> Dim:
    """A dim equal to an integer value: a polynomial where it is known to be one, else a new bound symbol."""
    known = known_dim(b, value)
    if known is not None:
        return known
    symbol = b.fresh_symbol(value.hint or hint)
    b.emit(bind_dim, (value,), {"sym": symbol})
    return Dim.symbol(symbol)


PRIMITIVES = (const, dim, bind_dim)
