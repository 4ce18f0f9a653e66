"""Common subexpressions: equal operations on equal operands are done once per region that sees them."""

from __future__ import annotations

from typing import Any

from adgen.ir.builder import Builder
from adgen.ir.core import Attrs, Func, Op, Opcode, Region, Value
from adgen.transform.rebuild import Rebuild, rebuilt

#: operations that make storage of their own, which is part of what they are
_ALLOCATE = frozenset({"full", "empty", "copy", "stack_new"})

Key = tuple[Opcode, tuple[Value, ...], Attrs]


def share_common_subexpressions(func: Func) -> Func:
    """``func`` with equal pure operations merged; the first one stays, with its name."""
    return rebuilt(func, _Share(Builder()))


class _Share(Rebuild):
    def __init__(self, b: Builder) -> None:
        super().__init__(b)
        self._seen: list[dict[Any, tuple[Value, ...]]] = [{}]

    def region(self, region: Region) -> Region:
        self._seen.append({})
        try:
            return super().region(region)
        finally:
            self._seen.pop()

    def op(self, op: Op) -> None:
        prim = op.prim
        if prim.pinned or prim.consumes or not op.results or prim.name in _ALLOCATE:
            super().op(op)
            return
        key = _key(op, self.values(op.operands))
        for table in reversed(self._seen):
            if key in table:
                self.env.update(zip(op.results, table[key], strict=True))
                return
        super().op(op)
        self._seen[-1][key] = self.values(op.results)


def _key(op: Op, operands: tuple[Value, ...]) -> Any:
    if getattr(op.prim, "commutative", False) and len(operands) == 2 and id(operands[0]) > id(operands[1]):
        operands = operands[::-1]
    if op.prim.name == "const":
        # 0.0 and -0.0, 1 and True are equal as Python values but not the same constant; named ones stay apart
        return (op.prim, op.result.hint, repr(op.attrs))
    return (op.prim, operands, op.attrs)
