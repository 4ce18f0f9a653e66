"""The parts of a loop that a checkpoint schedule puts together again: steps, segments, and their derivatives.

A step is one round of the loop. It is *advanced* (run for the state after it, nothing kept), or *taped* and
*reversed*: then it is run by the joint program of a function that holds one step or a whole segment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

from adgen.ir.builder import Builder
from adgen.ir.core import For, Full, Func, Indexer, Op, Point, Region, Value, While, captures, walk
from adgen.ir.dims import OPEN, Dim
from adgen.ir.types import I64, Type
from adgen.primitives.elementwise import add, cast, mul
from adgen.primitives.indexing import read, write
from adgen.primitives.shape import empty, on_disk
from adgen.primitives.sizes import constant, known_dim
from adgen.records import dataclass
from adgen.transform.rebuild import Copy

Values = tuple[Value, ...]
#: The attributes of a loop that are its schedule.
SCHEDULE = ("schedule", "count", "memory", "inner", "disk", "total")
#: The schedule of loops whose rounds are reversed at once, where they can be (:mod:`adgen.autodiff.turned`).
TURNED = "turned"
#: The name of a function that is one round of a loop.
STEP = "step"
#: From a function, positions of parameters, of results, and of parameters whose gradients are added to
#: others, to the joint program: ``reverse.joint_among``.
Joint = Callable[[Func, Sequence[int], Sequence[int], Sequence[int]], Func]
#: From cotangents of what varies of a state, and running sums, to those of the start and the sums.
Back = Callable[[Builder, Values], Values]
#: Running sums of cotangents; None for one that begins.
Totals = tuple[Value | None, ...]
#: From cotangents of results, and running sums for what is captured, to those of the start and the sums.
Second = Callable[[Builder, Values, Totals], Values]


@dataclass(slots=True)
class Half:
    """A joint program of which the first part is emitted; ``results`` are those of the function."""

    func: Func
    copy: Copy
    count: int

    @property
    def results(self) -> Values:
        """The results of the function."""
        return self.copy.values(self.func.results[: self.count])

    def reverse(self, b: Builder, seeds: Sequence[Value]) -> Values:
        """Emit the second part for cotangents and running sums; gives the cotangents of what varies."""
        params = self.func.params
        self.copy.env.update(zip(params[len(params) - len(seeds) :], seeds, strict=True))
        self.copy.emit(b, self.func.body.nodes[self.func.cut :])
        return self.copy.values(self.func.results[self.count :])


@dataclass(slots=True)
class Loop:
    """A loop, with what of it varies; ``env`` says what values from outside are now.

    The state is what it carries; ``stride`` is the ``step`` where it is known. ``moving`` are the positions
    of what has a cotangent, ``summed`` captured values that have one. A single step may know ``constants``
    from outside.
    """

    node: For | While
    active: set[Value]
    env: dict[Value, Value]
    joint: Joint
    lo: Value
    step: Value
    stride: int | None
    constants: tuple[Op, ...] = ()
    moving: list[int] = field(init=False)
    summed: list[Value] = field(init=False)
    _made: dict[str, Func] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.moving = [k for k, p in enumerate(self.node.carried) if p in self.active]
        self.summed = [v for v in captures(self.node) if v in self.active]

    # -- states -----------------------------------------------------------------------------------------
    def room(self, b: Builder, count: Dim, disk: bool = False) -> Values:
        """Arrays for some states, in memory or on disk."""
        make = on_disk if disk else empty
        return tuple(
            make(b, dims=(count, *p.type.dims), dtype=p.type.dtype, hint=f"{p.hint or 'state'}_kept")
            for p in self.node.carried
        )

    def kept(self, b: Builder, room: Values, state: Values, place: Value) -> Values:
        """The arrays with a state written to a place."""
        return tuple(
            write(b, r, v, place, index=_row(r), hint=r.hint) for r, v in zip(room, state, strict=True)
        )

    def state(self, b: Builder, room: Values, place: Value) -> Values:
        """The state that was written to a place, in storage of its own."""
        found = []
        for r, p in zip(room, self.node.carried, strict=True):
            value = read(b, r, place, index=_row(r), hint=p.hint)
            if value.type != p.type:
                value = cast(b, value, dtype=p.type.dtype, kind=p.type.kind, hint=p.hint)
            found.append(value)
        return tuple(found)

    # -- steps ------------------------------------------------------------------------------------------
    def counter(self, b: Builder, position: Value) -> Value:
        """The loop variable at the step of this number, from 0."""
        return add(b, self.lo, mul(b, position, self.step))

    def advanced(self, b: Builder, state: Values, first: Value, end: Value) -> Values:
        """The state after the steps from ``first`` to ``end``; nothing of them is kept."""
        bounds = (self.counter(b, first), self.counter(b, end), self.step)
        counter, params = Value(I64, self._counter_hint()), self.fresh()

        def body() -> Values:
            copy = Copy(b, {**self.env, **dict(zip(self._step_params(), (counter, *params), strict=True))})
            copy.emit(b, self.node.body.nodes)
            return copy.values(self.node.body.yields)

        region = b.region((counter, *params), body)
        return b.for_loop(bounds, state, region, hints=[p.hint for p in params])

    def _counter_hint(self) -> str | None:
        return self.node.counter.hint if isinstance(self.node, For) else None

    def _step_params(self) -> Values:
        """The parameters of a step: a ``while`` has no loop variable."""
        first = self.node.counter if isinstance(self.node, For) else Value(I64, None)
        return (first, *self.node.carried)

    def fresh(self) -> Values:
        """New values for a state."""
        return tuple(Value(p.any_type, p.hint) for p in self.node.carried)

    # -- derivatives ------------------------------------------------------------------------------------
    def taped_step(self, b: Builder, state: Values, position: Value) -> Half:
        """One step, taped."""
        return self.taped_round(b, state, self.counter(b, position))

    def taped_round(self, b: Builder, state: Values, counter: Value) -> Half:
        """The round of a value of the loop variable, taped."""
        return self._half(b, self.joint_step(), (counter, *state))

    def taped_segment(self, b: Builder, state: Values, first: Value, end: Value) -> Half:
        """The steps from ``first`` to ``end``, taped."""
        bounds = (self.counter(b, first), self.counter(b, end))
        return self._half(b, self.joint_segment(), (*bounds, *state))

    def _half(self, b: Builder, func: Func, args: Values) -> Half:
        captured = tuple(self.env.get(v, v) for v in self.summed)
        pairs = zip(func.params, (*args, *captured), strict=False)
        copy = _Sized(b, {**self.env, **dict(pairs)})
        copy.emit(b, func.body.nodes[: func.cut])
        return Half(func, copy, len(self.node.carried))

    def joint_step(self) -> Func:
        """The joint program of one step, by the loop variable."""
        if "step" not in self._made:
            params = (*self._step_params(), *self.summed)
            body = Region(params, (*self.constants, *self.node.body.nodes), self.node.body.yields)
            self._made["step"] = self._joint_of(Func(STEP, body), 1)
        return self._made["step"]

    def joint_segment(self) -> Func:
        """The joint program of some steps, by the loop variable at the first and behind the last one."""
        if "segment" not in self._made:
            first, end, state = Value(I64, "first"), Value(I64, "end"), self.fresh()
            results, body = self.fresh(), self.node.body
            if isinstance(self.node, While):
                body = Region((Value(I64, None), *body.params), body.nodes, body.yields)
            attrs = tuple(a for a in self.node.attrs if a[0] not in SCHEDULE)
            b = Builder()
            step = self.step if self.stride is None else number(b, self.stride)
            b.append(For(first, end, step, state, body, results, attrs, self.node.span))
            region = Region((first, end, *state, *self.summed), tuple(b.nodes), results)
            self._made["segment"] = self._joint_of(Func("segment", region), 2)
        return self._made["segment"]

    def _joint_of(self, func: Func, before: int) -> Func:
        start = before + len(self.node.carried)
        sums = range(start, start + len(self.summed))
        return self.joint(func, [*(before + k for k in self.moving), *sums], self.moving, sums)


class _Sized(Copy):
    """Emits nodes once more, where more may be known of sizes that they find out."""

    def op(self, op: Op) -> None:
        """Emit an operation; a size that is known takes no finding out."""
        known = known_dim(self.b, self.value(op.operands[0])) if op.prim.name == "bind_dim" else None
        if known is None:
            super().op(op)
        else:
            self.symbols[op.attr("sym")] = known


def _row(room: Value) -> Indexer:
    return Indexer((Point(), *(Full(),) * (room.type.rank - 1)))


def loop_of(node: For | While, b: Builder, active: set[Value], joint: Joint, step: Value) -> Loop:
    """A loop with a step that the builder knows; its start and surroundings are said where it is opened."""
    stride = known_dim(b, step)
    return Loop(node, active, {}, joint, step, step, None if stride is None else stride.value)


def obstacle(node: For | While) -> str | None:
    """Why the steps of a loop cannot be run again from states in arrays, if they cannot."""
    if any(not isinstance(p.any_type, Type) or OPEN in p.type.dims for p in node.carried):
        return "it carries a list, or an array whose size changes"
    if any(isinstance(n, Op) and n.prim.name == "draw" for n in walk(node.body)):
        return "a step that is run again would draw other random numbers"
    return None


def known(totals: Totals) -> Values:
    """The sums that have begun."""
    return tuple(v for v in totals if v is not None)


def number(b: Builder, value: int) -> Value:
    """A constant integer."""
    return constant(b, value)
