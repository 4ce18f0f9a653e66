"""Rules of the user: the derivative of some values is what a function of the program says.

A rule for reverse mode is a joint program that was written instead of derived, one for forward mode a program
with tangents. Each serves the other mode transposed, for it is linear in what it is given. Before a program
is differentiated in reverse mode the rules of what varies are *opened*: their first part, which gives the
values and what the second part needs, stands in the program, and the second part waits for the reverse
sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field, replace

from adgen.analysis.activity import overlooked
from adgen.autodiff.segments import Joint
from adgen.diagnostics.errors import refuse
from adgen.ir.builder import Builder
from adgen.ir.calls import instantiated
from adgen.ir.core import Func, Node, Op, Region, Value, uses_of, walk
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.primitives.indexing import owned_zeros
from adgen.primitives.sizes import known_dim
from adgen.records import dataclass
from adgen.transform.dce import eliminate_dead_code
from adgen.transform.rebuild import Rebuild

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
