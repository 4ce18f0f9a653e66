"""Common subexpressions: equal operations on equal operands are done once per region that sees them.

Inside a branch its condition is such a known value too: tests of it are decided.
"""

from __future__ import annotations

from typing import Any

from adgen.analysis.conditions import implied
from adgen.ir.builder import Builder
from adgen.ir.calls import is_edge
from adgen.ir.core import Attrs, Func, If, Node, Op, Opcode, Region, Value
from adgen.ir.types import TapeType
from adgen.primitives.sizes import constant
from adgen.transform.fold import constant_of
from adgen.transform.rebuild import Rebuild, rebuilt

#: operations that make storage of their own, which is part of what they are
_ALLOCATE = frozenset({"full", "empty", "on_disk", "copy", "stack_new"})

Key = tuple[Opcode, tuple[Value, ...], Attrs]


def share_common_subexpressions(func: Func) -> Func:
    """``func`` with equal pure operations merged; the first one stays, with its name."""
    return rebuilt(func, _Share(Builder()))


class _Share(Rebuild):
    def __init__(self, b: Builder) -> None:
        super().__init__(b)
        self._seen: list[dict[Any, tuple[Value, ...]]] = [{}]
        self._outside: list[list[dict[Any, tuple[Value, ...]]]] = []
        self._facts: dict[Value, bool] = {}

    def region(self, region: Region) -> Region:
        self._seen.append({})
        try:
            return super().region(region)
        finally:
            self._seen.pop()

    def value(self, value: Value) -> Value:
        """The new value; inside a branch its condition is a constant."""
        found = super().value(value)
        if found not in self._facts:
            return found
        return constant(self.b, self._facts[found], found.type)

    def if_(self, node: If) -> None:
        pred = self.value(node.pred)
        known = constant_of(self.b, pred)
        if known is not None:
            region = node.then if known else node.orelse
            self.nodes(region.nodes)
            self.env.update(zip(node.results, self.values(region.yields), strict=True))
            return
        regions = []
        for region, holds in ((node.then, True), (node.orelse, False)):
            outer, self._facts = self._facts, {**self._facts, **implied(pred, holds, self.b.defs)}
            regions.append(self.region(region))
            self._facts = outer
        results = tuple(self.fresh(v) for v in node.results)
        self.b.append(If(pred, regions[0], regions[1], results, node.span))

    def _decided(self, op: Op) -> Value | None:
        """The result of a logical operation of which an operand is known."""
        if not self._facts or op.prim.name not in ("logical_not", "logical_and", "logical_or"):
            return None
        operands = self.values(op.operands)
        known = [constant_of(self.b, v) for v in operands]
        if op.result.type.rank or all(k is None for k in known):
            return None
        if op.prim.name == "logical_not":
            return constant(self.b, not known[0], op.result.type)
        neutral = op.prim.name == "logical_and"
        if neutral not in known:
            return constant(self.b, not neutral, op.result.type)
        other = operands[1 - known.index(neutral)]
        return other if other.type == op.result.type else None

    def _never_fails(self, op: Op) -> bool:
        return op.prim.name == "fail_if" and constant_of(self.b, self.value(op.operands[0])) is False

    def reached(self, node: Node) -> None:
        """A segment that is evaluated again shares nothing with what is around it."""
        super().reached(node)
        if is_edge(node, "begin"):
            self._outside.append(self._seen)
            self._seen = [{}]
        elif is_edge(node, "end"):
            self._seen = self._outside.pop()

    def op(self, op: Op) -> None:
        prim = op.prim
        if self._never_fails(op):
            return
        decided = self._decided(op)
        if decided is not None:
            self.env[op.result] = decided
            return
        if prim.pinned or prim.consumes or not op.results or prim.name in _ALLOCATE or _leaves_tape(op):
            super().op(op)
            return
        key = _key(op, self.values(op.operands))
        for table in reversed(self._seen):
            if key in table:
                self.env.update(zip(op.results, table[key], strict=True))
                return
        super().op(op)
        self._seen[-1][key] = self.values(op.results)


def _leaves_tape(op: Op) -> bool:
    """Whether this is a call whose tape a reverse sweep takes, once."""
    return any(isinstance(v.any_type, TapeType) for v in op.results)


def _key(op: Op, operands: tuple[Value, ...]) -> Any:
    if getattr(op.prim, "commutative", False) and len(operands) == 2 and id(operands[0]) > id(operands[1]):
        operands = operands[::-1]
    if op.prim.name == "const":
        # 0.0 and -0.0, 1 and True are equal as Python values but not the same constant; named ones stay apart
        return (op.prim, op.result.hint, repr(op.attrs))
    return (op.prim, operands, op.attrs)
