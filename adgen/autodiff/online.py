"""Checkpoints for a loop of unknown length, which is run once (Stumm and Walther, "New algorithms for
optimal online checkpointing", 2010).

States are kept as the loop goes. When all slots are full, the state of one gives way to the current one, and
the intervals on its sides become one. An interval that begins with the i-th of s slots may have
C(s - i + r, r) steps, where r is how often steps run again; r grows when no interval may. While r is 1,
intervals are filled one after the other, and no steps run again in vain: for up to (s + 1)(s + 2) / 2 steps
no schedule that knows their number does with fewer. After that the shortest interval that may is united with
the one before it.
"""

from __future__ import annotations

from adgen.autodiff.revolve import Pieces, Slots, cell, pieces_back
from adgen.autodiff.segments import Back, Loop, Values, number
from adgen.ir.builder import Builder
from adgen.ir.core import Indexer, Point, Value, While
from adgen.ir.types import I64
from adgen.primitives.elementwise import add, eq, ge, le, logical_and, logical_or, lt, mul, sub, where
from adgen.primitives.extrema import minimum
from adgen.primitives.indexing import write
from adgen.primitives.rounding import floor_divide
from adgen.primitives.shape import empty
from adgen.primitives.sizes import dim_of
from adgen.records import dataclass
from adgen.transform.rebuild import Copy

_CELL = Indexer((Point(),))
_ENOUGH = 1 << 62


def _put(b: Builder, array: Value, value: Value, place: Value) -> Value:
    return write(b, array, value, place, index=_CELL, hint=array.hint)


@dataclass(frozen=True, slots=True)
class _Book:
    """The slots, how many are ``used``, how often steps run again and the ``limits`` of intervals for it.

    While steps run again once, the interval that is filled next ends at ``goal``, the one behind it is
    ``width`` steps longer.
    """

    slots: Slots
    limits: Value
    used: Value
    runs: Value
    goal: Value
    width: Value

    @property
    def values(self) -> Values:
        """All of it, as a loop carries it."""
        return (*self.slots.values, self.limits, self.used, self.runs, self.goal, self.width)

    def of(self, values: Values) -> _Book:
        """The same with other values."""
        count = len(self.slots.values)
        return _Book(self.slots.of(values[:count]), *values[count:])

    def like(self) -> _Book:
        """The same with new values."""
        return self.of(tuple(Value(v.any_type, v.hint) for v in self.values))


def online(b: Builder, loop: Loop, inits: Values, slots: Value) -> tuple[Back, Values]:
    """Both parts of a ``while`` that is run once, with so many slots."""
    node, zero = loop.node, number(b, 0)
    assert isinstance(node, While)
    book = _opened(b, loop, inits, slots)
    start = (*inits, zero, *book.values)
    hints = [v.hint for v in (*loop.fresh(), Value(I64, "trips"), *book.values)]

    def params() -> tuple[Values, Value, _Book]:
        return loop.fresh(), Value(I64, "trips"), book.like()

    def part(region_params: Values, state: Values, nodes: bool) -> Values:
        region = node.body if nodes else node.cond
        copy = Copy(b, {**loop.env, **dict(zip(region_params, state, strict=True))})
        copy.emit(b, region.nodes)
        return copy.values(region.yields)

    state, trips, inner = params()
    cond = b.region((*state, trips, *inner.values), lambda: part(node.cond.params, state, False))
    now, at, books = params()

    def body() -> Values:
        kept = _kept(b, loop, books, now, at, slots)
        return (*part(node.body.params, now, True), add(b, at, number(b, 1)), *kept.values)

    region = b.region((*now, at, *books.values), body)
    found = b.while_loop(start, cond, region, hints=hints)
    results, count, final = found[: len(inits)], found[len(inits)], book.of(found[len(inits) + 1 :])

    def back(b: Builder, bars: Values) -> Values:
        return pieces_back(b, Pieces(loop, count), count, final.slots, bars, slots)

    return back, results


def _opened(b: Builder, loop: Loop, inits: Values, slots: Value) -> _Book:
    """The book before the first step: the initial state is in the first slot."""
    zero, one = number(b, 0), number(b, 1)
    count = dim_of(b, slots, "slots")
    order, limits = (empty(b, dims=(count,), dtype=I64.dtype, hint=name) for name in ("order", "limits"))
    places = _put(b, empty(b, dims=(count,), dtype=I64.dtype, hint="places"), zero, zero)
    k, order_, limits_ = Value(I64, "k"), Value(order.any_type, "order"), Value(limits.any_type, "limits")

    def fill() -> Values:
        longest = add(b, sub(b, slots, k), one)
        return (_put(b, order_, k, k), _put(b, limits_, longest, k))

    region = b.region((k, order_, limits_), fill)
    order, limits = b.for_loop((zero, slots, one), (order, limits), region, hints=["order", "limits"])
    kept = Slots(loop.kept(b, loop.room(b, count), inits, zero), places, zero, order)
    used, runs = (number(b, 1) for _ in range(2))
    return _Book(kept, limits, used, runs, add(b, slots, one), slots)


def _kept(b: Builder, loop: Loop, book: _Book, state: Values, trips: Value, slots: Value) -> _Book:
    """The book after the state before step ``trips`` is kept, where it is worth a slot."""
    zero, one = number(b, 0), number(b, 1)
    full = eq(b, book.used, slots)
    edge = logical_and(b, full, logical_and(b, eq(b, book.runs, one), eq(b, trips, book.goal)), hint="edge")
    goal = where(b, edge, add(b, book.goal, book.width), book.goal, hint="goal")
    width = where(b, edge, sub(b, book.width, one), book.width, hint="width")
    due = logical_and(b, full, _due(b, book, trips, slots, edge), hint="due")
    out, runs, limits = _given_up(b, book, trips, slots, due)
    keep = logical_and(b, lt(b, zero, trips), logical_or(b, lt(b, book.used, slots), lt(b, zero, out)))
    then = b.region((), lambda: _stored(b, loop, book.slots, state, trips, (out, book.used, slots)).values)
    orelse = b.region((), lambda: book.slots.values)
    found = b.if_else(keep, then, orelse, [v.hint for v in book.slots.values])
    grown = logical_and(b, keep, lt(b, book.used, slots))
    used = where(b, grown, add(b, book.used, one), book.used, hint="used")
    kept = book.slots.of(found)
    slots_ = Slots(kept.room, kept.places, sub(b, used, one, hint="top"), kept.order)
    return _Book(slots_, limits, used, runs, goal, width)


def _due(b: Builder, book: _Book, trips: Value, slots: Value, edge: Value) -> Value:
    """Whether the last interval may not grow."""
    last = sub(b, slots, number(b, 1))
    length = sub(b, trips, cell(b, book.slots.places, last))
    return logical_or(b, edge, ge(b, length, cell(b, book.limits, last)))


def _given_up(b: Builder, book: _Book, trips: Value, slots: Value, due: Value) -> tuple[Value, Value, Value]:
    """The slot that gives way (0: none), and how often steps run again, with the limits for that."""
    zero, one = number(b, 0), number(b, 1)
    names = ("out", "due", "runs", "limits")
    start = (zero, due, book.runs, book.limits)
    params = tuple(Value(v.any_type, n) for n, v in zip(names, start, strict=True))
    cond = b.region(params, lambda: (params[1],))
    _, _, runs, limits = inner = tuple(Value(v.any_type, n) for n, v in zip(names, start, strict=True))

    def body() -> Values:
        found = _shortest(b, book, trips, slots, runs, limits)
        none = eq(b, found, zero)
        more = where(b, none, add(b, runs, one), runs, hint="runs")

        def raised() -> Values:
            wider, last = _raised(b, limits, slots, more), sub(b, slots, one)
            return wider, ge(b, sub(b, trips, cell(b, book.slots.places, last)), cell(b, wider, last))

        settled = b.region((), lambda: (limits, lt(b, found, zero)))
        wider, due = b.if_else(none, b.region((), raised), settled, ["limits", "due"])
        return (found, due, more, wider)

    region = b.region(inner, body)
    out, _, runs, limits = b.while_loop(start, cond, region, hints=list(names))
    return out, runs, limits


def _shortest(b: Builder, book: _Book, trips: Value, slots: Value, runs: Value, limits: Value) -> Value:
    """The slot (or 0) whose interval is shortest of those that fit the one before; of equal ones the first.

    While steps run again once it is the first that fits.
    """
    zero, one = number(b, 0), number(b, 1)
    places = book.slots.places
    k, out, best = (Value(I64, name) for name in ("k", "out", "best"))

    def body() -> Values:
        behind = add(b, k, one)
        next_ = cell(b, places, minimum(b, behind, sub(b, slots, one)))
        end = where(b, lt(b, behind, slots), next_, trips, hint="end")
        united = sub(b, end, cell(b, places, sub(b, k, one)))
        length = where(b, eq(b, runs, one), k, sub(b, end, cell(b, places, k)), hint="length")
        fits = le(b, united, cell(b, limits, sub(b, k, one)))
        better = logical_and(b, fits, lt(b, length, best), hint="better")
        return where(b, better, k, out, hint="out"), where(b, better, length, best, hint="best")

    region = b.region((k, out, best), body)
    return b.for_loop((one, slots, one), (zero, number(b, _ENOUGH)), region, hints=["out", "best"])[0]


def _raised(b: Builder, limits: Value, slots: Value, runs: Value) -> Value:
    """The limits when steps run again once more: C(s - i + r, r) for all i."""
    k, inner = Value(I64, "k"), Value(limits.any_type, "limits")

    def body() -> Values:
        left = add(b, sub(b, slots, k), runs)
        return (_put(b, inner, floor_divide(b, mul(b, cell(b, inner, k), left), runs), k),)

    region = b.region((k, inner), body)
    return b.for_loop((number(b, 0), slots, number(b, 1)), (limits,), region, hints=["limits"])[0]


def _stored(
    b: Builder, loop: Loop, kept: Slots, state: Values, trips: Value, which: tuple[Value, Value, Value]
) -> Slots:
    """The slots with the current state in the last one; those behind the one that gives way move up."""
    out, used, slots = which
    one = number(b, 1)
    assert kept.order is not None
    top = where(b, lt(b, used, slots), used, sub(b, slots, one), hint="top")
    first = where(b, lt(b, number(b, 0), out), out, top)
    free = cell(b, kept.order, first)
    k, places = Value(I64, "k"), Value(kept.places.any_type, "places")
    order = Value(kept.order.any_type, "order")

    def move() -> Values:
        behind = add(b, k, one)
        moved = _put(b, places, cell(b, places, behind), k)
        return moved, _put(b, order, cell(b, order, behind), k)

    region = b.region((k, places, order), move)
    moved = b.for_loop((first, top, one), (kept.places, kept.order), region, hints=["places", "order"])
    room = loop.kept(b, kept.room, state, free)
    return Slots(room, _put(b, moved[0], trips, top), top, _put(b, moved[1], free, top))
