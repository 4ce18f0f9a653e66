"""Where values came from: what diagnostics of sizes that differ, and of arrays that may be one, point at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from adgen.diagnostics import Span, UserError
from adgen.ir.core import Value
from adgen.ir.dims import Dim
from adgen.ir.types import Type

if TYPE_CHECKING:
    from adgen.frontend.abstract import Array, Root
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


def sharing(r: Reader, root: Root) -> list[tuple[Span, str]]:
    """Where an array that may share its contents was made, and where what it shares them with was written."""
    name = r.root_names.get(root, "the array")
    labels: dict[Span, str] = {}
    for source, version in r.state.shared.get(root, {}).items():
        other = r.root_names.get(source, "another array")
        if root.span is not None and source is not root:
            copy = f"made here of `{other}`: `{name}` is a view of it or a copy"
            either = f"from here on `{name}` is `{other}` or another array"
            labels.setdefault(root.span, copy if root in r.copies else either)
        if (now := r.state.versions.get(source)) is not None and now is not version:
            op = r.b.defs.op(now)
            if op is not None and op.span is not None:
                labels.setdefault(op.span, f"`{other}` is written here")
    return [(span, text) for span, text in labels.items() if span != r.b.span][:3]


def becoming(r: Reader, name: str, places: Iterable[Array]) -> list[tuple[Span, str]]:
    """Where the arrays were made that a name may be."""
    spans = dict.fromkeys(x.root.span for x in places if x.root.span is not None)
    return [(span, f"`{name}` may be what is made here") for span in spans if span != r.b.span][:3]


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
