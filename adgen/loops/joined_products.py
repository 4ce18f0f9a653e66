"""Two products that share a matrix and go to the same place, as one product with a sum.

    c += a @ b            s = b + d
    c += a @ d            c += a @ s

The adjoint of a product of a matrix with itself is such a pair, with a matrix and its transpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.ir.dims import ONE, ZERO, Dim
from adgen.loops.buffers import Ref
from adgen.loops.calls import Matrix, Product
from adgen.loops.core import Branch, Let, Load, Loop, Nest, Stmt, Store, Var, WhileLoop
from adgen.loops.state import State


def with_joined_products(state: State, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """A statement list in which neighbouring products are joined, inner lists too."""
    out: list[Stmt] = []
    for stmt in body:
        inner = _inside(state, stmt)
        joined = _joined(state, out[-1], inner) if out else None
        if joined is None:
            out.append(inner)
        else:
            out[-1:] = joined
    return tuple(out)


def _inside(state: State, stmt: Stmt) -> Stmt:
    match stmt:
        case Loop() | WhileLoop():
            return replace(stmt, body=with_joined_products(state, stmt.body))
        case Branch():
            then, orelse = (with_joined_products(state, part) for part in (stmt.then, stmt.orelse))
            return replace(stmt, then=then, orelse=orelse)
        case _:
            return stmt


def _joined(state: State, one: Stmt, other: Stmt) -> list[Stmt] | None:
    """Both products as one, where they share the left or the right matrix and more than a vector is left."""
    if not (isinstance(one, Product) and isinstance(other, Product) and other.accumulate):
        return None
    same = (one.sizes, one.out, one.scale) == (other.sizes, other.out, other.scale)
    m, n, k = one.sizes
    if not same or ONE in (m, n, k) or one.out.buffer in (*one.reads, *other.reads):
        return None
    if any(state.may_overlap(one.out.buffer, b) for b in (*one.reads, *other.reads)):
        return None
    if one.left == other.left:
        total, sums = _sum(state, (k, n), one.right, other.right)
        return None if total is None else [*sums, replace(one, right=total)]
    if one.right == other.right:
        total, sums = _sum(state, (m, k), one.left, other.left)
        return None if total is None else [*sums, replace(one, left=total)]
    return None


def _sum(state: State, size: tuple[Dim, Dim], one: Matrix, other: Matrix) -> tuple[Matrix | None, list[Stmt]]:
    """The sum of two matrices, and what computes it; None where there is no room for it."""
    cells = size[0] * size[1]
    known = all(name in state.symbols for name in cells.symbols())
    if not known or any(c < 0 for d in size for _, c in d.terms):
        return None, []
    dtype = one.buffer.dtype
    total = Matrix(state.buffer(dtype, cells), ZERO, size[1], ONE)
    row, column = (Var(state.names.fresh("#"), extent) for extent in size)
    first, second, both = (Ref(state.names.fresh("%"), dtype) for _ in range(3))

    def index(m: Matrix) -> Dim:
        return m.base + Dim.symbol(row.name) * m.rows + Dim.symbol(column.name) * m.columns

    body = (
        Load(first, one.buffer, index(one)),
        Load(second, other.buffer, index(other)),
        Let(both, "add", (first, second)),
        Store(total.buffer, index(total), both),
    )
    return total, [Nest((row, column), body)]
