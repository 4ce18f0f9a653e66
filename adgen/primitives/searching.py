"""Where numbers belong among sorted ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Indexer, Op, Point, Value
from adgen.ir.dims import product
from adgen.ir.types import I64, AnyType, DType, Kind, Type
from adgen.primitives.define import Inactive, Primitive, Sample, Speller, Text
from adgen.primitives.elementwise import add, cast, logical_not, lt, where
from adgen.primitives.indexing import read, write
from adgen.primitives.ordering import stands_before
from adgen.primitives.rounding import floor_divide
from adgen.primitives.shape import empty, reshape
from adgen.primitives.sizes import constant, size_value

_POSITIONS = Inactive("positions are integers")
_CELL = Indexer((Point(),))


def _type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a, v = types
    if not isinstance(a, Type) or not isinstance(v, Type) or a.rank != 1 or a.dtype is not v.dtype:
        raise TypeError(f"searchsorted: {v} does not fit {a}")
    return (Type(DType.i64, v.dims, Kind.array if v.dims else Kind.np),)


def _spell(s: Speller) -> Text:
    side = "" if s.op.attr("side") == "left" else ', side="right"'
    return Text(f"np.searchsorted({s.arg(0)}, {s.arg(1)}{side})")


def _place(b: Builder, a: Value, x: Value, side: str) -> Value:
    """Halve the range of places until one is left."""
    low, high = Value(I64, "low"), Value(I64, "high")
    cond = b.region((low, high), lambda: (lt(b, low, high),))
    following = Value(I64, "least"), Value(I64, "most")

    def body() -> Sequence[Value]:
        least, most = following
        middle = floor_divide(b, add(b, least, most), constant(b, 2))
        there = read(b, a, middle, index=_CELL)
        beyond = stands_before(b, there, x) if side == "left" else logical_not(b, stands_before(b, x, there))
        beyond = cast(b, beyond, dtype=DType.bool, kind=Kind.py)
        one = add(b, middle, constant(b, 1))
        return (where(b, beyond, one, least), where(b, beyond, most, middle))

    region = b.region(following, body)
    return b.while_loop((constant(b, 0), size_value(b, a.type.dims[0])), cond, region)[0]


def _expand(b: Builder, op: Op) -> Value:
    a, v = op.operands
    side = op.attr("side")
    if not v.type.rank:
        x = cast(b, v, dtype=v.type.dtype, kind=Kind.np)
        return cast(b, _place(b, a, x, side), dtype=DType.i64, kind=Kind.np)
    flat = reshape(b, v, dims=(product(v.type.dims),))
    counter, cells = Value(I64, "k"), Value(Type(DType.i64, flat.type.dims, Kind.array), "places")

    def body() -> Sequence[Value]:
        place = _place(b, a, read(b, flat, counter, index=_CELL), side)
        place = cast(b, place, dtype=DType.i64, kind=Kind.np)
        return (write(b, cells, place, counter, index=_CELL),)

    region = b.region((counter, cells), body)
    fresh = empty(b, dims=flat.type.dims, dtype=DType.i64)
    bounds = (constant(b, 0), size_value(b, flat.type.dims[0]), constant(b, 1))
    return reshape(b, b.for_loop(bounds, (fresh,), region)[0], dims=v.type.dims)


_TABLE = (0.0, 1.0, 1.0, 2.5)
searchsorted = Primitive(
    name="searchsorted",
    type_rule=_type,
    eval=lambda ctx, a, v: np.searchsorted(a, v, side=ctx.attr("side")),
    spell=_spell,
    doc="How many elements of a sorted vector stand before each number (at side right: or equal it).",
    samples=(
        *(
            Sample((a, v), attrs=(("side", side),), values=(_TABLE, values))
            for side in ("left", "right")
            for a, v, values in (
                ("f64[4]", "f64[5]", (-1.0, 0.0, 1.0, 2.0, 3.0)),
                ("f64[4]", "np.f64", 1.0),
                ("f32[4]", "f32[2,1]", ((1.0,), (2.5,))),
                ("f64[4]", "f64[0]", ()),
            )
        ),
        Sample(("f64[0]", "f64[2]"), attrs=(("side", "left"),), values=((), (1.0, 2.0))),
        Sample(("i64[3]", "i64[2]"), attrs=(("side", "left"),), values=((1, 3, 5), (3, 6))),
    ),
    vjp=_POSITIONS,
    jvp=_POSITIONS,
    lower="searchsorted",
    expand=_expand,
)

PRIMITIVES = (searchsorted,)
