"""The order of elements along an axis. Positions are integers; sorted values are read by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Indexer, Op, Point, Value
from adgen.ir.types import I64, AnyType, DType, Kind, Type
from adgen.primitives.define import Context, Inactive, Primitive, Sample, Speller, Text
from adgen.primitives.elementwise import (
    add,
    cast,
    ge,
    logical_and,
    logical_not,
    logical_or,
    lt,
    mul,
    ne,
    where,
)
from adgen.primitives.extrema import minimum
from adgen.primitives.indexing import read, write
from adgen.primitives.shape import arange, empty, reshape, transpose
from adgen.primitives.sizes import constant, size_value

_POSITIONS = Inactive("positions are integers")
_CELL = Indexer((Point(),))
_ROW = Indexer((Point(), Full()))


def _type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    x = types[0]
    if not isinstance(x, Type) or not 0 <= attrs["axis"] < x.rank:
        raise TypeError(f"{attrs['axis']} is no axis of {x}")
    return (Type(DType.i64, x.dims, Kind.array),)


# -- merge sort, for kernels ----------------------------------------------------------------------------
def stands_before(b: Builder, x: Value, y: Value) -> Value:
    """Whether ``x`` stands before ``y``: nan stands last."""
    less = lt(b, x, y)
    if not x.type.is_float:
        return less
    return logical_or(b, less, logical_and(b, ne(b, y, y), logical_not(b, ne(b, x, x))))


def _number(b: Builder, x: Value) -> Value:
    return cast(b, x, dtype=DType.i64, kind=Kind.py)


def _merged(b: Builder, x: Value, order: Value, width: Value) -> Value:
    """The order in which every two neighbouring runs of a width have become one."""
    size = size_value(b, x.type.dims[0])
    counter, cells = Value(I64, "start"), Value(order.type, "merged")

    def body() -> Sequence[Value]:
        middle = minimum(b, add(b, counter, width), size)
        end = minimum(b, add(b, middle, width), size)
        return (_merge(b, x, order, cells, (counter, middle, end)),)

    region = b.region((counter, cells), body)
    fresh = empty(b, dims=order.type.dims, dtype=DType.i64)
    step = mul(b, width, constant(b, 2))
    return b.for_loop((constant(b, 0), size, step), (fresh,), region)[0]


def _merge(b: Builder, x: Value, order: Value, cells: Value, bounds: tuple[Value, Value, Value]) -> Value:
    """The run of ``bounds``: always the smaller of the two elements in front, the left one of equal ones."""
    start, middle, end = bounds
    last = add(b, size_value(b, x.type.dims[0]), constant(b, -1))
    place = Value(I64, "k")
    left, right, merged = Value(I64, "left"), Value(I64, "right"), Value(order.type, "cells")

    def body() -> Sequence[Value]:
        one = _number(b, read(b, order, minimum(b, left, last), index=_CELL))
        other = _number(b, read(b, order, minimum(b, right, last), index=_CELL))
        sooner = stands_before(b, read(b, x, other, index=_CELL), read(b, x, one, index=_CELL))
        sooner = cast(b, sooner, dtype=DType.bool, kind=Kind.py)
        taken = logical_and(b, lt(b, right, end), logical_or(b, ge(b, left, middle), sooner))
        chosen = cast(b, where(b, taken, other, one), dtype=DType.i64, kind=Kind.np)
        moved = cast(b, taken, dtype=DType.i64)
        stays = cast(b, logical_not(b, taken), dtype=DType.i64)
        return (add(b, left, stays), add(b, right, moved), write(b, merged, chosen, place, index=_CELL))

    region = b.region((place, left, right, merged), body)
    return b.for_loop((start, end, constant(b, 1)), (start, middle, cells), region)[2]


def _sorted_places(b: Builder, x: Value) -> Value:
    """The stable order of a vector."""
    width, order = Value(I64, "width"), Value(Type(DType.i64, x.type.dims, Kind.array), "order")
    size = size_value(b, x.type.dims[0])
    cond = b.region((width, order), lambda: (lt(b, width, size),))
    following = Value(I64, "wider"), Value(order.type, "ordered")

    def body() -> Sequence[Value]:
        wide, now = following
        return (mul(b, wide, constant(b, 2)), _merged(b, x, now, wide))

    region = b.region(following, body)
    return b.while_loop((constant(b, 1), arange(b, dim=x.type.dims[0])), cond, region)[1]


def _expand(b: Builder, op: Op) -> Value:
    """Every vector along the axis on its own."""
    x, axis = op.operands[0], op.attr("axis")
    if x.type.rank == 1:
        return _sorted_places(b, x)
    perm = (*(k for k in range(x.type.rank) if k != axis), axis)
    turned = x if perm[-1] == x.type.rank - 1 and axis == perm[-1] else transpose(b, x, perm=perm)
    dims = turned.type.dims
    count = dims[0]
    for d in dims[1:-1]:
        count = count * d
    rows = reshape(b, turned, dims=(count, dims[-1]))
    found = _of_rows(b, rows)
    found = reshape(b, found, dims=dims)
    back = tuple(perm.index(k) for k in range(x.type.rank))
    return found if turned is x else transpose(b, found, perm=back)


def _of_rows(b: Builder, rows: Value) -> Value:
    counter = Value(I64, "row")
    cells = Value(Type(DType.i64, rows.type.dims, Kind.array), "orders")

    def body() -> Sequence[Value]:
        order = _sorted_places(b, read(b, rows, counter, index=_ROW))
        return (write(b, cells, order, counter, index=_ROW),)

    region = b.region((counter, cells), body)
    fresh = empty(b, dims=rows.type.dims, dtype=DType.i64)
    return b.for_loop((constant(b, 0), size_value(b, rows.type.dims[0]), constant(b, 1)), (fresh,), region)[0]


# -- the primitives -------------------------------------------------------------------------------------
def _axis(s: Speller) -> str:
    axis, rank = s.op.attr("axis"), s.arg_type(0).rank
    return "" if axis == rank - 1 else f", axis={axis}"


_SHAPES: tuple[tuple[str, int], ...] = (
    *(("f64[5]", 0), ("f64[9]", 0), ("f64[3,4]", 0), ("f64[3,4]", 1), ("f64[2,3,4]", 1)),
    *(("f32[4]", 0), ("f64[0]", 0), ("f64[1]", 0), ("f64[0,3]", 1), ("i64[7]", 0)),
)
_NAN = float("nan")

argsort = Primitive(
    name="argsort",
    type_rule=_type,
    eval=lambda ctx, x: np.argsort(x, axis=ctx.attr("axis"), kind="stable"),
    spell=lambda s: Text(f'np.argsort({s.arg(0)}{_axis(s)}, kind="stable")'),
    doc="The positions of the elements in increasing order along an axis, equal ones in their order.",
    samples=(
        *(Sample((t,), attrs=(("axis", k),)) for t, k in _SHAPES),
        Sample(("f64[6]",), attrs=(("axis", 0),), values=((2.0, _NAN, 1.0, 2.0, _NAN, 1.0),), smooth=False),
        Sample(("bool[4]",), attrs=(("axis", 0),), values=((True, False, True, False),)),
    ),
    vjp=_POSITIONS,
    jvp=_POSITIONS,
    lower="argsort",
    expand=_expand,
)


def _kth(places: Sequence[Any]) -> list[int]:
    return [int(k) for k in places]


def _partition_eval(ctx: Context, x: Any, *places: Any) -> Any:
    return np.argpartition(x, _kth(places), axis=ctx.attr("axis"))


def _partition_spell(s: Speller) -> Text:
    places = [s.arg(k) for k in range(1, len(s.op.operands))]
    given = places[0] if len(places) == 1 else f"[{', '.join(places)}]"
    return Text(f"np.argpartition({s.arg(0)}, {given}{_axis(s)})")


#: Operands after the first are the places where the element is to be the one of the sorted vector.
argpartition = Primitive(
    name="argpartition",
    type_rule=_type,
    eval=_partition_eval,
    spell=_partition_spell,
    doc="The positions of the elements, those below the k-th one before it; kernels sort instead.",
    samples=(
        Sample(("f64[3]", "i64"), attrs=(("axis", 0),), values=(None, 1), smooth=False),
        Sample(("f64[2,3]", "i64", "i64"), attrs=(("axis", 1),), values=(None, 0, 1), smooth=False),
    ),
    vjp=_POSITIONS,
    jvp=_POSITIONS,
    lower="argpartition",
    expand=_expand,
)

PRIMITIVES = (argsort, argpartition)
