"""Values side by side along a new axis: the rows of a matrix, the elements of an array display."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Indexer, Op, Point, Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import AnyType, DType, Kind, Type
from adgen.primitives.define import ZERO, Contribution, Primitive, Sample, Speller, Text, Zero
from adgen.primitives.indexing import read, zeros_of
from adgen.primitives.shape import concat, reshape
from adgen.primitives.sizes import constant


def _type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    first, axis = types[0], attrs["axis"]
    assert isinstance(first, Type)
    for other in types:
        if not isinstance(other, Type) or other.dtype is not first.dtype or other.dims != first.dims:
            raise TypeError(f"stack: {first} and {other} differ in dtype or dims")
    if not 0 <= axis <= first.rank:
        raise TypeError(f"stack: {axis} is no axis of the result")
    dims = (*first.dims[:axis], Dim.const(len(types)), *first.dims[axis:])
    return (Type(first.dtype, dims, Kind.array),)


def _spell(s: Speller) -> Text:
    items, axis = [s.arg(k) for k in range(len(s.op.operands))], s.op.attr("axis")
    if s.arg_type(0).rank and not axis and all(_is_display(s, k, text) for k, text in enumerate(items)):
        return Text(f"np.array([{', '.join(text[len(_DISPLAY) : -1] for text in items)}])")
    if s.arg_type(0).rank:
        return Text(f"np.stack(({', '.join(items)}{',' if len(items) == 1 else ''}){_axis(axis)})")
    wanted = s.op.result.type.dtype
    usual = wanted in (DType.f64, DType.c128, DType.i64, DType.bool)
    return Text(f"{_DISPLAY}[{', '.join(items)}]{'' if usual else f', dtype={s.dtype(wanted)}'})")


_DISPLAY = "np.array("


def _is_display(s: Speller, index: int, text: str) -> bool:
    """Whether an operand is written out as an array display, which can be a row of this one."""
    folded = s.folded(index)
    is_stack = folded is not None and folded.prim.name == "stack"
    return is_stack and text.startswith(_DISPLAY) and text.endswith("])")


def _axis(axis: int) -> str:
    return f", axis={axis}" if axis else ""


def _vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    axis, rank = op.attr("axis"), y_bar.type.rank
    index = Indexer(tuple(Point() if k == axis else Full() for k in range(rank)))
    return [read(b, y_bar, constant(b, k), index=index) for k in range(len(op.operands))]


def _jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if all(isinstance(d, Zero) for d in dots):
        return ZERO
    pairs = zip(dots, op.operands, strict=True)
    return stack(b, *(zeros_of(b, v.type) if isinstance(d, Zero) else d for d, v in pairs), **dict(op.attrs))


def _expand(b: Builder, op: Op) -> Value:
    axis = op.attr("axis")
    lifted = []
    for operand in op.operands:
        dims = operand.type.dims
        lifted.append(reshape(b, operand, dims=(*dims[:axis], ONE, *dims[axis:])))
    return concat(b, *lifted, axis=axis)


stack = Primitive(
    name="stack",
    type_rule=_type,
    eval=lambda ctx, *items: np.stack([np.asarray(x) for x in items], axis=ctx.attr("axis")),
    spell=_spell,
    doc="Operands of one type side by side along a new ``axis``.",
    samples=(
        Sample(("f64", "f64", "f64"), attrs=(("axis", 0),)),
        Sample(("np.f32", "np.f32"), attrs=(("axis", 0),)),
        Sample(("np.f64",), attrs=(("axis", 0),)),
        Sample(("f64[3,2]", "f64[3,2]"), attrs=(("axis", 1),)),
        Sample(("f32[3]", "f32[3]"), attrs=(("axis", 0),)),
        Sample(("f64[0]", "f64[0]"), attrs=(("axis", 1),)),
        Sample(("i64", "i64"), attrs=(("axis", 0),), values=(1, 2)),
    ),
    vjp=_vjp,
    jvp=_jvp,
    lower="stack",
    expand=_expand,
    complex=True,
)

PRIMITIVES = (stack,)
