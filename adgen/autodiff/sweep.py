"""The reverse sweep: every node's adjoint, in reverse order.

Control flow is reversed directly::

    for i in range(lo, hi): c = body(c, x)     for i in reversed(range(lo, hi)): c_bar, x_bar = body_bar(...)
    while ...: c = body(c)                     the same, over the number of iterations that were made
    if p: ... else: ...                        if p: ... else: ... of the adjoints

Here the adjoint refers to values of the primal wherever it needs them, inside loops too; what has to be
saved for that is decided afterwards (:mod:`adgen.autodiff.residuals`). ``mirror`` tells which forward node a
reverse node undoes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from adgen.analysis.origins import Origins
from adgen.autodiff.adjoints import Adjoints, Pair, tape_of
from adgen.autodiff.composites import Composite
from adgen.autodiff.cotangents import Cotangents, masks_for
from adgen.autodiff.factoring import shorter_round
from adgen.autodiff.rules import CHOICES, STEEP, Strength, chosen, contributions, scaled
from adgen.autodiff.segments import Second
from adgen.diagnostics.errors import refuse
from adgen.ir.builder import Builder, sorted_attrs
from adgen.ir.calls import SCHEDULED, is_call
from adgen.ir.core import For, If, Node, Op, Region, Value, While, captures
from adgen.ir.dims import OPEN
from adgen.ir.types import I64, TapeType
from adgen.primitives.calling import call
from adgen.primitives.define import ZERO, Primitive, Zero
from adgen.primitives.tape import pop, push
from adgen.records import dataclass
from adgen.transform.dce import live_nodes

#: what moves elements: zeros that stay zero remain so
MOVES = frozenset(("add_at", "concat", "copy", "read", "reshape", "stack", "transpose", "write"))


@dataclass(slots=True)
class Sweep:
    """Emits the reverse sweep into ``b``; ``counts`` are the trip counts of ``while`` loops it asks for, and
    ``tapes`` those of the calls that it reverses. ``waiting`` are the second parts of rules of the
    user, and of loops with a schedule."""

    b: Builder
    active: set[Value]
    adjoints: Adjoints
    waiting: dict[Op, Second] = field(default_factory=dict)
    composites: dict[Op, Composite] = field(default_factory=dict)
    mirror: dict[Node, Node] = field(default_factory=dict)
    counts: dict[While, Value] = field(default_factory=dict)
    tapes: dict[Op, tuple[Pair, Value]] = field(default_factory=dict)

    @property
    def extras(self) -> dict[Node, Value]:
        """What forward nodes give besides their results: trip counts of loops, tapes of calls."""
        tapes: dict[Node, Value] = {op: tape for op, (_, tape) in self.tapes.items()}
        return tapes | {loop: count for loop, count in self.counts.items()}

    def nodes(self, nodes: Sequence[Node], cots: Cotangents) -> None:
        """The adjoints of a block, last node first."""
        for node in reversed(nodes):
            with self.b.at(node.span):
                self.node(node, cots)

    def node(self, node: Node, cots: Cotangents) -> None:
        """The adjoint of one node."""
        match node:
            case Op():
                self.op(node, cots)
            case For():
                self.loop(node, node.carried, cots)
            case While():
                self.counts.setdefault(node, Value(I64, "count"))
                self.loop(node, node.body.params, cots)
            case If():
                self.if_(node, cots)

    # -- leaf operations --------------------------------------------------------------------------------
    def op(self, op: Op, cots: Cotangents) -> None:
        """Turn the cotangent of a result into contributions to the operands."""
        if op.prim.name == "push":
            self._push(op, cots)
        elif op.prim.name == "pop":
            self._pop(op, cots)
        elif is_call(op):
            self._call(op, cots)
        elif op in self.waiting:
            self._ruled(op, cots)
        elif len(op.results) == 1 and op.result in self.active:
            self._leaf(op, cots)
        elif any(v in self.active for v in op.results):
            self._several(op, cots)

    def _leaf(self, op: Op, cots: Cotangents) -> None:
        assert isinstance(op.prim, Primitive)
        seed = cots.take(op.result) if op.prim.elementwise else cots.take_through(op)
        if isinstance(seed, Zero) or op.prim.inactive is not None:
            return
        composite = self.composites.get(op)
        if composite is not None:
            for source, partial in zip(composite.sources, composite.partials(self.b), strict=True):
                if source in self.active:
                    part = scaled(self.b, seed.value, partial, seed.strength is Strength.masked)
                    cots.contribute(source, part, seed.masks, seed.strength)
            return
        strength, steep = _strength(op, seed.strength), op.prim.name in STEEP
        if op.prim.name in CHOICES and seed.steep:
            found = chosen(self.b, op, seed.value)
        else:
            found = contributions(self.b, op, seed.value, self.active, seed.strength)
        for k, what in enumerate(found):
            if op.operands[k] in self.active:
                cots.contribute(op.operands[k], what, masks_for(self.b, op, k, seed.masks), strength, steep)

    def _several(self, op: Op, cots: Cotangents) -> None:
        """An operation with several results: its rule takes one cotangent for each."""
        seeds = [cots.take_value(v) if v in self.active else ZERO for v in op.results]
        assert isinstance(op.prim, Primitive)
        if all(isinstance(s, Zero) for s in seeds) or not callable(op.prim.vjp):
            return
        for operand, what in zip(op.operands, op.prim.vjp(self.b, op, tuple(seeds)), strict=True):
            cots.contribute(operand, what)

    def _call(self, op: Op, cots: Cotangents) -> None:
        """The backward function, with the tape that the forward function leaves."""
        taped = self.adjoints.taped(op)
        if not taped and not any(v in self.active and cots.has(v) for v in op.results):
            return
        if op not in self.tapes:
            self.tapes[op] = (self.adjoints.pair(op, self.active), tape_of(op))
        pair, tape = self.tapes[op]
        bars = [self._seed(op.results[k], op, cots) for k in pair.outputs]
        wanted = [op.operands[k] for k in pair.wrt]
        attrs = {"callee": pair.backward, "types": tuple(v.any_type for v in wanted)}
        found = self.b.emit(call, (tape, *bars), attrs, [_bar(v) for v in wanted])
        for operand, bar in zip(wanted, found, strict=True):
            cots.contribute(operand, bar)

    def _ruled(self, op: Op, cots: Cotangents) -> None:
        """What a rule of the user, or the schedule of a loop, makes of the cotangents of its values."""
        if not any(v in self.active and cots.has(v) for v in op.results):
            return
        seeds = tuple(cots.take_dense(v) for v in op.results)
        inputs = op.operands[len(op.results) :]
        captured = inputs[len(inputs) - (op.attr("summed") or 0) :] if op.prim.name == SCHEDULED else ()
        flags = [cots.is_accumulator(v) for v in captured]
        begins = [bool(op.attr("begins")) and not cots.has(v) for v in captured]
        pairs = zip(captured, begins, strict=True)
        totals = tuple(None if new else cots.take_dense(v) for v, new in pairs)
        found = self.waiting[op](self.b, seeds, totals)
        count = len(found) - len(captured)
        for value, total, flag in zip(captured, found[count:], flags, strict=True):
            cots.start(value, total, flag)
        for operand, bar in zip(inputs, found[:count], strict=False):
            cots.contribute(operand, bar)

    def _seed(self, result: Value, op: Op, cots: Cotangents) -> Value:
        """The cotangent of a call's result. Raises AG403 for a tape whose cotangent nothing makes."""
        if isinstance(result.any_type, TapeType) and not cots.has(result):
            raise refuse("AG403", op.span, name=op.attr("callee"))
        return cots.take_dense(result)

    def _push(self, op: Op, cots: Cotangents) -> None:
        """The adjoint of a push pops the cotangent that the adjoint of the pop has pushed."""
        stack, value = op.operands
        stack_bar = cots.take_value(op.result)
        if isinstance(stack_bar, Zero):
            return
        rest, value_bar = self.b.emit(pop, (stack_bar,), {"element": value.any_type}, stack_bar.hint)
        cots.start(stack, rest)
        cots.contribute(value, value_bar)

    def _pop(self, op: Op, cots: Cotangents) -> None:
        (stack,), (rest, value) = op.operands, op.results
        if stack not in self.active:
            return
        rest_bar, value_bar = cots.take_dense(rest), cots.take_dense(value)
        cots.start(stack, push(self.b, rest_bar, value_bar, hint=rest_bar.hint))

    # -- loops ------------------------------------------------------------------------------------------
    def loop(self, node: For | While, params: tuple[Value, ...], cots: Cotangents) -> None:
        """The reversed loop: it carries the cotangents of the carried values, and sums for captured ones."""
        carried = [k for k, p in enumerate(params) if p in self.active]
        if not any(cots.has(node.results[k]) for k in carried):
            return
        captured = [v for v in captures(node) if v in self.active]
        flags = [cots.is_accumulator(v) for v in captured]
        strong = {v: cots.strength(v) for v in captured}
        strong |= {params[k]: cots.strength(r) for k in carried if cots.has(r := node.results[k])}
        inits = [cots.take_dense(node.results[k]) for k in carried]
        inits += [cots.take_dense(v) for v in captured]
        bars = tuple(Value(v.any_type, _bar(params[k])) for k, v in zip(carried, inits, strict=False))
        sums = tuple(Value(v.any_type, _bar(v)) for v in captured)
        counter = Value(I64, node.counter.hint if isinstance(node, For) else "k")
        while True:
            before = [strong.get(p) for p in params]
            body = self._body(node.body, params, (carried, captured), (counter, *bars, *sums), cots, strong)
            if before == [strong.get(p) for p in params]:
                break
        results = tuple(Value(v.any_type, v.hint) for v in (*bars, *sums))
        sums_at = tuple(len(carried) + n for n, v in enumerate(captured) if _is_sum(v))
        attrs = sorted_attrs({"accumulators": sums_at} if sums_at else {})
        reverse = For(counter, counter, counter, tuple(inits), body, results, attrs, node.span)
        self.b.append(reverse)
        self.mirror[reverse] = node
        for value, result, flag in zip(captured, results[len(carried) :], flags, strict=True):
            cots.start(value, result, flag, strong[value])
        for k, result in zip(carried, results, strict=False):
            cots.contribute(node.inits[k], result, strength=strong.get(params[k], Strength.plain))

    def _body(
        self,
        body: Region,
        params: tuple[Value, ...],
        what: tuple[list[int], list[Value]],
        reverse_params: tuple[Value, ...],
        cots: Cotangents,
        strong: dict[Value, Strength],
    ) -> Region:
        carried, captured = what
        inner = cots.inner()
        bars, sums = reverse_params[1 : 1 + len(carried)], reverse_params[1 + len(carried) :]
        for value, total in zip(captured, sums, strict=True):
            inner.start(value, total, accumulator=True, strength=strong[value])
        with self.b.block() as nodes:
            for k, bar in zip(carried, bars, strict=True):
                inner.contribute(body.yields[k], bar, strength=strong.get(params[k], Strength.plain))
            self.nodes(body.nodes, inner)
            strong.update((v, min(level, inner.strength(v))) for v, level in list(strong.items()))
            yields = [inner.take_dense(params[k]) for k in carried]
            yields += [inner.take_dense(v) for v in captured]
        shorter = shorter_round(self.b, nodes, bars, yields, body, body.params)
        return Region(reverse_params, live_nodes(shorter, tuple(yields), self.mirror), tuple(yields))

    # -- branches ---------------------------------------------------------------------------------------
    def if_(self, node: If, cots: Cotangents) -> None:
        """The adjoint of the branch that was taken; the other side leaves every cotangent as it was."""
        strong = {r: cots.strength(r) for r in node.results}
        seeds = {r: cots.take_value(r) for r in node.results if cots.has(r)}
        if not seeds:
            return
        captured = [v for v in captures(node) if v in self.active]
        strong |= {v: cots.strength(v) for v in captured}
        flags = {v: cots.is_accumulator(v) for v in captured}
        before = {v: cots.take_dense(v) for v in captured if cots.has(v) or _only_read(v, node, seeds)}
        sides = [
            self._branch(region, node.results, seeds, before, flags, cots, strong)
            for region in (node.then, node.orelse)
        ]
        touched = [v for v in captured if v in before or any(s[1].has(v) for s in sides)]
        strong |= {v: min(s[1].strength(v) for s in sides) for v in touched}
        regions = []
        for nodes, inner in sides:
            with self.b.into(nodes):
                yields = tuple(inner.take_dense(v) for v in touched)
            regions.append(Region((), live_nodes(tuple(nodes), yields, self.mirror), yields))
        results = tuple(Value(v.any_type, _bar(v)) for v in touched)
        reverse = If(node.pred, regions[0], regions[1], results, node.span)
        self.b.append(reverse)
        self.mirror[reverse] = node
        for value, result in zip(touched, results, strict=True):
            cots.start(value, result, flags[value], strong[value])

    def _branch(
        self,
        region: Region,
        results: tuple[Value, ...],
        seeds: dict[Value, Value | Zero],
        before: dict[Value, Value],
        flags: dict[Value, bool],
        cots: Cotangents,
        strong: dict[Value, Strength],
    ) -> tuple[list[Node], Cotangents]:
        inner = cots.inner()
        for value, total in before.items():
            inner.start(value, total, flags[value], strong[value])
        with self.b.block() as nodes:
            for result, end in zip(results, region.yields, strict=True):
                if result in seeds:
                    inner.contribute(end, seeds[result], strength=strong[result])
            self.nodes(region.nodes, inner)
        return nodes, inner


def _strength(op: Op, strength: Strength) -> Strength:
    """What zeros in the cotangents of the operands stand for, from those of the result."""
    if op.prim.name in CHOICES:
        return max(strength, Strength.picked)
    stays = (
        op.prim.name in MOVES
        or op.prim.name == "sum"
        or (isinstance(op.prim, Primitive) and op.prim.elementwise)
    )
    return strength if stays else Strength.plain


def _is_sum(value: Value) -> bool:
    """Whether the cotangent of a captured value is an array that is added to in place."""
    return not value.is_stack and bool(value.type.rank) and OPEN not in value.type.dims


def _only_read(value: Value, node: If, seeds: dict[Value, Value | Zero]) -> bool:
    """Whether a branch reads a list without handing it on: both sides then add to the same cotangent."""
    if not value.is_stack:
        return False
    origins = Origins(node.then, node.orelse)
    ends = [region.yields[node.results.index(r)] for r in seeds for region in (node.then, node.orelse)]
    return all(origins.of(end) is not value for end in ends)


def _bar(primal: Value) -> str | None:
    return None if primal.hint is None else f"{primal.hint}_bar"
