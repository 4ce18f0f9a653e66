"""What the reverse sweep keeps of the forward sweep, how much memory that takes, and why it is kept.

Tapes are the storage that differentiation makes for it: arrays with a slot for every round, or stacks that
grow. Besides, values of the forward sweep that the reverse one reads stay alive; they cost nothing that the
function itself would not allocate. The number of bytes is a formula in the sizes and integers of the
arguments; :meth:`Storage.at` gives the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.diagnostics.spans import Span
from adgen.ir.builder import dims_in_attrs
from adgen.ir.core import Definitions, For, Func, If, Node, Op, Value, While, regions_of, uses_of, walk
from adgen.ir.dims import OPEN, Dim, product, solve
from adgen.ir.interpret import coerce, evaluate
from adgen.ir.types import I64, StackType, Type

_SIGNS = {"add": 1, "sub": -1}
_ARITHMETIC = frozenset({"add", "sub", "mul", "neg", "maximum", "minimum"})
_CALLS = {"maximum": "max", "minimum": "min"}


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
class Storage:
    """What is kept, tapes first; ``total`` is the formula for all tapes of known size."""

    entries: tuple[Kept, ...]
    total: str
    bytes: int | None = None

    @property
    def tapes(self) -> tuple[Kept, ...]:
        """The storage that differentiation makes."""
        return tuple(e for e in self.entries if e.kind != "value")

    def to_json(self) -> dict[str, Any]:
        """The plan as data."""
        entries = [e.to_json() for e in self.entries]
        return {"entries": entries, "total": self.total, "bytes": self.bytes}

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
    sizes = _Sizes(func, args)
    ops = [n for n in walk(func.body) if isinstance(n, Op) and n.attr("saved") is not None]
    tapes = [_tape(op, sizes) for op in ops]
    arrays = [op for op in ops if not op.result.is_stack]
    total = sum((_bytes(op.result.type) for op in arrays), Dim.const(0))
    entries = (*tapes, *_alive(func, {op.result for op in ops}, residuals, sizes))
    return Storage(entries, sizes.text(total), sizes.number(total))


def _tape(op: Op, sizes: _Sizes) -> Kept:
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


def _alive(func: Func, tapes: set[Value], residuals: Sequence[Value], sizes: _Sizes) -> Iterator[Kept]:
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


class _Sizes:
    """Sizes as polynomials of what the arguments say, as text and as numbers."""

    def __init__(self, func: Func, args: Sequence[Any] | None) -> None:
        self._defs = Definitions.of(func.body)
        self._params = set(func.params)
        self._bound = {
            node.attr("sym"): node.operands[0]
            for node in walk(func.body)
            if isinstance(node, Op) and node.prim.name == "bind_dim"
        }
        self._found: dict[Value, Dim] = {}
        self._values: dict[Value, Any] = {}
        self._sizes: dict[str, int] | None = None
        if args is not None:
            self._enter(func, args)

    def _enter(self, func: Func, args: Sequence[Any]) -> None:
        pairs: list[tuple[Dim, int]] = []
        for param, arg in zip(func.params, args, strict=True):
            if isinstance(param.any_type, Type):
                self._values[param] = coerce(arg, param.type)
                pairs += zip(param.type.dims, np.shape(arg), strict=True)
        self._sizes = solve(pairs)

    # -- text -------------------------------------------------------------------------------------------
    def text(self, dim: Dim) -> str:
        """A dim in terms of sizes and integers of the arguments."""
        return str(self._resolved(dim))

    def type(self, type_: Type) -> str:
        """A type with its dims resolved."""
        if not type_.rank:
            return str(type_)
        return f"{type_.dtype.value}[{', '.join(self.text(d) for d in type_.dims)}]"

    def _resolved(self, dim: Dim) -> Dim:
        inner = {s: self._polynomial(self._bound[s]) for s in dim.symbols() if s in self._bound}
        return dim.substitute(inner)

    def _polynomial(self, value: Value) -> Dim:
        if value not in self._found:
            self._found[value] = self._made(value)
        return self._found[value]

    def _made(self, value: Value) -> Dim:
        op = self._defs.op(value)
        if op is None:
            return Dim.symbol(value.hint or "rounds")
        match op.prim.name:
            case "const":
                return Dim.const(int(op.attr("value")))
            case "dim":
                return self._resolved(op.attr("dim"))
            case "cast":
                return self._polynomial(op.operands[0])
            case "neg":
                return -self._polynomial(op.operands[0])
            case "add" | "sub" | "mul" | "maximum" | "minimum" | "floor_divide" as name:
                left, right = (self._polynomial(v) for v in op.operands)
                return _combined(name, left, right)
        return Dim.symbol(value.hint or "rounds")

    # -- numbers ----------------------------------------------------------------------------------------
    def number(self, dim: Dim) -> int | None:
        """The number that a dim is at the arguments, where they are given and tell."""
        if self._sizes is None:
            return None
        for name in dim.symbols():
            if name not in self._sizes and not self._bind(name):
                return None
        return dim.evaluate(self._sizes)

    def _bind(self, name: str) -> bool:
        assert self._sizes is not None
        found = self._value(self._bound[name]) if name in self._bound and name != str(OPEN) else None
        if found is None:
            return False
        self._sizes[name] = int(found)
        return True

    def _value(self, value: Value) -> Any:
        """An integer of the program, or None where it is not known before the program runs."""
        if value not in self._values:
            self._values[value] = self._computed(value)
        return self._values[value]

    def _computed(self, value: Value) -> Any:
        op = self._defs.op(value)
        if op is None or len(op.results) != 1 or op.prim.pinned or op.prim.name == "call":
            return None
        operands = [self._value(v) for v in op.operands]
        if any(v is None for v in operands) and op.prim.name in _ARITHMETIC and op.result.any_type == I64:
            return self._reduced(op.result).value
        for dim in dims_in_attrs(op.attrs):
            self.number(dim)
        if any(v is None for v in operands):
            return None
        try:
            return evaluate(op, operands, self._sizes or {})[0]
        except KeyError:  # a size that only the run of the program shows
            return None

    def _reduced(self, value: Value) -> Dim:
        """An integer as a polynomial of what is not known, such as counters: these may cancel."""
        known = self._values.get(value)
        if known is not None:
            return Dim.const(int(known))
        op = self._defs.op(value)
        if op is None or op.prim.name not in _ARITHMETIC:
            known = None if op is None else self._value(value)
            return Dim.symbol(f"@{id(value)}") if known is None else Dim.const(int(known))
        parts = [self._reduced(v) for v in op.operands]
        return -parts[0] if len(parts) == 1 else _combined(op.prim.name, *parts)


def _combined(name: str, left: Dim, right: Dim) -> Dim:
    if name in _SIGNS:
        return left + right * _SIGNS[name]
    if name == "mul":
        return left * right
    if name == "floor_divide":
        return Dim.symbol(f"(({left})//({right}))")
    gap = (left - right).value
    if gap is not None:
        return left if (gap > 0) == (name == "maximum") else right
    return Dim.symbol(f"{_CALLS[name]}({left}, {right})")
