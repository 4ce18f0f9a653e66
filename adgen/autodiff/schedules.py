"""Loops under a checkpoint schedule: few states are kept, and steps between them are run again.

``every``      keeps the state after every so many steps (``sqrt``: after about the square root of all), and
               runs each segment again, taped, before it is reversed;
``truncated``  does the same, and lets no cotangent of the state pass from one segment to the one before;
``revolve``    keeps as many states as it is given slots, where the fewest steps have to be run again
               (Griewank and Walther, "Algorithm 799: revolve", 2000).

The last segment, or step, is taped in the forward sweep: what comes after the loop, and its reverse, follow
it at once. A ``while`` is run once to count its steps, but for

``online``     which keeps states as it goes (:mod:`adgen.autodiff.online`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adgen.autodiff.budgets import Budget, chosen, square_root, state_bytes
from adgen.autodiff.online import online
from adgen.autodiff.revolve import Pieces, revolved
from adgen.autodiff.segments import Copy, Loop, Second, Totals, Values, known, number
from adgen.autodiff.sums import is_sum
from adgen.ir.builder import Builder
from adgen.ir.core import For, Indexer, Node, Point, Region, Value, While
from adgen.ir.types import I64
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import add, lt, mul, sub
from adgen.primitives.extrema import maximum
from adgen.primitives.indexing import owned_zeros
from adgen.primitives.rounding import floor_divide
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


def open_loop(
    b: Builder, loop: Loop, inits: Values, trips: Callable[[], Value], budget: Budget | None
) -> Opened:
    """Emit the first part of a loop under its schedule, or within its budget; ``trips`` counts its steps."""
    if schedule_of(loop.node) == "online" and isinstance(loop.node, While):
        second_of, results = online(b, loop, inits, _slots(b, loop))
    else:
        second_of, results = _counted_loop(b, loop, inits, trips(), budget)
    captured = tuple(loop.env.get(v, v) for v in loop.summed)
    return Opened(results, (*(inits[k] for k in loop.moving), *captured), second_of)


def _counted_loop(
    b: Builder, loop: Loop, inits: Values, trips: Value, budget: Budget | None
) -> tuple[Second, Values]:
    kind, count = schedule_of(loop.node), dict(loop.node.attrs).get("count")
    if kind == "budget":
        assert budget is not None
        size, slots = chosen(b, loop, trips, budget)
        return revolved(b, Pieces(loop, trips, size), inits, slots)
    if kind in ("revolve", "online"):
        return revolved(b, Pieces(loop, trips), inits, _slots(b, loop))
    every = _every(b, trips) if count is None else number(b, count)
    return _segments(b, loop, inits, trips, every, kind == "truncated")


def _slots(b: Builder, loop: Loop) -> Value:
    count = dict(loop.node.attrs).get("count")
    return _affordable(b, loop) if count is None else number(b, count)


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


def _every(b: Builder, trips: Value) -> Value:
    return maximum(b, square_root(b, trips), number(b, 1), hint="every")


# -- segments -------------------------------------------------------------------------------------------
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


# -- slots ---------------------------------------------------------------------------------------------
def _affordable(b: Builder, loop: Loop) -> Value:
    """The slots that a number of bytes is enough for."""
    budget = dict(loop.node.attrs)["memory"]
    extra = 2 * I64.dtype.itemsize if schedule_of(loop.node) == "online" else 0
    state = state_bytes(loop.node) + extra
    slots = floor_divide(b, number(b, budget), size_value(b, state))
    message = f"a memory of {budget} bytes is too little for this loop: one state takes {state} bytes"
    b.emit(fail_if, (lt(b, slots, number(b, 1)),), {"error": "MemoryError", "message": message})
    return slots
