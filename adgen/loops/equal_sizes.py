"""Sizes that are one and the same: domains over them can be fused, and temporaries between them disappear.

A size symbol that is bound to a value is that value; two integers that a check has compared are equal in all
statements after it. Extents and indices are written with one name for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.ir.dims import Dim
from adgen.ir.types import DType
from adgen.loops.core import (
    BindSize,
    Branch,
    Check,
    IndexOf,
    Let,
    Lit,
    Loop,
    Nest,
    Operand,
    Reduce,
    Ref,
    Stmt,
    WhileLoop,
)
from adgen.loops.rewrite import Renaming


def with_equal_sizes(body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """The statements with one name for sizes that are equal."""
    return _Sizes({}, {}, {}).body(body)


class _Sizes:
    """What is known at one point: names that stand for other dims, values, comparisons."""

    def __init__(
        self, same: dict[str, Dim], values: dict[str, Dim], compared: dict[str, tuple[Operand, Operand]]
    ) -> None:
        self.same = same
        self.values = values
        self.compared = compared

    def body(self, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
        """Statements in order; what is known inside is forgotten afterwards."""
        inner = _Sizes(dict(self.same), dict(self.values), dict(self.compared))
        return tuple(inner.stmt(s) for s in body)

    def stmt(self, stmt: Stmt) -> Stmt:
        """One statement, with what is known before it."""
        match stmt:
            case Loop():
                return replace(stmt, body=self.body(stmt.body))
            case WhileLoop():
                return WhileLoop(self.body(stmt.head), stmt.test, self.body(stmt.body))
            case Branch():
                return Branch(stmt.test, self.body(stmt.then), self.body(stmt.orelse))
            case Nest() | Reduce():
                return Renaming(dims=self.same).stmt(stmt)
            case BindSize():
                self._bind(stmt)
            case IndexOf():
                self.values[stmt.result.name] = stmt.index.substitute(self.same)
            case Let(result, "eq", (left, right)) if left.dtype is right.dtype is DType.i64:
                self.compared[result.name] = (left, right)
            case Check(Ref(name)) if name in self.compared:
                self._equal(*map(self._dim, self.compared[name]))
            case _:
                pass
        return stmt

    def _bind(self, stmt: BindSize) -> None:
        found = self._dim(stmt.value)
        self.same = {k: d for k, d in self.same.items() if stmt.symbol not in d.symbols()}
        self.same.pop(stmt.symbol, None)
        self.values = {k: d for k, d in self.values.items() if stmt.symbol not in d.symbols()}
        if stmt.symbol not in found.symbols():
            self.same[stmt.symbol] = found

    def _dim(self, value: Operand) -> Dim:
        if isinstance(value, Lit):
            return Dim.const(int(value.value))
        return self.values.get(value.name, Dim.symbol(value.name)).substitute(self.same)

    def _equal(self, left: Dim, right: Dim) -> None:
        for one, other in ((left, right), (right, left)):
            names = one.symbols()
            if len(names) == 1 and one == Dim.symbol(names[0]) and names[0] not in other.symbols():
                (name,) = names
                self.same = {k: d.substitute({name: other}) for k, d in self.same.items()}
                self.same[name] = other
                return
