"""Where a mask is true: the positions by which boolean indexing gathers and stores."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Indexer, Op, Point, Value
from adgen.ir.dims import Dim
from adgen.ir.types import I64, AnyType, DType, Kind, Type
from adgen.primitives.define import Context, Inactive, Primitive, Sample, Speller, Text
from adgen.primitives.elementwise import add
from adgen.primitives.indexing import read, write
from adgen.primitives.shape import empty
from adgen.primitives.sizes import constant, size_value

_POSITIONS = Inactive("positions are integers")


def _type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    (mask,) = types
    if not isinstance(mask, Type) or mask.rank != 1 or mask.dtype is not DType.bool:
        raise TypeError(f"mask_positions takes a vector of truth values, not {mask}")
    return (Type(DType.i64, (attrs["dim"],), Kind.array),)


def _eval(ctx: Context, mask: Any) -> Any:
    return np.flatnonzero(mask)


def _spell(s: Speller) -> Text:
    return Text(f"np.flatnonzero({s.arg(0)})")


def _expand(b: Builder, op: Op) -> Value:
    """A loop that writes down where it sees true."""
    (mask,) = op.operands
    cell = Indexer((Point(),))
    counter, found, cells = Value(I64, "i"), Value(I64, "found"), Value(op.result.type, "positions")

    def body() -> tuple[Value, Value]:
        chosen = read(b, mask, counter, index=cell)

        def note() -> tuple[Value, Value]:
            return add(b, found, constant(b, 1)), write(b, cells, counter, found, index=cell)

        then = b.region((), note)
        return b.if_else(chosen, then, b.region((), lambda: (found, cells)))  # type: ignore[return-value]

    region = b.region((counter, found, cells), body)
    size = size_value(b, mask.type.dims[0])
    inits = (constant(b, 0), empty(b, dims=op.result.type.dims, dtype=DType.i64))
    return b.for_loop((constant(b, 0), size, constant(b, 1)), inits, region)[1]


#: ``dim`` is the number of true elements.
mask_positions = Primitive(
    name="mask_positions",
    type_rule=_type,
    eval=_eval,
    spell=_spell,
    doc="The positions of the true elements, in order; ``dim`` is how many there are.",
    samples=(
        Sample(("bool[5]",), attrs=(("dim", Dim.const(3)),), values=((True, False, True, True, False),)),
        Sample(("bool[3]",), attrs=(("dim", Dim.const(0)),), values=((False, False, False),)),
        Sample(("bool[0]",), attrs=(("dim", Dim.const(0)),), values=((),)),
    ),
    vjp=_POSITIONS,
    jvp=_POSITIONS,
    lower="mask_positions",
    expand=_expand,
)

PRIMITIVES = (mask_positions,)
