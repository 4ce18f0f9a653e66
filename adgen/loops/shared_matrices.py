"""Two products of one matrix with vectors, which read it once: block of rows by block of rows.

    t = A @ x                for rows in blocks: t[rows] = A[rows] @ x
    y = t @ A                                    y += t[rows] @ A[rows]

The second product of a block finds it in the cache. How many rows a block has depends on sizes only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.ir.dims import ONE, ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Buffer, Lit, Operand, Ref
from adgen.loops.calls import Matrix, Product
from adgen.loops.core import Branch, IndexOf, Let, Loop, Nest, Stmt, Store, Var, WhileLoop
from adgen.loops.state import State
from adgen.records import dataclass

#: numbers in a block of rows, and numbers of a matrix that stays in the cache as a whole
BLOCK, SMALL = 32_768, 65_536


@dataclass(frozen=True, slots=True)
class _Vector:
    """Elements of a buffer at equal distances."""

    buffer: Buffer
    base: Dim
    step: Dim

    def beyond(self, first: Dim) -> _Vector:
        """The elements from one on."""
        return replace(self, base=self.base + first * self.step)


@dataclass(frozen=True, slots=True)
class _Pass:
    """A product of a row-major matrix with a vector; `by_rows` gives one number per row."""

    product: Product
    matrix: Matrix
    rows: Dim
    columns: Dim
    vector: _Vector
    out: _Vector
    by_rows: bool

    def of(self, first: Dim, count: Dim) -> Product:
        """The same for a block of rows; what is not one number per row is added up."""
        base = self.matrix.base + first * self.matrix.rows
        vector, out = self.vector, self.out
        vector, out = (vector, out.beyond(first)) if self.by_rows else (vector.beyond(first), out)
        m, k = (count, self.columns) if self.by_rows else (self.columns, count)
        columns, rows = (ONE, self.matrix.rows) if self.by_rows else (self.matrix.rows, ONE)
        return Product(
            (ONE, m, k),
            Matrix(vector.buffer, vector.base, ZERO, vector.step),
            Matrix(self.matrix.buffer, base, columns, rows),
            Matrix(out.buffer, out.base, ZERO, out.step),
            self.product.accumulate or not self.by_rows,
            self.product.scale,
        )


def with_shared_matrices(state: State, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """A statement list in which neighbouring products share their matrix, inner lists too."""
    out: list[Stmt] = []
    for stmt in body:
        inner = _inside(state, stmt)
        pair = _pair(state, out[-1], inner) if out else None
        if pair is None:
            out.append(inner)
        else:
            out[-1:] = _blocks(state, *pair)
    return tuple(out)


def _inside(state: State, stmt: Stmt) -> Stmt:
    match stmt:
        case Loop():
            return replace(stmt, body=with_shared_matrices(state, stmt.body))
        case WhileLoop():
            return replace(stmt, body=with_shared_matrices(state, stmt.body))
        case Branch():
            then, orelse = (with_shared_matrices(state, part) for part in (stmt.then, stmt.orelse))
            return replace(stmt, then=then, orelse=orelse)
        case _:
            return stmt


def _pair(state: State, first: Stmt, second: Stmt) -> tuple[_Pass, _Pass] | None:
    """Two products that can be computed block by block."""
    one, other = _pass(first), _pass(second)
    if one is None or other is None or one.by_rows == other.by_rows:
        return None
    if one.matrix != other.matrix or (one.rows, one.columns) != (other.rows, other.columns):
        return None
    follows = one.by_rows and one.out == other.vector
    uses = [one.matrix.buffer, one.vector.buffer, *([] if follows else [other.vector.buffer])]
    outs = [one.out.buffer, other.out.buffer]
    if any(state.may_overlap(a, b) for a in outs for b in uses) or state.may_overlap(*outs):
        return None
    if follows and state.may_overlap(other.out.buffer, other.vector.buffer):
        return None
    return one, other


def _pass(stmt: Stmt) -> _Pass | None:
    if not isinstance(stmt, Product):
        return None
    m, n, k = stmt.sizes
    if stmt.left.rows == ZERO and m == ONE:
        matrix, vector = stmt.right, _Vector(stmt.left.buffer, stmt.left.base, stmt.left.columns)
        out, length = _Vector(stmt.out.buffer, stmt.out.base, stmt.out.columns), n
        inner, outer = matrix.rows, matrix.columns
    elif stmt.right.columns == ZERO and n == ONE:
        matrix, vector = stmt.left, _Vector(stmt.right.buffer, stmt.right.base, stmt.right.rows)
        out, length = _Vector(stmt.out.buffer, stmt.out.base, stmt.out.rows), m
        inner, outer = matrix.columns, matrix.rows
    else:
        return None
    by_rows = inner == ONE
    if not by_rows and outer != ONE:
        return None
    plain = Matrix(matrix.buffer, matrix.base, outer if by_rows else inner, ONE)
    rows, columns = (length, k) if by_rows else (k, length)
    return _Pass(stmt, plain, rows, columns, vector, out, by_rows)


def _blocks(state: State, one: _Pass, other: _Pass) -> list[Stmt]:
    """Both products, a block of rows at a time."""
    out: list[Stmt] = []
    whole = one if not one.by_rows else other
    if not whole.product.accumulate:
        variable = Var(state.names.fresh("#"), whole.columns)
        at = whole.out.base + Dim.symbol(variable.name) * whole.out.step
        zero = Lit(0.0, whole.out.buffer.dtype)
        out.append(Nest((variable,), (Store(whole.out.buffer, at, zero),)))
    rows, columns = _integer(state, out, one.rows), _integer(state, out, one.columns)
    number = _integer(state, out, one.rows * one.columns)
    some = _let(state, out, "maximum", (columns, _literal(1)))
    block = _let(state, out, "floor_divide", (_literal(BLOCK), some))
    block = _let(state, out, "maximum", (block, _literal(1)))
    small = Ref(state.names.fresh("%"), DType.bool)
    out.append(Let(small, "le", (number, _literal(SMALL))))
    least = _let(state, out, "maximum", (rows, _literal(1)))
    step = _let(state, out, "where", (small, least, block))
    first = Ref(state.names.fresh("%"), DType.i64)
    body: list[Stmt] = []
    rest = _let(state, body, "sub", (rows, first))
    count = _let(state, body, "minimum", (rest, step))
    begin, size = Dim.symbol(first.name), Dim.symbol(count.name)
    body += [one.of(begin, size), other.of(begin, size)]
    out.append(Loop(first, _literal(0), rows, step, tuple(body)))
    return out


def _literal(value: int) -> Lit:
    return Lit(value, DType.i64)


def _integer(state: State, out: list[Stmt], value: Dim) -> Operand:
    if value.value is not None:
        return _literal(value.value)
    ref = Ref(state.names.fresh("%"), DType.i64)
    out.append(IndexOf(ref, value))
    return ref


def _let(state: State, out: list[Stmt], op: str, args: tuple[Operand, ...]) -> Ref:
    ref = Ref(state.names.fresh("%"), DType.i64)
    out.append(Let(ref, op, args))
    return ref
