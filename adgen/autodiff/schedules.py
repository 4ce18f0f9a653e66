"""Loops under a checkpoint schedule: few states are kept, and steps between them are run again.

``every``      keeps the state after every so many steps (``sqrt``: after about the square root of all), and
               runs each segment again, taped, before it is reversed;
``truncated``  does the same, and lets no cotangent of the state pass from one segment to the one before;
``revolve``    keeps as many states as it is given slots, where the fewest steps have to be run again
               (Griewank and Walther, "Algorithm 799: revolve", 2000).

The last segment, or step, is taped in the forward sweep: what comes after the loop, and its reverse, follow
it at once. A ``while`` is run once to count its steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adgen.autodiff.segments import Copy, Loop, Second, Totals, Values, known, number
from adgen.ir.builder import Builder
from adgen.ir.core import For, If, Indexer, Node, Op, Point, Region, Value, While, captures, uses_of
from adgen.ir.dims import Dim, product
from adgen.ir.types import I64, DType, Kind
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import add, cast, eq, lt, mul, sub, where
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.indexing import owned_zeros, read, write
from adgen.primitives.powers import sqrt
from adgen.primitives.rounding import ceil, floor_divide
from adgen.primitives.shape import empty
from adgen.primitives.sizes import dim_of, size_value

_CELL = Indexer((Point(),))


@dataclass(frozen=True, slots=True)
class Opened:
    """A loop whose first part stands in the program: its results, and its second part to come."""

    results: Values
    inputs: Values
    second: Second


def schedule_of(node: Node) -> str | None:
    """The schedule of a loop, if it has one."""
    return dict(node.attrs).get("schedule") if isinstance(node, For | While) else None


def open_loop(b: Builder, loop: Loop, inits: Values, trips: Value) -> Opened:
    """Emit the first part of a loop of ``trips`` steps under its schedule."""
    kind, count = schedule_of(loop.node), dict(loop.node.attrs).get("count")
    if kind == "revolve":
        slots = _affordable(b, loop) if count is None else number(b, count)
        second_of, results = _revolve(b, loop, inits, trips, slots)
    else:
        size = _square_root(b, trips) if count is None else number(b, count)
        second_of, results = _segments(b, loop, inits, trips, size, kind == "truncated")
    captured = tuple(loop.env.get(v, v) for v in loop.summed)
    return Opened(results, (*(inits[k] for k in loop.moving), *captured), second_of)


def counted(b: Builder, loop: Loop, inits: Values) -> Value:
    """The number of steps of a ``while``, which is run for that."""
    node = loop.node
    assert isinstance(node, While)
    params, count = loop.fresh(), Value(I64, "trips")
    cond = _part(b, loop, node.cond, params)
    body = _part(b, loop, node.body, params)
    more = b.region((*params, count), lambda: cond(b))
    params_, count_ = loop.fresh(), Value(I64, "trips")
    body = _part(b, loop, node.body, params_)
    step = b.region((*params_, count_), lambda: (*body(b), add(b, count_, number(b, 1))))
    return b.while_loop((*inits, number(b, 0)), more, step, hints=[*(p.hint for p in params), "trips"])[-1]


def _part(b: Builder, loop: Loop, region: Region, params: Values) -> Callable[[Builder], Values]:
    def emit(b: Builder) -> Values:
        copy = Copy(b, {**loop.env, **dict(zip(region.params, params, strict=True))})
        copy.emit(b, region.nodes)
        return copy.values(region.yields)

    return emit


# -- segments -------------------------------------------------------------------------------------------
def _square_root(b: Builder, trips: Value) -> Value:
    """The square root, rounded up, of at least one."""
    root = ceil(b, sqrt(b, cast(b, trips, dtype=DType.f64, kind=Kind.np)))
    return maximum(b, cast(b, root, dtype=I64.dtype, kind=I64.kind), number(b, 1), hint="every")


def _segments(
    b: Builder, loop: Loop, inits: Values, trips: Value, size: Value, truncated: bool
) -> tuple[Second, Values]:
    one = number(b, 1)
    full = floor_divide(b, maximum(b, sub(b, trips, one), number(b, 0)), size, hint="segments")
    room = loop.room(b, dim_of(b, full, "segments"))
    counter, state, rooms = (
        Value(I64, "segment"),
        loop.fresh(),
        tuple(Value(r.any_type, r.hint) for r in room),
    )

    def forward() -> Values:
        kept = loop.kept(b, rooms, state, counter)
        first = mul(b, counter, size)
        return (*loop.advanced(b, state, first, add(b, first, size)), *kept)

    region = b.region((counter, *state, *rooms), forward)
    found = b.for_loop(
        (number(b, 0), full, one), (*inits, *room), region, hints=[v.hint for v in (*state, *rooms)]
    )
    last, kept = found[: len(inits)], found[len(inits) :]
    half = loop.taped_segment(b, last, mul(b, full, size), trips)
    cut = [k for k in loop.moving if truncated and not is_sum(loop.node, k)]

    def second(b: Builder, seeds: Values, totals: Totals) -> Values:
        bars = half.reverse(b, (*(seeds[k] for k in loop.moving), *known(totals)))
        return _loop_back(b, loop, full, bars, lambda b, s, bars: _segment(b, loop, kept, s, size, bars, cut))

    return second, half.results


def _segment(
    b: Builder, loop: Loop, kept: Values, segment: Value, size: Value, bars: Values, cut: Sequence[int]
) -> Values:
    """A segment run again, taped, and reversed; ``cut`` are carried values whose cotangents end here."""
    seeds = list(bars)
    for at, k in enumerate(loop.moving):
        if k in cut:
            seeds[at] = owned_zeros(b, bars[at].type)
    first = mul(b, segment, size)
    half = loop.taped_segment(b, loop.state(b, kept, segment), first, add(b, first, size))
    return half.reverse(b, tuple(seeds))


def _loop_back(
    b: Builder, loop: Loop, count: Value, bars: Values, body: Callable[[Builder, Value, Values], Values]
) -> Values:
    """A loop from ``count`` - 1 down to 0 that carries cotangents."""
    one, minus = number(b, 1), number(b, -1)
    counter, params = Value(I64, "segment"), tuple(Value(v.any_type, v.hint) for v in bars)
    region = b.region((counter, *params), lambda: body(b, counter, params))
    return b.for_loop((sub(b, count, one), minus, minus), bars, region, hints=[v.hint for v in bars])


# -- sums, which are no state ---------------------------------------------------------------------------
def is_sum(node: For | While, k: int) -> bool:
    """Whether a loop only adds to a carried value, or only stores into it, and reads nothing of it."""
    if isinstance(node, While) and _users(node.cond, node.cond.params[k]):
        return False
    return _runs_to(node.body, node.carried[k], node.body.yields[k])


def _users(region: Region, value: Value) -> list[Node | None]:
    """The nodes of a region that use a value; None for the region's end."""
    found: list[Node | None] = [n for n in region.nodes if value in uses_of(n)]
    return found + [None] * region.yields.count(value)


def _runs_to(region: Region, value: Value, end: Value) -> bool:
    """Whether all that happens to a value in a region are additions and stores, up to ``end``."""
    while True:
        users = _users(region, value)
        if len(users) != 1:
            return False
        (node,) = users
        if node is None:
            return value is end
        following = _added_to(node, value)
        if following is None:
            return False
        value = following


def _added_to(node: Node, value: Value) -> Value | None:
    """The running sum behind a node that adds to ``value``."""
    match node:
        case Op() if node.prim.name == "add" and node.operands.count(value) == 1:
            return node.result
        case Op() if node.prim.name in ("sub", "add_at", "write") and node.operands.index(value) == 0:
            return node.result if node.operands.count(value) == 1 else None
        case For() | While() if node.inits.count(value) == 1 and value not in captures(node):
            k = node.inits.index(value)
            return node.results[k] if is_sum(node, k) else None
        case If():
            sides = (node.then, node.orelse)
            ends = [
                k for k in range(len(node.results)) if all(_runs_to(r, value, r.yields[k]) for r in sides)
            ]
            return node.results[ends[0]] if len(ends) == 1 else None
    return None


# -- binomial checkpointing -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Slots:
    """States in slots, of which ``top`` is the last in use; ``places`` are the steps they stand before."""

    room: Values
    places: Value
    top: Value

    @property
    def values(self) -> Values:
        """All of it, as a loop carries it."""
        return (*self.room, self.places, self.top)

    def like(self) -> _Slots:
        """The same with new values."""
        room, places, top = (*self.room,), self.places, self.top
        fresh = [Value(v.any_type, v.hint) for v in (*room, places, top)]
        return _Slots(tuple(fresh[:-2]), fresh[-2], fresh[-1])


def _of(values: Values) -> _Slots:
    return _Slots(values[:-2], values[-2], values[-1])


def _revolve(b: Builder, loop: Loop, inits: Values, trips: Value, slots: Value) -> tuple[Second, Values]:
    zero, one = number(b, 0), number(b, 1)
    main = maximum(b, sub(b, trips, one), zero, hint="main")
    count = dim_of(b, slots, "slots")
    places = empty(b, dims=(count,), dtype=I64.dtype, hint="places")
    first = _Slots(
        loop.kept(b, loop.room(b, count), inits, zero),
        write(b, places, zero, zero, index=_CELL, hint="places"),
        zero,
    )
    state, kept = _advance_to(b, loop, inits, zero, first, main, slots)
    half = loop.taped_segment(b, state, main, trips)

    def second(b: Builder, seeds: Values, totals: Totals) -> Values:
        bars = half.reverse(b, (*(seeds[k] for k in loop.moving), *known(totals)))
        return _steps_back(b, loop, main, kept, bars, slots)

    return second, half.results


def _affordable(b: Builder, loop: Loop) -> Value:
    """The slots that a number of bytes is enough for."""
    budget = dict(loop.node.attrs)["memory"]
    state = Dim.const(I64.dtype.itemsize)
    for p in loop.node.carried:
        state = state + product(p.type.dims) * p.type.dtype.itemsize
    slots = floor_divide(b, number(b, budget), size_value(b, state))
    message = f"a memory of {budget} bytes is too little for this loop: one state takes {state} bytes"
    b.emit(fail_if, (lt(b, slots, number(b, 1)),), {"error": "MemoryError", "message": message})
    return slots


def _steps_back(b: Builder, loop: Loop, main: Value, kept: _Slots, bars: Values, slots: Value) -> Values:
    """The steps before the last one, each taped and reversed from the state that is advanced to."""
    one, minus = number(b, 1), number(b, -1)
    counter, inner = Value(I64, "position"), kept.like()
    params = tuple(Value(v.any_type, v.hint) for v in bars)

    def body() -> Values:
        start = loop.state(b, inner.room, inner.top)
        place = read(b, inner.places, inner.top, index=_CELL)
        place = cast(b, place, dtype=I64.dtype, kind=I64.kind, hint="place")
        state, now = _advance_to(b, loop, start, place, inner, counter, slots)
        found = loop.taped_step(b, state, counter).reverse(b, params)
        last = cast(b, read(b, now.places, now.top, index=_CELL), dtype=I64.dtype, kind=I64.kind)
        top = where(b, eq(b, last, counter), sub(b, now.top, one), now.top)
        return (*found, *now.room, now.places, maximum(b, top, number(b, 0), hint="top"))

    region = b.region((counter, *params, *inner.values), body)
    inits = (*bars, *kept.values)
    found = b.for_loop((sub(b, main, one), minus, minus), inits, region, hints=[v.hint for v in inits])
    return found[: len(bars)]


def _advance_to(
    b: Builder, loop: Loop, state: Values, place: Value, kept: _Slots, goal: Value, slots: Value
) -> tuple[Values, _Slots]:
    """The state before step ``goal``, from that at ``place``; free slots are filled on the way."""
    inits = (*state, place, *kept.values)

    def params() -> tuple[Values, Value, _Slots]:
        return loop.fresh(), Value(I64, "place"), kept.like()

    state_, place_, kept_ = params()
    cond = b.region((*state_, place_, *kept_.values), lambda: (lt(b, place_, goal),))
    now, at, inner = params()

    def body() -> Values:
        one = number(b, 1)
        left = sub(b, goal, at, hint="left")
        free = sub(b, sub(b, slots, one), inner.top)
        far = _advance(b, add(b, left, one), free)
        end = add(b, at, far, hint="place")
        state = loop.advanced(b, now, at, end)
        then = b.region((), lambda: _with_slot(b, loop, inner, state, end).values)
        orelse = b.region((), lambda: inner.values)
        slots_now = b.if_else(lt(b, end, goal), then, orelse, [v.hint for v in inner.values])
        return (*state, end, *slots_now)

    region = b.region((*now, at, *inner.values), body)
    found = b.while_loop(inits, cond, region, hints=[v.hint for v in inits])
    count = len(state)
    return found[:count], _of(found[count + 1 :])


def _with_slot(b: Builder, loop: Loop, kept: _Slots, state: Values, place: Value) -> _Slots:
    top = add(b, kept.top, number(b, 1), hint="top")
    room = loop.kept(b, kept.room, state, top)
    return _Slots(room, write(b, kept.places, place, top, index=_CELL, hint="places"), top)


def _advance(b: Builder, steps: Value, free: Value) -> Value:
    """How far to advance before the next state is kept, so that the fewest steps are run again.

    With s slots, b(s, r) = C(s + r, s) steps can be reversed by at most r runs of each; r is the least
    number that is enough. min(b(s, r-1), steps - b(s-1, r-1)) is one of the best distances.
    """
    one = number(b, 1)
    slots = add(b, free, one, hint="slots")
    runs, reach, before = (Value(I64, name) for name in ("runs", "reach", "before"))
    cond = b.region((runs, reach, before), lambda: (lt(b, reach, steps),))
    runs_, reach_, before_ = (Value(I64, name) for name in ("runs", "reach", "before"))

    def body() -> Values:
        more = add(b, runs_, one)
        return (more, floor_divide(b, mul(b, reach_, add(b, slots, more)), more), reach_)

    region = b.region((runs_, reach_, before_), body)
    start = (one, add(b, slots, one), one)
    runs, reach, before = b.while_loop(start, cond, region, hints=["runs", "reach", "before"])
    less = sub(b, add(b, slots, runs), one)
    short = floor_divide(b, mul(b, before, slots), less)
    best = minimum(b, before, sub(b, steps, short))
    return where(b, lt(b, number(b, 0), free), best, sub(b, steps, one), hint="far")
