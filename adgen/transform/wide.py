"""The body of a loop for several rounds at once: every value that differs between them gets one more axis.

The rounds, which do not depend on each other, are the last axis, so ordinary operations apply to it as they
stand: ``xc[j] = x[i, j] - m[j]`` becomes ``xc[j, :] = x[i:i + LANES, j] - m[j]``. Loops whose bounds are the
same in all rounds stay; a ``while`` runs until the last round is through, and selects what goes on; branches
on what differs are computed both, and selected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from adgen.ir.builder import Builder
from adgen.ir.core import Definitions, For, If, Node, Op, Region, Value, While
from adgen.ir.dims import Dim
from adgen.ir.types import DType, Type
from adgen.primitives.elementwise import add, le, logical_and, logical_not, lt, mul, where
from adgen.primitives.reductions import any_
from adgen.primitives.shape import arange, broadcast
from adgen.primitives.sizes import constant
from adgen.transform.lane_facts import is_reduction
from adgen.transform.lane_sizes import LaneSizes
from adgen.transform.rebuild import Rebuild
from adgen.transform.wide_ops import RULES, elementwise, is_harmless, stretched

#: operations that take a cycle or less; others count as several
_SIMPLE = frozenset(
    {"add", "sub", "mul", "neg", "fma", "abs", "sign", "square", "powi", "copysign"}
    | {"maximum", "minimum", "where", "lt", "le", "gt", "ge", "eq", "ne"}
)
_SLOW = frozenset({"div", "sqrt", "reciprocal"})
#: what any other function counts as
DEAR = 20
#: rounds of a loop whose number is not known
_USUAL = 16


class NotWide(Exception):
    """Something in a loop cannot run in lanes."""


def _cost(op: Op) -> int:
    name = op.prim.name
    if name in _SIMPLE or name == "cast" or not getattr(op.prim, "elementwise", False):
        return 1
    return 4 if name in _SLOW else DEAR


def is_dear(op: Op) -> bool:
    """Whether an operation is a function that takes many cycles."""
    types = [v.any_type for v in op.results]
    return _cost(op) == DEAR and all(isinstance(t, Type) and t.is_float and not t.rank for t in types)


class Wide(Rebuild):
    """Emits nodes for ``lanes`` rounds of a loop, which begin with round ``first`` of its counter."""

    def __init__(self, b: Builder, defs: Definitions, wide: set[Value], lanes: int) -> None:
        super().__init__(b)
        self.old = defs
        self.wide = wide
        self.lanes = Dim.const(lanes)
        #: integers that grow by a constant from lane to lane: the first one and the constant
        self.lines: dict[Value, tuple[Value, int]] = {}
        self.mask: Value | None = None
        self.known = LaneSizes(defs, wide, self.lines)
        self.depth = 0
        #: how often the present loops run, roughly
        self.rounds = 1
        #: at each depth of loops: operations on floats, and accesses of cells that are apart, by rounds
        self.work: Counter[int] = Counter()
        self.apart: Counter[int] = Counter()
        self.accesses: Counter[int] = Counter()
        self.recurrent = False
        self.has_arrays = False
        #: the depth at which integers are computed anew
        self.levels: dict[Value, int] = {}

    # -- values -----------------------------------------------------------------------------------------
    def value(self, value: Value) -> Value:
        """The new value; one that differs from lane to lane has the axis."""
        if value in self.lines and value not in self.env:
            first, step = self.lines[value]
            b, numbers = self.b, arange(self.b, dim=self.lanes)
            if step != 1:
                numbers = mul(b, numbers, stretched(b, constant(b, step), self.lanes))
            return add(b, stretched(b, first, self.lanes), numbers)
        return super().value(value)

    def in_lanes(self, value: Value) -> Value:
        """The new value with the axis, whether or not lanes differ."""
        if value in self.wide:
            return self.value(value)
        new = self.value(value)
        if not isinstance(new.any_type, Type) or new.type.dtype is DType.Generator:
            raise NotWide(value)
        return stretched(self.b, new, self.lanes)

    def param(self, value: Value) -> Value:
        """A parameter of a region."""
        if value not in self.wide:
            return self.fresh(value)
        type_ = self.type(value.any_type)
        if not isinstance(type_, Type) or type_.dtype is DType.Generator:
            raise NotWide(value)
        self.env[value] = Value(Type(type_.dtype, (*type_.dims, self.lanes)), value.hint)
        return self.env[value]

    def ends(self, yields: Sequence[Value], results: Sequence[Value]) -> tuple[Value, ...]:
        """What a region yields for these results."""
        pairs = zip(yields, results, strict=True)
        return tuple(self.in_lanes(y) if r in self.wide else self.value(y) for y, r in pairs)

    def level(self, value: Value) -> int:
        """The depth of the loop in which an integer changes."""
        if value not in self.levels:
            op = self.old.op(value)
            inner = () if op is None else op.operands
            self.levels[value] = max((self.level(v) for v in inner), default=0)
        return self.levels[value]

    def lane_counter(self, node: For, first: Value) -> None:
        """Begin the rounds of a loop with ``first``."""
        self.lines[node.counter] = first, 1
        self.known.counts_lanes(node)

    # -- nodes ------------------------------------------------------------------------------------------
    def op(self, op: Op) -> None:
        """Emit an operation, with the axis where an operand has it."""
        if self.mask is not None and not is_harmless(self, op):
            raise NotWide(op)
        if op.prim.name == "fail_if":
            self.fail(op)
        elif not any(v in self.wide for v in op.operands):
            super().op(op)
        elif op.prim.name in RULES:
            RULES[op.prim.name](self, op)
        elif getattr(op.prim, "elementwise", False):
            elementwise(self, op)
        else:
            raise NotWide(op)

    def fail(self, op: Op) -> None:
        """Raise what an operation raises, if one lane that counts does."""
        (bad,) = op.operands
        failed = self.value(bad)
        if bad not in self.wide and self.mask is None:
            super().op(op)
            return
        if self.mask is not None:
            failed = logical_and(self.b, self.in_lanes(bad), self.mask)
        self.b.emit(op.prim, (any_(self.b, failed, axes=(0,)),), self.attrs(op.attrs), None, op.span)

    def for_(self, node: For) -> None:
        """Emit a loop."""
        if node.lo in self.wide or node.hi in self.wide:
            self._ragged(node)
            return
        if node.step in self.wide:
            raise NotWide(node)
        inits = self.ends(node.inits, node.results)
        bounds = (self.value(node.lo), self.value(node.hi), self.value(node.step))
        self._note_recurrence(node)
        self.levels.update(dict.fromkeys(node.body.params, self.depth + 1))
        params = (self.fresh(node.counter), *(self.param(p) for p in node.carried))
        with self._deeper(self._trips(node)), self.b.block() as nodes:
            self.known.counts(node)
            self.nodes(node.body.nodes)
            yields = self.ends(node.body.yields, node.results)
        results = tuple(self.param(v) for v in node.results)
        body = Region(params, tuple(nodes), yields)
        self.b.append(For(*bounds, inits, body, results, node.attrs, node.span))

    def _ragged(self, node: For) -> None:
        """Emit a loop whose bounds differ: it runs from the least to the greatest, and selects."""
        b, step = self.b, self.known.size(node.step)
        if step is None or step.value != 1 or any(p not in self.wide for p in node.carried) or node.attrs:
            raise NotWide(node)
        bounds = self._end(node.lo, least=True), self._end(node.hi, least=False), constant(b, 1)
        lows, highs = self.in_lanes(node.lo), self.in_lanes(node.hi)
        inits = self.ends(node.inits, node.results)
        self._note_recurrence(node)
        self.levels.update(dict.fromkeys(node.body.params, self.depth + 1))
        params = (self.fresh(node.counter), *(self.param(p) for p in node.carried))
        around = self.mask

        def body() -> list[Value]:
            self.known.counts_between(node)
            number = stretched(b, params[0], self.lanes)
            on = logical_and(b, le(b, lows, number), lt(b, number, highs))
            self.mask = on if around is None else logical_and(b, on, around)
            self.nodes(node.body.nodes)
            found = [self.in_lanes(y) for y in node.body.yields]
            return [self.select(self.mask, new, old) for new, old in zip(found, params[1:], strict=True)]

        with self._deeper(_USUAL):
            region = b.region(params, body)
        self.mask = around
        with b.at(node.span):
            results = b.for_loop(bounds, inits, region, hints=[v.hint for v in node.results])
        self.env.update(zip(node.results, results, strict=True))

    def _end(self, bound: Value, *, least: bool) -> Value:
        """The least or greatest of a loop's bounds."""
        if bound not in self.wide:
            return self.value(bound)
        if bound not in self.lines:
            raise NotWide(bound)
        first, step = self.lines[bound]
        if (step > 0) == least:
            return first
        last = (self.lanes.value or 1) - 1
        return add(self.b, first, constant(self.b, step * last))

    def _note_recurrence(self, node: For | While) -> None:
        for param, end in zip(node.carried, node.body.yields, strict=True):
            if param in self.wide and isinstance(param.any_type, Type) and param.type.is_float:
                reduces = param.type.rank or is_reduction(param, end, self.old)
                self.recurrent = self.recurrent or not reduces

    def while_(self, node: While) -> None:
        """Emit a loop that runs until all lanes are through."""
        if node.cond.yields[0] not in self.wide:
            self._together(node)
            return
        if any(p not in self.wide for p in node.carried) or node.attrs:
            raise NotWide(node)
        b = self.b
        inits = self.ends(node.inits, node.results)
        going = self._goes_on(node, inits)
        if self.mask is not None:
            going = logical_and(b, going, self.mask)
        on, after = Value(going.type, "going"), Value(going.type, "going")
        params, others = ([self.param(p) for p in node.carried] for _ in range(2))
        test = b.region((after, *others), lambda: (any_(b, after, axes=(0,)),))
        around, self.mask = self.mask, on
        self.recurrent = True
        self.levels.update(dict.fromkeys((*node.carried, *node.cond.params), self.depth + 1))

        def body() -> tuple[Value, ...]:
            self.env.update(zip(node.carried, params, strict=True))
            self.nodes(node.body.nodes)
            found = [self.in_lanes(y) for y in node.body.yields]
            ends = [self.select(on, new, old) for new, old in zip(found, params, strict=True)]
            return logical_and(b, self._goes_on(node, ends), on), *ends

        with self._deeper(_USUAL):
            region = b.region((on, *params), body)
        self.mask = around
        with b.at(node.span):
            hints = ["going", *(v.hint for v in node.results)]
            found = b.while_loop((going, *inits), test, region, hints=hints)
        self.env.update(zip(node.results, found[1:], strict=True))

    def _goes_on(self, node: While, state: Sequence[Value]) -> Value:
        """The condition of a loop for a state."""
        self.env.update(zip(node.cond.params, state, strict=True))
        self.speculate(node.cond)
        return self.in_lanes(node.cond.yields[0])

    def _together(self, node: While) -> None:
        inits = self.ends(node.inits, node.results)
        self._note_recurrence(node)
        self.levels.update(dict.fromkeys((*node.carried, *node.cond.params), self.depth + 1))
        regions = []
        for region in (node.cond, node.body):
            params = tuple(self.param(p) for p in region.params)
            with self._deeper(_USUAL), self.b.block() as nodes:
                self.nodes(region.nodes)
                yields = self.ends(region.yields, node.results if region is node.body else region.yields)
            regions.append(Region(params, tuple(nodes), yields))
        results = tuple(self.param(v) for v in node.results)
        cond, body = regions
        self.b.append(While(inits, cond, body, results, node.attrs, node.span))

    def select(self, cond: Value, new: Value, old: Value) -> Value:
        """The new value where a condition holds for a lane, else the old one."""
        b, dims = self.b, new.type.dims
        if len(dims) > 1:
            cond = broadcast(b, cond, dims=dims, axes=(len(dims) - 1,))
        return where(b, cond, new, old, hint=new.hint)

    def if_(self, node: If) -> None:
        """Emit a branch; one that not all lanes take is computed, and selected."""
        if node.pred not in self.wide:
            self._branch(node)
            return
        b, around, pred = self.b, self.mask, self.in_lanes(node.pred)
        sides = []
        for region, taken in ((node.then, pred), (node.orelse, logical_not(b, pred))):
            self.mask = taken if around is None else logical_and(b, taken, around)
            self.speculate(region)
            sides.append([self.in_lanes(y) for y in region.yields])
        self.mask = around
        for result, then, other in zip(node.results, *sides, strict=True):
            if result not in self.wide:
                raise NotWide(node)
            self.env[result] = self.select(pred, then, other)

    def _branch(self, node: If) -> None:
        pred, sides = self.value(node.pred), []
        for region in (node.then, node.orelse):
            with self.b.block() as nodes:
                self.nodes(region.nodes)
                yields = self.ends(region.yields, node.results)
            sides.append(Region((), tuple(nodes), yields))
        results = tuple(self.param(v) for v in node.results)
        then, orelse = sides
        self.b.append(If(pred, then, orelse, results, node.span))

    def speculate(self, region: Region) -> None:
        """Emit what only some lanes come by, where that does no harm to the others."""
        for node in region.nodes:
            if not isinstance(node, Op | If):
                raise NotWide(node)
            self.node(node)

    # -- what decides whether it is worth it ------------------------------------------------------------
    @contextmanager
    def _deeper(self, trips: int) -> Iterator[None]:
        """Emit the body of a loop."""
        facts = len(self.known.facts)
        self.depth, self.rounds = self.depth + 1, self.rounds * trips
        yield
        self.depth, self.rounds = self.depth - 1, self.rounds // trips
        del self.known.facts[facts:]

    def _trips(self, node: For) -> int:
        lo, hi = self.known.size(node.lo), self.known.size(node.hi)
        known = None if lo is None or hi is None else (hi - lo).value
        return _USUAL if known is None else max(abs(known), 1)

    def note_access(self, places: Sequence[Value], apart: bool) -> None:
        """Count an access of an array by the lanes, where its place changes."""
        depth = max(self.level(v) for v in places)
        rounds = self.rounds if depth == self.depth else 1
        self.accesses[depth] += rounds
        self.apart[depth] += apart * rounds

    def note_work(self, op: Op) -> None:
        """Count an operation."""
        if op.result.type.is_float:
            self.has_arrays = self.has_arrays or bool(op.result.type.rank)
            self.work[self.depth] += _cost(op) * self.rounds

    def reached(self, node: Node) -> None:
        """Nothing to note of a node: what runs in lanes has no reverse sweep yet."""
