"""What the reverse sweep keeps of the forward sweep, how much memory that takes, and why it is kept.

Tapes are the storage that differentiation makes for it: arrays with a slot for every round, or stacks that
grow. Besides, values of the forward sweep that the reverse one reads stay alive; they cost nothing that the
function itself would not allocate. The number of bytes is a formula in the sizes and integers of the
arguments; :meth:`Storage.at` gives the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from adgen.analysis.amounts import Sizes
from adgen.diagnostics.spans import Span
from adgen.ir.core import For, Func, If, Node, Op, Value, While, regions_of, uses_of, walk
from adgen.ir.dims import Dim, product
from adgen.ir.types import StackType, Type
from adgen.records import dataclass


def place(span: Span | None) -> str:
    """A line of the user's source, as reports and comments name it."""
    return "" if span is None else f"{span.file.replace(chr(92), '/').rpartition('/')[2]}:{span.line}"


@dataclass(frozen=True, slots=True)
class Kept:
    """One saved value: ``kind`` is "tape", "stack" (its type is that of one element) or "value".

    ``made`` is the line that computes it, ``needed`` the line whose derivative reads it, ``lost`` the line
    that would destroy it (empty where nothing does). ``formula`` is the number of bytes; for a stack that of
    one element, as for ``count``, the number of elements, where it is known.
    """

    kind: str
    name: str
    value: str
    type: str
    made: str
    needed: str
    lost: str
    formula: str
    bytes: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The entry as data."""
        return {
            name: getattr(self, name)
            for name in ("kind", "name", "value", "type", "made", "needed", "lost", "formula", "bytes")
        }


@dataclass(frozen=True, slots=True)
class Steps:
    """What a loop with a ``schedule`` runs: formulas in its number of ``steps`` T, and numbers where known.

    p(T, s) is what binomial checkpointing needs with s states.
    """

    line: str
    schedule: str
    steps: str
    states: str
    advances: str
    trips: int | None = None
    kept: int | None = None
    again: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The entry as data."""
        names = ("line", "schedule", "steps", "states", "advances", "trips", "kept", "again")
        return {name: getattr(self, name) for name in names}

    def lines(self) -> Iterator[str]:
        """The entry for people."""
        steps = "T" if self.steps == "T" else f"T = {self.steps}"
        yield f"  loop of {self.line}, {self.schedule}: {steps}{_number(self.trips)} steps"
        same = str(self.kept) == self.states
        yield f"    states kept: {self.states}{'' if same else _number(self.kept)}"
        yield f"    advances: {self.advances}{_number(self.again)}"
        known = f"{_number(self.trips)}"
        yield f"    taped evaluations: T{known}, reversals: T{known}"


@dataclass(frozen=True, slots=True)
class Storage:
    """What is kept, tapes first; ``total`` is the formula for all tapes of known size.

    ``schedules`` are what loops with schedules run.
    """

    entries: tuple[Kept, ...]
    total: str
    bytes: int | None = None
    schedules: tuple[Steps, ...] = ()

    @property
    def tapes(self) -> tuple[Kept, ...]:
        """The storage that differentiation makes."""
        return tuple(e for e in self.entries if e.kind != "value")

    def to_json(self) -> dict[str, Any]:
        """The plan as data."""
        entries = [e.to_json() for e in self.entries]
        schedules = [s.to_json() for s in self.schedules]
        return {"entries": entries, "total": self.total, "bytes": self.bytes, "schedules": schedules}

    def text(self) -> str:
        """The plan for people."""
        stacks = sum(e.kind == "stack" for e in self.entries)
        lines = [f"tapes: {self.total} bytes{_number(self.bytes)}"]
        if stacks:
            lines[0] += f", and {stacks} that grow{'s' if stacks == 1 else ''} with the rounds made"
        lines += [line for e in self.tapes for line in _lines(e)]
        values = [e for e in self.entries if e.kind == "value"]
        if values:
            lines.append("values that stay alive:")
            lines += [line for e in values for line in _lines(e)]
        if self.schedules:
            lines.append("schedules:")
            lines += [line for s in self.schedules for line in s.lines()]
        return "\n".join(lines)


def _number(found: int | None) -> str:
    return "" if found is None else f" = {found:,}"


def _lines(entry: Kept) -> Iterator[str]:
    unit = " bytes a round" if entry.kind == "stack" else " bytes"
    yield f"  {entry.name}: {entry.type}, {entry.formula}{unit}{_number(entry.bytes)}"
    made = f" of {entry.made}" if entry.made else ""
    reasons = [f"keeps {entry.value or 'a value'}{made}"] if entry.kind != "value" else [f"made{made}"]
    if entry.needed:
        reasons.append(f"needed by {entry.needed}")
    if entry.lost:
        reasons.append(f"lost at {entry.lost}")
    yield f"    {', '.join(reasons)}"


def storage_of(func: Func, args: Sequence[Any] | None = None, residuals: Sequence[Value] = ()) -> Storage:
    """The storage plan of a program; with arguments (one per parameter) numbers of bytes, too.

    ``residuals`` are results of a forward program that its backward program takes.
    """
    sizes = Sizes(func, args)
    ops = [n for n in walk(func.body) if isinstance(n, Op) and n.attr("saved") is not None]
    tapes = [_tape(op, sizes) for op in ops]
    arrays = [op for op in ops if not op.result.is_stack]
    total = sum((_bytes(op.result.type) for op in arrays), Dim.const(0))
    entries = (*tapes, *_alive(func, {op.result for op in ops}, residuals, sizes))
    return Storage(entries, sizes.text(total), sizes.number(total))


def _tape(op: Op, sizes: Sizes) -> Kept:
    type_ = op.result.any_type
    element = type_.element if isinstance(type_, StackType) else type_
    value, made, needed, lost = op.attr("saved")
    kind, name = "stack" if op.result.is_stack else "tape", op.result.hint or "tape"
    if not isinstance(element, Type):
        return Kept(kind, name, value, "what a call keeps", made, needed, lost, "?")
    size = _bytes(element)
    known = None if op.result.is_stack else sizes.number(size)
    return Kept(kind, name, value, sizes.type(element), made, needed, lost, sizes.text(size), known)


def _bytes(type_: Type) -> Dim:
    return product(type_.dims) * type_.dtype.itemsize


def _alive(func: Func, tapes: set[Value], residuals: Sequence[Value], sizes: Sizes) -> Iterator[Kept]:
    """Arrays of the forward sweep that the reverse one reads."""
    cut = len(func.body.nodes) if func.cut is None else func.cut
    before, after = func.body.nodes[:cut], func.body.nodes[cut:]
    made: dict[Value, Node | None] = dict.fromkeys(func.params)
    made.update((v, node) for node in before for v in node.results)
    readers: dict[Value, Span | None] = dict.fromkeys(residuals)
    for node in after:
        for value, span in _readers(node):
            if value in made:
                readers.setdefault(value, span)
    versions = _versions(before, tapes)
    for value, span in readers.items():
        type_, maker = value.any_type, made[value]
        if not isinstance(type_, Type) or not type_.rank or value in versions:
            continue
        name, size = value.hint or "(unnamed)", _bytes(type_)
        line = place(maker.span) if maker is not None else "the arguments"
        lines = (line, place(span), "")
        yield Kept("value", name, name, sizes.type(type_), *lines, sizes.text(size), sizes.number(size))


def _versions(nodes: Sequence[Node], tapes: set[Value]) -> set[Value]:
    """Tapes, and what they are after each node that stores into them."""
    found = set(tapes)
    for node in nodes:
        match node:
            case Op():
                if any(node.operands[k] in found for k in node.prim.consumes):
                    found.update(node.results)
            case For() | While():
                found.update(r for r, v in zip(node.results, node.inits, strict=True) if v in found)
            case If():
                for region in (node.then, node.orelse):
                    inner = _versions(region.nodes, found)
                    found.update(r for r, v in zip(node.results, region.yields, strict=True) if v in inner)
    return found


def _readers(node: Node) -> Iterator[tuple[Value, Span | None]]:
    """What a node and the nodes inside it use, with the lines these stem from."""
    if isinstance(node, Op):
        yield from ((v, node.span) for v in node.operands)
        return
    for region in regions_of(node):
        for inner in region.nodes:
            yield from _readers(inner)
    yield from ((v, node.span) for v in uses_of(node))
