"""What is opened before a program is reversed: rules of the user, loops with a schedule, and segments.

The first part of each stands in the program, the second part waits for the reverse sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.autodiff.budgets import Plan, is_under_budget, planned
from adgen.autodiff.custom import Inlined, Rules, first_part, second_part
from adgen.autodiff.nests import without_part
from adgen.autodiff.positions import trip_count
from adgen.autodiff.recompute import Segment
from adgen.autodiff.schedules import counted, open_loop, schedule_of
from adgen.autodiff.segments import TURNED, Loop, Second, loop_of, obstacle
from adgen.autodiff.turned import can_turn, constants_of, turn
from adgen.diagnostics.errors import refuse
from adgen.ir.builder import Builder
from adgen.ir.calls import is_edge, is_ruled, segment_end
from adgen.ir.core import For, Func, Node, Op, Region, Value, While, uses_of, walk
from adgen.primitives.calling import ruled, scheduled
from adgen.primitives.sizes import constant
from adgen.transform.rebuild import Rebuild, rebuilt


class _Opening(Rebuild):
    """Emits a program with the first parts of rules and of scheduled loops in place.

    ``waiting`` are their second parts.
    """

    def __init__(self, b: Builder, rules: Rules, active: set[Value], plan: Plan | None) -> None:
        super().__init__(b)
        self._rules = rules
        self._active = active
        self.waiting: dict[Op, Second] = {}
        self._planned = {} if plan is None else plan.loops
        self._budget = None if plan is None else plan.budget
        self._ends: tuple[Value, ...] = ()
        self._turned: dict[Node, tuple[Op, ...]] = {}

    def turning(self, func: Func) -> None:
        """Find the loops that can be turned."""
        loops = (n for n in func.body.nodes if isinstance(n, For) and schedule_of(n) == TURNED)
        self._turned = {n: constants_of(func, n) for n in loops if can_turn(func, n, self._active)}

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
            super().for_(without_part(node))

    def while_(self, node: While) -> None:
        """Emit a loop, opened where it has a schedule and varies."""
        if self._is_scheduled(node):
            zero, one = constant(self.b, 0), constant(self.b, 1)
            inits = self.values(node.inits)
            with self.b.at(node.span):
                self._open(node, zero, one, lambda loop: counted(self.b, loop, inits))
        else:
            super().while_(without_part(node))

    def _is_scheduled(self, node: For | While) -> bool:
        if schedule_of(node) is None or not any(v in self._active for v in node.results):
            return False
        if schedule_of(node) == TURNED:
            return node in self._turned
        if is_under_budget(node):
            return node in self._planned
        reason = obstacle(node)
        if reason is not None:
            raise refuse("AG405", node.span, reason=reason)
        return True

    def _open(self, node: For | While, lo: Value, step: Value, trips: Callable[[Loop], Value]) -> None:
        nested, under = self._planned.get(node), None
        if nested is not None and self._budget is not None:
            loop, under = nested.loop, (nested, self._budget)
        else:
            loop = loop_of(node, self.b, self._active, self._rules.steps, step)
        for each in (loop, *([nested.nest.loop] if nested is not None and nested.nest is not None else ())):
            each.env, each.lo, each.step = dict(self.env), lo, step
        inits = self.values(node.inits)
        if node in self._turned:
            loop.constants = self._turned[node]
            found = turn(self.b, loop, inits)
        else:
            found = open_loop(self.b, loop, inits, lambda: trips(loop), under)
        operands = (*found.results, *found.inputs)
        attrs = {"count": len(found.results), "inputs": len(found.inputs), "summed": len(loop.summed)}
        attrs |= {"begins": True} if node in self._turned else {}
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
    opening = _Opening(b, rules, active, planned(func, active, rules.steps, b))
    opening.turning(func)
    return rebuilt(func, opening), opening.waiting


def _opens(node: Node) -> bool:
    return is_ruled(node) if isinstance(node, Op) else schedule_of(node) is not None
