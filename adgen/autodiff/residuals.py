"""What the reverse sweep needs of the primal, and how it gets it.

A value of the enclosing block is simply there. Inside loops and branches a value of the primal is

* *recomputed* where that costs no arithmetic on floats: counters (:mod:`adgen.analysis.induction`),
  indices, sizes, predicates of values at hand, views and reads of arrays that are still there, reads of
  cells that are final or still untouched (:mod:`adgen.analysis.settled`); and unnamed arithmetic on values
  that are taped anyway;
* *taped* otherwise. A tape is an array with one slot per iteration where all trip counts around are known
  before the outermost loop starts, and a growable stack elsewhere (``while``, loops whose bounds change). A
  value of a branch outside loops is a result of the branch. A carried value and the value that replaces it
  share one tape with one slot more (``h[t]`` and ``h[t + 1]``).

Which values need a tape follows from what the reverse sweep reads (liveness in SSA is to-be-recorded
analysis; Hascoët, Naumann and Pascual 2005): nothing is declared by the rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from adgen.analysis.induction import Induction, inductions
from adgen.analysis.settled import Settled
from adgen.analysis.storage import place
from adgen.diagnostics.spans import Span
from adgen.ir.builder import Builder, dims_in_attrs
from adgen.ir.core import (
    Definitions,
    For,
    Full,
    Func,
    Node,
    Op,
    Point,
    Region,
    Value,
    While,
    operands_of,
    regions_of,
)
from adgen.ir.dims import Dim
from adgen.ir.types import StackType, TapeType, Type
from adgen.primitives.elementwise import neg, sub
from adgen.primitives.extrema import maximum
from adgen.primitives.rounding import floor_divide
from adgen.primitives.sizes import constant, dim_of, known_dim

#: The way from the function's block to a region: a node and which of its regions, outermost first.
Path = tuple[tuple[Node, int], ...]

#: Operations recomputed whenever the reverse sweep needs them: their operand is what is worth saving.
VIEWS = frozenset({"broadcast", "reshape", "transpose"})
#: Integer operations that may be moved out of the branch or loop that guards them.
_NEVER_FAILS = frozenset({"const", "dim", "add", "sub", "mul", "neg", "maximum", "minimum"})
#: Operations without operands that are made again at no cost.
_FREE_LEAVES = frozenset({"const", "dim", "arange"})


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """The place where one value (and, with ``history``, its successor) is saved.

    ``kind`` is "array", "stack" or "slot"; ``value`` is the saved value, ``final`` the tape after the forward
    sweep; ``path`` leads to the region that defines the value. ``kept`` says that the primal already stores
    the value there (the gradient of a gradient finds the tapes of the first), ``offset`` slots later.
    """

    kind: str
    value: Value
    path: Path
    final: Value
    history: For | None = None
    kept: bool = False
    offset: int = 0


@dataclass(slots=True)
class Homes:
    """Side table of a primal: the region that defines each value and each symbol."""

    settled: Settled
    inductions: dict[Value, Induction]
    path: dict[Value, Path] = field(default_factory=dict)
    symbols: dict[str, list[tuple[Op, Path]]] = field(default_factory=dict)
    defs: Definitions = field(default_factory=Definitions)
    stores: dict[Value, list[tuple[Op, Path]]] = field(default_factory=dict)
    uses: Counter[Value] = field(default_factory=Counter)
    consumers: dict[Value, Op] = field(default_factory=dict)

    @staticmethod
    def of(func: Func, extras: Mapping[Node, Value]) -> Homes:
        """The homes of everything in a function; ``extras`` are made beside the results of nodes."""
        homes = Homes(Settled(func), inductions(func), defs=Definitions.of(func.body))
        homes._region(func.body, (), extras)
        return homes

    def _region(self, region: Region, path: Path, extras: Mapping[Node, Value]) -> None:
        self.path.update((p, path) for p in region.params)
        self.uses.update(region.yields)
        for node in region.nodes:
            self.uses.update(operands_of(node))
            self.path.update((v, path) for v in node.results)
            if isinstance(node, Op):
                self.consumers.update((node.operands[k], node) for k in node.prim.consumes)
            if isinstance(node, Op) and node.prim.name == "write":
                self.stores.setdefault(node.operands[1], []).append((node, path))
            if node in extras:
                self.path[extras[node]] = path
            if isinstance(node, Op) and node.prim.name == "bind_dim":
                self.symbols.setdefault(node.attr("sym"), []).append((node, path))
            for number, inner in enumerate(regions_of(node)):
                self._region(inner, (*path, (node, number)), extras)

    def outermost(self, store: Op, path: Path) -> Value | None:
        """What an array stored into inside loops is outside them, if that store is all that happens to it."""
        target, value = store.operands[0], store.result
        for node, number in reversed(path):
            region = regions_of(node)[number]
            if not isinstance(node, For) or self.uses[target] != 1 or self.uses[value] != 1:
                return None
            if target not in node.carried or value not in region.yields:
                return None
            k = node.carried.index(target)
            if region.yields[k] is not value:
                return None
            target, value = node.inits[k], node.results[k]
        return value

    def origin(self, value: Value) -> tuple[str, str, str]:
        """What a value is called, and the lines that make it and that would destroy it."""
        node, number = self.path[value][-1]
        params = regions_of(node)[number].params
        made = self.defs.table.get(value)
        ends = regions_of(node)[-1].yields
        if value in params and isinstance(node, For | While) and len(params) - len(ends) in (0, 1):
            k = params.index(value) - (len(params) - len(ends))
            made = self.defs.table.get(ends[k]) if k >= 0 else node
        lost = made
        if isinstance(made, Op) and made.prim.name == "read":
            base: Value = made.operands[0]
            lost = self.consumers.get(base, made)
        lines = tuple(place((n.span if n is not None else None) or node.span) for n in (made, lost))
        return value.hint or "", lines[0], lines[1]

    def binding(self, name: str, path: Path) -> tuple[Op, Path] | None:
        """The operation that binds a symbol in or around a region, and where; None for a parameter's."""
        found = [(op, p) for op, p in self.symbols.get(name, ()) if path[: len(p)] == p]
        return found[-1] if found else None

    def is_local(self, name: str, path: Path) -> bool:
        """Whether a symbol, seen from a region, is bound inside a loop or branch (or stands for any size)."""
        if name == "?":
            return True
        found = self.binding(name, path)
        return found is not None and bool(found[1])

    def at_root(self, value: Value) -> bool:
        """Whether the value belongs to the function's own block (or comes from outside)."""
        return not self.path.get(value, ())

    def free(self, value: Value) -> bool:
        """Whether the reverse sweep can have the value again without a tape and without float arithmetic."""
        if self.at_root(value):
            return True
        op = self.defs.op(value)
        if op is None:
            node, number = self.path[value][-1]
            counts = self.inductions.get(value)
            if counts is not None:
                return self.free(counts.start) and self.free(counts.step)
            return isinstance(node, For) and number == 0 and value is node.counter
        if self.settled.source(op) is not None:
            return all(self.free(v) for view in self.settled.views(op) for v in view.operands[1:])
        return self.recomputable(op) and all(self.free(v) for v in op.operands)

    def recomputable(self, op: Op) -> bool:
        """Whether an operation may be done again, given its operands."""
        name = op.prim.name
        if name in _FREE_LEAVES or name in VIEWS:
            return True
        if name == "cast":
            return op.operands[0].type.dtype is op.result.type.dtype or not op.operands[0].type.is_float
        if name == "read":
            return True
        return len(op.results) == 1 and bool(getattr(op.prim, "cheap", False)) and not op.result.type.is_float

    def must_recompute(self, op: Op) -> bool:
        """Whether the operation is done again even when an operand has to be taped for it."""
        if op.prim.name in VIEWS and op.operands:
            return True
        return op.prim.name == "cast" and self.recomputable(op)


class Tapes:
    """Decides and remembers the tape of each value; ``requested`` are values asked for in an earlier round.

    ``before`` holds what must be emitted just before each outermost loop: trip counts of array tapes.
    ``needed`` tells the line whose derivative first reads a tape.
    """

    def __init__(self, homes: Homes, requested: Mapping[Value, None], b: Builder) -> None:
        self.homes = homes
        self.table: dict[Value, Tape] = {}
        self.before: dict[Node, list[Node]] = {}
        self.needed: dict[Tape, Span | None] = {}
        self._b = b
        self._requested = dict(requested)
        self._trips: dict[For, Dim] = {}
        self._outside: dict[tuple[Node, Value], Value] = {}

    def tape(self, value: Value) -> Tape:
        """The tape that holds ``value``."""
        if value not in self.table:
            self.table[value] = self._new(value)
        return self.table[value]

    def cheaper(self, value: Value) -> bool:
        """Whether to compute the value again from others that are taped anyway (or at hand).

        Only arithmetic that the user's code gives no name: what has a name is saved and read as such.
        """
        op = self.homes.defs.op(value)
        if op is None or value.hint is not None or not _is_arithmetic(op):
            return False
        return all(v in self._requested or self.homes.free(v) or self.cheaper(v) for v in op.operands)

    def requests(self) -> dict[Value, None]:
        """Every value that was asked for, in order."""
        return dict.fromkeys(self.table)

    def unique(self) -> list[Tape]:
        """The tapes, each once, in order of request."""
        return list(dict.fromkeys(self.table.values()))

    # -- what kind of tape ------------------------------------------------------------------------------
    def _new(self, value: Value) -> Tape:
        path = self.homes.path[value]
        kind = self._kind(value, path)
        name = None if value.hint is None else f"{value.hint}_tape"
        if kind == "slot":
            return Tape(kind, value, path, Value(value.any_type, value.hint))
        if kind == "stack":
            assert not isinstance(value.any_type, StackType)
            return Tape(kind, value, path, Value(StackType(value.any_type), name or "tape"))
        kept = self._already_stored(value, path)
        if kept is not None:
            final, offset = kept
            return Tape(kind, value, path, final, kept=True, offset=offset)
        partner = self._partner(value)
        if partner is not None:
            node, k = partner
            tape = self._array(node.carried[k], name, node)
            self.table[node.body.yields[k]] = self.table[node.carried[k]] = tape
            return tape
        return self._array(value, name, None)

    def _array(self, value: Value, name: str | None, history: For | None) -> Tape:
        path = self.homes.path[value]
        loops = [node for node, _ in path if isinstance(node, For)]
        trips = [self._trip(node, path[0][0]) + (1 if node is history else 0) for node in loops]
        final = Value(Type(value.type.dtype, (*trips, *value.type.dims)), name or "tape")
        return Tape("array", value, path, final, history)

    def _kind(self, value: Value, path: Path) -> str:
        loops = [node for node, _ in path if isinstance(node, For | While)]
        dims = value.type.dims if isinstance(value.any_type, Type) else ()
        local = any(self.homes.is_local(s, path) for d in dims for s in d.symbols())
        if not loops:
            return "stack" if local else "slot"
        if isinstance(value.any_type, TapeType):
            return "stack"
        known = all(isinstance(n, For) and self._known_bounds(n) for n in loops)
        return "array" if known and not local else "stack"

    def _partner(self, value: Value) -> tuple[For, int] | None:
        """The loop and position where both the carried value and its successor are saved."""
        node, number = self.homes.path[value][-1]
        if not isinstance(node, For) or number:
            return None
        for k, (param, end) in enumerate(zip(node.carried, node.body.yields, strict=True)):
            same_home = self.homes.path.get(end) == self.homes.path[param]
            both = param in self._requested and end in self._requested
            fresh = end not in node.carried and node.body.yields.count(end) == 1
            if value in (param, end) and both and same_home and fresh:
                return node, k
        return None

    # -- tapes that are there already -------------------------------------------------------------------
    def _already_stored(self, value: Value, path: Path) -> tuple[Value, int] | None:
        """An array outside all loops to which the primal writes the value, one slot an iteration, and how
        many slots after the iteration's own it stands."""
        for op, where in self.homes.stores.get(value, ()):
            loops = [node for node, _ in path if isinstance(node, For)]
            access, places = op.attr("index").access, op.operands[2 : 2 + len(loops)]
            points = all(isinstance(a, Point) for a in access[: len(loops)])
            if (
                len(places) < len(loops)
                or where != path
                or not points
                or not all(isinstance(a, Full) for a in access[len(loops) :])
            ):
                continue
            offsets = [self._offset(p, n) for p, n in zip(places, loops, strict=True)]
            final = self.homes.outermost(op, path)
            if final is not None and not any(offsets[:-1]) and offsets[-1] in (0, 1):
                return final, offsets[-1]
        return None

    def _offset(self, place: Value, node: For) -> int | None:
        """By how many slots an index differs from the number of the iteration, where that is known."""
        b = Builder()
        b.defs = self.homes.defs
        counter, lo, step = node.counter, known_dim(b, node.lo), known_dim(b, node.step)
        if lo is None or step is None or step.value != 1:
            return None
        found = _affine(b, place, counter)
        return None if found is None else (found + lo).value

    # -- what is known before the outermost loop --------------------------------------------------------
    def _known_bounds(self, node: For) -> bool:
        return all(self._computable(v) for v in (node.lo, node.hi, node.step))

    def _computable(self, value: Value) -> bool:
        if self.homes.at_root(value):
            return True
        op = self.homes.defs.op(value)
        if op is None or op.prim.name not in _NEVER_FAILS:
            return False
        sizes = (s for d in dims_in_attrs(op.attrs) for s in d.symbols())
        if any(self.homes.is_local(s, self.homes.path[value]) for s in sizes):
            return False
        return all(self._computable(v) for v in op.operands)

    def _computed(self, value: Value, outermost: Node) -> Value:
        """An integer computed before the outermost loop."""
        op = self.homes.defs.op(value)
        if self.homes.at_root(value) or op is None:
            return value
        key = (outermost, value)
        if key not in self._outside:
            operands = [self._computed(v, outermost) for v in op.operands]
            with self._b.into(self.before.setdefault(outermost, [])):
                (self._outside[key],) = self._b.emit(op.prim, operands, dict(op.attrs), value.hint)
        return self._outside[key]

    def _trip(self, node: For, outermost: Node) -> Dim:
        """The number of iterations, as a dim."""
        if node not in self._trips:
            lo, hi, step = (self._computed(v, outermost) for v in (node.lo, node.hi, node.step))
            with self._b.into(self.before.setdefault(outermost, [])):
                self._trips[node] = dim_of(self._b, trip_count(self._b, lo, hi, step), "steps")
        return self._trips[node]


def _is_arithmetic(op: Op) -> bool:
    return bool(getattr(op.prim, "cheap", False) and getattr(op.prim, "elementwise", False))


def _affine(b: Builder, place: Value, counter: Value) -> Dim | None:
    """The dim d for which an index is counter + d."""
    if place is counter:
        return Dim.const(0)
    op = b.defs.op(place)
    if op is None or op.prim.name not in ("add", "sub"):
        return None
    inner, known = _affine(b, op.operands[0], counter), known_dim(b, op.operands[1])
    if inner is None or known is None:
        return None
    return inner + known if op.prim.name == "add" else inner - known


def trip_count(b: Builder, lo: Value, hi: Value, step: Value) -> Value:
    """The number of iterations of ``range(lo, hi, step)``."""
    stride = known_dim(b, step)
    number = None if stride is None else stride.value
    if number == 1:
        count = sub(b, hi, lo)
    elif number == -1:
        count = sub(b, lo, hi)
    else:
        # ceil((hi - lo) / step) for either sign
        count = neg(b, floor_divide(b, sub(b, lo, hi), step))
    known = known_dim(b, count)
    bound = None if known is None else known.lower_bound()
    if bound is not None and bound >= 0:
        return count
    return maximum(b, count, constant(b, 0))


def tape_position(b: Builder, counter: Value, lo: Value, step: Value) -> Value:
    """The number of the iteration, from 0, that a counter belongs to."""
    known = known_dim(b, step)
    stride = None if known is None else known.value
    if stride == 1:
        return sub(b, counter, lo)
    if stride == -1:
        return sub(b, lo, counter)
    return floor_divide(b, sub(b, counter, lo), step)
