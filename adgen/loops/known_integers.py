"""What statements know of integers by the statements before them: equal sizes, indices that were checked.

A size symbol that is bound to a value is that value; two integers that a check has compared are equal in all
statements after it, and an index that was found to be inside is what it is, and need not be kept inside.
Extents and indices are written with one name for each, so domains over equal sizes can be fused, temporaries
between them disappear, and accesses are affine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from adgen.ir.dims import Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Lit, Operand, Ref
from adgen.loops.core import BindSize, Branch, Check, IndexOf, Let, Loop, Stmt, WhileLoop
from adgen.loops.fuse import names_used
from adgen.loops.loop_checks import before_the_loop, defined, written_out
from adgen.loops.rewrite import Renaming
from adgen.loops.scalars import is_library
from adgen.loops.state import State
from adgen.records import dataclass


def with_known_integers(state: State, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """The statements with one name for equal integers, and checks before the loops they vary with."""
    return written_out(state, _Known(state).body(body))


def _invariant(name: str, body: Sequence[Stmt]) -> tuple[list[Stmt], tuple[Stmt, ...]]:
    """The integers of a loop that are the same in every round, and the other statements."""
    inside = defined(body) | {name}
    before: list[Stmt] = []
    rest: list[Stmt] = []
    for stmt in body:
        if (
            isinstance(stmt, Let | IndexOf)
            and stmt.result.dtype in (DType.i64, DType.bool)
            and not is_library(getattr(stmt, "op", ""))
            and not names_used(stmt) & inside
        ):
            before.append(stmt)
            inside.discard(stmt.result.name)
        else:
            rest.append(stmt)
    return before, tuple(rest)


_POLYNOMIAL = {"add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y}


@dataclass(slots=True)
class _Known:
    """What is known at one point: dims that names stand for, operands that names are, tests that held."""

    state: State
    same: dict[str, Dim] = field(default_factory=dict)
    operands: dict[str, Operand] = field(default_factory=dict)
    values: dict[str, Dim] = field(default_factory=dict)
    tests: dict[str, Let] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)

    def body(self, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
        """Statements in order; what is known inside is forgotten afterwards."""
        inner = self.inner()
        return tuple(part for stmt in body for part in inner.stmts(stmt))

    def inner(self) -> _Known:
        """The same knowledge, to go on from."""
        return _Known(
            self.state,
            dict(self.same),
            dict(self.operands),
            dict(self.values),
            dict(self.tests),
            set(self.held),
        )

    def stmts(self, stmt: Stmt) -> Sequence[Stmt]:
        """One statement, and what comes before it."""
        if not isinstance(stmt, Loop):
            return (self.stmt(stmt),)
        renaming = Renaming(dims=self.same, operands=self.operands)
        lo, hi, step = (renaming.operand(x) for x in (stmt.lo, stmt.hi, stmt.step))
        inner = self.inner()
        body = tuple(part for x in stmt.body for part in inner.stmts(x))
        before, body = _invariant(stmt.var.name, body)
        loop = Loop(stmt.var, lo, hi, step, body)
        return (*before, *before_the_loop(self.state, loop, self._dim(lo), self._dim(hi), inner.range_of))

    def range_of(self, check: Check) -> tuple[Dim, Dim] | None:
        """The index and the extent that a check compares."""
        test = self.tests.get(check.ok.name) if isinstance(check.ok, Ref) else None
        if test is None or test.op != "within":
            return None
        index, extent = map(self._dim, test.args)
        return index, extent

    def stmt(self, stmt: Stmt) -> Stmt:
        """One statement, with what is known before it."""
        renaming = Renaming(dims=self.same, operands=self.operands)
        match stmt:
            case WhileLoop():
                return WhileLoop(self.body(stmt.head), stmt.test, self.body(stmt.body))
            case Branch():
                return Branch(renaming.operand(stmt.test), self.body(stmt.then), self.body(stmt.orelse))
            case _:
                self._learn(stmt)
                return renaming.stmt(stmt)

    def _learn(self, stmt: Stmt) -> None:
        match stmt:
            case BindSize():
                self._bind(stmt)
            case IndexOf():
                self.values[stmt.result.name] = stmt.index.substitute(self.same)
            case Let(result, op, (left, right)) if op in _POLYNOMIAL and result.dtype is DType.i64:
                if left.dtype is right.dtype is DType.i64:
                    self.values[result.name] = _POLYNOMIAL[op](self._dim(left), self._dim(right))
            case Let(result, "eq" | "within", (left, right)) if left.dtype is right.dtype is DType.i64:
                self.tests[result.name] = stmt
            case Let(result, "where", (Ref(name), index, Lit(0))) if name in self.held:
                if result.dtype is index.dtype is DType.i64:
                    self.operands[result.name] = index
                    self.same[result.name] = self._dim(index)
            case Check(Ref(name)) if name in self.tests:
                self.held.add(name)
                if self.tests[name].op == "eq":
                    self._equal(*map(self._dim, self.tests[name].args))
            case _:
                pass

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
