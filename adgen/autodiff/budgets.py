"""Schedules from a number of bytes: how many steps are taped at once, and how many states are kept.

With c steps taped at once and s states kept, a loop of T steps takes s states, the tape of c steps, and that
of the last steps, for which the forward sweep has storage of its own. It runs c p(T/c, s) of its steps again,
where p is what binomial checkpointing needs. Where the tape of all steps is small enough nothing is kept and
nothing runs again. Where that of one step is too large, or grows as it goes, the loops of a step get a budget
(:mod:`adgen.autodiff.nests`).

A function shares its bytes among its loops. What a loop leaves over, those behind it get.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adgen.autodiff.binomial import runs_again
from adgen.autodiff.footprints import Costs, Known, known_before
from adgen.autodiff.nests import Nested, least_of_all, nested_of
from adgen.autodiff.residuals import Tape
from adgen.autodiff.segments import Joint, number, obstacle
from adgen.diagnostics.errors import refuse
from adgen.ir.builder import Builder
from adgen.ir.core import Definitions, For, Func, Node, Value, While, regions_of
from adgen.ir.dims import Dim, as_dim
from adgen.ir.types import I64, DType, Kind
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import (
    add,
    cast,
    le,
    logical_and,
    logical_not,
    logical_or,
    lt,
    mul,
    sub,
    where,
)
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.powers import sqrt
from adgen.primitives.rounding import ceil, floor_divide
from adgen.primitives.sizes import dim_of, known_dim, size_value
from adgen.records import dataclass

_ENOUGH = 1 << 62


# -- how bytes are shared -------------------------------------------------------------------------------
def is_under_budget(node: Node) -> bool:
    """Whether a loop has no schedule of its own, but a number of bytes."""
    return isinstance(node, For | While) and dict(node.attrs).get("schedule") == "budget"


@dataclass(slots=True)
class Budget:
    """The ``memory`` for the ``count`` loops of a function.

    Those in its own block that are ``coming`` share what is left; their least needs are known as far as they
    follow from what is known before. The ``others``, in branches, get equal parts.
    """

    func: Func
    memory: Dim
    count: int
    coming: dict[For | While, Nested]
    others: list[Nested]
    left: Value | None = None
    untouched: bool = True

    def part(self, b: Builder) -> Value:
        """The bytes of a loop that is not in the function's own block."""
        if self.memory.value is not None:
            return number(b, self.memory.value // self.count)
        return floor_divide(b, size_value(b, self.memory), number(b, self.count))

    def value(self, b: Builder) -> Value:
        """The bytes that are left."""
        if self.left is None:
            self.left = sub(b, size_value(b, self.memory), self.parts(b))
        return self.left

    def parts(self, b: Builder) -> Value:
        """The parts of loops that have their own."""
        return mul(b, self.part(b), number(b, len(self.others)))


@dataclass(frozen=True, slots=True)
class Plan:
    """The loops of a function that are under its budget: those that keep something of their steps."""

    loops: dict[For | While, Nested]
    budget: Budget


def planned(func: Func, active: set[Value], joint: Joint, names: Builder) -> Plan | None:
    """The loops of a function that are under a budget, if there are any; ``names`` gives symbols."""
    b = Builder()
    b.defs = Definitions.of(func.body)
    under = _outermost(func.body.nodes)
    names.reserve([s for node in under for s in as_dim(dict(node.attrs)["memory"]).symbols()])
    loops: dict[For | While, Nested] = {}
    for node in under:
        attrs = dict(node.attrs)
        total = attrs.get("total", attrs["memory"])
        found = nested_of(node, b, active, joint, lambda: names.fresh_symbol("memory_part"), total)
        if found is not None:
            loops[node] = found
    if not loops:
        return None
    memory = as_dim(dict(next(iter(loops)).attrs)["memory"])
    own = {node: loop for node, loop in loops.items() if node in func.body.nodes}
    return Plan(
        loops,
        Budget(func, memory, len(loops), own, [loop for node, loop in loops.items() if node not in own]),
    )


def _outermost(nodes: Sequence[Node]) -> list[For | While]:
    """The outermost loops of a block that are under a budget."""
    found: list[For | While] = []
    for node in nodes:
        if isinstance(node, For | While) and is_under_budget(node):
            found.append(node)
        else:
            found += [loop for region in regions_of(node) for loop in _outermost(region.nodes)]
    return found


def refuse_uncounted(tapes: Sequence[Tape]) -> None:
    """Raise AG406 where a loop under a budget keeps what the budget cannot count."""
    for tape in tapes:
        node = next((n for n, _ in tape.path if is_under_budget(n)), None)
        if isinstance(node, For | While) and not tape.kept:
            memory, reason = dict(node.attrs)["memory"], obstacle(node)
            if reason is not None:
                raise refuse("AG406", node.span, memory=memory, reason=reason)


# -- the schedule of a loop -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Whole:
    """Steps that are taped as they are: ``trips`` of them in pieces of ``size``, with ``slots`` states."""

    trips: Value
    size: Value
    slots: Value


@dataclass(frozen=True, slots=True)
class Single:
    """Steps that are taped one by one, with ``slots`` states; their loops may take ``part``."""

    trips: Value
    slots: Value
    part: Value


def chosen(b: Builder, found: Nested, trips: Value, budget: Budget) -> tuple[Whole | None, Single | None]:
    """How a loop is run within its budget, so that the fewest steps run again.

    Where there are two ways, sizes decide: one of them has no trips.
    """
    known = known_before(budget.func, found.node)
    costs, step = Costs.of(b, found.loop, trips), _step(b, found, known)
    flat = None if found.grows and step is not None else costs.least(b)
    least = _smaller(b, flat, None if step is None else add(b, costs.state, step.least(b)))
    others = _needed(b, found, budget, known)
    share = _share(b, found, budget, least, others)
    fits = lt(b, trips, number(b, 1)) if found.grows else le(b, costs.whole, share)
    missed = logical_and(b, logical_not(b, fits), lt(b, share, least))
    _refuse(b, found, budget, missed, least, known)
    if step is None:
        search = _steps if found.grows else _search
        size, slots, _ = search(b, trips, share, costs, fits)
        whole, single = Whole(trips, size, slots), None
    elif flat is None:
        whole, single = None, _one_by_one(b, trips, share, costs, step)
    else:
        whole, single = _either(b, trips, share, costs, step, fits)
    _spend(b, found, budget, costs, whole, single, share)
    return whole, single


@dataclass(frozen=True, slots=True)
class _Step:
    """The bytes of a step that is taped alone: what it keeps, and what its loops need at least."""

    alive: Value
    loops: Value

    def least(self, b: Builder) -> Value:
        return add(b, self.alive, self.loops)


def _step(b: Builder, found: Nested, known: Known) -> _Step | None:
    if found.nest is None:
        return None
    least = found.nest.least(b, found.loop.env, known)
    alive = size_value(b, found.nest.alive(known))
    return _Step(alive, number(b, 0) if least is None else least)


def _smaller(b: Builder, one: Value | None, other: Value | None) -> Value:
    if one is not None and other is not None:
        return minimum(b, one, other)
    found = other if one is None else one
    assert found is not None
    return found


def _either(
    b: Builder, trips: Value, share: Value, costs: Costs, step: _Step, fits: Value
) -> tuple[Whole, Single]:
    """Whole steps where they are affordable and not many more run again than one by one."""
    zero = number(b, 0)
    size, slots, again = _search(b, trips, share, costs, fits)
    single = _one_by_one(b, trips, share, costs, step)
    more = add(b, trips, number(b, 1))
    states = maximum(b, single.slots, number(b, 1))
    alone = add(b, runs_again(b, more, states), add(b, trips, trips))
    affordable = logical_and(b, le(b, costs.least(b), share), le(b, again, alone))
    good = logical_or(b, fits, affordable)

    def part(value: Value, here: bool, hint: str) -> Value:
        return where(b, good, value, zero, hint=hint) if here else where(b, good, zero, value, hint=hint)

    return (
        Whole(part(trips, True, "whole"), size, part(slots, True, "slots")),
        Single(part(trips, False, "single"), part(single.slots, False, "slots"), single.part),
    )


def _one_by_one(b: Builder, trips: Value, share: Value, costs: Costs, step: _Step) -> Single:
    """One state, and as many more as half of what nobody needs is enough for; the rest is for the loops."""
    zero, one = number(b, 0), number(b, 1)
    spare = maximum(b, sub(b, share, add(b, costs.state, step.least(b))), zero)
    more = floor_divide(b, floor_divide(b, spare, number(b, 2)), costs.state)
    slots = minimum(b, add(b, more, one), maximum(b, trips, zero), hint="slots")
    part = sub(b, share, add(b, step.alive, mul(b, costs.state, slots)))
    return Single(trips, slots, part)


def _needed(b: Builder, found: Nested, budget: Budget, known: Known) -> Value:
    """What the other loops that are coming need at least, as far as it is known."""
    total = number(b, 0)
    for least in _leasts(b, found, budget.coming.values(), known):
        total = total if least is None else add(b, total, least)
    return total


def _leasts(b: Builder, found: Nested, others: Iterable[Nested], known: Known) -> list[Value | None]:
    others = [other for other in others if other is not found]
    for other in others:
        other.placed(found.loop.env)
    return [other.least(b, known) for other in others]


def _share(b: Builder, found: Nested, budget: Budget, least: Value, others: Value) -> Value:
    """The bytes of the next loop: what it needs, and its part of what nobody needs."""
    if found.node not in budget.coming:
        return budget.part(b)
    if len(budget.coming) == 1:
        return budget.value(b)
    free = sub(b, sub(b, budget.value(b), others), least)
    return add(b, least, floor_divide(b, free, number(b, len(budget.coming))), hint="share")


def _refuse(b: Builder, found: Nested, budget: Budget, missed: Value, least: Value, known: Known) -> None:
    """Fail where a loop has too little; of the first loop it is said what all of them need."""
    total = dict(found.node.attrs).get("total", budget.memory.value)
    message = f"a memory of {total} bytes is too little for the tapes of loops"
    attrs: dict[str, object] = {"error": "MemoryError", "message": message, "memory": total, "needs": None}
    if budget.memory.value is not None and budget.untouched:
        sides = ((True, budget.coming.values()), (False, budget.others))
        needs = [(own, v) for own, loops in sides for v in _leasts(b, found, loops, known)]
        every = [(own, v) for own, v in ((found.node in budget.coming, least), *needs) if v is not None]
        if len(every) == budget.count:
            needed = least_of_all(b, every)
            formula = known_dim(b, needed)
            attrs["message"] = message if formula is None else f"{message}: {formula} bytes are needed"
            attrs["needs"] = dim_of(b, needed, "least")
    b.emit(fail_if, (missed,), attrs)


def _spend(
    b: Builder,
    found: Nested,
    budget: Budget,
    costs: Costs,
    whole: Whole | None,
    single: Single | None,
    share: Value,
) -> None:
    """Take what a loop has from what is left for those behind it."""
    if found.node not in budget.coming:
        return
    left = budget.value(b)
    del budget.coming[found.node]
    budget.untouched = False
    if not budget.coming:
        return
    used = share
    if whole is not None:
        last = _last(b, whole.trips, whole.size)
        pieces = costs.of_pieces(b, whole.size, last)
        tapes = where(b, lt(b, whole.size, whole.trips), pieces, costs.whole)
        used = add(b, tapes, mul(b, costs.state, whole.slots))
        if single is not None:
            used = where(b, lt(b, number(b, 0), single.trips), share, used)
    budget.left = sub(b, left, used, hint="memory")


def _last(b: Builder, trips: Value, size: Value) -> Value:
    """The steps of the last piece."""
    pieces = _ceil_divide(b, trips, size)
    return sub(b, trips, mul(b, sub(b, pieces, number(b, 1)), size), hint="last")


def _steps(b: Builder, trips: Value, share: Value, costs: Costs, fits: Value) -> tuple[Value, Value, Value]:
    """One step at a time, and as many states as there is room for."""
    zero, one = number(b, 0), number(b, 1)
    room = maximum(b, floor_divide(b, share, costs.state), one)
    return one, minimum(b, room, maximum(b, sub(b, trips, one), zero), hint="slots"), zero


def _search(b: Builder, trips: Value, share: Value, costs: Costs, fits: Value) -> tuple[Value, Value, Value]:
    """The best of all sizes of segments: up to the square root of the steps, and one for each number of
    segments up to it; the size, the states, and how many steps run again."""
    zero, one = number(b, 0), number(b, 1)
    root = cast(
        b, ceil(b, sqrt(b, cast(b, trips, dtype=DType.f64, kind=Kind.np))), dtype=I64.dtype, kind=I64.kind
    )
    tries = where(b, fits, zero, add(b, root, root), hint="tries")
    k, best, size, slots = (Value(I64, name) for name in ("k", "best", "size", "slots"))

    def body() -> tuple[Value, ...]:
        segments = add(b, sub(b, k, root), one)
        wide = _ceil_divide(b, trips, maximum(b, segments, one))
        size_ = where(b, lt(b, k, root), add(b, k, one), wide, hint="steps")
        room = sub(b, share, costs.of_pieces(b, size_, _last(b, trips, size_)))
        count = floor_divide(b, room, costs.state, hint="states")
        again = mul(
            b, size_, runs_again(b, _ceil_divide(b, trips, size_), maximum(b, count, one)), hint="again"
        )
        better = logical_and(b, lt(b, zero, count), lt(b, again, best), hint="better")
        pairs = ((again, best), (size_, size), (count, slots))
        return tuple(where(b, better, new, old, hint=old.hint) for new, old in pairs)

    start = (number(b, _ENOUGH), maximum(b, trips, one), zero)
    region = b.region((k, best, size, slots), body)
    found = b.for_loop((zero, tries, one), start, region, hints=["best", "size", "slots"])
    pieces = _ceil_divide(b, trips, found[1])
    most = maximum(b, sub(b, pieces, one), zero, hint="main")
    return found[1], minimum(b, found[2], most, hint="slots"), found[0]


def square_root(b: Builder, trips: Value) -> Value:
    """The square root, rounded up."""
    root = ceil(b, sqrt(b, cast(b, trips, dtype=DType.f64, kind=Kind.np)))
    return cast(b, root, dtype=I64.dtype, kind=I64.kind)


def _ceil_divide(b: Builder, left: Value, right: Value) -> Value:
    return floor_divide(b, add(b, left, sub(b, right, number(b, 1))), right)
