"""Reads inside loops of cells that are final, or still untouched: they can be read outside the loops too.

An array that a loop fills or changes in place is many values, one per store. Where all stores behind a read
provably miss the cells it reads, these cells are those of the array when the outermost loop is done; where
all stores before it miss them, those of the array when it starts. Factorisations and recurrences mostly read
such cells, so that their gradients keep nothing.

Two accesses miss each other where in some dim all cells of the one come before all cells of the other, or
where the dims together cannot overlap in the same rounds (tables that are filled along diagonals). That is
shown for every way in which the store can come later (or sooner): in the same rounds of all loops around
both, or in the same rounds of the outer ones and a later round of the next (Allen and Kennedy, "Optimizing
Compilers for Modern Architectures", chapter 2). Bounds and indices are polynomials of counters and sizes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from adgen.analysis.inequalities import contradict, follows
from adgen.analysis.rounds import OPPOSITE, Chain, Instance, Path, Span, common, exclude, is_integer
from adgen.analysis.switches import enabled
from adgen.ir.core import (
    Definitions,
    For,
    Full,
    Func,
    Gather,
    If,
    Node,
    Op,
    Point,
    Range,
    Region,
    Value,
    While,
    regions_of,
)
from adgen.ir.dims import Dim
from adgen.ir.types import Type

When = Literal["before", "after"]


class Settled:
    """Side table of a function, filled on demand: where else a read finds the same cells."""

    def __init__(self, func: Func) -> None:
        self._func = func
        self._defs = Definitions.of(func.body)
        self._place: dict[Node, tuple[int, int, Path]] = {}
        self._home: dict[Value, tuple[int, Path]] = {}
        self._symbols: dict[str, list[tuple[Op, Path]]] = {}
        self._chains: dict[Value, Chain] = {}
        self._consumed: set[Value] = set()
        self._found: dict[Op, Value | None] = {}
        self._numbers: dict[Value, int] = {}
        self._facts = [a.dim for a in func.assumptions]
        self._number(func.body, (), 0)
        for node in func.body.nodes:
            if isinstance(node, For):
                for k in range(len(node.inits)):
                    self._add_chain(node, k)

    def source(self, op: Op) -> Value | None:
        """The array outside all loops that holds what ``op`` reads, if there is one."""
        if op.prim.name != "read":
            return None
        if op not in self._found:
            self._found[op] = self._source(op) if enabled("settled") else None
        return self._found[op]

    def stored(self, op: Op) -> Value | None:
        """The array outside all loops that holds what the store ``op`` writes, if no later one touches it."""
        if op.prim.name != "write":
            return None
        if op not in self._found:
            self._found[op] = self._final(op) if enabled("stored") else None
        return self._found[op]

    def is_within(self, node: Node, places: Sequence[Value], dims: Sequence[Dim]) -> bool:
        """Whether places are known to be cells of an array of some size wherever a node is reached."""
        run = self._instance(Instance("r", self._place[node][2]))
        positions = [self._polynomial(v, run) for v in places]
        sizes = [self._size(d, run) for d in dims]
        return all(
            follows(at, run.facts) and follows(size - 1 - at, run.facts)
            for at, size in zip(positions, sizes, strict=True)
        )

    def miss(self, op: Op, store: Op, node: For) -> bool:
        """Whether what is read in any round of a loop is missed by the stores of all its rounds."""
        around = [n for n, _ in self._place[node][2] if isinstance(n, For)]
        return op.operands[0] in self._chains and self._apart(op, store, around, None)

    def add(self, op: Op, like: Op) -> None:
        """Note an operation that stands where another one does."""
        self._place[op] = self._place[like]
        self._home[op.result] = self._home[like.result]

    def _final(self, op: Op) -> Value | None:
        chain, path = self._chains.get(op.result), self._place[op][2]
        if chain is None or not path or any(isinstance(node, While) for node, _ in path):
            return None
        index, value = op.attr("index"), op.operands[1]
        if any(isinstance(a, Gather) for a in index.access) or op.operands[0] not in self._chains:
            return None
        if chain.after in self._consumed and not value.type.rank:
            return None  # a number is saved rather than a whole array
        final = all(self._misses(op, op.result, store, "after") for store in chain.stores)
        return chain.after if final else None

    def views(self, op: Op) -> list[Op]:
        """The access and the views it goes through, back to the array."""
        found = [op]
        while found[-1].operands[0] not in self._chains:
            inner = self._defs.op(found[-1].operands[0])
            assert inner is not None
            found.append(inner)
        return found

    # -- structure --------------------------------------------------------------------------------------
    def _number(self, region: Region, path: Path, at: int) -> int:
        """Note where everything is; positions follow the text."""
        self._home.update((p, (at, path)) for p in region.params)
        for node in region.nodes:
            start = at = at + 1
            for number, inner in enumerate(regions_of(node)):
                at = self._number(inner, (*path, (node, number)), at)
            self._place[node] = (start, at, path)
            self._home.update((v, (at, path)) for v in node.results)
            if isinstance(node, Op):
                self._consumed.update(node.operands[k] for k in node.prim.consumes)
                if node.prim.name == "bind_dim":
                    self._symbols.setdefault(node.attr("sym"), []).append((node, path))
            elif isinstance(node, For | While):
                self._consumed.update(node.inits)
        return at

    def _add_chain(self, node: For, k: int) -> None:
        start = node.carried[k]
        if not isinstance(start.any_type, Type) or not start.type.rank:
            return
        versions: list[Value] = []
        stores: list[Op] = []
        if self._back(node.body.yields[k], ((node, 0),), versions, stores) is start and stores:
            chain = Chain(node.inits[k], node.results[k], tuple(stores))
            self._chains.update((v, chain) for v in (*versions, start))

    def _back(self, value: Value, path: Path, versions: list[Value], stores: list[Op]) -> Value | None:
        """The version a region starts from, on the way back from one it ends with; None off the way."""
        while self._home[value][1][: len(path)] == path:
            node = self._defs.table.get(value)
            match node:
                case Op() if node.prim.name in ("write", "add_at"):
                    versions.append(value)
                    stores.append(node)
                    value = node.operands[0]
                case For():
                    k = node.results.index(value)
                    versions.append(value)
                    inner = self._back(
                        node.body.yields[k], (*self._place[node][2], (node, 0)), versions, stores
                    )
                    if inner is not node.carried[k]:
                        return None
                    versions.append(inner)
                    value = node.inits[k]
                case If():
                    k, around = node.results.index(value), self._place[node][2]
                    versions.append(value)
                    then = self._back(node.then.yields[k], (*around, (node, 0)), versions, stores)
                    orelse = self._back(node.orelse.yields[k], (*around, (node, 1)), versions, stores)
                    if then is None or then is not orelse:
                        return None
                    value = then
                case None:
                    return value  # a parameter of the region
                case _:
                    return None
        return value

    # -- reads ------------------------------------------------------------------------------------------
    def _source(self, op: Op) -> Value | None:
        base, path = self._base(op), self._place[op][2]
        chain = self._chains.get(base)
        if chain is None or any(isinstance(node, While) for node, _ in path):
            return None
        sides: list[tuple[When, Value, bool]] = [
            ("after", chain.after, chain.after in self._consumed),
            ("before", chain.before, chain.before not in self._func.params),
        ]
        for when, value, copied in sides:
            if copied and not op.result.type.rank:
                continue  # a number is saved rather than a whole array
            if all(self._misses(op, base, store, when) for store in chain.stores):
                return value
        return None

    def _base(self, op: Op) -> Value:
        """The array that a read, or a read of a view of it, takes its cells from."""
        value = op.operands[0]
        while value not in self._chains:
            inner = self._defs.op(value)
            if inner is None or inner.prim.name not in ("read", "transpose"):
                break
            value = inner.operands[0]
        return value

    def _misses(self, op: Op, base: Value, store: Op, when: When) -> bool:
        """Whether no run of a store on that side of the version read touches what is read of it.

        What counts is where the version was made, not where it is read.
        """
        home, around = self._home[base]
        at, _, path = self._place[store]
        shared = [n for n in common(around, path) if isinstance(n, For)]
        same = at > home if when == "after" else at <= home
        same = same and not exclude(around, path)
        return (not same or self._apart(op, store, shared, None)) and all(
            self._apart(op, store, shared[:depth], (shared[depth], when)) for depth in range(len(shared))
        )

    def _apart(self, op: Op, store: Op, equal: Sequence[For], differ: tuple[For, When] | None) -> bool:
        """Whether read and store miss each other in equal rounds of some loops and others of another."""
        mine = self._instance(Instance("r", self._place[op][2]))
        theirs = Instance("w", self._place[store][2])
        theirs.counters.update((node.counter, mine.counters[node.counter]) for node in equal)
        theirs = self._instance(theirs)
        if differ is not None:
            gap = self._gap(*differ, mine, theirs)
            if gap is None:
                return False
            theirs.facts.append(gap)
        read, written = self._cells(op, mine), self._cells(store, theirs)
        facts = [*mine.facts, *theirs.facts, *self._facts]
        gaps = [
            low.first - high.last - 1
            for a, b in zip(read, written, strict=True)
            if a is not None and b is not None
            for low, high in ((a, b), (b, a))
        ]
        if any(follows(gap, facts) for gap in gaps) or contradict(facts):
            return True
        return len(gaps) > 2 and contradict([*facts, *(-gap - 1 for gap in gaps)])

    def _gap(self, node: For, when: When, mine: Instance, theirs: Instance) -> Dim | None:
        """What says that the store is in a later (sooner) round of a loop than the read."""
        step = self._polynomial(node.step, mine).value
        if not step:
            return None
        distance = theirs.counters[node.counter] - mine.counters[node.counter]
        later = distance if (step > 0) == (when == "after") else -distance
        return later - abs(step)

    # -- cells ------------------------------------------------------------------------------------------
    def _cells(self, op: Op, run: Instance) -> list[Span | None]:
        """The cells that an access names, dim by dim of the array behind the views it goes through."""
        steps = self.views(op)
        spans: list[Span | None] = [None] * steps[-1].operands[0].type.rank
        dims: list[int | None] = list(range(len(spans)))
        for step in reversed(steps):
            if step.prim.name == "transpose":
                dims = [dims[k] for k in step.attr("perm")]
            else:
                dims = self._narrow(step, dims, spans, run)
        return spans

    def _narrow(
        self, op: Op, dims: list[int | None], spans: list[Span | None], run: Instance
    ) -> list[int | None]:
        """Put what an access takes of its dims into the spans of the array; the dims that are left.

        Of what index arrays selected nothing more is said.
        """
        first = 2 if op.prim.name in ("write", "add_at") else 1
        operands = iter(op.operands[first:])
        left: list[int | None] = []
        for dim, access in zip(dims, op.attr("index").access, strict=True):
            at = None if isinstance(access, Full) else next(operands)
            if at is not None and dim is not None and not isinstance(access, Gather):
                spans[dim] = self._within(spans[dim], access, at, run)
            if not isinstance(access, Point):
                left.append(dim)
        if any(isinstance(a, Gather) for a in op.attr("index").access):
            return [None] * op.result.type.rank
        return left

    def _within(self, outer: Span | None, access: Point | Range, start: Value, run: Instance) -> Span:
        """The cells of an access to the part of a dim that a view has left."""
        if outer is not None and outer.step != 1:
            return outer
        first = self._polynomial(start, run) + (Dim.const(0) if outer is None else outer.first)
        if isinstance(access, Point):
            return Span(first, first, 0)
        last = first + (self._size(access.size, run) - 1) * access.step
        return Span(first, last, access.step) if access.step > 0 else Span(last, first, access.step)

    # -- polynomials ------------------------------------------------------------------------------------
    def _instance(self, run: Instance) -> Instance:
        """Give every loop around a place its counter, and the bounds of that."""
        for node in (n for n, _ in run.path if isinstance(n, For)):
            number = Dim.symbol(f"@{run.mark}{len(run.counters)}")
            counter = run.counters.setdefault(node.counter, number)
            lo, hi, step = (self._polynomial(v, run) for v in (node.lo, node.hi, node.step))
            if step.value is not None and step.value > 0:
                run.facts += [counter - lo, hi - 1 - counter]
            elif step.value is not None:
                run.facts += [lo - counter, counter - hi - 1]
        for place, side in run.path:
            if isinstance(place, If):
                run.facts += self._told(place, side == 0, run)
        return run

    def _told(self, node: If, holds: bool, run: Instance) -> list[Dim]:
        """What a branch that is taken says of integers."""
        op = self._defs.op(node.pred)
        if op is None or op.prim.name not in OPPOSITE or not all(is_integer(v) for v in op.operands):
            return []
        name = op.prim.name if holds else OPPOSITE[op.prim.name]
        left, right = (self._polynomial(v, run) for v in op.operands)
        gap = right - left
        match name:
            case "lt":
                return [gap - 1]
            case "le":
                return [gap]
            case "gt":
                return [-gap - 1]
            case "ge":
                return [-gap]
            case "eq":
                return [gap, -gap]
        if follows(gap, run.facts):
            return [gap - 1]
        return [-gap - 1] if follows(-gap, run.facts) else []

    def _polynomial(self, value: Value, run: Instance) -> Dim:
        """An integer as a polynomial of counters and sizes; what is not known is a variable of the run."""
        if value in run.counters:
            return run.counters[value]
        op = self._defs.op(value)
        found = self._known(op, run) if op is not None and value.type.dtype.is_integer else None
        return self._unknown(value, run) if found is None else found

    def _known(self, op: Op, run: Instance) -> Dim | None:
        match op.prim.name:
            case "const":
                return Dim.const(int(op.attr("value")))
            case "dim":
                return self._size(op.attr("dim"), run)
            case "neg":
                return -self._polynomial(op.operands[0], run)
            case "add" | "sub" | "mul" as name if not op.result.type.rank:
                left, right = (self._polynomial(v, run) for v in op.operands)
                return left + right if name == "add" else left - right if name == "sub" else left * right
            case "minimum" | "maximum" as name if not op.result.type.rank:
                return self._extreme(op, name == "minimum", run)
            case "wrap" if not op.result.type.rank:
                return self._wrapped(op, run)
        return None

    def _extreme(self, op: Op, least: bool, run: Instance) -> Dim:
        found = self._unknown(op.result, run)
        for operand in op.operands:
            gap = self._polynomial(operand, run) - found
            run.facts.append(gap if least else -gap)
        return found

    def _wrapped(self, op: Op, run: Instance) -> Dim:
        """An index counted from the start; it is in bounds, or the program has failed."""
        index, size = self._polynomial(op.operands[0], run), self._size(op.attr("dim"), run)
        if follows(index, run.facts):
            return index
        if follows(-index - 1, run.facts):
            return index + size
        found = self._unknown(op.result, run)
        run.facts += [found, size - 1 - found]
        return found

    def _size(self, size: Dim, run: Instance) -> Dim:
        """A size with the symbols that are bound inside loops replaced by what they are bound to."""
        inner: dict[str, Dim] = {}
        for name in size.symbols():
            bound = [(op, p) for op, p in self._symbols.get(name, ()) if p and run.path[: len(p)] == p]
            if bound:
                inner[name] = self._polynomial(bound[-1][0].operands[0], run)
        return size.substitute(inner)

    def _unknown(self, value: Value, run: Instance) -> Dim:
        """A variable: one and the same for values outside loops, of its own for each run otherwise."""
        number = self._numbers.setdefault(value, len(self._numbers))
        inside = bool(self._home[value][1]) if value in self._home else False
        return Dim.symbol(f"@{run.mark if inside else ''}v{number}")
