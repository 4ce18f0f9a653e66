"""Arrays of a fixed pattern."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.dims import Dim
from adgen.ir.types import AnyType, DType, Kind, Type
from adgen.primitives.define import Context, Inactive, Primitive, Sample, Speller, Text
from adgen.primitives.elementwise import add, cast, eq
from adgen.primitives.literals import literal
from adgen.primitives.shape import arange, broadcast

_FIXED = Inactive("the contents are not a function of any argument")


def _eye_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    if len(attrs["dims"]) != 2:
        raise TypeError("eye has two dims")
    return (Type(attrs["dtype"], tuple(attrs["dims"]), Kind.array),)


def _eye_eval(ctx: Context) -> Any:
    rows, columns = ctx.shape()
    return np.eye(rows, columns, k=ctx.attr("k")).astype(ctx.attr("dtype").numpy)


def _eye_spell(s: Speller) -> Text:
    rows, columns = s.op.attr("dims")
    given = [s.dim(rows)]
    if columns != rows:
        given.append(s.dim(columns))
    if s.op.attr("k"):
        given.append(f"k={s.op.attr('k')}")
    if s.op.attr("dtype") is not DType.f64:
        given.append(f"dtype={s.dtype(s.op.attr('dtype'))}")
    return Text(f"np.eye({', '.join(given)})")


def _eye_expand(b: Builder, op: Op) -> Value:
    dims, k = op.attr("dims"), op.attr("k")
    rows = broadcast(b, arange(b, dim=dims[0]), dims=dims, axes=(0,))
    columns = broadcast(b, arange(b, dim=dims[1]), dims=dims, axes=(1,))
    return cast(b, eq(b, add(b, rows, literal(b, rows, k)), columns), dtype=op.attr("dtype"))


def _sample(rows: int, columns: int, k: int, dtype: DType = DType.f64) -> Sample:
    dims = (Dim.const(rows), Dim.const(columns))
    return Sample((), attrs=(("dims", dims), ("dtype", dtype), ("k", k)))


eye = Primitive(
    name="eye",
    type_rule=_eye_type,
    eval=_eye_eval,
    spell=_eye_spell,
    doc="Ones on diagonal ``k`` of a matrix, zeros elsewhere.",
    samples=(_sample(3, 3, 0), _sample(2, 4, 1, DType.f32), _sample(0, 0, 0)),
    vjp=_FIXED,
    jvp=_FIXED,
    lower="eye",
    expand=_eye_expand,
)

PRIMITIVES = (eye,)
