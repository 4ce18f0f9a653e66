"""The forward sweep with its tapes: the primal, unchanged but for the stores that save values.

A tape is threaded through every loop and branch on the way to the value it saves, as one more carried value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from adgen.analysis.storage import place
from adgen.autodiff.adjoints import Pair
from adgen.autodiff.homes import Path
from adgen.autodiff.positions import tape_position
from adgen.autodiff.residuals import Tape, Tapes, as_kept, packed
from adgen.ir.builder import Builder, sorted_attrs
from adgen.ir.core import For, Full, If, Indexer, Node, Op, Point, Region, Value, While
from adgen.ir.types import I64, StackType, TapeType
from adgen.primitives.calling import no_tape
from adgen.primitives.elementwise import add, cast
from adgen.primitives.indexing import write, zeros_of
from adgen.primitives.shape import empty
from adgen.primitives.sizes import constant
from adgen.primitives.tape import push, stack_new

State = dict[Tape, Value]


class Taping:
    """Emits the forward sweep into ``b``."""

    def __init__(
        self,
        b: Builder,
        tapes: Tapes,
        counts: Mapping[While, Value],
        calls: Mapping[Op, tuple[Pair, Value]],
    ) -> None:
        self.b = b
        self._tapes = [t for t in tapes.unique() if not t.kept]
        self._before = tapes.before
        self._overwritten = tapes.undos.before
        self._needed = tapes.needed
        self._homes = tapes.homes
        self._counts = counts
        self._calls = calls
        self._saved: dict[Value, list[Tape]] = {}
        for tape in self._tapes:
            self._saved.setdefault(tape.value, []).append(tape)
            if tape.history is not None:
                position = tape.history.carried.index(tape.value)
                self._saved.setdefault(tape.history.body.yields[position], []).append(tape)

    def root(self, nodes: Sequence[Node]) -> None:
        """Emit the function's own block; tapes are made right before the loop they belong to."""
        state: State = {}
        for node in nodes:
            for extra in self._before.get(node, ()):
                self.b.append(extra)
            for tape in self._inside((), node):
                state[tape] = self._storage(tape)
            self._node(node, (), state)

    def _storage(self, tape: Tape) -> Value:
        if tape.kind == "stack":
            stack, hint = tape.final.any_type, tape.final.hint
            assert isinstance(stack, StackType)
            return stack_new(self.b, element=stack.element, hint=hint, saved=self._why(tape))
        if tape.kind == "slot":
            if isinstance(tape.value.any_type, TapeType):
                return no_tape(self.b)
            return zeros_of(self.b, tape.value.type)
        type_, hint = tape.final.type, tape.final.hint
        return empty(self.b, dims=type_.dims, dtype=type_.dtype, hint=hint, saved=self._why(tape))

    def _why(self, tape: Tape) -> tuple[str, str, str, str]:
        """What a tape is for, as reports and comments say it (:class:`adgen.analysis.storage.Kept`)."""
        name, made, lost = self._homes.origin(tape.value)
        return name, made, place(self._needed.get(tape)), lost

    def _inside(self, path: Path, node: Node) -> list[Tape]:
        """Tapes of values defined in the regions of ``node``."""
        depth = len(path)
        return [t for t in self._tapes if len(t.path) > depth and t.path[depth][0] is node]

    # -- walking ----------------------------------------------------------------------------------------
    def _region(self, nodes: Sequence[Node], path: Path, state: State) -> None:
        for node in nodes:
            self._node(node, path, state)

    def _node(self, node: Node, path: Path, state: State) -> None:
        inside = self._inside(path, node)
        if isinstance(node, Op) and node in self._overwritten:
            self._append_read(self._overwritten[node], path, state)
        match node:
            case For() if inside:
                self._for(node, path, state, inside)
            case While() if inside or node in self._counts:
                self._while(node, path, state, inside)
            case If() if inside:
                self._if(node, path, state, inside)
            case Op() if node in self._calls:
                self._call(node, path, state)
            case _:
                self.b.append(node)
        self._save(node.results, path, state)
        if isinstance(node, While) and node in self._counts:
            self._save((self._counts[node],), path, state)

    def _append_read(self, old: Op, path: Path, state: State) -> None:
        """What a store is about to overwrite."""
        self.b.append(old)
        self._save(old.results, path, state)

    def _call(self, node: Op, path: Path, state: State) -> None:
        """A call of the forward function, which leaves a tape too."""
        pair, tape = self._calls[node]
        attrs = {"callee": pair.forward, "types": (*node.attr("types"), tape.any_type)}
        results = (*node.results, tape)
        self.b.append(replace(node, results=results, attrs=sorted_attrs(attrs)))
        self._save((tape,), path, state)

    def _save(self, values: Sequence[Value], path: Path, state: State) -> None:
        for value in values:
            for tape in self._saved.get(value, ()):
                if path:
                    self._store(tape, value, path, state)

    def _store(self, tape: Tape, value: Value, path: Path, state: State) -> None:
        if tape.kind == "slot":
            state[tape] = value
        elif tape.kind == "stack":
            stack = tape.final.any_type
            assert isinstance(stack, StackType)
            element = as_kept(self.b, value, stack.element)
            state[tape] = push(self.b, state[tape], element, hint=tape.final.hint)
        else:
            self._store_cell(tape, value, path, state)

    def _store_cell(self, tape: Tape, value: Value, path: Path, state: State) -> None:
        if tape.final.type.dtype is not value.type.dtype:
            value = cast(self.b, value, dtype=tape.final.type.dtype, hint=value.hint)
        loops = [n for n in self._homes.rounds(tape.value) if isinstance(n, For)]
        if tape.packing is not None:
            at, index = packed(self.b, tape, tape.packing, [n.counter for n in loops])
            state[tape] = write(self.b, state[tape], value, at, index=index, hint=tape.final.hint)
            return
        positions = [self._position(n) for n in loops]
        if tape.history is not None:
            if value is tape.value:
                return  # it is the value before, saved one slot earlier
            positions[-1] = add(self.b, positions[-1], constant(self.b, 1))
        state[tape] = self._write(state[tape], value, positions)

    def _write(self, tape: Value, value: Value, positions: Sequence[Value]) -> Value:
        whole = (Full(),) * (tape.type.rank - len(positions))
        index = Indexer((*(Point() for _ in positions), *whole))
        return write(self.b, tape, value, *positions, index=index, hint=tape.hint)

    def _position(self, node: For) -> Value:
        return tape_position(self.b, node.counter, node.lo, node.step)

    # -- structure --------------------------------------------------------------------------------------
    def _for(self, node: For, path: Path, state: State, inside: list[Tape]) -> None:
        here = (*path, (node, 0))
        for tape in inside:
            if tape.history is node:
                outer = [self._position(n) for n, _ in path if isinstance(n, For)]
                init = node.inits[node.carried.index(tape.value)]
                state[tape] = self._write(state[tape], init, [*outer, constant(self.b, 0)])
        inits = tuple(state[t] for t in inside)
        params = tuple(Value(v.any_type, t.final.hint) for t, v in zip(inside, inits, strict=True))
        inner: State = dict(zip(inside, params, strict=True))
        with self.b.block() as nodes:
            self._save(node.body.params, here, inner)
            self._region(node.body.nodes, here, inner)
        body = Region(
            (*node.body.params, *params),
            tuple(nodes),
            (*node.body.yields, *(inner[t] for t in inside)),
        )
        results = self._results(inside, params, path)
        self.b.append(
            replace(node, inits=(*node.inits, *inits), body=body, results=(*node.results, *results))
        )
        state.update(zip(inside, results, strict=True))

    def _results(self, inside: list[Tape], like: Sequence[Value], path: Path) -> tuple[Value, ...]:
        """Results for the tapes of a node: at the root these are what the reverse sweep refers to."""
        if not path:
            return tuple(t.final for t in inside)
        return tuple(Value(v.any_type, t.final.hint) for t, v in zip(inside, like, strict=True))

    def _while(self, node: While, path: Path, state: State, inside: list[Tape]) -> None:
        here = (*path, (node, 1))
        inits = [state[t] for t in inside]
        params = [Value(v.any_type, t.final.hint) for t, v in zip(inside, inits, strict=True)]
        inner: State = dict(zip(inside, params, strict=True))
        results = list(self._results(inside, params, path))
        count = self._counts.get(node)
        with self.b.block() as nodes:
            counted = []
            if count is not None:  # first, so that a round may be left anywhere
                number = Value(I64, count.hint)
                counted.append(add(self.b, number, constant(self.b, 1), hint=count.hint))
                params.append(number)
                results.append(count)
            self._save(node.body.params, here, inner)
            self._region(node.body.nodes, here, inner)
            ends = [*(inner[t] for t in inside), *counted]
        if count is not None:
            inits.append(constant(self.b, 0))
        body = Region((*node.body.params, *params), tuple(nodes), (*node.body.yields, *ends))
        cond_params = (*node.cond.params, *(Value(p.any_type, p.hint) for p in params))
        self.b.append(
            replace(
                node,
                inits=(*node.inits, *inits),
                cond=replace(node.cond, params=cond_params),
                body=body,
                results=(*node.results, *results),
            )
        )
        state.update(zip(inside, results, strict=False))

    def _if(self, node: If, path: Path, state: State, inside: list[Tape]) -> None:
        regions = []
        for number, region in enumerate((node.then, node.orelse)):
            inner = dict(state)
            with self.b.block() as nodes:
                self._region(region.nodes, (*path, (node, number)), inner)
            ends = tuple(inner[t] for t in inside)
            regions.append(replace(region, nodes=tuple(nodes), yields=(*region.yields, *ends)))
        results = self._results(inside, [state[t] for t in inside], path)
        then, orelse = regions
        self.b.append(replace(node, then=then, orelse=orelse, results=(*node.results, *results)))
        state.update(zip(inside, results, strict=True))
