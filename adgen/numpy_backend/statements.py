"""Statements: one per step, in the order of the program, stores in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adgen.ir.core import For, Gather, If, Node, Op, Region, Value, While
from adgen.ir.dims import ONE, ZERO
from adgen.ir.types import Kind, Type
from adgen.numpy_backend.assignments import Assignment, in_order
from adgen.numpy_backend.early_exit import Counted
from adgen.numpy_backend.expressions import Expressions, OperationSpeller
from adgen.numpy_backend.indices import whole
from adgen.numpy_backend.lists import STATEMENTS, list_statement
from adgen.primitives.define import Prec

_AUGMENTED = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line of the body: its depth, its text, the line of the user's source it stems from."""

    depth: int
    text: str
    source: int | None = None
    node: Node | None = None


class Statements:
    """Prints the nodes of regions."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        self.folding = expressions.folding
        self.numbering = expressions.folding.numbering
        self.lines: list[Line] = []
        self._depth = 0
        self._node: Node | None = None

    def region(self, region: Region) -> None:
        """Print the nodes of a region."""
        for node in region.nodes:
            self._node = node
            self.node(node)

    def node(self, node: Node) -> None:
        """Print one node, unless it is written inside the expression that uses it."""
        match node:
            case Op():
                if not self._is_folded(node):
                    self._op(node)
            case For():
                self._for(node)
            case While():
                self._while(node)
            case If():
                self._if(node)

    def _is_folded(self, node: Node) -> bool:
        return isinstance(node, Op) and len(node.results) == 1 and node.result in self.folding.folded

    def _emit(self, text: str, node: Node | None = None) -> None:
        node = node or self._node
        span = node.span if node is not None else None
        self.lines.append(Line(self._depth, text, span.line if span else None, node))

    def _block(self, emit: Any) -> bool:
        """Print an indented block; False where nothing was printed."""
        count = len(self.lines)
        self._depth += 1
        emit()
        self._depth -= 1
        return len(self.lines) > count

    # -- leaf operations --------------------------------------------------------------------------------
    def _op(self, op: Op) -> None:
        e = self.expressions
        match op.prim.name:
            case "bind_dim":
                if op.operands[0] in e.variables.table:
                    e.sizes[op.attr("sym")] = e.name(op.operands[0])
                e.integers.bound[op.attr("sym")] = op.operands[0]
            case "write" | "add_at":
                self._store(op)
            case "fail_if":
                self._fail_if(op)
            case "stack_new":
                self._emit(f"{e.name(op.result)}: list[{self._element(op.result)}] = []", op)
            case "push":
                self._emit(f"{e.name(op.result)}.append({e.exact(op.operands[1])})", op)
            case "pop":
                self._pop(op)
            case name if name in STATEMENTS:
                self._emit(list_statement(e, op, bool(self.numbering.uses.get(op.results[-1]))), op)
            case _:
                self._assign_op(op)

    def _fail_if(self, op: Op) -> None:
        message = op.attr("message")
        text = f"raise {op.attr('error')}({message!r})" if message else f"raise {op.attr('error')}"
        bad = self.expressions.test(op.operands[0])
        if bad == "True":
            self._emit(text, op)
            return
        self._emit(f"if {bad}:", op)
        self._block(lambda: self._emit(text, op))

    def _element(self, stack: Value) -> str:
        from adgen.numpy_backend.annotations import type_text

        assert not isinstance(stack.any_type, Type)
        return type_text(stack.any_type.element)

    def _pop(self, op: Op) -> None:
        stack, value = op.results
        call = f"{self.expressions.name(stack)}.pop()"
        used = bool(self.numbering.uses.get(value))
        self._emit(f"{self.expressions.name(value)} = {call}" if used else call, op)

    def _assign_op(self, op: Op) -> None:
        if not any(self.numbering.uses.get(v) for v in op.results) and not op.prim.pinned:
            return
        fresh = any(self.folding.stored_into(v) for v in op.results)
        text = self.expressions.whole(op, fresh).text
        target = ", ".join(self.expressions.name(v) for v in op.results)
        if not any(self.numbering.uses.get(v) for v in op.results):
            self._emit(text, op)
        elif text.isidentifier() and fresh and not op.prim.view and op.result.type.kind is Kind.array:
            self._emit(f"{target} = {text}.copy()", op)
        elif text != target:
            self._emit(self._augmented_scalar(op, target) or f"{target} = {text}", op)

    def _augmented_scalar(self, op: Op, target: str) -> str | None:
        """``s += x`` for scalars (for arrays it would change them in place)."""
        symbol = _AUGMENTED.get(op.prim.name)
        if symbol is None or op.result.type.kind is Kind.array:
            return None
        speller = OperationSpeller(op, self.expressions)
        if self.folding.op(op.operands[0]) is not None or speller.arg(0) != target:
            return None
        return f"{target} {symbol}= {speller.arg(1)}"

    # -- stores -----------------------------------------------------------------------------------------
    def _store(self, op: Op) -> None:
        e, index = self.expressions, op.attr("index")
        target = e.name(op.operands[0])
        places = e.indices.index(index, op.operands[2:], op.operands[0].type.dims)
        cell = f"{target}[{places}]"
        if op.prim.name == "write":
            text = self._augmented_cell(op, target, cell) or f"{cell} = {e.stored(op.operands[1])}"
            self._emit(text, op)
            return
        if whole(index):
            cell = target
        if index.once:
            self._emit(self._added(cell, op.operands[1]), op)
        else:
            where = places
            if any(not isinstance(a, Gather) for a in index.access):
                where = f"np.s_[{places}]"
            elif len(index.access) > 1:
                where = f"({places})"
            self._emit(f"np.add.at({target}, {where}, {e.stored(op.operands[1])})", op)

    def _added(self, cell: str, value: Value) -> str:
        """``cell += value``, or ``-=`` of what is negated."""
        e = self.expressions
        product = self.folding.op(e.operands.loose(value, casts=True).value)
        count = 0 if product is None else e.idioms.negations(product)
        if product is None or not count:
            return f"{cell} += {e.stored(value)}"
        return f"{cell} {'-' if count % 2 else '+'}= {e.idioms.without_signs(product).text}"

    def _augmented_cell(self, op: Op, target: str, cell: str) -> str | None:
        """``x[i] += v`` where the program says ``x[i] = x[i] + v``."""
        value = self.folding.op(op.operands[1])
        if value is None or value.prim.name not in _AUGMENTED:
            return None
        read = self.folding.op(value.operands[0])
        if read is None or read.prim.name != "read" or self.folding.op(read.operands[0]) is not None:
            return None
        if self.expressions.exact(value.operands[0]) != cell:
            return None
        other = self.expressions.stored(value.operands[1])
        return f"{cell} {_AUGMENTED[value.prim.name]}= {other}"

    # -- structure --------------------------------------------------------------------------------------
    def _assign(self, pairs: list[tuple[Value, Value]], node: Node | None) -> None:
        """Let variables take over values, all at once."""
        e, wanted = self.expressions, []
        for target, value in pairs:
            if target not in e.variables.table:
                continue
            text = e.exact(value)
            if text != e.name(target):
                op = self.folding.op(value)
                short = self._augmented_scalar(op, e.name(target)) if op is not None else None
                origin = op if op is not None and op.span is not None else node
                wanted.append(Assignment(e.name(target), text, short, origin))
        for line, origin in in_order(wanted):
            self._emit(line, origin or node)

    def _for(self, node: For) -> None:
        self._assign(list(zip(node.carried, node.inits, strict=True)), node)
        counter = self.expressions.name(node.counter)
        if not self.folding.sites(node.counter):
            counter = "_"
        self._emit(f"for {counter} in {self._range(node)}:", node)
        self._loop_body(node.body, list(zip(node.carried, node.body.yields, strict=True)))

    def _loop_body(
        self, body: Region, carried: list[tuple[Value, Value]], leave: Callable[[], None] | None = None
    ) -> None:
        def emit() -> None:
            self.region(body)
            self._assign(carried, self._node)
            if leave is not None:
                leave()

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

    def _for_with_break(self, node: While, counted: Counted) -> None:
        e = self.expressions
        uses = self.numbering.uses
        needless = not uses.get(node.results[counted.flag]) and not uses.get(node.carried[counted.flag])
        skipped = {counted.counter, counted.flag} if needless else {counted.counter}
        pairs = list(zip(node.carried, node.inits, node.body.yields, strict=True))
        self._assign([(p, i) for k, (p, i, _) in enumerate(pairs) if k not in skipped], node)
        counter = e.name(node.carried[counted.counter])
        if not self.folding.sites(node.carried[counted.counter]):
            counter = "_"
        start = e.exact(node.inits[counted.counter])
        bounds = e.exact(counted.bound) if start == "0" else f"{start}, {e.exact(counted.bound)}"
        self._emit(f"for {counter} in range({bounds}):", node)

        def leave() -> None:
            self._emit(f"if {e.name(node.carried[counted.flag])}:", node)
            self._block(lambda: self._emit("break", node))

        carried = [(p, y) for k, (p, _, y) in enumerate(pairs) if k != counted.counter]
        self._loop_body(node.body, carried, leave)

    def _while(self, node: While) -> None:
        if node in self.folding.counted:
            self._for_with_break(node, self.folding.counted[node])
            return
        self._assign(list(zip(node.carried, node.inits, strict=True)), node)
        count = len(self.lines)
        self._block(lambda: self.region(node.cond))
        steps, self.lines = self.lines[count:], self.lines[:count]
        test = self.expressions.test(node.cond.yields[0])
        self._emit(f"while {'True' if steps else test}:", node)
        if steps:
            self.lines += steps
            self._depth += 1
            self._emit(f"if {self._negated(node.cond.yields[0])}:", node)
            self._block(lambda: self._emit("break", node))
            self._depth -= 1
        self._loop_body(node.body, list(zip(node.carried, node.body.yields, strict=True)))

    def _negated(self, value: Value) -> str:
        return f"not {self.expressions.test(value, Prec.NOT)}"

    def _if(self, node: If) -> None:
        if self._as_expression(node):
            return
        self._branches(node, "if")

    def _branches(self, node: If, word: str) -> None:
        then = list(zip(node.results, node.then.yields, strict=True))
        orelse = list(zip(node.results, node.orelse.yields, strict=True))
        at = len(self.lines)
        self._emit(f"{word} {self.expressions.test(node.pred)}:", node)
        has_then = self._branch(node.then, then)
        chained = self._chained(node)
        if chained is not None and has_then:
            self._branches(chained, "elif")
            return
        mark = len(self.lines)
        self._emit("else:", node)
        has_else = self._branch(node.orelse, orelse)
        if not has_else:
            del self.lines[mark:]
        if not has_then and has_else:
            self.lines[at] = Line(
                self._depth, f"{word} {self._negated(node.pred)}:", self.lines[at].source, node
            )
            del self.lines[mark]
        elif not has_then:
            del self.lines[at:]

    def _branch(self, region: Region, pairs: list[tuple[Value, Value]]) -> bool:
        def emit() -> None:
            self.region(region)
            self._assign(pairs, self._node)

        return self._block(emit)

    def _chained(self, node: If) -> If | None:
        """The ``if`` that is all of the else branch and hands its results on unchanged."""
        shown = [n for n in node.orelse.nodes if not self._is_folded(n)]
        if len(shown) != 1 or not isinstance(shown[0], If):
            return None
        inner = shown[0]
        e = self.expressions
        for result, value in zip(node.results, node.orelse.yields, strict=True):
            if e.exact(value) != e.name(result):
                return None
        return inner

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
