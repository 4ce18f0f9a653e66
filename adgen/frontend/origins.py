"""Sizes that cannot be equal: the diagnostic that shows both shapes, and where each of them came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adgen.diagnostics import Span, UserError
from adgen.ir.core import Value
from adgen.ir.dims import Dim
from adgen.ir.types import Type

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader


def shape_text(dims: Sequence[Dim]) -> str:
    """A shape as Python writes it."""
    return f"({', '.join(map(str, dims))}{',' if len(dims) == 1 else ''})"


def mismatch(r: Reader, left: Sequence[Dim], right: Sequence[Dim], values: Sequence[Value]) -> UserError:
    """AG230 for two shapes; the labels show where ``values`` were made, the notes what the sizes are."""
    found = [place for v in values if (place := _made(r, v)) is not None]
    texts = {place: text for place, text in found if place != r.b.span}
    notes = _sizes_of_arguments(r, (*left, *right), "".join(texts.values()))
    return r.error(
        "AG230",
        left=shape_text(left),
        right=shape_text(right),
        labels=list(texts.items())[:3],
        notes=notes,
    )


def _made(r: Reader, value: Value) -> tuple[Span, str] | None:
    """Where a value came from and what it is there: an argument, or what a line computes."""
    here = r.b.span
    while True:
        root = next((x for x, v in r.inputs.items() if v is value and x.span is not None), None)
        if root is not None and root.span is not None:
            return root.span, f"{root.origin} `{root.name}: {value.any_type}`"
        op = r.b.defs.op(value)
        if op is None:
            return None
        if op.span is not None and op.span != here:
            break
        ranked = [v for v in op.operands if isinstance(v.any_type, Type) and v.type.rank]
        if len(ranked) != 1:
            return None
        (value,) = ranked
    name = r.hint_of(value)
    return op.span, f"{'this' if name is None else f'`{name}`'} has shape {shape_text(value.type.dims)}"


def _sizes_of_arguments(r: Reader, dims: Sequence[Dim], said: str) -> list[str]:
    """Which dimension of which argument a symbol is, unless a label shows it."""
    notes = []
    for symbol in dict.fromkeys(s for d in dims for s in d.symbols()):
        homes = [
            f"`{symbol}` is the length of dimension {axis} of {root.origin} `{root.name}`"
            for root, value in r.inputs.items()
            for axis, d in enumerate(value.type.dims)
            if d == Dim.symbol(symbol)
        ]
        if homes and f"[{symbol}" not in said and f",{symbol}" not in said:
            notes.append(homes[0])
    return notes
