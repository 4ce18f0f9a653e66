"""Renaming in statements: names in indices and operands, and buffers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace

from adgen.ir.dims import ZERO, Dim
from adgen.loops.buffers import Buffer, Operand, Ref
from adgen.loops.calls import Address, Argument, Library, Matrix, Positive, Product, Routine, Strided
from adgen.loops.core import (
    BindSize,
    Branch,
    Check,
    IndexOf,
    Let,
    Load,
    Loop,
    Nest,
    Reduce,
    Set,
    Stmt,
    Store,
    TapeGrow,
    TapeShrink,
    Var,
    WhileLoop,
)
from adgen.records import dataclass

IndexMap = Callable[[Buffer, Dim], tuple[Buffer, Dim]]


@dataclass(frozen=True, slots=True)
class Renaming:
    """`dims` replaces names in polynomials, `operands` scalars; `cells` may move accesses."""

    dims: Mapping[str, Dim] = field(default_factory=dict)
    operands: Mapping[str, Operand] = field(default_factory=dict)
    cells: IndexMap | None = None

    def body(self, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
        """All statements."""
        return tuple(self.stmt(s) for s in body)

    def operand(self, operand: Operand) -> Operand:
        """A scalar; a chain of renamings is followed to its end."""
        while isinstance(operand, Ref) and operand.name in self.operands:
            operand = self.operands[operand.name]
        return operand

    def _dim(self, dim: Dim) -> Dim:
        return dim.substitute(self.dims)

    def _all(self, operands: Sequence[Operand]) -> tuple[Operand, ...]:
        return tuple(self.operand(o) for o in operands)

    def _vars(self, variables: Sequence[Var]) -> tuple[Var, ...]:
        return tuple(Var(v.name, self._dim(v.extent)) for v in variables)

    def _cell(self, buffer: Buffer, index: Dim) -> tuple[Buffer, Dim]:
        index = self._dim(index)
        return self.cells(buffer, index) if self.cells is not None else (buffer, index)

    def _matrix(self, m: Matrix) -> Matrix:
        buffer, base = self._cell(m.buffer, m.base)
        return Matrix(buffer, base, self._dim(m.rows), self._dim(m.columns))

    def _strided(self, x: Strided) -> Strided:
        buffer, base = self._cell(x.buffer, x.base)
        return Strided(buffer, base, tuple(self._dim(d) for d in x.strides))

    def _argument(self, x: Argument) -> Argument:
        match x:
            case Dim():
                return self._dim(x)
            case Positive(size):
                return Positive(self._dim(size))
            case Address(buffer, base):
                return Address(*self._cell(buffer, base))
            case _:
                return x

    def stmt(self, stmt: Stmt) -> Stmt:
        """One statement, with everything inside it."""
        match stmt:
            case Let():
                return replace(stmt, args=self._all(stmt.args))
            case IndexOf():
                return replace(stmt, index=self._dim(stmt.index))
            case Load():
                buffer, index = self._cell(stmt.buffer, stmt.index)
                return replace(stmt, buffer=buffer, index=index)
            case Store():
                buffer, index = self._cell(stmt.buffer, stmt.index)
                return replace(stmt, buffer=buffer, index=index, value=self.operand(stmt.value))
            case Nest():
                return Nest(self._vars(stmt.vars), self.body(stmt.body), stmt.rim)
            case Reduce():
                inner = self.body(stmt.body)
                return replace(stmt, vars=self._vars(stmt.vars), body=inner, values=self._all(stmt.values))
            case Check():
                return replace(stmt, ok=self.operand(stmt.ok))
            case _:
                return self._other(stmt)

    def _other(self, stmt: Stmt) -> Stmt:
        match stmt:
            case Set() | BindSize():
                return replace(stmt, value=self.operand(stmt.value))
            case TapeGrow() | TapeShrink():
                return replace(stmt, count=self._dim(stmt.count))
            case Product():
                m, n, k = (self._dim(d) for d in stmt.sizes)
                left, right, out = (self._matrix(x) for x in (stmt.left, stmt.right, stmt.out))
                scale = None if stmt.scale is None else self.operand(stmt.scale)
                return replace(stmt, sizes=(m, n, k), left=left, right=right, out=out, scale=scale)
            case Library():
                sizes = tuple(self._dim(d) for d in stmt.sizes)
                return replace(stmt, sizes=sizes, operands=tuple(map(self._strided, stmt.operands)))
            case Routine():
                arguments = tuple(self._argument(x) for x in stmt.arguments)
                buffers = tuple(self._cell(x, ZERO)[0] for x in stmt.writes)
                return replace(stmt, arguments=arguments, writes=buffers)
            case Loop():
                lo, hi, step = self._all((stmt.lo, stmt.hi, stmt.step))
                return Loop(stmt.var, lo, hi, step, self.body(stmt.body))
            case WhileLoop():
                return WhileLoop(self.body(stmt.head), self.operand(stmt.test), self.body(stmt.body))
            case Branch():
                return Branch(self.operand(stmt.test), self.body(stmt.then), self.body(stmt.orelse))
            case _:
                return stmt
