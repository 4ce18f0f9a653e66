"""Orthonormal columns and least squares."""

from __future__ import annotations

import numpy as np

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table
from adgen.frontend.library.embedding import embedded, from_parts_below, parts_below
from adgen.frontend.library.factorizations import named, singular_values, smaller_size
from adgen.frontend.library.operands import floating, matched, require
from adgen.ir.core import Indexer, Range, Value
from adgen.ir.dims import ONE
from adgen.ir.types import DType, Kind
from adgen.primitives.complexes import imag, real
from adgen.primitives.elementwise import add, eq, gt, logical_and, mul, sub
from adgen.primitives.extrema import max_
from adgen.primitives.indexing import read
from adgen.primitives.matrices import matmul
from adgen.primitives.orthogonal import lstsq, qr
from adgen.primitives.powers import square
from adgen.primitives.reduce import sum_
from adgen.primitives.shape import reshape
from adgen.primitives.singular_values import cutoff_value
from adgen.primitives.sizes import constant, dim_of, size_value

table = Table()
_REDUCED = Known("reduced")


def orthogonal_triangular(c: LibraryContext, x: Value) -> tuple[Value, Value]:
    """The reduced QR decomposition."""
    q, r = c.b.emit(qr, (x,), {"size": smaller_size(c, x)})
    return q, r


@table.function("numpy.linalg.qr")
def qr_(c: LibraryContext, a: Abstract, mode: Abstract = _REDUCED) -> Result:
    """Orthonormal columns and an upper triangular matrix."""
    x = floating(c, c.value(a))
    require(c, x.type.rank >= 2, "np.linalg.qr", a)
    kind = c.static(mode, "the mode of np.linalg.qr")
    if kind == "r":
        return orthogonal_triangular(c, x)[1]
    if kind == "complete":
        not_taller(c, x, mode, "np.linalg.qr")
    elif kind != "reduced":
        reason = f"the mode {kind!r} is not supported; there are 'reduced', 'r' and 'complete'"
        raise c.error("AG205", mode, function="np.linalg.qr", reason=reason)
    return named("QRResult", orthogonal_triangular(c, x))


def not_taller(c: LibraryContext, x: Value, at: Abstract | None, function: str) -> None:
    """Refuse matrices with more rows than columns where all of q is wanted."""
    rows, columns = x.type.dims[-2:]
    if rows != columns and not c.assume(columns - rows, "all columns of q are determined"):
        reason = "more columns of q than the matrix has are not determined by it, so they have no derivative"
        raise c.error("AG205", at, function=function, reason=reason)


# -- least squares --------------------------------------------------------------------------------------
@table.function("numpy.linalg.lstsq")
def lstsq_(c: LibraryContext, a: Abstract, b: Abstract, rcond: Abstract = NONE) -> Result:
    """The least squares solution, the squares of what is left, the rank and the singular values."""
    x, rest, rank, values = least_squares(c, a, b, rcond, "np.linalg.lstsq")
    return x, rest, c.cast(rank, DType.i32, Kind.np), values


def least_squares(
    c: LibraryContext, a: Abstract, b: Abstract, limit: Abstract, name: str
) -> tuple[Value, Value, Value, Value]:
    """x, the squares of what is left for each column (empty where nothing is), the rank, singular values."""
    x, right = c.promote(floating(c, c.value(a)), floating(c, c.value(b)))
    require(c, x.type.rank == 2 and right.type.rank in (1, 2), name, a, b)
    vector = right.type.rank == 1
    if vector:
        right = reshape(c.b, right, dims=(*right.type.dims, ONE))
    rows = matched(c, x.type.dims[0], right.type.dims[0], x, right)
    x, right = c.with_dims(x, (rows, x.type.dims[1])), c.with_dims(right, (rows, right.type.dims[1]))
    cutoff = None if c.is_none(limit) else float(c.static(limit, f"the limit of {name}"))
    if cutoff is not None and cutoff < 0:
        cutoff = float(np.finfo(x.type.dtype.numpy).eps)
    found = _shortest(c, x, right, cutoff)
    values = singular_values(c, x)
    rank = _rank(c, x, values, cutoff)
    rest = _left_over(c, sub(c.b, right, matmul(c.b, x, found)), x, rank)
    solution = reshape(c.b, found, dims=found.type.dims[:1]) if vector else found
    return solution, rest, rank, values


def _shortest(c: LibraryContext, x: Value, right: Value, cutoff: float | None) -> Value:
    """The solution; complex systems are solved as real ones of twice the size."""
    b, size = c.b, smaller_size(c, x)
    if not x.type.is_complex:
        return lstsq(b, x, right, cutoff=cutoff, size=size)
    found = lstsq(b, embedded(b, x), parts_below(b, right), cutoff=cutoff, size=size * 2)
    return from_parts_below(b, found, x.type.dims[1])


def _rank(c: LibraryContext, x: Value, values: Value, cutoff: float | None) -> Value:
    largest = max_(c.b, values, axes=(0,), initial=0.0)
    limit = mul(c.b, cutoff_value(c.b, x, cutoff), largest)
    return sum_(c.b, c.cast(gt(c.b, *c.broadcast(values, limit)), DType.i64), axes=(0,))


def _left_over(c: LibraryContext, rest: Value, x: Value, rank: Value) -> Value:
    """Sums of squares of the columns: none where the rank is not full or no more rows than columns are."""
    b, (rows, columns) = c.b, x.type.dims
    squares = add(b, square(b, real(b, rest)), square(b, imag(b, rest))) if rest.type.is_complex else None
    squares = sum_(b, mul(b, rest, rest) if squares is None else squares, axes=(0,))
    full = eq(b, *c.broadcast(rank, size_value(b, columns)))
    some = logical_and(b, *c.broadcast(full, gt(b, size_value(b, rows), size_value(b, columns))))
    size = mul(b, *c.broadcast(c.cast(some, DType.i64), size_value(b, squares.type.dims[0])))
    kept = Range(dim_of(b, c.cast(size, DType.i64, Kind.py)))
    return read(b, squares, constant(b, 0), index=Indexer((kept,)))
