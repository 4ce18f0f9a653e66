"""Loops that run again in a reverse region, and keep what they carry for its reversed loop.

Which loops do is decided by :mod:`adgen.autodiff.tables`. A loop is emitted at the start of the region, when
all is known that is read of it: it stands there as a mark until the region ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field

from adgen.autodiff.extents import most_rounds
from adgen.autodiff.homes import Homes
from adgen.autodiff.positions import tape_position, trip_count
from adgen.autodiff.tables import Tables
from adgen.ir.builder import Builder
from adgen.ir.core import For, Indexer, Node, Op, Point, Region, Value, operands_of, regions_of
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.primitives.indexing import read, write
from adgen.primitives.shape import empty
from adgen.primitives.sizes import dim_of
from adgen.records import dataclass
from adgen.transform.rebuild import Copy

#: what is kept, as reports and comments say it (:class:`adgen.analysis.storage.Kept`)
Why = tuple[str, str, str, str]


@dataclass(slots=True, eq=False)
class Replay:
    """A loop that runs again: what it takes, its results, and the tapes of what it carries."""

    node: For
    env: dict[Value, Value]
    results: tuple[Value, ...]
    before: list[Node] = field(default_factory=list)
    steps: Dim | None = None
    tapes: dict[Value, tuple[Value, Why]] = field(default_factory=dict)


class Replays:
    """Emits loops again into ``b``; ``value`` makes available what they take from outside.

    ``before`` holds what must be emitted just before each outermost loop of the forward sweep.
    """

    def __init__(
        self,
        b: Builder,
        homes: Homes,
        tables: Tables,
        before: dict[Node, list[Node]],
        value: Callable[[Value], Value],
    ) -> None:
        self._b = b
        self._homes = homes
        self._tables = tables
        self._before = before
        self._value = value
        self._marks: dict[Node, Replay] = {}

    def replay(self, node: For, prologue: list[Node]) -> Replay:
        """The loop, run again in the region with this prologue."""
        found = next((self._marks[n] for n in prologue if n in self._marks and n is node), None)
        if found is None:
            env = {v: self._value(v) for v in dict.fromkeys(self._taken(node))}
            results = tuple(Value(v.any_type, v.hint) for v in node.results)
            found = self._marks[node] = Replay(node, env, results)
            prologue.append(node)
        return found

    def carried(self, replay: Replay, value: Value, counter: Value, why: Why) -> Value:
        """What a loop carried at the beginning of the round of a counter, read from its tape."""
        node = replay.node
        lo, hi, step = (replay.env.get(v, v) for v in (node.lo, node.hi, node.step))
        if value not in replay.tapes:
            steps = self._steps(replay, lo, hi, step)
            name = None if value.hint is None else f"{value.hint}_tape"
            tape = Value(Type(value.type.dtype, (steps,)), name or "tape")
            replay.tapes[value] = (tape, why)
        tape, _ = replay.tapes[value]
        position = tape_position(self._b, counter, lo, step)
        return read(self._b, tape, position, index=Indexer((Point(),)), hint=value.hint)

    def _steps(self, replay: Replay, lo: Value, hi: Value, step: Value) -> Dim:
        """The size of tapes: the most rounds of the loop, or those of this run of it."""
        if replay.steps is None:
            with self._b.into(self._before.setdefault(self._homes.path[replay.node.counter][0][0], [])):
                replay.steps = most_rounds(self._homes, replay.node, self._b)
        if replay.steps is None:
            with self._b.into(replay.before):
                replay.steps = dim_of(self._b, trip_count(self._b, lo, hi, step), "steps")
        return replay.steps

    def finish(self, prologue: list[Node]) -> None:
        """Put loops where their marks stand."""
        for mark in [n for n in prologue if n in self._marks]:
            at = prologue.index(mark)
            prologue[at : at + 1] = self._nodes(self._marks.pop(mark))

    # -- what a loop takes ------------------------------------------------------------------------------
    def _taken(self, node: For) -> Iterator[Value]:
        local: set[Value] = set()
        yield from (v for v in self._uses(node, local) if v not in local)

    def _uses(self, node: Node, local: set[Value]) -> Iterator[Value]:
        if isinstance(node, Op):
            yield from (v for v in self._tables.inputs(node) if v not in local)
        else:
            yield from (v for v in operands_of(node) if v not in local)
        for region in regions_of(node):
            local.update(region.params)
            for inner in region.nodes:
                yield from self._uses(inner, local)
            yield from (v for v in region.yields if v not in local)
        local.update(node.results)

    # -- emission ---------------------------------------------------------------------------------------
    def _nodes(self, replay: Replay) -> list[Node]:
        with self._b.block() as nodes:
            for node in replay.before:
                self._b.append(node)
            made = [self._tape(tape, why) for tape, why in replay.tapes.values()]
            again = _Again(self._b, self._homes, replay)
            again.loop(made)
        return list(nodes)

    def _tape(self, tape: Value, why: Why) -> Value:
        return empty(self._b, dims=tape.type.dims, dtype=tape.type.dtype, hint=tape.hint, saved=why)


class _Again(Copy):
    """Emits a loop with tapes; it reads final cells from the arrays that have them in the end."""

    def __init__(self, b: Builder, homes: Homes, replay: Replay) -> None:
        super().__init__(b, replay.env)
        self._homes = homes
        self._replay = replay

    def loop(self, tapes: list[Value]) -> None:
        """Emit the loop; the tapes are what it carries last."""
        replay, node = self._replay, self._replay.node
        inits = (*self.values(node.inits), *tapes)
        bounds = (self.value(node.lo), self.value(node.hi), self.value(node.step))
        params = tuple(self.fresh(p) for p in node.body.params)
        kept = [Value(t.any_type, t.hint) for t in tapes]
        with self.b.block() as nodes:
            position = tape_position(self.b, params[0], bounds[0], bounds[2]) if kept else params[0]
            written = [
                write(self.b, t, self.value(v), position, index=Indexer((Point(),)), hint=t.hint)
                for t, v in zip(kept, replay.tapes, strict=True)
            ]
            self.nodes(node.body.nodes)
            yields = (*self.values(node.body.yields), *written)
        body = Region((*params, *kept), tuple(nodes), yields)
        results = (*replay.results, *(t for t, _ in replay.tapes.values()))
        self.b.append(For(*bounds, inits, body, results, (), node.span))

    def op(self, op: Op) -> None:
        """Emit an operation; of a read of final cells, one of the array outside the loops."""
        found = self._homes.settled.source(op)
        if found is None:
            super().op(op)
            return
        for view in reversed(self._homes.settled.views(op)):
            places = self.values(view.operands[1:])
            hint = view.result.hint
            (found,) = self.b.emit(view.prim, (found, *places), self.attrs(view.attrs), hint, view.span)
        assert found is not None
        self.env[op.result] = found
