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

from adgen.autodiff.budgets import Budget, chosen, square_root
from adgen.autodiff.footprints import state_bytes
from adgen.autodiff.nests import Nested
from adgen.autodiff.online import online
from adgen.autodiff.revolve import Pieces, revolved, stepwise
from adgen.autodiff.segments import Back, Loop, Second, Totals, Values, known, number
from adgen.autodiff.sums import is_sum
from adgen.ir.builder import Builder
from adgen.ir.core import For, Indexer, Node, Point, Region, Value, While
from adgen.ir.types import I64
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import add, lt, mul, sub
from adgen.primitives.extrema import maximum
from adgen.primitives.indexing import owned_zeros
from adgen.primitives.rounding import floor_divide
from adgen.primitives.sizes import bind_dim, dim_of, size_value
from adgen.records import dataclass
from adgen.transform.rebuild import Copy

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
    b: Builder, loop: Loop, inits: Values, trips: Callable[[], Value], under: tuple[Nested, Budget] | None
) -> Opened:
    """Emit the first part of a loop under its schedule, or a budget; ``trips`` counts its steps."""
    if schedule_of(loop.node) == "online" and isinstance(loop.node, While):
        back, results = online(b, loop, inits, _slots(b, loop))
    else:
        back, results = _counted_loop(b, loop, inits, trips(), under)
    captured = tuple(loop.env.get(v, v) for v in loop.summed)

    def second(b: Builder, seeds: Values, totals: Totals) -> Values:
        return back(b, (*(seeds[k] for k in loop.moving), *known(totals)))

    return Opened(results, (*(inits[k] for k in loop.moving), *captured), second)


def _counted_loop(
    b: Builder, loop: Loop, inits: Values, trips: Value, under: tuple[Nested, Budget] | None
) -> tuple[Back, Values]:
    kind, attrs = schedule_of(loop.node), dict(loop.node.attrs)
    if under is not None:
        return _within_budget(b, *under, inits, trips)
    if kind in ("revolve", "online"):
        return revolved(b, Pieces(loop, trips), inits, _slots(b, loop))
    every = number(b, attrs["count"]) if "count" in attrs else _every(b, trips)
    inner = number(b, attrs["inner"]) if "inner" in attrs else None
    cut = [k for k in loop.moving if kind == "truncated" and not is_sum(loop.node, k)]
    return _segments(b, Segments(loop, every, cut, inner, bool(attrs.get("disk"))), inits, trips)


def _within_budget(
    b: Builder, found: Nested, budget: Budget, inits: Values, trips: Value
) -> tuple[Back, Values]:
    """A loop within its budget: whole steps first, then single ones; either are all."""
    whole, single = chosen(b, found, trips, budget)
    parts: list[Back] = []
    results = inits
    if whole is not None:
        back, results = revolved(b, Pieces(found.loop, whole.trips, whole.size), results, whole.slots)
        parts.append(back)
    if single is not None:
        assert found.nest is not None
        b.emit(bind_dim, (single.part,), {"sym": found.nest.part})
        back, results = stepwise(b, Pieces(found.nest.loop, single.trips), results, single.slots)
        parts.append(back)

    def back_all(b: Builder, bars: Values) -> Values:
        for back in reversed(parts):
            bars = back(b, bars)
        return bars

    return back_all, results


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
@dataclass(frozen=True, slots=True)
class Segments:
    """A loop in segments of ``size`` steps, with a state kept before each, perhaps on ``disk``.

    ``cut`` are carried values whose cotangents end where a segment begins. A segment is taped, or, with
    ``inner`` slots, checkpointed itself.
    """

    loop: Loop
    size: Value
    cut: Sequence[int]
    inner: Value | None
    disk: bool

    def steps(self, b: Builder, state: Values, first: Value, count: Value) -> tuple[Back, Values]:
        """Some steps with what their reverse needs, and the state behind them."""
        if self.inner is not None:
            return revolved(b, Pieces(self.loop, count, None, first), state, self.inner)
        half = self.loop.taped_segment(b, state, first, add(b, first, count))
        return half.reverse, half.results

    def again(self, b: Builder, kept: Values, segment: Value, bars: Values) -> Values:
        """A segment run again and reversed."""
        seeds = list(bars)
        for at, k in enumerate(self.loop.moving):
            if k in self.cut:
                seeds[at] = owned_zeros(b, bars[at].type)
        state, first = self.loop.state(b, kept, segment), mul(b, segment, self.size)
        back, _ = self.steps(b, state, first, self.size)
        return back(b, tuple(seeds))


def _segments(b: Builder, segments: Segments, inits: Values, trips: Value) -> tuple[Back, Values]:
    one, loop, size = number(b, 1), segments.loop, segments.size
    full = floor_divide(b, maximum(b, sub(b, trips, one), number(b, 0)), size, hint="segments")
    room = loop.room(b, dim_of(b, full, "segments"), segments.disk)
    counter, state = Value(I64, "segment"), loop.fresh()
    rooms = tuple(Value(r.any_type, r.hint) for r in room)

    def forward() -> Values:
        kept = loop.kept(b, rooms, state, counter)
        first = mul(b, counter, size)
        return (*loop.advanced(b, state, first, add(b, first, size)), *kept)

    region = b.region((counter, *state, *rooms), forward)
    hints = [v.hint for v in (*state, *rooms)]
    found = b.for_loop((number(b, 0), full, one), (*inits, *room), region, hints=hints)
    last, kept = found[: len(inits)], found[len(inits) :]
    first = mul(b, full, size)
    end, results = segments.steps(b, last, first, sub(b, trips, first))

    def back(b: Builder, bars: Values) -> Values:
        return _loop_back(b, full, end(b, bars), lambda b, s, bars: segments.again(b, kept, s, bars))

    return back, results


def _loop_back(
    b: Builder, count: Value, bars: Values, body: Callable[[Builder, Value, Values], Values]
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
