"""Diagonals of matrices and their sums."""

from __future__ import annotations

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table
from adgen.frontend.library.operands import counting, require
from adgen.frontend.library.products import diagonal_of
from adgen.frontend.library.slicing import along
from adgen.ir.core import Range, Value
from adgen.primitives.extrema import minimum
from adgen.primitives.indexing import read
from adgen.primitives.reduce import sum_
from adgen.primitives.shape import transpose
from adgen.primitives.sizes import constant, dim_of, size_value

table = Table()
_ZERO, _ONE = Known(0), Known(1)


@table.function("numpy.diagonal", "numpy.ndarray.diagonal")
def diagonal(
    c: LibraryContext,
    a: Abstract,
    offset: Abstract = _ZERO,
    axis1: Abstract = _ZERO,
    axis2: Abstract = _ONE,
) -> Result:
    """The diagonals of two dims, along the last dim of the result."""
    x = c.value(a)
    require(c, x.type.rank >= 2, "np.diagonal", a)
    axes = (c.static_axis(axis1, x.type.rank), c.static_axis(axis2, x.type.rank))
    return c.read_only(a, _diagonals(c, x, axes, c.static_int(offset, "the offset of a diagonal")))


@table.function("numpy.linalg.diagonal")
def matrix_diagonal(c: LibraryContext, x: Abstract, *, offset: Abstract = _ZERO) -> Result:
    """The diagonals of the matrices in the last two dims."""
    return diagonal(c, x, offset, Known(-2), Known(-1))


def _diagonals(c: LibraryContext, x: Value, axes: tuple[int, int], k: int) -> Value:
    """Diagonals of two dims, moved to the end."""
    rank = x.type.rank
    perm = (*axes, *(d for d in range(rank) if d not in axes))
    moved = x if perm == tuple(range(rank)) else transpose(c.b, x, perm=perm)
    found = _diagonal(c, moved, k)
    return found if rank == 2 else transpose(c.b, found, perm=(*range(1, rank - 1), 0))


def _diagonal(c: LibraryContext, x: Value, k: int) -> Value:
    """Diagonals of the first two dims, along the first dim."""
    axis, rank = (0 if k < 0 else 1), x.type.rank
    if k:
        size = c.length(x.type.dims[axis] - abs(k))
        x = read(c.b, x, constant(c.b, abs(k)), index=along(rank, axis, Range(size)))
    rows, columns = x.type.dims[:2]
    excess = (rows - columns).value
    if excess == 0:
        return diagonal_of(c, x, 0, 1)
    if excess is None:
        least = dim_of(c.b, minimum(c.b, size_value(c.b, rows), size_value(c.b, columns)))
        square = read(c.b, x, constant(c.b, 0), index=along(rank, 0, Range(least)))
        square = read(c.b, square, constant(c.b, 0), index=along(rank, 1, Range(least)))
        return diagonal_of(c, square, 0, 1)
    longer, least = (0, columns) if excess > 0 else (1, rows)
    square = read(c.b, x, constant(c.b, 0), index=along(rank, longer, Range(least)))
    return diagonal_of(c, square, 0, 1)


@table.function("numpy.trace", "numpy.ndarray.trace")
def trace(
    c: LibraryContext,
    a: Abstract,
    offset: Abstract = _ZERO,
    axis1: Abstract = _ZERO,
    axis2: Abstract = _ONE,
    dtype: Abstract = NONE,
) -> Result:
    """The sums of the diagonals of two dims."""
    x = c.value(a)
    require(c, x.type.rank >= 2, "np.trace", a)
    axes = (c.static_axis(axis1, x.type.rank), c.static_axis(axis2, x.type.rank))
    found = _diagonals(c, x, axes, c.static_int(offset, "the offset of a diagonal"))
    wanted = c.dtype(dtype)
    found = counting(c, found) if wanted is None else c.cast(found, wanted)
    return sum_(c.b, found, axes=(found.type.rank - 1,))


@table.function("numpy.linalg.trace")
def matrix_trace(
    c: LibraryContext, x: Abstract, *, offset: Abstract = _ZERO, dtype: Abstract = NONE
) -> Result:
    """The sums of the diagonals of the matrices in the last two dims."""
    return trace(c, x, offset, Known(-2), Known(-1), dtype)
