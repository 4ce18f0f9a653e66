"""The reverse sweep with every value of the primal it refers to made available.

The sweep is emitted again; where it uses a value of a loop or branch of the primal, that value is computed
again or fetched from its tape at the start of the reverse region that undoes the value's home.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adgen.analysis.storage import place
from adgen.autodiff.frames import Frame, name_of_rounds, stride, within
from adgen.autodiff.homes import Homes, Path, ends_of
from adgen.autodiff.positions import tape_position, trip_count
from adgen.autodiff.replays import Replays
from adgen.autodiff.residuals import Tape, Tapes, as_kept, packed
from adgen.autodiff.undo import Undo
from adgen.diagnostics.spans import Span
from adgen.ir.builder import Builder, dims_in_attrs, sorted_attrs
from adgen.ir.core import For, Full, If, Indexer, Node, Op, Point, Region, Value, While
from adgen.ir.types import AnyType, StackType
from adgen.primitives.elementwise import add, cast, mul, sub
from adgen.primitives.indexing import read, write
from adgen.primitives.sizes import constant, known_dim
from adgen.primitives.tape import pop
from adgen.transform.rebuild import Rebuild


class Resolve(Rebuild):
    """Emits the reverse sweep into ``b``."""

    def __init__(
        self,
        b: Builder,
        homes: Homes,
        tapes: Tapes,
        mirror: Mapping[Node, Node],
        counts: Mapping[While, Value],
        hints: Mapping[Value, str],
    ) -> None:
        super().__init__(b)
        self._homes = homes
        self._tapes = tapes
        self._tables = tapes.tables
        self._replays = Replays(b, homes, tapes.tables, tapes.before, self.value)
        self._mirror = mirror
        self._counts = counts
        self._hints = hints
        self._frames: list[Frame] = [Frame(())]
        self._line: Span | None = None
        self._depth = 0
        self.demanded: dict[Value, None] = {}

    # -- values -----------------------------------------------------------------------------------------
    def value(self, value: Value) -> Value:
        """The value to use in the reverse sweep."""
        if value in self.env:
            return self.env[value]
        if self._homes.at_root(value):
            return value
        frame = self._frame_of(self._homes.path[value])
        if not self._depth:
            self.demanded[value] = None
        if value not in frame.env:
            frame.env[value] = self._available(value, frame)
        return frame.env[value]

    def node(self, node: Node) -> None:
        """Emit one node, and remember its line: what it reads is needed there."""
        outer, self._line = self._line, node.span or self._line
        super().node(node)
        self._line = outer

    def _frame_of(self, path: Path) -> Frame:
        return next(f for f in reversed(self._frames) if f.path == path)

    def _available(self, value: Value, frame: Frame) -> Value:
        op, stored = self._homes.defs.op(value), self._homes.stored(value)
        if stored is not None:
            return self._stored(value, *stored, frame)
        if op is not None and self._homes.settled.source(op) is not None and self._tables.at_hand(value):
            return self._elsewhere(op, frame)
        if value in self._homes.inductions:
            return self._counted(value, frame)
        if op is not None and self._again(value, op):
            self._depth += 1
            self._bind(value.any_type, op)
            operands = self.values(op.operands)
            self._depth -= 1
            with self.b.into(frame.prologue):
                (found,) = self.b.emit(op.prim, operands, dict(op.attrs), value.hint, op.span)
            return found
        branch = self._homes.defs.table.get(value)
        if isinstance(branch, If) and (self._tables.at_hand(value) or self._tapes.chosen_again(value)):
            return self._joined(value, branch, frame)
        if self._tables.at_hand(value):
            return self._replayed(value, branch, frame)
        tape = self._tapes.tape(value)
        self._tapes.needed.setdefault(tape, self._line)
        self._bind(value.any_type)
        if tape.kind == "slot":
            return tape.final
        if tape.kind == "stack":
            return self._popped(tape, frame)
        if tape.undo is not None:
            return self._undone(tape, tape.undo, value, frame)
        return self._fetched(tape, value, frame)

    def _elsewhere(self, op: Op, frame: Frame) -> Value:
        """A read of cells that an array outside the loops has too."""
        found = self._homes.settled.source(op)
        assert found is not None
        for view in reversed(self._homes.settled.views(op)):
            self._bind(view.result.any_type, view)
            places = self.values(view.operands[1:])
            with self.b.into(frame.prologue):
                (found,) = self.b.emit(
                    view.prim, (found, *places), dict(view.attrs), view.result.hint, view.span
                )
        return found

    def _joined(self, value: Value, branch: If, frame: Frame) -> Value:
        """A number that one side of a branch or the other gives, computed again."""
        self._depth += 1
        pred, sides = self.value(branch.pred), []
        for number, end in enumerate(ends_of(branch, value)):
            inner = Frame((*frame.path, (branch, number)))
            self._frames.append(inner)
            found = self.value(end)
            self._frames.pop()
            self._replays.finish(inner.prologue)
            sides.append(Region((), tuple(inner.prologue), (found,)))
        self._depth -= 1
        joined = Value(value.any_type, value.hint)
        with self.b.into(frame.prologue):
            self.b.append(If(pred, sides[0], sides[1], (joined,), branch.span))
        return joined

    def _replayed(self, value: Value, maker: Node | None, frame: Frame) -> Value:
        """What a loop that runs again gives, or carried at the beginning of a round."""
        node = maker if isinstance(maker, For) else frame.path[-1][0]
        assert isinstance(node, For)
        home = frame if maker is node else self._frame_of(frame.path[:-1])
        replay = self._replays.replay(node, home.prologue)
        if maker is node:
            return replay.results[node.results.index(value)]
        name, made, lost = self._homes.origin(value)
        with self.b.into(frame.prologue):
            why = (name, made, place(self._line), lost)
            return self._as_it_was(self._replays.carried(replay, value, frame.env[node.counter], why), value)

    def _stored(self, value: Value, op: Op, final: Value, frame: Frame) -> Value:
        """A read of what the function has stored for good."""
        self._bind(value.any_type, op)
        places = self.values(op.operands[2:])
        with self.b.into(frame.prologue):
            return self._as_it_was(
                read(self.b, final, *places, index=op.attr("index"), hint=value.hint), value
            )

    def _counted(self, value: Value, frame: Frame) -> Value:
        """A counter of a ``while`` loop, from the number of the round."""
        counts = self._homes.inductions[value]
        known = known_dim(self.b, counts.step)
        fixed = None if known is None else known.value
        start, step = self.value(counts.start), self.value(counts.step) if fixed is None else None
        assert frame.position is not None
        with self.b.into(frame.prologue):
            moved = mul(self.b, frame.position, constant(self.b, fixed or 0) if step is None else step)
            return (sub if counts.falls else add)(self.b, start, moved, hint=value.hint)

    def _again(self, value: Value, op: Op) -> bool:
        return self._tables.at_hand(value) or self._tapes.again(value, op)

    def _fetched(self, tape: Tape, value: Value, frame: Frame) -> Value:
        around = [f for f in self._frames if f.is_loop and within(frame.path, f.path)]
        rounds = self._homes.rounds(tape.value)
        frames = [f for f in around if tape.kept or f.path[-1][0] in rounds]
        if tape.packing is not None:
            counters = [self._counter(f) for f in frames]
            with self.b.into(frame.prologue):
                at, index = packed(self.b, tape, tape.packing, counters)
                return self._as_it_was(read(self.b, tape.final, at, index=index, hint=value.hint), value)
        positions = [self._position(f) for f in frames]
        whole = (Full(),) * (tape.final.type.rank - len(positions))
        index = Indexer((*(Point() for _ in positions), *whole))
        with self.b.into(frame.prologue):
            offset = tape.offset + (tape.history is not None and value is not tape.value)
            if offset:
                positions[-1] = add(self.b, positions[-1], constant(self.b, offset))
            return self._as_it_was(read(self.b, tape.final, *positions, index=index, hint=value.hint), value)

    def _as_it_was(self, found: Value, value: Value) -> Value:
        """What was read from an array, as the kind of number that the value is."""
        if found.type == value.type:
            return found
        return cast(self.b, found, dtype=value.type.dtype, kind=value.type.kind, hint=value.hint)

    def _counter(self, frame: Frame) -> Value:
        node = frame.path[-1][0]
        assert isinstance(node, For)
        return frame.env[node.counter]

    def _position(self, frame: Frame) -> Value:
        if frame.position is None:
            node = frame.path[-1][0]
            assert isinstance(node, For)
            lo, step = self.value(node.lo), self.value(node.step)
            with self.b.into(frame.prologue):
                frame.position = tape_position(self.b, frame.env[node.counter], lo, step)
        return frame.position

    # -- stacks -----------------------------------------------------------------------------------------
    def _popped(self, tape: Tape, frame: Frame) -> Value:
        stack = self._stack(tape, self._frames.index(frame))
        with self.b.into(frame.prologue):
            hints = (tape.final.hint, tape.value.hint)
            element = self._element(tape)
            rest, found = self.b.emit(pop, (stack,), {"element": element}, hints)
            found = as_kept(self.b, found, tape.value.any_type)
        frame.stacks[tape] = rest
        return found

    def _element(self, tape: Tape) -> AnyType:
        """The type of what is on a stack."""
        stack = tape.final.any_type
        assert isinstance(stack, StackType)
        return stack.element

    def _undone(self, tape: Tape, undo: Undo, value: Value, frame: Frame) -> Value:
        """The version of an array, from the one after it: stores are taken back."""
        array = self._stack(tape, self._frames.index(frame))
        for step in undo.steps:
            frame.env[step.store.result] = array
            old, places = self.value(step.old.result), self.values(step.store.operands[2:])
            with self.b.into(frame.prologue):
                array = write(
                    self.b, array, old, *places, index=step.store.attr("index"), hint=step.base.hint
                )
            frame.env[step.base] = array
        frame.stacks[tape] = array
        return frame.env[value]

    def _stack(self, tape: Tape, depth: int) -> Value:
        """The stack as the frame at ``depth`` finds it; loops on the way carry it."""
        frame = self._frames[depth]
        if tape not in frame.stacks:
            if depth == 0:
                frame.stacks[tape] = tape.final
            else:
                outer = self._stack(tape, depth - 1)
                if frame.is_loop:
                    frame.stack_params[tape] = Value(tape.final.any_type, tape.final.hint)
                    frame.stacks[tape] = frame.stack_params[tape]
                else:
                    frame.stacks[tape] = outer
        return frame.stacks[tape]

    # -- sizes ------------------------------------------------------------------------------------------
    def _bind(self, type_: AnyType, op: Op | None = None) -> None:
        """Make the symbols of a type (and of an operation's attributes) known where they are needed."""
        shape = type_.element if isinstance(type_, StackType) else type_
        dims = [*shape.dims, *(dims_in_attrs(op.attrs) if op is not None else ())]
        for name in dict.fromkeys(s for d in dims for s in d.symbols()):
            found = self._homes.binding(name, self._frames[-1].path)
            if found is not None and found[1]:
                self._bind_symbol(name, *found)

    def _bind_symbol(self, name: str, op: Op, path: Path) -> None:
        frame = self._frame_of(path)
        if name in frame.symbols:
            return
        frame.symbols.add(name)
        operand = self.value(op.operands[0])
        with self.b.into(frame.prologue):
            self.b.emit(op.prim, (operand,), dict(op.attrs))

    # -- nodes ------------------------------------------------------------------------------------------
    def op(self, op: Op) -> None:
        """Emit a leaf operation, its results named after the cotangents they are."""
        for v in op.results:
            self._bind(v.any_type, op)
        if not op.results:
            super().op(op)
            return
        hints = [v.hint or self._hints.get(v) for v in op.results]
        found = self.b.emit(op.prim, self.values(op.operands), dict(op.attrs), hints, op.span)
        self.env.update(zip(op.results, found, strict=True))

    def for_(self, node: For) -> None:
        """Emit a reversed loop with the bounds that undo its forward loop; a rule's own loop as it is."""
        forward = self._mirror.get(node)
        if forward is None:
            super().for_(node)
            return
        assert isinstance(forward, For | While)
        for param in node.body.params:
            self._bind(param.any_type)
        inits = self.values(node.inits)
        bounds = self._bounds(forward)
        counter, *params = (self.fresh(p) for p in node.body.params)
        if isinstance(forward, While):
            counter = Value(counter.any_type, name_of_rounds(self._homes, self.b, forward) or counter.hint)
            self.env[node.counter] = counter
        frame = Frame((*self._frames[-1].path, (forward, 0 if isinstance(forward, For) else 1)))
        self._frames.append(frame)
        if isinstance(forward, For):
            self._enter(forward, counter, frame)
        else:
            frame.position = counter
        nodes, yields = self._block(node.body, frame)
        self._frames.pop()
        extra = list(frame.stack_params)
        outer = self._frames[-1]
        results = tuple(self.fresh(v) for v in node.results)
        stacks = tuple(Value(t.final.any_type, t.final.hint) for t in extra)
        body = Region(
            (counter, *params, *(frame.stack_params[t] for t in extra)),
            nodes,
            (*yields, *(frame.stacks[t] for t in extra)),
        )
        inits = (*inits, *(outer.stacks[t] for t in extra))
        attrs = sorted_attrs(dict(node.attrs))
        self.b.append(For(*bounds, inits, body, (*results, *stacks), attrs, node.span))
        outer.stacks.update(zip(extra, stacks, strict=True))

    def _block(self, region: Region, frame: Frame) -> tuple[tuple[Node, ...], tuple[Value, ...]]:
        with self.b.block() as nodes:
            self.nodes(region.nodes)
            yields = self.values(region.yields)
        self._replays.finish(frame.prologue)
        return (*frame.prologue, *nodes), yields

    def _bounds(self, forward: For | While) -> tuple[Value, Value, Value]:
        one, minus = constant(self.b, 1), constant(self.b, -1)
        if isinstance(forward, While):
            return sub(self.b, self.value(self._counts[forward]), one), minus, minus
        lo, hi, step = self.values((forward.lo, forward.hi, forward.step))
        match stride(self.b, step):
            case 1:
                return sub(self.b, hi, one), sub(self.b, lo, one), minus
            case -1:
                return add(self.b, hi, one), add(self.b, lo, one), one
            case _:
                return sub(self.b, trip_count(self.b, lo, hi, step), one), minus, minus

    def _enter(self, forward: For, counter: Value, frame: Frame) -> None:
        """Relate the reverse counter to the forward one."""
        lo, step = self.value(forward.lo), self.value(forward.step)
        if stride(self.b, step) in (1, -1):
            frame.env[forward.counter] = counter
            return
        with self.b.into(frame.prologue):
            start = add(self.b, lo, mul(self.b, counter, step))
        frame.env[forward.counter] = start
        frame.position = counter

    def if_(self, node: If) -> None:
        """Emit a reversed branch."""
        forward = self._mirror.get(node)
        if forward is None:
            super().if_(node)
            return
        for result in node.results:
            self._bind(result.any_type)
        pred = self.value(node.pred)
        sides: list[tuple[tuple[Node, ...], tuple[Value, ...], Frame]] = []
        for number, region in enumerate((node.then, node.orelse)):
            frame = Frame((*self._frames[-1].path, (forward, number)))
            self._frames.append(frame)
            nodes, yields = self._block(region, frame)
            self._frames.pop()
            sides.append((nodes, yields, frame))
        self._join(node, pred, sides)

    def _join(
        self, node: If, pred: Value, sides: Sequence[tuple[tuple[Node, ...], tuple[Value, ...], Frame]]
    ) -> None:
        outer = self._frames[-1]
        extra = [t for t in dict.fromkeys(t for _, _, f in sides for t in f.stacks)]
        regions = [
            Region((), nodes, (*yields, *(frame.stacks.get(t, outer.stacks[t]) for t in extra)))
            for nodes, yields, frame in sides
        ]
        results = tuple(self.fresh(v) for v in node.results)
        stacks = tuple(Value(t.final.any_type, t.final.hint) for t in extra)
        self.b.append(If(pred, regions[0], regions[1], (*results, *stacks), node.span))
        outer.stacks.update(zip(extra, stacks, strict=True))

    def fresh(self, value: Value) -> Value:
        """A new value, named after the cotangent it is."""
        self.env[value] = Value(value.any_type, value.hint or self._hints.get(value))
        return self.env[value]
