"""The driver of binomial checkpointing: states in slots, and steps that run again between them."""

from __future__ import annotations

from adgen.autodiff.binomial import advance
from adgen.autodiff.segments import Back, Half, Loop, Values, number
from adgen.ir.builder import Builder
from adgen.ir.core import Indexer, Point, Value
from adgen.ir.types import I64
from adgen.primitives.elementwise import add, cast, eq, lt, mul, sub, where
from adgen.primitives.extrema import maximum
from adgen.primitives.indexing import read, write
from adgen.primitives.rounding import floor_divide
from adgen.primitives.shape import empty
from adgen.primitives.sizes import dim_of
from adgen.records import dataclass

_CELL = Indexer((Point(),))


@dataclass(frozen=True, slots=True)
class Pieces:
    """Steps of a loop in pieces that are taped and reversed at once: single steps, or ``size`` of them.

    ``trips`` are the steps from ``offset`` on.
    """

    loop: Loop
    trips: Value
    size: Value | None = None
    offset: Value | None = None

    def count(self, b: Builder) -> Value:
        """How many there are."""
        if self.size is None:
            return self.trips
        return floor_divide(b, add(b, self.trips, sub(b, self.size, number(b, 1))), self.size)

    def start(self, b: Builder, piece: Value) -> Value:
        """The step that a piece begins with."""
        start = piece if self.size is None else mul(b, piece, self.size)
        return start if self.offset is None else add(b, self.offset, start)

    def advanced(self, b: Builder, state: Values, first: Value, end: Value) -> Values:
        """The state after some pieces, of which nothing is kept."""
        return self.loop.advanced(b, state, self.start(b, first), self.start(b, end))

    def last(self, b: Builder, state: Values, piece: Value) -> Half:
        """The last piece, taped; it may be shorter than the others."""
        end = self.trips if self.offset is None else add(b, self.offset, self.trips)
        return self.loop.taped_segment(b, state, self.start(b, piece), end)

    def taped(self, b: Builder, state: Values, piece: Value) -> Half:
        """Any other piece, taped; complex numbers in a loop of one round, for the sake of rounding."""
        if self.size is None and not any(v.type.is_complex for v in state):
            return self.loop.taped_step(b, state, self.start(b, piece))
        end = self.start(b, add(b, piece, number(b, 1)))
        return self.loop.taped_segment(b, state, self.start(b, piece), end)


@dataclass(frozen=True, slots=True)
class Slots:
    """States in slots, of which ``top`` is the last in use; ``places`` are the pieces they stand before.

    ``order`` says which row of the room each slot is, where that is not its own number.
    """

    room: Values
    places: Value
    top: Value
    order: Value | None = None

    @property
    def values(self) -> Values:
        """All of it, as a loop carries it."""
        return (*self.room, self.places, self.top, *(() if self.order is None else (self.order,)))

    def of(self, values: Values) -> Slots:
        """The same with other values."""
        count = len(self.room)
        return Slots(values[:count], values[count], values[count + 1], (*values[count + 2 :], None)[0])

    def like(self) -> Slots:
        """The same with new values."""
        return self.of(tuple(Value(v.any_type, v.hint) for v in self.values))

    def row(self, b: Builder, slot: Value) -> Value:
        """The row of a slot."""
        return slot if self.order is None else cell(b, self.order, slot)


def cell(b: Builder, array: Value, place: Value, hint: str | None = None) -> Value:
    """An element of an array of integers."""
    return cast(b, read(b, array, place, index=_CELL), dtype=I64.dtype, kind=I64.kind, hint=hint)


def revolved(b: Builder, pieces: Pieces, inits: Values, slots: Value) -> tuple[Back, Values]:
    """Both parts of a loop with so many slots, which are none where there is one piece alone."""
    zero, loop = number(b, 0), pieces.loop
    main = maximum(b, sub(b, pieces.count(b), number(b, 1)), zero, hint="main")
    count = dim_of(b, slots, "slots")
    empty_ = Slots(loop.room(b, count), empty(b, dims=(count,), dtype=I64.dtype, hint="places"), zero)
    first = _started(b, pieces, empty_, inits, main, guarded=pieces.size is not None)
    state, kept = _advance_to(b, pieces, inits, zero, first, main, slots)
    half = pieces.last(b, state, main)

    def back(b: Builder, bars: Values) -> Values:
        return pieces_back(b, pieces, main, kept, half.reverse(b, bars), slots)

    return back, half.results


def stepwise(b: Builder, pieces: Pieces, inits: Values, slots: Value) -> tuple[Back, Values]:
    """Both parts of a loop of which no step is taped in the forward sweep, and of which there may be none."""
    zero, loop = number(b, 0), pieces.loop
    trips, count = pieces.count(b), dim_of(b, slots, "slots")
    empty_ = Slots(loop.room(b, count), empty(b, dims=(count,), dtype=I64.dtype, hint="places"), zero)
    first = _started(b, pieces, empty_, inits, trips, guarded=True)
    state, kept = _advance_to(b, pieces, inits, zero, first, trips, slots)

    def back(b: Builder, bars: Values) -> Values:
        return pieces_back(b, pieces, trips, kept, bars, slots)

    return back, state


def _started(b: Builder, pieces: Pieces, slots: Slots, inits: Values, main: Value, guarded: bool) -> Slots:
    """The slots with the initial state in the first of them."""
    zero = number(b, 0)

    def filled() -> Slots:
        places = write(b, slots.places, zero, zero, index=_CELL, hint="places")
        return Slots(pieces.loop.kept(b, slots.room, inits, zero), places, zero)

    if not guarded:
        return filled()
    then = b.region((), lambda: filled().values[:-1])
    orelse = b.region((), lambda: slots.values[:-1])
    found = b.if_else(lt(b, zero, main), then, orelse, [v.hint for v in slots.values[:-1]])
    return Slots(found[:-1], found[-1], zero)


def pieces_back(b: Builder, pieces: Pieces, main: Value, kept: Slots, bars: Values, slots: Value) -> Values:
    """The pieces before the last one, each taped and reversed from the state that is advanced to."""
    one, minus, loop = number(b, 1), number(b, -1), pieces.loop
    counter, inner = Value(I64, "position"), kept.like()
    params = tuple(Value(v.any_type, v.hint) for v in bars)

    def body() -> Values:
        start = loop.state(b, inner.room, inner.row(b, inner.top))
        place = cell(b, inner.places, inner.top, "place")
        state, now = _advance_to(b, pieces, start, place, inner, counter, slots)
        found = pieces.taped(b, state, counter).reverse(b, params)
        last = cell(b, now.places, now.top)
        top = where(b, eq(b, last, counter), sub(b, now.top, one), now.top)
        top = maximum(b, top, number(b, 0), hint="top")
        return (*found, *Slots(now.room, now.places, top, now.order).values)

    region = b.region((counter, *params, *inner.values), body)
    inits = (*bars, *kept.values)
    found = b.for_loop((sub(b, main, one), minus, minus), inits, region, hints=[v.hint for v in inits])
    return found[: len(bars)]


def _advance_to(
    b: Builder, pieces: Pieces, state: Values, place: Value, kept: Slots, goal: Value, slots: Value
) -> tuple[Values, Slots]:
    """The state before piece ``goal``, from that at ``place``; free slots are filled on the way."""
    inits, loop = (*state, place, *kept.values), pieces.loop

    def params() -> tuple[Values, Value, Slots]:
        return loop.fresh(), Value(I64, "place"), kept.like()

    state_, place_, kept_ = params()
    cond = b.region((*state_, place_, *kept_.values), lambda: (lt(b, place_, goal),))
    now, at, inner = params()

    def body() -> Values:
        one = number(b, 1)
        left = sub(b, goal, at, hint="left")
        free = sub(b, sub(b, slots, one), inner.top)
        far = advance(b, add(b, left, one), free)
        end = add(b, at, far, hint="place")
        state = pieces.advanced(b, now, at, end)
        then = b.region((), lambda: _with_slot(b, loop, inner, state, end).values)
        orelse = b.region((), lambda: inner.values)
        slots_now = b.if_else(lt(b, end, goal), then, orelse, [v.hint for v in inner.values])
        return (*state, end, *slots_now)

    region = b.region((*now, at, *inner.values), body)
    found = b.while_loop(inits, cond, region, hints=[v.hint for v in inits])
    count = len(state)
    return found[:count], kept.of(found[count + 1 :])


def _with_slot(b: Builder, loop: Loop, kept: Slots, state: Values, place: Value) -> Slots:
    top = add(b, kept.top, number(b, 1), hint="top")
    room = loop.kept(b, kept.room, state, kept.row(b, top))
    return Slots(room, write(b, kept.places, place, top, index=_CELL, hint="places"), top, kept.order)
