"""Rules of the user: the derivative of some values is what a function of the program says.

A rule for reverse mode is a joint program that was written instead of derived, one for forward mode a program
with tangents. Each serves the other mode transposed, for it is linear in what it is given. Before a program
is differentiated in reverse mode the rules of what varies are *opened*: their first part, which gives the
values and what the second part needs, stands in the program, and the second part waits for the reverse
sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from adgen.analysis.activity import overlooked
from adgen.autodiff.recompute import Segment
from adgen.autodiff.residuals import trip_count
from adgen.autodiff.schedules import counted, open_loop, schedule_of
from adgen.autodiff.segments import Joint, Loop, Second, obstacle
from adgen.diagnostics.errors import refuse
from adgen.ir.builder import Builder
from adgen.ir.calls import instantiated, is_edge, is_ruled, segment_end
from adgen.ir.core import For, Func, Node, Op, Region, Value, While, uses_of, walk
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.primitives.calling import ruled, scheduled
from adgen.primitives.indexing import owned_zeros
from adgen.primitives.sizes import constant, known_dim
from adgen.transform.dce import eliminate_dead_code
from adgen.transform.rebuild import Rebuild, rebuilt

#: From a function and positions of parameters and results to its seeded joint program.
Transpose = Callable[[Func, Sequence[int], Sequence[int]], Func]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule as one mode takes it (``kind`` "vjp" or "jvp"); the rest are positions of parameters or results.

    It takes ``inputs``, ``seeds`` (their tangents, or cotangents of the ``values``), ``idle`` ones that do
    not matter, and ``others``; it gives the ``values`` and what is ``found``.
    """

    func: Func
    kind: str
    inputs: Sequence[int]
    seeds: Sequence[int]
    idle: Sequence[int]
    others: Sequence[int]
    values: Sequence[int]
    found: Sequence[int]


@dataclass(slots=True)
class Rules:
    """The rules of a program in both forms; ``table`` has its functions.

    ``steps`` makes joint programs of the steps of loops that have a schedule.
    """

    table: dict[str, Func]
    transpose: Transpose
    steps: Joint
    known: dict[str, Rule] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)

    def pulled(self, op: Op) -> Rule:
        """The rule for reverse mode. Raises AG313."""
        return self._own(op) if op.attr("kind") == "vjp" else self._transposed(op)

    def pushed(self, op: Op) -> Rule:
        """The rule for forward mode. Raises AG313."""
        return self._own(op) if op.attr("kind") == "jvp" else self._transposed(op)

    def _own(self, op: Op) -> Rule:
        func = self.table[op.attr("callee")]
        count, inputs = op.attr("count"), op.attr("inputs")
        seeds = inputs + (count if op.attr("kind") == "vjp" else inputs)
        return Rule(
            func,
            op.attr("kind"),
            range(inputs),
            range(inputs, seeds),
            (),
            range(seeds, len(func.params)),
            range(count),
            range(count, len(func.results)),
        )

    def _transposed(self, op: Op) -> Rule:
        name = op.attr("callee")
        if name not in self.known:
            if name in self.running:
                raise _not_linear(op)
            self.running.add(name)
            self.known[name] = self._made(op, self._own(op))
            self.running.discard(name)
        return self.known[name]

    def _made(self, op: Op, own: Rule) -> Rule:
        func = self.transpose(own.func, own.seeds, own.found)
        params, count = len(own.func.params), len(own.values)
        kept = (*func.results[:count], *func.results[len(own.func.results) :])
        func = eliminate_dead_code(replace(func, body=replace(func.body, yields=kept), result_names=()))
        found = _without(func, {func.params[k] for k in own.seeds})
        if found is None:
            raise _not_linear(op)
        return Rule(
            found,
            "jvp" if own.kind == "vjp" else "vjp",
            own.inputs,
            range(params, len(found.params)),
            own.seeds,
            own.others,
            range(count),
            range(count, len(kept)),
        )


def _without(func: Func, idle: set[Value]) -> Func | None:
    """``func`` without the checks that depend on ``idle`` alone; None where a result depends on it."""
    needed = set(func.results)
    for node in reversed(func.body.nodes):
        if needed.intersection(node.results):
            needed.update(uses_of(node))
    if needed & idle:
        return None
    kept: list[Node] = []
    dead, cut = set(idle), func.cut
    for k, node in enumerate(func.body.nodes):
        if dead.isdisjoint(uses_of(node)):
            kept.append(node)
        else:
            dead.update(node.results)
        if k + 1 == func.cut:
            cut = len(kept)
    return replace(func, body=replace(func.body, nodes=tuple(kept)), cut=cut)


def _not_linear(op: Op) -> Exception:
    other = "forward" if op.attr("kind") == "vjp" else "reverse"
    return refuse("AG313", op.span, name=op.attr("name"), mode=other)


class Inlined(Rebuild):
    """The body of a rule for some operands: its sizes are theirs."""

    def __init__(self, b: Builder, rule: Rule, op: Op, operands: Sequence[Value]) -> None:
        count = op.attr("count")
        x, others = (
            operands[count:][: len(rule.inputs)],
            (*operands[:count], *operands[count + len(rule.inputs) :]),
        )
        params = rule.func.params
        wanted = [params[k] for k in (*rule.inputs, *rule.others)]
        super().__init__(b)
        self.rule = rule
        self.env.update(zip(wanted, (*x, *others), strict=True))
        self._sizes: set[Node] = set()
        self.symbols.update(self._instantiated(op, operands[:count], x, others))
        for k in rule.idle:
            like = self.type(params[k].type)
            assert isinstance(like, Type)
            self.env[params[k]] = owned_zeros(b, like)

    def _instantiated(
        self, op: Op, values: Sequence[Value], x: Sequence[Value], others: Sequence[Value]
    ) -> dict[str, Dim]:
        rule, params = self.rule, self.rule.func.params
        pairs = [*zip(rule.inputs, x, strict=True), *zip(rule.others, others, strict=True)]
        seeds, idle = (values, x) if rule.kind == "vjp" else (x, values)
        pairs += [*zip(rule.seeds, seeds, strict=True), *zip(rule.idle, idle, strict=False)]
        fitting = [(params[k], v) for k, v in pairs if params[k].type.rank == v.type.rank]
        found = instantiated([p.any_type for p, _ in fitting], [v.any_type for _, v in fitting])
        for node in rule.func.body.nodes:
            if isinstance(node, Op) and node.prim.name == "bind_dim" and node.operands[0] in self.env:
                known = known_dim(self.b, self.env[node.operands[0]])
                if known is not None:
                    found.setdefault(node.attr("sym"), known)
                    self._sizes.add(node)
        return found

    def emit(self, b: Builder, nodes: Sequence[Node]) -> None:
        """Emit nodes of the rule; symbols that they bind get names of their own."""
        self.b = b
        for node in walk(Region((), tuple(nodes), ())):
            if isinstance(node, Op) and node.prim.name == "bind_dim" and node not in self._sizes:
                self.symbols[node.attr("sym")] = Dim.symbol(b.fresh_symbol(node.attr("sym")))
        self.nodes([node for node in nodes if node not in self._sizes])

    def seed(self, seeds: Sequence[Value]) -> None:
        """Give the rule its tangents or cotangents."""
        self.env.update(zip([self.rule.func.params[k] for k in self.rule.seeds], seeds, strict=True))

    @property
    def given(self) -> tuple[Value, ...]:
        """The values that the rule is for."""
        return self.values([self.rule.func.results[k] for k in self.rule.values])

    @property
    def found(self) -> tuple[Value, ...]:
        """What the rule says of derivatives."""
        return self.values([self.rule.func.results[k] for k in self.rule.found])


# -- reverse mode ---------------------------------------------------------------------------------------
def first_part(func: Func) -> int:
    """The number of nodes in front of a rule's second part."""
    return len(func.body.nodes) if func.cut is None else func.cut


class _Opening(Rebuild):
    """Emits a program with the first parts of rules and of scheduled loops in place.

    ``waiting`` are their second parts.
    """

    def __init__(self, b: Builder, rules: Rules, active: set[Value]) -> None:
        super().__init__(b)
        self._rules = rules
        self._active = active
        self.waiting: dict[Op, Second] = {}
        self._ends: tuple[Value, ...] = ()

    def region(self, region: Region) -> Region:
        """A region rebuilt."""
        outer, self._ends = self._ends, region.yields
        try:
            return super().region(region)
        finally:
            self._ends = outer

    def nodes(self, nodes: Sequence[Node]) -> None:
        """Emit nodes in order; segments that are evaluated again are opened."""
        at = 0
        while at < len(nodes):
            end = segment_end(nodes, at) if is_edge(nodes[at], "begin") else at
            if end > at and self._in_segment(nodes[at : end + 1], nodes[end + 1 :]):
                at = end + 1
            else:
                super().nodes(nodes[at : at + 1])
                at += 1

    def _in_segment(self, nodes: Sequence[Node], behind: Sequence[Node]) -> bool:
        """Emit a segment, and let its reverse wait; False where nothing of it varies."""
        found = Segment(nodes, {v for n in behind for v in uses_of(n)} | {*self._ends}, self._active)
        if not found.results:
            return False
        Rebuild.nodes(self, nodes)
        inputs = self.values(found.inputs)
        count, span = len(inputs), nodes[0].span
        attrs = {"count": len(found.results), "inputs": count, "summed": count, "begins": True}
        hints = [v.hint for v in found.results]
        results = self.b.emit(scheduled, (*self.values(found.results), *inputs), attrs, hints, span)
        second = found.second(dict(self.env), self._rules.steps)
        self.env.update(zip(found.results, results, strict=True))
        self._wait(results[0], second)
        return True

    def op(self, op: Op) -> None:
        """Emit an operation; the rule of an active one is opened."""
        if not is_ruled(op) or not any(v in self._active for v in op.results):
            super().op(op)
            return
        with self.b.at(op.span):
            rule = self._rules.pulled(op)
            operands = self.values(op.operands)
            inner = Inlined(self.b, rule, op, operands)
            inner.emit(self.b, rule.func.body.nodes[: first_part(rule.func)])
            given = (*inner.given, *operands[op.attr("count") :])
            found = self.b.emit(ruled, given, self.attrs(op.attrs), [v.hint for v in op.results], op.span)
        self.env.update(zip(op.results, found, strict=True))
        self._wait(found[0], lambda b, seeds, totals: second_part(b, inner, seeds))

    def _wait(self, result: Value, second: Second) -> None:
        opened = self.b.defs.op(result)
        assert opened is not None
        self.waiting[opened] = second

    def for_(self, node: For) -> None:
        """Emit a loop, opened where it has a schedule and varies."""
        if self._is_scheduled(node):
            lo, hi, step = self.values((node.lo, node.hi, node.step))
            with self.b.at(node.span):
                self._open(node, lo, step, lambda loop: trip_count(self.b, lo, hi, step))
        else:
            super().for_(node)

    def while_(self, node: While) -> None:
        """Emit a loop, opened where it has a schedule and varies."""
        if self._is_scheduled(node):
            zero, one = constant(self.b, 0), constant(self.b, 1)
            inits = self.values(node.inits)
            with self.b.at(node.span):
                self._open(node, zero, one, lambda loop: counted(self.b, loop, inits))
        else:
            super().while_(node)

    def _is_scheduled(self, node: For | While) -> bool:
        if schedule_of(node) is None or not any(v in self._active for v in node.results):
            return False
        reason = obstacle(node)
        if reason is not None:
            raise refuse("AG405", node.span, reason=reason)
        return True

    def _open(self, node: For | While, lo: Value, step: Value, trips: Callable[[Loop], Value]) -> None:
        stride = known_dim(self.b, step)
        known = None if stride is None else stride.value
        loop = Loop(node, self._active, dict(self.env), self._rules.steps, lo, step, known)
        found = open_loop(self.b, loop, self.values(node.inits), trips(loop))
        operands = (*found.results, *found.inputs)
        attrs = {"count": len(found.results), "inputs": len(found.inputs), "summed": len(loop.summed)}
        hints = [v.hint for v in node.results]
        results = self.b.emit(scheduled, operands, attrs, hints, node.span)
        self.env.update(zip(node.results, results, strict=True))
        self._wait(results[0], found.second)


def opened(
    func: Func, active: set[Value], rules: Rules, symbols: Sequence[str]
) -> tuple[Func, dict[Op, Second]]:
    """The program with rules and loops that vary opened, and what their second parts are."""
    nodes = walk(func.body)
    if not any(is_edge(n, "begin") or (_opens(n) and any(v in active for v in n.results)) for n in nodes):
        return func, {}
    b = Builder()
    b.reserve(symbols)
    opening = _Opening(b, rules, active)
    return rebuilt(func, opening), opening.waiting


def _opens(node: Node) -> bool:
    return is_ruled(node) if isinstance(node, Op) else schedule_of(node) is not None


def refuse_overlooked(region: Region, varying: set[Value], wanted: set[Value]) -> None:
    """Raise AG312 where a function with a rule of its own reads what varies without being given it."""
    for op, value in overlooked(region, varying, wanted):
        raise refuse("AG312", op.span, function=op.attr("name"), name=value.hint or "a value")


def second_part(b: Builder, inner: Inlined, seeds: Sequence[Value]) -> tuple[Value, ...]:
    """The cotangents of the inputs, for those of the values."""
    inner.seed(seeds)
    func = inner.rule.func
    inner.emit(b, func.body.nodes[first_part(func) :])
    return inner.found
