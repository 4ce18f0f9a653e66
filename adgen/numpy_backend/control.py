"""A whole function: loops with the jumps out of them, regions in order."""

from __future__ import annotations

import re
from collections.abc import Callable

from adgen.ir.core import For, If, Node, Op, Region, Value, While
from adgen.ir.dims import ONE, ZERO
from adgen.numpy_backend.branches import Branches, is_scalar
from adgen.numpy_backend.early_exit import Counted
from adgen.numpy_backend.jumps import After, flags_of
from adgen.numpy_backend.statements import Line


class Control(Branches):
    """Prints a function."""

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
        self._jumps.flags[node], self._exits[node] = flags, []
        self._hand_on(list(zip(node.carried, node.inits, strict=True)), node)
        e.facts = {**outer, **{node.cond.params[k]: wanted for k, wanted in flags.items()}}
        endless = self._head(node)
        e.facts = {**outer, **{node.body.params[k]: wanted for k, wanted in flags.items()}}
        self._loop_body(lambda: self._round(node, after, flags))
        e.facts = dict(outer)
        exits = list(self._exits[node])
        if not endless:
            exits.append(dict(flags))
        for k in flags:
            found = {way[k] for way in exits}
            if len(found) == 1 and (known_ := found.pop()) is not None:
                e.facts[node.results[k]] = known_
        return bool(exits)

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
        if len(steps) == 1:
            self.lines.append(steps[0])
            test = self._tested(node.cond.yields[0])
            steps = [] if self.lines[-1:] != steps else [self.lines.pop()]
            test = test if not steps else "True"
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
            single = len(open_) == 1
            open_flags = {k: not wanted if single else None for k, wanted in open_}
            self._exits[node].append({**flags, **open_flags})

    def _next_round(self, node: For | While, since: int) -> None:
        """Assign what a round, printed from line ``since`` on, hands to the next."""
        pairs = list(zip(node.carried, node.body.yields, strict=True))
        kept = [k for k, init in enumerate(node.inits) if not self._still_holds(node, k, init, since)]
        counted = self.folding.counted.get(node) if isinstance(node, While) else None
        self._assign([pairs[k] for k in kept if counted is None or k != counted.counter], self._node)

    def _still_holds(self, node: For | While, k: int, init: Value, since: int) -> bool:
        """Whether a variable has the constant it began with, and would only be given it again."""
        e = self.expressions
        if node.carried[k] not in e.variables.table or not is_scalar(init):
            return False
        first, again = (e.constant(v) for v in (init, node.body.yields[k]))
        if first is None or first != again:
            return False
        name = re.compile(rf"(?<![\w.]){re.escape(e.name(node.carried[k]))}\b(?!\()")
        return not any(
            name.search(line.text.partition("=")[0]) for line in self.lines[since:] if not line.away
        )
