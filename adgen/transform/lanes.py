"""Rounds of a loop that do not wait for each other run in lanes, in kernels.

Where a loop has loops of its own that LLVM cannot vectorise, as recurrences, iterations that stop by a
tolerance, or sums that are short, its rounds may do it instead ::

    for i in range(n):                         for g in range(n // LANES):
        x = a[i]                                   x = a[g * LANES : (g + 1) * LANES]
        for t in range(k): x = step(x)             for t in range(k): x = step(x)
        total += x                                 for j in range(LANES): total += x[j]
                                               ... and what is left over as before

It is done before a derivative is taken, so tapes and cotangents have the lanes as their last axis too. What
each round adds to a sum is added in the order of the rounds; a cotangent that all lanes contribute to is
first added up over them, in the order of kernels' reductions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from adgen.analysis.settled import Settled
from adgen.diagnostics.spans import Span
from adgen.ir.builder import Builder
from adgen.ir.core import (
    Definitions,
    For,
    Full,
    Func,
    Indexer,
    Node,
    Op,
    Point,
    Region,
    Value,
    While,
    regions_of,
    uses_of,
    walk,
)
from adgen.ir.dims import Dim
from adgen.ir.types import I64, Type
from adgen.primitives.elementwise import add, cast, lt, mul, sub, where
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.indexing import read
from adgen.primitives.reduce import sum_
from adgen.primitives.rounding import floor_divide
from adgen.primitives.shape import full
from adgen.primitives.sizes import constant, dim_of, known_dim, size_value
from adgen.records import dataclass
from adgen.transform.fold import HOOK
from adgen.transform.lane_facts import Carried, states_of, use_counts, wide_values
from adgen.transform.rebuild import Copy, Rebuild, rebuilt
from adgen.transform.wide import DEAR, NotWide, Wide, is_dear

#: rounds at once
LANES = 32
#: operations of a round, roughly, from which on lanes are for
LEAST = 48


def in_lanes(func: Func) -> tuple[Func, tuple[Span | None, ...]]:
    """``func`` with rounds of loops in lanes, where that pays, and which loops these are."""
    b = Builder(HOOK)
    bound = (n for n in walk(func.body) if isinstance(n, Op) and n.prim.name == "bind_dim")
    b.reserve([*_symbols(func.body.params), *(n.attr("sym") for n in bound)])
    rebuild = _Lanes(b, func)
    found = rebuilt(func, rebuild)
    if not rebuild.places:
        return func, ()
    body = replace(found.body, nodes=(*rebuild.entry, *found.body.nodes))
    return replace(found, body=body), tuple(rebuild.places)


def _symbols(params: Sequence[Value]) -> list[str]:
    types = (p.type for p in params if isinstance(p.any_type, Type))
    return [s for t in types for d in t.dims for s in d.symbols()]


@dataclass(frozen=True, slots=True)
class _Plan:
    """The nodes of a loop that run in lanes, and the ``rest``, which runs in the order of the rounds.

    Of what the loop carries, ``private`` arrays begin anew in every group of rounds, ``shared`` ones go
    through the lanes, ``sums`` are one sum in each lane, ``late`` values go through the rest.
    """

    ahead: list[Node]
    rest: list[Node]
    private: list[int]
    shared: list[int]
    sums: list[int]
    late: list[int]
    wide: set[Value]


class _Lanes(Rebuild):
    def __init__(self, b: Builder, func: Func) -> None:
        super().__init__(b)
        self._defs = Definitions.of(func.body)
        self._uses: Counter[Value] = use_counts(func.body)
        self.places: list[Span | None] = []
        self._around: list[For] = []
        self._settled = Settled(func)
        self._symbols = frozenset(_symbols(func.body.params))
        self.entry: list[Node] = []

    def for_(self, node: For) -> None:
        """Emit a loop, in lanes or not."""
        plan = self._plan(node)
        if plan is None or self._fills_a_table(node) or not self._emitted(node, plan):
            self._around.append(node)
            super().for_(node)
            self._around.pop()
        else:
            self.places.append(node.span)

    def _fills_a_table(self, node: For) -> bool:
        """Whether a loop in a loop reads final cells of an array that is being filled: its gradient keeps
        nothing but this array (:mod:`adgen.autodiff.tables`), and would keep tapes of lanes."""
        reads = (n for n in walk(node.body) if isinstance(n, Op) and n.prim.name == "read")
        return bool(self._around) and any(self._settled.source(op) in self._around[0].results for op in reads)

    # -- what can be done -------------------------------------------------------------------------------
    def _plan(self, node: For) -> _Plan | None:
        if node.attrs or self._constant(node.step) != 1 or self._is_short(node):
            return None
        if not _may_pay(node.body.nodes) or _binds_sizes(node):
            return None
        carried = Carried(node, self._defs, self._uses)
        every = range(len(node.carried))
        private = {k for k in every if carried.is_private(k)}
        shared = {k: found for k in every if k not in private and (found := carried.shared(k))}
        sums = {k: found for k in every if (found := carried.sum(k))}
        while True:
            plan = self._parted(node, private, shared, [*sums])
            behind = {v for n in plan.rest for v in uses_of(n)}
            lost = [k for k, states in (*shared.items(), *sums.items()) if not behind.isdisjoint(states)]
            changed = {v for n in plan.rest for v in _written(n)}
            own = [
                k
                for k in private
                if node.carried[k] in behind or not changed.isdisjoint(states_of(node.carried[k], node.body))
            ]
            if not lost and not own:
                break
            shared, sums = ({k: v for k, v in d.items() if k not in lost} for d in (shared, sums))
            private -= set(own)
        return plan if _may_pay(plan.ahead) else None

    def _parted(self, node: For, private: set[int], shared: dict[int, set[Value]], sums: list[int]) -> _Plan:
        every = range(len(node.carried))
        late = [k for k in every if k not in private and k not in shared and k not in sums]
        behind = {node.carried[k] for k in late}
        ahead: list[Node] = []
        rest: list[Node] = []
        for inner in node.body.nodes:
            waits = any(v in behind for v in uses_of(inner)) or _is_pinned(inner)
            (rest if waits else ahead).append(inner)
            behind.update(inner.results if waits else ())
        states = {v for found in shared.values() for v in found}
        begins = [node.carried[k] for k in private]
        wide = wide_values(node, states, begins)
        return _Plan(ahead, rest, sorted(private), sorted(shared), sums, late, wide)

    def _constant(self, value: Value) -> int | None:
        op = self._defs.op(value)
        found = op.attr("value") if op is not None and op.prim.name == "const" else None
        return found if isinstance(found, int) else None

    def _is_short(self, node: For) -> bool:
        """Whether a loop is known to have too few rounds."""
        lo, hi = self._size(node.lo), self._size(node.hi)
        return lo is not None and hi is not None and hi - lo < LANES

    def _size(self, value: Value) -> int | None:
        op = self._defs.op(value)
        if op is not None and op.prim.name == "dim":
            found: int | None = op.attr("dim").value
            return found
        return self._constant(value)

    # -- doing it ---------------------------------------------------------------------------------------
    def _emitted(self, node: For, plan: _Plan) -> bool:
        """Emit a loop in lanes, if it can be and pays."""
        b = self.b
        try:
            with b.block() as nodes:
                results = self._emit(node, plan)
        except NotWide:
            return False
        if results is None:
            return False
        for new in nodes:
            b.append(new)
        self.env.update(results)
        return True

    def _emit(self, node: For, plan: _Plan) -> dict[Value, Value] | None:
        b = self.b
        lo, hi = self.value(node.lo), self.value(node.hi)
        group = Value(I64, "group")
        goes = [*plan.shared, *plan.sums, *plan.late]
        params = {k: self._param(node.carried[k]) for k in goes}
        params.update({k: self._lanes_of(node.carried[k]) for k in plan.sums})
        wide = Wide(b, self._defs, plan.wide, LANES)
        wide.env.update(self.env)
        wide.symbols.update(self.symbols)

        def rounds() -> tuple[Value, ...]:
            first = add(b, lo, mul(b, group, constant(b, LANES)))
            wide.lane_counter(node, first)
            wide.env.update({node.carried[k]: self.value(node.inits[k]) for k in plan.private})
            wide.env.update({node.carried[k]: params[k] for k in (*plan.shared, *plan.sums)})
            wide.nodes(plan.ahead)
            done = {k: wide.value(node.body.yields[k]) for k in (*plan.shared, *plan.sums)}
            done.update(zip(plan.late, self._rest(node, plan, wide, first, params), strict=True))
            return tuple(done[k] for k in goes)

        region = b.region((group, *params.values()), rounds)
        if not _pays(wide, plan):
            return None
        groups, left = self._groups(lo, hi, wide)
        bounds = (constant(b, 0), groups, constant(b, 1))
        inits = [self._start(node, k, plan) for k in goes]
        with b.at(node.span):
            hints = [node.carried[k].hint for k in goes]
            state = b.for_loop(bounds, inits, region, {"schedule": "turned"}, hints)
        done = dict(zip(goes, state, strict=True))
        done.update({k: self._total(node.inits[k], done[k]) for k in plan.sums})
        return self._remaining(node, left, hi, done)

    def _groups(self, lo: Value, hi: Value, wide: Wide) -> tuple[Value, Value]:
        """How often all lanes are filled, and the first round that is left over.

        They are computed at the beginning where sizes of arguments tell, so that tapes are laid out by them.
        """
        b, first = self.b, known_dim(self.b, lo)
        dims = (first, known_dim(b, hi), *wide.known.limits, *wide.known.guards)
        if first is None or not all(d is not None and self._symbols.issuperset(d.symbols()) for d in dims):
            groups = self._filled(lo, hi, wide)
            return groups, add(b, lo, mul(b, groups, constant(b, LANES)))
        with b.into(self.entry):
            size = dim_of(b, self._filled(self._again(lo), self._again(hi), wide), "groups")
            return size_value(b, size), size_value(b, first + size * LANES)

    def _again(self, value: Value) -> Value:
        """An integer that is known to be a polynomial of sizes, computed again."""
        known = known_dim(self.b, value)
        assert known is not None
        return size_value(self.b, known)

    def _filled(self, lo: Value, hi: Value, wide: Wide) -> Value:
        b, end = self.b, hi
        for limit in wide.known.limits:
            end = minimum(b, end, size_value(b, limit))
        for guard in wide.known.guards:
            end = where(b, lt(b, size_value(b, guard), constant(b, 0)), lo, end)
        trips = sub(b, end, lo)
        known = known_dim(b, trips)
        least = None if known is None else known.lower_bound()
        if least is None or least < 0:
            trips = maximum(b, trips, constant(b, 0))
        return floor_divide(b, trips, constant(b, LANES))

    def _lanes_of(self, value: Value) -> Value:
        return Value(Type(value.type.dtype, (Dim.const(LANES),)), value.hint)

    def _start(self, node: For, k: int, plan: _Plan) -> Value:
        init = self.value(node.inits[k])
        if k not in plan.sums:
            return init
        zero = constant(self.b, 0, init.type.with_dims())
        return full(self.b, zero, dims=(Dim.const(LANES),), hint=init.hint)

    def _total(self, init: Value, lanes: Value) -> Value:
        """A sum after the groups."""
        start = self.value(init)
        total = add(self.b, start, sum_(self.b, lanes, axes=(0,)))
        return (
            total
            if total.type == start.type
            else cast(self.b, total, dtype=start.type.dtype, kind=start.type.kind)
        )

    def _param(self, value: Value) -> Value:
        return Value(self.type(value.any_type), value.hint)

    def _remaining(self, node: For, lo: Value, hi: Value, state: dict[int, Value]) -> dict[Value, Value]:
        """The rounds that are left over."""
        copy = Copy(self.b, dict(self.env))
        copy.symbols.update(self.symbols)
        body = copy.copied(node.body)
        inits = tuple(state.get(k, self.value(v)) for k, v in enumerate(node.inits))
        results = {v: self._param(v) for v in node.results}
        loop = For(lo, hi, self.value(node.step), inits, body, tuple(results.values()), node.attrs, node.span)
        self.b.append(loop)
        return results

    def _rest(
        self, node: For, plan: _Plan, wide: Wide, first: Value, params: dict[int, Value]
    ) -> Sequence[Value]:
        """What waits for the round before, lane by lane."""
        if not plan.late:
            return ()
        b, lane = self.b, Value(I64, "lane")
        states = {k: self._param(node.carried[k]) for k in plan.late}
        used = {v for n in plan.rest for v in uses_of(n)} | {node.body.yields[k] for k in plan.late}
        made = {v for n in plan.rest for inner in walk(Region((), (n,), ())) for v in inner.results}

        def round_() -> tuple[Value, ...]:
            copy = Copy(b, {**self.env, **wide.env})
            copy.symbols.update(wide.symbols)
            for value in order:
                if value in used and value in plan.wide and value not in made:
                    copy.env[value] = self._of_lane(wide, value, lane)
            copy.env.update({node.carried[k]: v for k, v in states.items()})
            copy.emit(b, plan.rest)
            return copy.values([node.body.yields[k] for k in plan.late])

        order = [node.counter, *(v for n in node.body.nodes for v in n.results)]
        region = b.region((lane, *states.values()), round_)
        bounds = (constant(b, 0), constant(b, LANES), constant(b, 1))
        hints = [v.hint for v in states.values()]
        return b.for_loop(bounds, [params[k] for k in plan.late], region, hints=hints)

    def _of_lane(self, wide: Wide, value: Value, lane: Value) -> Value:
        """A value of one round."""
        b = self.b
        if value in wide.lines:
            start, step = wide.lines[value]
            return add(b, start, mul(b, lane, constant(b, step)))
        array, rank = wide.value(value), value.type.rank
        index = Indexer((*[Full()] * rank, Point()))
        found = read(b, array, lane, index=index, hint=value.hint)
        if rank or found.type.kind is value.type.kind:
            return found
        return cast(b, found, dtype=value.type.dtype, kind=value.type.kind)


def _may_pay(nodes: Sequence[Node]) -> bool:
    """Whether there is anything that lanes may make faster."""
    inside = walk(Region((), tuple(nodes), ()))
    return any(isinstance(n, For | While) or (isinstance(n, Op) and is_dear(n)) for n in inside)


def _pays(wide: Wide, plan: _Plan) -> bool:
    """Whether a loop is faster in lanes.

    Short rounds of simple operations overlap in a processor as they are. Where the innermost loops only add
    up what arrays hold, they are better for lanes themselves, or products of matrices; rounds that only
    store what they compute, and operations on whole arrays, run in lanes as they are.
    """
    deepest = max(wide.work, default=0)
    work, apart = wide.work[deepest], wide.apart[deepest]
    if deepest == 0:
        return bool(plan.late) and not wide.has_arrays and work >= DEAR and 5 * apart <= work
    if work < LEAST:
        return False
    if wide.recurrent:
        return 2 * apart <= work
    return 10 * wide.accesses[deepest] <= work


def _binds_sizes(node: For) -> bool:
    return any(isinstance(n, Op) and n.prim.name == "bind_dim" for n in walk(node.body))


def _is_pinned(node: Node) -> bool:
    if isinstance(node, Op):
        return bool(node.prim.pinned) and node.prim.name not in ("fail_if", "wrap")
    return any(_is_pinned(n) for region in regions_of(node) for n in region.nodes)


def _written(node: Node) -> set[Value]:
    """The arrays whose storage a node takes over, those inside included."""
    found: set[Value] = set()
    for inner in walk(Region((), (node,), ())):
        if isinstance(inner, Op):
            found.update(inner.operands[k] for k in inner.prim.consumes)
    return found
