"""Schedules from a number of bytes: how many steps are taped at once, and how many states are kept.

With c steps taped at once and s states kept, a loop of T steps takes s states, the tape of c steps, and that
of the last steps, for which the forward sweep has storage of its own. It runs c p(T/c, s) of its steps again,
where p is what binomial checkpointing needs. Where the tape of all steps is small enough nothing is kept and
nothing runs again.

A function shares its bytes among its loops. What a loop leaves over, those behind it get.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adgen.autodiff.binomial import runs_again
from adgen.autodiff.segments import Joint, Loop, loop_of, number, obstacle
from adgen.autodiff.sums import is_sum
from adgen.ir.builder import Builder
from adgen.ir.core import Definitions, For, Func, Node, Op, Value, While, regions_of
from adgen.ir.dims import ZERO, Dim, product
from adgen.ir.types import I64, DType, Kind, Type
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import add, cast, eq, le, logical_and, logical_not, lt, mul, sub, where
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.powers import sqrt
from adgen.primitives.rounding import ceil, floor_divide
from adgen.primitives.sizes import known_dim, size_value
from adgen.transform.fold import HOOK
from adgen.transform.rebuild import Copy

_ENOUGH = 1 << 62


# -- what a loop takes ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Storage:
    """The arrays in which the steps of a segment are taped, and the integers that their sizes come from."""

    func: Func
    arrays: tuple[Op, ...]
    sizes: tuple[Node, ...]

    @staticmethod
    def of(func: Func) -> Storage | None:
        """The storage of a segment, of its joint program; None where it grows as it goes."""
        forward = func.body.nodes[: func.cut]
        if any(isinstance(n, Op) and n.prim.name == "stack_new" for n in forward):
            return None
        arrays = tuple(n for n in forward if isinstance(n, Op) and n.prim.name == "empty")
        symbols = {s for op in arrays for d in op.result.type.dims for s in d.symbols()}
        bound = [
            n for n in forward if isinstance(n, Op) and n.prim.name == "bind_dim" and n.attr("sym") in symbols
        ]
        sizes = _slice(forward, bound, set(func.params[:2]), set(func.params[2:]))
        return None if sizes is None else Storage(func, arrays, tuple(sizes))

    def known(self, loop: Loop, steps: int) -> Dim | None:
        """The bytes for so many steps, where they follow from sizes."""
        b = Builder(HOOK)
        copy = self._sized(b, loop, steps)
        known = {op.attr("sym"): known_dim(b, copy.value(op.operands[0])) for op in self._bound}
        if any(found is None for found in known.values()):
            return None
        return self._total({name: found for name, found in known.items() if found is not None})

    def bytes(self, b: Builder, loop: Loop, steps: int) -> Value:
        """The bytes for so many steps."""
        known = self.known(loop, steps)
        return size_value(b, self._total(self._sized(b, loop, steps).symbols) if known is None else known)

    @property
    def _bound(self) -> list[Op]:
        return [n for n in self.sizes if isinstance(n, Op) and n.prim.name == "bind_dim"]

    def _total(self, symbols: Mapping[str, Dim]) -> Dim:
        return sum((_bytes(op.result).substitute(symbols) for op in self.arrays), ZERO)

    def _sized(self, b: Builder, loop: Loop, steps: int) -> Copy:
        """The integers that sizes come from, for so many steps: where these begin makes no difference."""
        stride = loop.stride
        given = [
            loop.counter(b, number(b, k)) if stride is None else number(b, k * stride) for k in (0, steps)
        ]
        copy = Copy(b, {**loop.env, **dict(zip(self.func.params, given, strict=False))})
        copy.emit(b, self.sizes)
        return copy


def _slice(
    nodes: Sequence[Node], wanted: Sequence[Node], given: set[Value], unknown: set[Value]
) -> list[Node] | None:
    """The operations that integers come from, in order; None where they come from more than ``given``."""
    defs = {v: node for node in nodes for v in node.results}
    found: set[Node] = set()
    pending = list(wanted)
    while pending:
        node = pending.pop()
        if node in found:
            continue
        if not isinstance(node, Op) or node.prim.pinned:
            return None
        found.add(node)
        for value in node.operands:
            if value in unknown or value.any_type != I64:
                return None
            if value in defs and value not in given:
                pending.append(defs[value])
    return [node for node in nodes if node in found]


def _bytes(value: Value) -> Dim:
    return product(value.type.dims) * value.type.dtype.itemsize


def state_bytes(node: For | While) -> Dim:
    """The bytes of a state and of its place: what the loop only adds to or fills is not kept."""
    read = [p for k, p in enumerate(node.carried) if not is_sum(node, k)]
    return sum((_bytes(p) for p in read), Dim.const(I64.dtype.itemsize))


def is_taped(func: Func) -> bool:
    """Whether a segment keeps anything of its steps."""
    names = {n.prim.name for n in func.body.nodes[: func.cut] if isinstance(n, Op)}
    return not names.isdisjoint(("empty", "stack_new"))


# -- how bytes are shared -------------------------------------------------------------------------------
def is_under_budget(node: Node) -> bool:
    """Whether a loop has no schedule of its own, but a number of bytes."""
    return isinstance(node, For | While) and dict(node.attrs).get("schedule") == "budget"


@dataclass(slots=True)
class Budget:
    """The bytes for the loops of a function.

    Those in its own block that are ``coming`` share what is ``left``; their least needs are known as far as
    they follow from sizes of arguments. Any other loop gets its ``part``.
    """

    memory: int
    part: int
    left: int | Value
    coming: dict[For | While, Dim]

    @staticmethod
    def of(func: Func, memory: int, loops: Mapping[For | While, Dim]) -> Budget:
        """The budget of a function, for its loops and what they need at least."""
        part = memory // max(len(loops), 1)
        own = {loop: least for loop, least in loops.items() if loop in func.body.nodes}
        return Budget(memory, part, memory - part * (len(loops) - len(own)), own)

    def value(self, b: Builder) -> Value:
        """The bytes that are left."""
        return number(b, self.left) if isinstance(self.left, int) else self.left

    @property
    def spent(self) -> int:
        """The parts of loops that have their own."""
        return self.memory - self.left if isinstance(self.left, int) else 0

    def needed(self) -> Dim:
        """What the loops that are coming need at least."""
        return sum(self.coming.values(), ZERO)


@dataclass(frozen=True, slots=True)
class Plan:
    """The loops of a function that are under its budget: those that keep something of their steps."""

    loops: dict[For | While, Loop]
    budget: Budget


def planned(func: Func, active: set[Value], joint: Joint) -> Plan | None:
    """The loops of a function that are under a budget, if there are any."""
    b = Builder()
    b.defs = Definitions.of(func.body)
    loops: dict[For | While, Loop] = {}
    for node in _outermost(func.body.nodes):
        if any(v in active for v in node.results) and obstacle(node) is None:
            step = node.step if isinstance(node, For) else number(b, 1)
            loop = loop_of(node, b, active, joint, step)
            if is_taped(loop.joint_segment()):
                loops[node] = loop
    if not loops:
        return None
    memory = dict(next(iter(loops)).attrs)["memory"]
    return Plan(loops, Budget.of(func, memory, {n: least_needs(func, x) for n, x in loops.items()}))


def _outermost(nodes: Sequence[Node]) -> list[For | While]:
    """The outermost loops of a block that are under a budget."""
    found: list[For | While] = []
    for node in nodes:
        if isinstance(node, For | While) and is_under_budget(node):
            found.append(node)
        else:
            found += [loop for region in regions_of(node) for loop in _outermost(region.nodes)]
    return found


def least_needs(func: Func, loop: Loop) -> Dim:
    """What a loop needs at least, or no more than nothing where sizes of arguments do not say it."""
    storage = Storage.of(loop.joint_segment())
    tape = ZERO if storage is None else storage.known(loop, 1) or ZERO
    found = state_bytes(loop.node) + tape * 2
    symbols = {
        s for p in func.params if isinstance(p.any_type, Type) for d in p.type.dims for s in d.symbols()
    }
    return found if symbols.issuperset(found.symbols()) else ZERO


# -- the schedule of a loop -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Costs:
    """The bytes of a loop: for each state, for each step that is taped, and for any number of these."""

    state: Value
    tape: Value
    fixed: Value

    @staticmethod
    def of(b: Builder, loop: Loop) -> Costs:
        """The bytes of a loop; a tape that grows counts nothing."""
        storage, state = Storage.of(loop.joint_segment()), size_value(b, state_bytes(loop.node))
        if storage is None:
            return Costs(state, number(b, 0), number(b, 0))
        first, second = storage.bytes(b, loop, 1), storage.bytes(b, loop, 2)
        tape = sub(b, second, first)
        return Costs(state, tape, sub(b, first, tape))

    def of_steps(self, b: Builder, steps: Value) -> Value:
        """The bytes of some steps that are taped."""
        return add(b, self.fixed, mul(b, self.tape, steps))

    def of_pieces(self, b: Builder, size: Value, last: Value) -> Value:
        """The bytes of a piece, and of the last one."""
        return add(b, self.of_steps(b, size), self.of_steps(b, last))


def _last(b: Builder, trips: Value, size: Value) -> Value:
    """The steps of the last piece."""
    pieces = _ceil_divide(b, trips, size)
    return sub(b, trips, mul(b, sub(b, pieces, number(b, 1)), size), hint="last")


def chosen(b: Builder, loop: Loop, trips: Value, budget: Budget) -> tuple[Value, Value]:
    """How many steps are taped at once, and how many states are kept, that the fewest steps run again."""
    costs, grows = Costs.of(b, loop), Storage.of(loop.joint_segment()) is None
    least = add(b, costs.state, costs.of_pieces(b, number(b, 1), number(b, 1)))
    share = _share(b, loop, budget, least)
    fits = le(b, costs.of_steps(b, trips), share)
    if grows:
        fits = eq(b, trips, number(b, 0))
    _refuse(b, loop, budget, logical_and(b, logical_not(b, fits), lt(b, share, least)), least)
    size, slots = _search(b, trips, share, costs, fits) if not grows else _steps(b, trips, share, costs)
    if loop.node in budget.coming:
        whole = costs.of_steps(b, trips)
        pieces = costs.of_pieces(b, size, _last(b, trips, size))
        tapes = where(b, lt(b, size, trips), pieces, whole)
        used = add(b, tapes, mul(b, costs.state, slots))
        del budget.coming[loop.node]
        if budget.coming:
            budget.left = sub(b, budget.value(b), used, hint="memory")
    return size, slots


def _share(b: Builder, loop: Loop, budget: Budget, least: Value) -> Value:
    """The bytes of the next loop: what it needs, and its part of what nobody needs."""
    if loop.node not in budget.coming:
        return number(b, budget.part)
    others = size_value(b, budget.needed() - budget.coming[loop.node])
    if len(budget.coming) == 1:
        return budget.value(b)
    free = sub(b, sub(b, budget.value(b), others), least)
    return add(b, least, floor_divide(b, free, number(b, len(budget.coming))), hint="share")


def _refuse(b: Builder, loop: Loop, budget: Budget, bad: Value, least: Value) -> None:
    others = budget.needed() - budget.coming.get(loop.node, ZERO)
    known = known_dim(b, least)
    needs = None if known is None else known + others
    what = "" if needs is None else f": {needs} bytes are needed"
    message = f"a memory of {budget.memory} bytes is too little for the tapes of loops{what}"
    attrs: dict[str, object] = {"error": "MemoryError", "message": message}
    first = isinstance(budget.left, int) and needs is not None
    attrs |= {"memory": budget.memory, "needs": needs + budget.spent if first and needs is not None else None}
    b.emit(fail_if, (bad,), attrs)


def _steps(b: Builder, trips: Value, share: Value, costs: Costs) -> tuple[Value, Value]:
    """One step at a time, and as many states as there is room for."""
    zero, one = number(b, 0), number(b, 1)
    room = maximum(b, floor_divide(b, share, costs.state), one)
    return one, minimum(b, room, maximum(b, sub(b, trips, one), zero), hint="slots")


def _search(b: Builder, trips: Value, share: Value, costs: Costs, fits: Value) -> tuple[Value, Value]:
    """The best of all sizes of segments: up to the square root of the steps, and one for each number of
    segments up to it."""
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
    return found[1], minimum(b, found[2], maximum(b, sub(b, pieces, one), zero, hint="main"), hint="slots")


def square_root(b: Builder, trips: Value) -> Value:
    """The square root, rounded up."""
    root = ceil(b, sqrt(b, cast(b, trips, dtype=DType.f64, kind=Kind.np)))
    return cast(b, root, dtype=I64.dtype, kind=I64.kind)


def _ceil_divide(b: Builder, left: Value, right: Value) -> Value:
    return floor_divide(b, add(b, left, sub(b, right, number(b, 1))), right)
