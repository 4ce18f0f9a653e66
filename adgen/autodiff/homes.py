"""Where every value of a primal lives, and which values the reverse sweep can have without a tape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field

from adgen.analysis.induction import Induction, inductions
from adgen.analysis.settled import Settled
from adgen.analysis.storage import place
from adgen.analysis.switches import enabled
from adgen.ir.builder import dims_in_attrs
from adgen.ir.core import Definitions, For, Func, If, Node, Op, Region, Value, While, operands_of, regions_of
from adgen.ir.dims import OPEN
from adgen.ir.types import Type
from adgen.records import dataclass

#: The way from the function's block to a region: a node and which of its regions, outermost first.
Path = tuple[tuple[Node, int], ...]

#: Operations recomputed whenever the reverse sweep needs them: their operand is what is worth saving.
VIEWS = frozenset({"broadcast", "reshape", "transpose"})
#: Integer operations that may be moved out of the branch or loop that guards them.
NEVER_FAILS = frozenset({"const", "dim", "add", "sub", "mul", "neg", "maximum", "minimum"})
#: Operations on integers that may fail, but did not where they are done again.
_QUOTIENTS = frozenset({"floor_divide", "mod"})
#: Operations without operands that are made again at no cost.
_FREE_LEAVES = frozenset({"const", "dim", "arange"})


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
    depths: dict[Value, int] = field(default_factory=dict)

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

    def add(self, op: Op, path: Path, like: Op) -> None:
        """Note an operation that stands where another one does, but is not in the function yet."""
        self.path[op.result] = path
        self.defs.table[op.result] = op
        self.settled.add(op, like)

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

    def rounds(self, value: Value) -> list[For | While]:
        """The loops around a value in whose rounds it may differ, outermost first."""
        path = self.path[value]
        varying = path[: self._depth(value)] if enabled("invariants") else path
        return [node for node, _ in varying if isinstance(node, For | While)]

    def _depth(self, value: Value) -> int:
        """How much of the way to a value what it is computed from is on."""
        if value not in self.depths:
            path, op = self.path.get(value, ()), self.defs.op(value)
            found = len(path)
            if op is not None and path and not op.prim.pinned and op.prim.name != "call":
                inner = [self._depth(v) for v in op.operands]
                found = max([0, *inner, *(len(p) for p in self._bindings(op, path))])
            self.depths[value] = found
        return self.depths[value]

    def _bindings(self, op: Op, path: Path) -> list[Path]:
        dims = [*dims_in_attrs(op.attrs)]
        dims += [d for v in op.results if isinstance(v.any_type, Type) for d in v.type.dims]
        bound = [self.binding(s, path) for d in dims for s in d.symbols() if s != str(OPEN)]
        return [found[1] for found in bound if found is not None]

    def free(self, value: Value) -> bool:
        """Whether the reverse sweep can have the value again without a tape and without float arithmetic."""
        if self.at_root(value) or self.stored(value) is not None:
            return True
        op, branch = self.defs.op(value), self.defs.table.get(value)
        if isinstance(branch, If) and is_number(value):
            return self.free(branch.pred) and all(self.free(v) for v in ends_of(branch, value))
        if op is None:
            node, number = self.path[value][-1]
            counts = self.inductions.get(value)
            if counts is not None:
                return self.free(counts.start) and self.free(counts.step)
            return isinstance(node, For) and number == 0 and value is node.counter
        if self.settled.source(op) is not None:
            return all(self.free(v) for view in self.settled.views(op) for v in view.operands[1:])
        return self.recomputable(op) and all(self.free(v) for v in op.operands)

    def stored(self, value: Value) -> tuple[Op, Value] | None:
        """A store of the value for good, and the array outside all loops that has it in the end."""
        for op, path in self.stores.get(value, ()):
            final = self.settled.stored(op) if path == self.path[value] else None
            if final is not None and all(self.free(v) for v in op.operands[2:]):
                return op, final
        return None

    def recomputable(self, op: Op) -> bool:
        """Whether an operation may be done again, given its operands."""
        name = op.prim.name
        if name in _FREE_LEAVES or name in VIEWS:
            return True
        if name == "cast":
            return op.operands[0].type.dtype is op.result.type.dtype or not op.operands[0].type.is_float
        if name == "read":
            return True
        cheap = bool(getattr(op.prim, "cheap", False)) or name in _QUOTIENTS
        return len(op.results) == 1 and cheap and not op.result.type.is_float

    def must_recompute(self, op: Op) -> bool:
        """Whether the operation is done again even when an operand has to be taped for it."""
        if op.prim.name in VIEWS and op.operands:
            return True
        return op.prim.name == "cast" and self.recomputable(op)


def is_number(value: Value) -> bool:
    """Whether a value is a single number."""
    return isinstance(value.any_type, Type) and not value.type.rank


def ends_of(branch: If, value: Value) -> tuple[Value, Value]:
    """What the sides of a branch give for one of its results."""
    k = branch.results.index(value)
    return branch.then.yields[k], branch.orelse.yields[k]
