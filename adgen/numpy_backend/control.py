"""Loops, branches and the jumps out of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from adgen.ir.core import For, Func, If, Node, Op, Region, Value, While
from adgen.ir.dims import ONE, ZERO
from adgen.ir.types import DType, Kind, Type
from adgen.numpy_backend.early_exit import Counted
from adgen.numpy_backend.expressions import Expressions
from adgen.numpy_backend.jumps import After, Facts, Jump, Jumps, flags_of, implied, known
from adgen.numpy_backend.statements import Line, Statements
from adgen.numpy_backend.variables import Variable
from adgen.primitives.define import Prec

Finish = Callable[[Sequence[str]], list[str]]
_GOES_ON = re.compile(r"(elif .*|else):$")


@dataclass(frozen=True, slots=True)
class Side:
    """A printed branch: its lines, whether control reaches its end, and what is known there."""

    lines: list[Line]
    falls: bool
    facts: Facts


class Control(Statements):
    """Prints a whole function; ``finish`` makes the statements that return results of given texts."""

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
        self._left: set[While] = set()
        #: branches that are written as ``elif``
        self._chained: set[Node] = set()

    def function(self) -> list[Line]:
        """The lines of the function, its last ``return`` included."""
        if self.region(self._func.body, None, None):
            self._node = None
            self._return([self.expressions.returned(v) for v in self._func.results])
        return self.lines

    def region(self, region: Region, owner: Node | None, outer: After | None) -> bool:
        """Print the nodes of a region; whether control reaches its end."""
        for at, node in enumerate(region.nodes):
            if owner is None and at == self._func.cut:
                self.lines.append(Line(0, "", None))
            self._node = node
            if not self.node(node, After(region, at + 1, owner, outer)):
                return False
        return True

    def node(self, node: Node, after: After) -> bool:
        """Print one node; whether control reaches what is after it."""
        match node:
            case Op():
                if not self._is_folded(node):
                    self._op(node)
                return True
            case For():
                self._for(node, after)
                return True
            case While():
                return self._while(node, after)
            case If():
                return self._if(node, after)

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
            self._left.add(jump.loop)
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
            if not _is_test(value) or self._known(value) is not None:
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
                self._left.discard(node)
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

    def _next_round(self, node: For | While, since: int) -> None:
        """Assign what a round, printed from line ``since`` on, hands to the next."""
        pairs = list(zip(node.carried, node.body.yields, strict=True))
        kept = [k for k, init in enumerate(node.inits) if not self._still_holds(node, k, init, since)]
        counted = self.folding.counted.get(node) if isinstance(node, While) else None
        self._assign([pairs[k] for k in kept if counted is None or k != counted.counter], self._node)

    def _still_holds(self, node: For | While, k: int, init: Value, since: int) -> bool:
        """Whether a variable has the constant it began with, and would only be given it again."""
        e = self.expressions
        if node.carried[k] not in e.variables.table or not _is_scalar(init):
            return False
        first, again = (e.constant(v) for v in (init, node.body.yields[k]))
        if first is None or first != again:
            return False
        name = re.compile(rf"(?<![\w.]){re.escape(e.name(node.carried[k]))}\b(?!\()")
        return not any(
            name.search(line.text.partition("=")[0]) for line in self.lines[since:] if not line.away
        )

    def _return(self, texts: Sequence[str]) -> None:
        for statement in self._finish(texts):
            self._emit(statement)

    # -- loops ------------------------------------------------------------------------------------------
    def _for(self, node: For, after: After) -> None:
        self._assign(list(zip(node.carried, node.inits, strict=True)), node)
        counter = self.expressions.name(node.counter)
        if not self.folding.sites(node.counter):
            counter = "_"
        self._emit(f"for {counter} in {self._range(node)}:", node)
        outer = self.expressions.facts

        def emit() -> None:
            since = len(self.lines)
            if self.region(node.body, node, after):
                self._next_round(node, since)

        self._loop_body(emit)
        self.expressions.facts = outer

    def _loop_body(self, emit: Callable[[], None]) -> None:
        if not self._block(emit):
            self._block(lambda: self._emit("pass"))

    def _range(self, node: For) -> str:
        e = self.expressions
        lo, hi, step = (e.integers.polynomial(v) for v in (node.lo, node.hi, node.step))
        if step.value == -1:
            first, last = hi + 1, lo + 1
            inside = e.dim(last) if first == ZERO else f"{e.dim(first)}, {e.dim(last)}"
            return f"reversed(range({inside}))" if self.folding.sites(node.counter) else f"range({inside})"
        texts = [e.dim(lo), e.dim(hi), e.dim(step)]
        if step == ONE:
            texts.pop()
            if lo == ZERO:
                texts.pop(0)
        return f"range({', '.join(texts)})"

    def _while(self, node: While, after: After) -> bool:
        """A ``while``, or the ``for`` it stands for. The flags it looks at are known in its body.

        They are false (true) wherever a round begins, because each way that changes them jumps out.
        """
        e, outer = self.expressions, self.expressions.facts
        flags = flags_of(node, self.folding.defs)
        if any(self._known(node.inits[k]) is not wanted for k, wanted in flags.items()):
            flags = {}
        self._jumps.flags[node] = flags
        self._hand_on(list(zip(node.carried, node.inits, strict=True)), node)
        e.facts = {**outer, **{node.cond.params[k]: wanted for k, wanted in flags.items()}}
        endless = self._head(node)
        e.facts = {**outer, **{node.body.params[k]: wanted for k, wanted in flags.items()}}
        self._loop_body(lambda: self._round(node, after, flags))
        e.facts = dict(outer)
        if node in self._left:
            return True
        e.facts.update({node.results[k]: wanted for k, wanted in flags.items()})
        return not endless

    def _head(self, node: While) -> bool:
        """The line a loop begins with (and the test that ends it); whether only a jump ends it."""
        counted = self.folding.counted.get(node)
        if counted is not None:
            self._emit(f"for {self._counter(node, counted)} in range({self._bounds(node, counted)}):", node)
            return False
        count = len(self.lines)
        self._block(lambda: self.region(node.cond, node, None) and None)
        steps, self.lines = self.lines[count:], self.lines[:count]
        endless = self._known(node.cond.yields[0]) is True
        test = "True" if steps or endless else self.expressions.test(node.cond.yields[0])
        self._emit(f"while {test}:", node)
        if steps:
            self.lines += steps
            self._depth += 1
            self._emit(f"if {self._negated(node.cond.yields[0])}:", node)
            self._block(lambda: self._emit("break", node))
            self._depth -= 1
        return endless and not steps

    def _counter(self, node: While, counted: Counted) -> str:
        counter = node.carried[counted.counter]
        return self.expressions.name(counter) if self.folding.sites(counter) else "_"

    def _bounds(self, node: While, counted: Counted) -> str:
        start, bound = (self.expressions.exact(v) for v in (node.inits[counted.counter], counted.bound))
        return bound if start == "0" else f"{start}, {bound}"

    def _round(self, node: While, after: After, flags: dict[int, bool]) -> None:
        """The body of a ``while``; it is left at its end where a flag is not known to let it go on."""
        e, since = self.expressions, len(self.lines)
        if not self.region(node.body, node, after):
            return
        yields = [node.body.yields[k] for k in flags]
        self._split(After(node.body, len(node.body.nodes), node, after), yields, node)
        open_ = [(k, wanted) for k, wanted in flags.items() if self._known(node.body.yields[k]) is not wanted]
        self._next_round(node, since)
        if open_:
            names = [f"{'not ' if wanted else ''}{e.read(node.carried[k])}" for k, wanted in open_]
            self._emit(f"if {' or '.join(names)}:", node)
            self._block(lambda: self._emit("break", node))
            self._left.add(node)

    def _negated(self, value: Value) -> str:
        return f"not {self.expressions.test(value, Prec.NOT)}"

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
        if not self._may_leave(node, after):
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
            test = e.test(node.pred) if away is then else self._negated(node.pred)
            e.consumer = None
            self._emit(f"if {test}:", node)
            self.lines += [replace(line, away=True) for line in away.lines]
            self.lines += [replace(line, depth=line.depth - 1) for line in stays.lines]
            e.facts = stays.facts
            return stays.falls
        if not then.lines and len(orelse.lines) > 1 and self._skips(node, after, then.facts):
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
        test = e.test(node.pred) if then else self._negated(node.pred)
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
            if any(n.result not in self.folding.folded for n in branch.nodes if isinstance(n, Op)):
                return False
        (one,), (other,) = node.then.yields, node.orelse.yields
        target = e.name(node.results[0])
        first, second = e.exact(one, Prec.OR), e.exact(other, Prec.TERNARY)
        if target in (first, second):
            return False
        text = f"{target} = {first} if {e.test(node.pred, Prec.OR)} else {second}"
        if len(text) + 4 * self._depth > 80:
            return False
        self._emit(text, node)
        return True


def _is_scalar(value: Value) -> bool:
    return isinstance(value.any_type, Type) and value.type.kind is not Kind.array


def _is_test(value: Value) -> bool:
    """Whether a value is one truth value."""
    return _is_scalar(value) and value.type.dtype is DType.bool
