"""Statements: one per step, in the order of the program, stores in place."""

from __future__ import annotations

from typing import Any

from adgen.ir.core import Gather, Node, Op, Value
from adgen.ir.types import DType, Kind, StackType, Type
from adgen.numpy_backend.annotations import is_bytes, type_text
from adgen.numpy_backend.assignments import Assignment, in_order
from adgen.numpy_backend.expressions import Expressions, OperationSpeller
from adgen.numpy_backend.indices import whole
from adgen.numpy_backend.lists import STATEMENTS, list_statement
from adgen.numpy_backend.segments import dead_arrays
from adgen.numpy_backend.trees import quoted
from adgen.numpy_backend.variables import Variable
from adgen.records import dataclass

_TESTS = ("logical_not", "logical_and", "logical_or", "lt", "le", "gt", "ge", "eq", "ne", "cast")
_AUGMENTED = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line of the body: its depth, its text, the line of the user's source it stems from.

    ``away`` lines belong to a block that ends with a jump.
    """

    depth: int
    text: str
    source: int | None = None
    node: Node | None = None
    away: bool = False


class Statements:
    """Prints leaf operations and assignments.

    Variables that are ``dead`` (nothing reads them where jumps took the place of tests) are not assigned;
    ``droppable`` are those of which that may be found out.
    """

    def __init__(self, expressions: Expressions, dead: frozenset[Variable] = frozenset()) -> None:
        self.expressions = expressions
        self.folding = expressions.folding
        self.numbering = expressions.folding.numbering
        self.lines: list[Line] = []
        self.droppable: set[Variable] = set()
        self._dead = dead
        self._depth = 0
        self._segments: list[int] = []
        self._node: Node | None = None

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
                    e.sizes[op.attr("sym")] = e.read(op.operands[0])
                e.integers.bound[op.attr("sym")] = op.operands[0]
            case "write" | "add_at":
                self._store(op)
            case "fail_if":
                self._fail_if(op)
            case "segment":
                self._edge(op)
            case "stack_new":
                self._emit(self._empty_stack(op), op)
            case "push":
                self._emit(f"{e.name(op.result)}.append({e.exact(op.operands[1])})", op)
            case "pop":
                self._pop(op)
            case "call" | "checked_call":
                self._call(op)
            case name if name in STATEMENTS:
                self._emit(list_statement(e, op, bool(self.numbering.uses.get(op.results[-1]))), op)
            case _:
                self._assign_op(op)

    def _call(self, op: Op) -> None:
        """All results at once; those that nothing uses are called ``_``."""
        e = self.expressions
        used = [bool(self.numbering.uses.get(v)) for v in op.results]
        text = e.operation(op).text
        if any(used):
            names = [e.name(v) if u else "_" for v, u in zip(op.results, used, strict=True)]
            self._emit(f"{', '.join(names)} = {text}", op)
        elif op.prim.pinned:
            self._emit(text, op)

    def _fail_if(self, op: Op) -> None:
        message = op.attr("message")
        text = f"raise {op.attr('error')}({quoted(message)})" if message else f"raise {op.attr('error')}"
        bad = self.expressions.test(op.operands[0])
        if bad == "True":
            self._emit(text, op)
            return
        self._emit(f"if {bad}:", op)
        self._block(lambda: self._emit(text, op))

    # -- segments that are evaluated again --------------------------------------------------------------
    def _edge(self, op: Op) -> None:
        """An end of a segment: what it is, and `del` of the arrays that it alone needs."""
        if op.attr("edge") == "begin":
            name, again = op.attr("name"), op.attr("again")
            text = (
                f"# `{name}` again, and its reverse:" if again else f"# `{name}`, of which nothing is kept:"
            )
            self._segments.append(len(self.lines))
            self.lines.append(Line(self._depth, text))
            return
        lines = self.lines[self._segments.pop() :]
        if len(lines) == 1:
            self.lines.pop()
            return
        dead = dead_arrays([x.text for x in lines if x.depth == self._depth], op, self.expressions.variables)
        if dead:
            self.lines.append(Line(self._depth, f"del {', '.join(dead)}"))

    def _empty_stack(self, op: Op) -> str:
        type_, name = op.result.any_type, self.expressions.name(op.result)
        if isinstance(type_, StackType) and is_bytes(type_):
            return f"{name} = bytearray()"
        return f"{name}: {type_text(type_)} = []"

    def _pop(self, op: Op) -> None:
        stack, value = op.results
        call = f"{self.expressions.name(stack)}.pop()"
        used = bool(self.numbering.uses.get(value))
        self._emit(f"{self.expressions.name(value)} = {call}" if used else call, op)

    def _assign_op(self, op: Op) -> None:
        if not any(self.numbering.uses.get(v) for v in op.results) and not op.prim.pinned:
            return
        if op.prim.name in _TESTS and self._is_dead(op.result):
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
        one = op.operands[0].type.rank == 0 and op.operands[0].type.kind is not Kind.array
        cell = target if one else f"{target}[{places}]"
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
        operand = e.operands.loose(value, casts=True)
        product = self.folding.op(operand.value)
        count = 0 if product is None else e.idioms.negations(product)
        if product is None or not count or operand.lift:
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

    # -- assignments ------------------------------------------------------------------------------------
    def _is_dead(self, value: Value) -> bool:
        """Whether the variable of a truth value need not be assigned, because nothing reads it."""
        variable = self.expressions.variables.table.get(value)
        if variable is None or not isinstance(value.any_type, Type) or value.type.rank:
            return False
        if value.type.dtype is not DType.bool:
            return False
        self.droppable.add(variable)
        return variable in self._dead

    def _assign(self, pairs: list[tuple[Value, Value]], node: Node | None) -> None:
        """Let variables take over values, all at once."""
        e, wanted = self.expressions, []
        for target, value in pairs:
            variable = e.variables.table.get(target)
            if variable is None or e.variables.table.get(value) is variable or self._may_drop(target, value):
                continue
            text = e.exact(value)
            if text != e.name(target):
                op = self.folding.op(value)
                short = self._augmented_scalar(op, e.name(target)) if op is not None else None
                origin = op if op is not None and op.span is not None else node
                wanted.append(Assignment(e.name(target), text, short, origin))
        for line, origin in in_order(wanted):
            self._emit(line, origin or node)

    def _may_drop(self, target: Value, value: Value) -> bool:
        """Whether a variable that nothing reads would take over something that costs nothing."""
        op, variable = self.folding.op(value), self.expressions.variables.table[target]
        if not isinstance(target.any_type, Type) or target.type.kind is Kind.array:
            return False
        if op is not None and op.prim.name not in ("const", *_TESTS):
            return False
        self.droppable.add(variable)
        return variable in self._dead
