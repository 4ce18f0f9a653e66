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

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from adgen.analysis.ranges import fits_in_four_bytes
from adgen.analysis.switches import enabled
from adgen.autodiff.choice import Choice, Stores, cells_of, partner_of
from adgen.autodiff.homes import NEVER_FAILS, Homes, Path
from adgen.autodiff.packing import Packer, Packing, Polynomial
from adgen.autodiff.positions import affine, trip_count, unwrapped
from adgen.autodiff.tables import Tables
from adgen.autodiff.undo import Undo, Undos
from adgen.diagnostics.spans import Span
from adgen.ir.builder import Builder, dims_in_attrs
from adgen.ir.core import For, Full, Indexer, Node, Op, Point, Range, Value, While
from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import AnyType, DType, Kind, StackType, TapeType, Type
from adgen.primitives.elementwise import cast
from adgen.primitives.sizes import dim_of, known_dim
from adgen.records import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """The place where one value (and, with ``history``, its successor) is saved.

    ``kind`` is "array", "packed" (:mod:`adgen.autodiff.packing`), "stack", "slot", or "undo", where versions
    of an array follow from one another (:mod:`adgen.autodiff.undo`); ``value`` is the saved
    value, ``final`` the tape after the forward sweep; ``path`` leads to the region that defines the value.
    ``kept`` says that the primal already stores the value there (the gradient of a gradient finds the tapes
    of the first), ``offset`` slots later.
    """

    kind: str
    value: Value
    path: Path
    final: Value
    history: For | None = None
    kept: bool = False
    offset: int = 0
    packing: Packing | None = None
    undo: Undo | None = None


class Tapes:
    """Decides and remembers the tape of each value; ``requested`` are values asked for in an earlier round.

    ``before`` holds what must be emitted just before each outermost loop: trip counts of array tapes.
    ``needed`` tells the line whose derivative first reads a tape. With ``demanded``, the values that the
    reverse sweep reads, a least cut decides what is saved.
    """

    def __init__(
        self,
        homes: Homes,
        requested: Mapping[Value, None],
        b: Builder,
        demanded: Collection[Value] | None = None,
    ) -> None:
        self.homes = homes
        self.tables = Tables(homes)
        self.table: dict[Value, Tape] = {}
        self.before: dict[Node, list[Node]] = {}
        self.needed: dict[Tape, Span | None] = {}
        self._b = b
        self._requested = dict(requested)
        self._trips: dict[For, Dim] = {}
        self._outside: dict[tuple[Node, Value], Value] = {}
        self._cells: dict[tuple[Node, Polynomial], Dim] = {}
        self._packings: dict[Value, Packing | None] = {}
        self.undos = Undos(homes)
        stores = Stores(self._is_stored, self._grows, self._log)
        self._choice = None if demanded is None else Choice(homes, self.tables, demanded, stores)

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
        return all(v in self._requested or self.tables.at_hand(v) or self.cheaper(v) for v in op.operands)

    def again(self, value: Value, op: Op) -> bool:
        """Whether to compute the value again."""
        chosen = None if self._choice is None else self._choice.again(value)
        if chosen is not None:
            return chosen
        return self.homes.must_recompute(op) or self.cheaper(value)

    def chosen_again(self, value: Value) -> bool:
        """Whether the least cut computes the value again."""
        return self._choice is not None and bool(self._choice.again(value))

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
        log = self._log(value)
        if log is not None:
            return self._undone(value, path, log)
        if kind == "packed":
            return self._packed(value, path, name)
        if kind == "stack":
            assert not isinstance(value.any_type, StackType)
            return Tape(kind, value, path, Value(StackType(self._element(value)), name or "tape"))
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

    def _log(self, value: Value) -> Undo | None:
        """The undo log of a version of an array, where its cells are fewer than those of the array."""
        found = self.undos.of(value) if enabled("undo") else None
        if found is None or (self._already_stored(value, found.path) is not None):
            return None
        saved = [s.old.result for s in found.steps if not self.homes.free(s.old.result)]
        return found if 2 * sum(cells_of(v) for v in saved) <= cells_of(value) else None

    def _undone(self, value: Value, path: Path, log: Undo) -> Tape:
        self.undos.use(log)
        tape = Tape("undo", value, path, log.final, kept=True, undo=log)
        self.table.update((v, tape) for step in log.steps for v in (step.base, step.store.result))
        return tape

    def _array(self, value: Value, name: str | None, history: For | None) -> Tape:
        path = self.homes.path[value]
        loops = [node for node in self.homes.rounds(value) if isinstance(node, For)]
        trips = [self._trip(node, path[0][0]) + (1 if node is history else 0) for node in loops]
        final = Value(Type(self._dtype(value, history), (*trips, *value.type.dims)), name or "tape")
        return Tape("array", value, path, final, history)

    def _dtype(self, value: Value, history: For | None = None) -> DType:
        """The dtype that a value is saved in."""
        small = enabled("narrow") and history is None and fits_in_four_bytes(value, self.homes.defs)
        return DType.i32 if small else value.type.dtype

    def _element(self, value: Value) -> Type | TapeType:
        """The type that a value has on a stack."""
        assert not isinstance(value.any_type, StackType)
        if not isinstance(value.any_type, Type) or not enabled("narrow"):
            return value.any_type
        if value.type.dtype is DType.bool and not value.type.rank:
            return Type(DType.u8, (), Kind.py)
        return replace(value.type, dtype=self._dtype(value)) if value.type.rank else value.type

    def _kind(self, value: Value, path: Path) -> str:
        around = any(isinstance(node, For | While) for node, _ in path)
        loops = self.homes.rounds(value)
        dims = value.type.dims if isinstance(value.any_type, Type) else ()
        local = any(self.homes.is_local(s, path) for d in dims for s in d.symbols())
        if not around or (not loops and not dims):
            return "stack" if local else "slot"
        if isinstance(value.any_type, TapeType):
            return "stack"
        fors = [n for n in loops if isinstance(n, For)]
        if len(fors) < len(loops):
            return "stack"
        if not local and all(self._known_bounds(n) for n in fors):
            return "array"
        return "stack" if self._packing(value) is None else "packed"

    # -- tapes without gaps -----------------------------------------------------------------------------
    def _packed(self, value: Value, path: Path, name: str | None) -> Tape:
        packing = self._packing(value)
        assert packing is not None
        key = (path[0][0], packing.cells)
        if key not in self._cells:
            with self._b.into(self.before.setdefault(path[0][0], [])):
                self._cells[key] = packing.size(self._b)
        dims = (self._cells[key], *value.type.dims[packing.rows :])
        final = Value(Type(self._dtype(value), dims), name or "tape")
        return Tape("packed", value, path, final, packing=packing)

    def _packing(self, value: Value) -> Packing | None:
        """How a value of counted loops is packed, if it can be."""
        if value not in self._packings:
            loops = [n for n in self.homes.rounds(value) if isinstance(n, For)]
            outermost = self.homes.path[value][0][0]

            def trip(node: For) -> Dim | None:
                return self._trip(node, outermost) if self._known_bounds(node) else None

            packer = Packer(self.homes, trip)
            self._packings[value] = packer.packing(value, loops) if enabled("packing") and loops else None
        return self._packings[value]

    def _partner(self, value: Value) -> tuple[For, int] | None:
        """The loop and position where both the carried value and its successor are saved."""
        partner = partner_of(self.homes, value) if enabled("histories") else None
        if partner not in self._requested or value not in self._requested:
            return None
        node, _ = self.homes.path[value][-1]
        assert isinstance(node, For)
        return node, node.carried.index(value if value in node.carried else partner)

    # -- tapes that are there already -------------------------------------------------------------------
    def _grows(self, value: Value) -> bool:
        return self._kind(value, self.homes.path[value]) == "stack"

    def _is_stored(self, value: Value) -> bool:
        return self._kind(value, self.homes.path[value]) == "array" and (
            self._already_stored(value, self.homes.path[value]) is not None
        )

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
        return self._stored_before(value, path)

    def _stored_before(self, value: Value, path: Path) -> tuple[Value, int] | None:
        """The array to which the round before writes a carried value, where that holds the first one, too."""
        node, number = path[-1]
        if len(path) != 1 or number or not isinstance(node, For) or value not in node.carried:
            return None
        if not enabled("stored"):
            return None
        end = node.body.yields[node.carried.index(value)]
        found = None if end in node.carried else self._already_stored(end, path)
        if found is None or found[1] != 1 or found[0] not in node.results or found[0] in self.homes.consumers:
            return None
        made = self.homes.defs.op(node.inits[node.results.index(found[0])])
        start = node.inits[node.carried.index(value)]
        if made is None or made.prim.name != "write" or self._same(made.operands[1]) is not self._same(start):
            return None
        b = Builder()
        b.defs = self.homes.defs
        first, *rest = made.attr("index").access
        whole = isinstance(first, Point) and all(isinstance(a, Full) for a in rest)
        return (found[0], 0) if whole and known_dim(b, unwrapped(b, made.operands[2])) == ZERO else None

    def _same(self, value: Value) -> Value:
        """A value without what only changes its kind."""
        op = self.homes.defs.op(value)
        if op is None or op.prim.name not in ("cast", "copy"):
            return value
        inner: Value = op.operands[0]
        return self._same(inner) if inner.type.dtype is value.type.dtype else value

    def _offset(self, place: Value, node: For) -> int | None:
        """By how many slots an index differs from the number of the iteration, where that is known."""
        b = Builder()
        b.defs = self.homes.defs
        counter, lo, step = node.counter, known_dim(b, node.lo), known_dim(b, node.step)
        if lo is None or step is None or step.value != 1:
            return None
        found = affine(b, place, counter)
        return None if found is None else (found + lo).value

    # -- what is known before the outermost loop --------------------------------------------------------
    def _known_bounds(self, node: For) -> bool:
        return all(self._computable(v) for v in (node.lo, node.hi, node.step))

    def _computable(self, value: Value) -> bool:
        if self.homes.at_root(value):
            return True
        op = self.homes.defs.op(value)
        if op is None or op.prim.name not in NEVER_FAILS:
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


def as_kept(b: Builder, value: Value, kept: AnyType) -> Value:
    """A value as the element of a tape, or such an element as the value it was."""
    if not isinstance(kept, Type) or not isinstance(value.any_type, Type):
        return value
    kind = kept.kind
    if (value.type.dtype, value.type.kind) == (kept.dtype, kind):
        return value
    return cast(b, value, dtype=kept.dtype, kind=kind, hint=value.hint)


def packed(b: Builder, tape: Tape, packing: Packing, counters: Sequence[Value]) -> tuple[Value, Indexer]:
    """Where a packed tape holds a value: the first slot, and the indexer that takes it."""
    first = Range(tape.value.type.dims[0]) if packing.rows else Point()
    return packing.position(b, counters), Indexer((first, *(Full(),) * (tape.final.type.rank - 1)))
