"""Branches, and the jumps out of loops and functions that stand at their ends."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace

from adgen.analysis.conditions import Facts, implied, known
from adgen.ir.core import Func, If, Node, Op, Region, Value, While
from adgen.ir.types import DType, Kind, Type
from adgen.numpy_backend.expressions import Expressions
from adgen.numpy_backend.jumps import After, Jump, Jumps
from adgen.numpy_backend.numbering import Use
from adgen.numpy_backend.statements import Line, Statements
from adgen.numpy_backend.variables import Variable
from adgen.primitives.define import Prec
from adgen.records import dataclass

Finish = Callable[[Sequence[str]], list[str]]
_GOES_ON = re.compile(r"(elif .*|else):$")


@dataclass(frozen=True, slots=True)
class Side:
    """A printed branch: its lines, whether control reaches its end, and what is known there."""

    lines: list[Line]
    falls: bool
    facts: Facts


class Branches(Statements, ABC):
    """Prints ``if``; ``finish`` makes the statements that return results of given texts."""

    def __init__(
        self,
        expressions: Expressions,
        func: Func,
        finish: Finish,
        dead: frozenset[Variable] = frozenset(),
    ) -> None:
        super().__init__(expressions, dead)
        self._func = func
        self._finish = finish
        self._jumps = Jumps(func, self.folding)
        #: for each loop, and each way out of it but the end of its range: what is known of its flags there
        self._exits: dict[While, list[dict[int, bool | None]]] = {}
        #: branches that are written as ``elif``
        self._chained: set[Node] = set()

    @abstractmethod
    def region(self, region: Region, owner: Node | None, outer: After | None) -> bool:
        """Print the nodes of a region; whether control reaches its end."""

    def _known(self, value: Value) -> bool | None:
        return known(value, self.expressions.facts, self.folding.defs)

    # -- jumps ------------------------------------------------------------------------------------------
    def _leave(self, jump: Jump) -> None:
        """Write a jump and what is done before it."""
        e = self.expressions
        outer, e.facts = e.facts, jump.facts
        if jump.word == "return" and not jump.weight:
            self._node = self._origin([jump.resolved(v) for v in self._func.results]) or self._node
            e.aliases = jump.aliases
            texts = [e.returned(jump.resolved(v)) for v in self._func.results]
            e.aliases = {}
            self._return(texts)
        else:
            self._steps(jump)
            if jump.word == "return":
                self._return([e.returned(v) for v in self._func.results])
            else:
                self._emit(jump.word)
        if jump.loop is not None and jump.word == "break":
            flags = self._jumps.flags.get(jump.loop, {})
            self._exits[jump.loop].append({k: self._known(jump.loop.body.yields[k]) for k in flags})
        e.facts = outer

    def _origin(self, values: Sequence[Value]) -> Node | None:
        """The first node of the user's that makes one of some values."""
        nodes = (self.folding.op(v) for v in values)
        return next((node for node in nodes if node is not None and node.span is not None), None)

    def _left_at(self, end: After) -> bool:
        """Write the jump at the end of a branch, if there is one."""
        jump = self._jumps.at(end, self.expressions.facts)
        if jump is not None:
            self._leave(jump)
        return jump is not None

    def _split(self, end: After, yields: Sequence[Value], node: If | While) -> None:
        """Leave where a flag that a region yields is set; behind that it is known not to be."""
        e = self.expressions
        for value in yields:
            if not is_test(value) or self._known(value) is not None:
                continue
            facts = {**e.facts, **implied(value, True, self.folding.defs)}
            jump = self._jumps.at(end, facts)
            if jump is None or jump.word == "continue":
                continue
            count = len(self.lines)
            self._depth += 1
            self._leave(jump)
            self._depth -= 1
            lines, self.lines = self.lines[count:], self.lines[:count]
            if isinstance(node, While) and len(lines) > 1 and jump.word == "break":
                self._exits[node].pop()
                continue
            e.consumer = node if isinstance(node, While) else None
            self._emit(f"if {e.test(value)}:", self.folding.defs.op(value) or node)
            e.consumer = None
            self.lines += [replace(line, away=True) for line in lines]
            e.facts = {**e.facts, **implied(value, False, self.folding.defs)}

    def _steps(self, jump: Jump) -> None:
        for step in jump.steps:
            if isinstance(step, Op):
                self._op(step)
            else:
                pairs, node = step
                self._hand_on(pairs, node)

    def _hand_on(self, pairs: list[tuple[Value, Value]], node: Node) -> None:
        """Assign what a branch or a round hands on; ``for`` does it for its counter."""
        counted = self.folding.counted.get(node) if isinstance(node, While) else None
        self._assign([p for k, p in enumerate(pairs) if counted is None or k != counted.counter], self._node)

    def _return(self, texts: Sequence[str]) -> None:
        for statement in self._finish(texts):
            self._emit(statement)

    # -- branches ---------------------------------------------------------------------------------------
    def _if(self, node: If, after: After) -> bool:
        holds = self._known(node.pred)
        if holds is not None:
            region = node.then if holds else node.orelse
            if not self.region(region, node, after):
                return False
            jump = self._exit(node, region, after, self.expressions.facts)
            if jump is not None and jump.word == "return":
                self._leave(jump)
                return False
            self._take(node, region)
            return True
        logic = len(node.results) == 1 and self._short_circuit(node) is not None
        if logic or not self._may_leave(node, after):
            if node not in self._chained and self._as_expression(node):
                return True
            self._note_chain(node)
        return self._written(node, after, self._side(node, True, after), self._side(node, False, after))

    def _take(self, node: If, region: Region) -> None:
        """Hand on the results of a branch, and what is known of them."""
        pairs = list(zip(node.results, region.yields, strict=True))
        facts = {result: self._known(value) for result, value in pairs}
        self._hand_on(pairs, node)
        e = self.expressions
        e.facts = {**e.facts, **{v: found for v, found in facts.items() if found is not None}}

    def _exit(self, node: If, region: Region, after: After, facts: Facts) -> Jump | None:
        return self._jumps.at(After(region, len(region.nodes), node, after), facts)

    def _may_leave(self, node: If, after: After) -> bool:
        """Whether a branch of an ``if`` ends with a jump, as far as that can be seen before."""
        for region, holds in ((node.then, True), (node.orelse, False)):
            facts = {**self.expressions.facts, **implied(node.pred, holds, self.folding.defs)}
            if self._exit(node, region, after, facts) is not None:
                return True
        return False

    def _side(self, node: If, holds: bool, after: After) -> Side:
        """Print one branch on its own."""
        e = self.expressions
        region = node.then if holds else node.orelse
        outer, count = e.facts, len(self.lines)
        e.facts = {**outer, **implied(node.pred, holds, self.folding.defs)}
        self._depth += 1
        falls = self.region(region, node, after)
        if falls:
            end = After(region, len(region.nodes), node, after)
            self._split(end, region.yields, node)
            falls = not self._left_at(end)
        if falls:
            self._take(node, region)
        self._depth -= 1
        lines, self.lines = self.lines[count:], self.lines[:count]
        facts, e.facts = e.facts, outer
        return Side(lines, falls, facts)

    def _skips(self, node: If, after: After, facts: Facts) -> bool:
        """Whether an empty branch is a ``continue``: the loop's round ends behind the ``if``."""
        end = After(node.then, len(node.then.nodes), node, after)
        jump = self._jumps.at(end, facts, skips=True)
        if jump is None or jump.word != "continue":
            return False
        count = len(self.lines)
        self._steps(jump)
        empty = len(self.lines) == count
        del self.lines[count:]
        return empty

    def _written(self, node: If, after: After, then: Side, orelse: Side) -> bool:
        """An ``if`` of two printed branches; a side that jumps away leaves the other one unindented."""
        e = self.expressions
        if not then.falls or not orelse.falls:
            away, stays = (then, orelse) if not then.falls else (orelse, then)
            e.consumer = node
            test = self._tested(node.pred) if away is then else self._negated(node.pred)
            e.consumer = None
            self._emit(f"if {test}:", node)
            self.lines += [replace(line, away=True) for line in away.lines]
            self.lines += [replace(line, depth=line.depth - 1) for line in stays.lines]
            e.facts = stays.facts
            return stays.falls
        if not then.lines and orelse.lines and self._skips(node, after, then.facts):
            self._emit(f"if {e.test(node.pred)}:", node)
            self._block(lambda: self._emit("continue", node))
            self.lines += [replace(line, depth=line.depth - 1) for line in orelse.lines]
            e.facts = orelse.facts
            return True
        e.facts = {v: holds for v, holds in then.facts.items() if orelse.facts.get(v) is holds}
        if then.lines or orelse.lines:
            self._both(node, then.lines, orelse.lines)
        return True

    def _both(self, node: If, then: list[Line], orelse: list[Line]) -> None:
        e = self.expressions
        e.consumer = node
        test = self._tested(node.pred) if then else self._negated(node.pred)
        e.consumer = None
        self._emit(f"if {test}:", node)
        if not then or not orelse:
            self.lines += then or orelse
            return
        self.lines += then
        if self._is_chain(orelse):
            first, *rest = (replace(line, depth=line.depth - 1) for line in orelse)
            self.lines += [replace(first, text=f"el{first.text}"), *rest]
            return
        self._emit("else:", node)
        self.lines += orelse

    def _note_chain(self, node: If) -> None:
        """Note the ``if`` that is all of the else branch and hands its results on unchanged."""
        shown = [n for n in node.orelse.nodes if not self._is_folded(n)]
        if len(shown) == 1 and isinstance(shown[0], If):
            table = self.expressions.variables.table
            pairs = zip(node.results, node.orelse.yields, strict=True)
            if all(table.get(result) is table.get(value) for result, value in pairs):
                self._chained.add(shown[0])

    def _short_circuit(self, node: If) -> str | None:
        """``p and a`` for a truth value that is false where ``p`` does not hold, and only tested."""
        (result,), (one,), (other,) = node.results, node.then.yields, node.orelse.yields
        if not is_test(result) or not all(self._only_tests(use) for use in self.numbering.uses[result]):
            return None
        e = self.expressions
        if self._known(other) is False:
            return f"{e.test(node.pred, Prec.AND)} and {e.test(one, Prec.AND)}"
        if self._known(one) is True:
            return f"{e.test(node.pred, Prec.OR)} or {e.test(other, Prec.OR)}"
        return None

    def _only_tests(self, use: Use) -> bool:
        """Whether a use of a truth value does not depend on its type."""
        if (
            isinstance(use.node, Op)
            and use.node.prim.name in ("cast", "logical_not")
            and is_test(use.node.result)
        ):
            return all(self._only_tests(u) for u in self.numbering.uses.get(use.node.result, ()))
        if use.node is not None:
            return isinstance(use.node, If)
        owner = self.numbering.owner.get(use.region)
        return owner is not None and isinstance(owner[0], While) and use.region is owner[0].cond

    def _tested(self, value: Value) -> str:
        """The text of a condition; where the line before computes it for this test alone, what it says."""
        e = self.expressions
        text = e.test(value)
        value = e.meant(value)
        while (op := self.folding.op(value)) is not None and op.prim.name == "cast":
            value = op.operands[0]
        made = self.folding.defs.table.get(value)
        if isinstance(made, If) and self.lines and len(self.numbering.uses.get(value, ())) == 1:
            target, _, right = self.lines[-1].text.partition(" = ")
            if target == text and (" and " in right or " or " in right) and " if " not in right:
                self.lines.pop()
                return right
        return text

    def _is_chain(self, lines: list[Line]) -> bool:
        """Whether lines are one ``if`` with its ``elif`` and ``else``."""
        outermost = [line.text for line in lines if line.depth == self._depth + 1]
        return outermost[0].startswith("if ") and all(_GOES_ON.match(text) for text in outermost[1:])

    def _as_expression(self, node: If) -> bool:
        """``r = a if p else b`` where both branches are expressions."""
        if len(node.results) != 1 or self.folding.defs.table.get(node.results[0]) is not node:
            return False
        e = self.expressions
        for branch in (node.then, node.orelse):
            if any(not isinstance(n, Op) or n.prim.consumes or len(n.results) != 1 for n in branch.nodes):
                return False
            if any(set(n.results) - self.folding.folded or not n.results for n in branch.nodes):
                return False
        (one,), (other,) = node.then.yields, node.orelse.yields
        target = e.name(node.results[0])
        first, second = e.exact(one, Prec.OR), e.exact(other, Prec.TERNARY)
        if target in (first, second):
            return False
        short = self._short_circuit(node)
        text = f"{target} = {short or f'{first} if {e.test(node.pred, Prec.OR)} else {second}'}"
        if len(text) + 4 * self._depth > 80:
            return False
        self._emit(text, node)
        return True

    def _negated(self, value: Value) -> str:
        op = self.folding.op(self.expressions.meant(value))
        if op is not None and op.prim.name == "logical_not":
            return self.expressions.test(op.operands[0])
        return f"not {self.expressions.test(value, Prec.NOT)}"


def is_scalar(value: Value) -> bool:
    """Whether a value is a number."""
    return isinstance(value.any_type, Type) and value.type.kind is not Kind.array


def is_test(value: Value) -> bool:
    """Whether a value is one truth value."""
    return is_scalar(value) and value.type.dtype is DType.bool
