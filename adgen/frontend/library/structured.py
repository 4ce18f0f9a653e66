"""scipy.linalg: matrices of a given structure, and systems with banded ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from adgen.frontend.abstract import Abstract, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, Result, Table
from adgen.frontend.library.operands import flat, floating, matched, require
from adgen.frontend.library.scipy_linalg import as_given, fitted, registered, with_columns
from adgen.frontend.library.slicing import along, part, reversed_range
from adgen.ir.core import Gather, Indexer, Value
from adgen.ir.dims import ONE, Dim
from adgen.primitives.banded import moved_along, row_of, solve_banded
from adgen.primitives.complexes import conjugated
from adgen.primitives.elementwise import add, eq, lt, sub, where
from adgen.primitives.indexing import read, zeros_of
from adgen.primitives.linear_algebra import eigh, solve
from adgen.primitives.literals import literal
from adgen.primitives.shape import arange, broadcast, concat, reshape
from adgen.primitives.sizes import size_value
from adgen.primitives.stacking import stack

table = Table()
_registered = partial(registered, into=table)


# -- blocks ---------------------------------------------------------------------------------------------
@_registered("block_diag")
def block_diag(c: LibraryContext, *arrs: Abstract) -> Result:
    """Matrices along the diagonal, zeros elsewhere."""
    blocks = [_as_matrix(c, x) for x in c.promote(*arrs, strong=True)]
    require(c, bool(blocks), "scipy.linalg.block_diag")
    width = sum((x.type.dims[1] for x in blocks[1:]), blocks[0].type.dims[1])
    left, rows = Dim.const(0), []
    for x in blocks:
        height, own = x.type.dims
        pieces = [(left, None), (own, x), (width - left - own, None)]
        rows.append(_beside(c, x, height, [p for p in pieces if p[0].value != 0 or p[1] is x]))
        left = left + own
    return rows[0] if len(rows) == 1 else concat(c.b, *rows, axis=0)


def _beside(c: LibraryContext, like: Value, height: Dim, pieces: Sequence[tuple[Dim, Value | None]]) -> Value:
    found = [zeros_of(c.b, like.type.with_dims(height, width)) if x is None else x for width, x in pieces]
    return found[0] if len(found) == 1 else concat(c.b, *found, axis=1)


def _as_matrix(c: LibraryContext, x: Value) -> Value:
    require(c, x.type.rank <= 2, "scipy.linalg.block_diag", x)
    missing = 2 - x.type.rank
    return reshape(c.b, x, dims=((ONE,) * missing + x.type.dims)) if missing else x


# -- constant along diagonals ---------------------------------------------------------------------------
def _table_of(c: LibraryContext, rows: Dim, columns: Dim) -> tuple[Value, Value]:
    """The row and the column of every element."""
    dims = (rows, columns)
    return (
        broadcast(c.b, arange(c.b, dim=rows), dims=dims, axes=(0,)),
        broadcast(c.b, arange(c.b, dim=columns), dims=dims, axes=(1,)),
    )


def _at(c: LibraryContext, values: Value, places: Value) -> Value:
    return read(c.b, values, places, index=Indexer((Gather(),), once=False))


def _toeplitz(c: LibraryContext, column: Value, row: Value) -> Value:
    """Element (i, j) is column[i - j], or row[j - i] above the diagonal."""
    size, width = column.type.dims[0], row.type.dims[0]
    whole, last = reversed_range(c, size)
    back = read(c.b, column, last, index=along(1, 0, whole))
    values = concat(c.b, back, part(c, row, 0, 1, None), axis=0)
    i, j = _table_of(c, size, width)
    start = broadcast(c.b, last, dims=i.type.dims, axes=())
    return _at(c, values, add(c.b, sub(c.b, start, i), j))


@_registered("toeplitz")
def toeplitz(c: LibraryContext, c_: Abstract, r: Abstract = NONE) -> Result:
    """The matrix with a first column and a first row, constant along diagonals."""
    column, row = (flat(c, v) for v in c.promote(c_, c_ if c.is_none(r) else r))
    return _toeplitz(c, column, conjugated(c.b, row) if c.is_none(r) else row)


@_registered("hankel")
def hankel(c: LibraryContext, c_: Abstract, r: Abstract = NONE) -> Result:
    """The matrix with a first column and a last row (zeros), constant along antidiagonals."""
    column = flat(c, c.value(c_))
    if c.is_none(r):
        row = zeros_of(c.b, column.type)
    else:
        column, row = (flat(c, v) for v in c.promote(c_, r))
    values = concat(c.b, column, part(c, row, 0, 1, None), axis=0)
    return _at(c, values, add(c.b, *_table_of(c, column.type.dims[0], row.type.dims[0])))


@_registered("circulant")
def circulant(c: LibraryContext, c_: Abstract) -> Result:
    """The matrix whose columns are a vector, moved around by one more each."""
    column = c.value(c_)
    require(c, column.type.rank == 1, "scipy.linalg.circulant", c_)
    size = column.type.dims[0]
    i, j = _table_of(c, size, size)
    places = sub(c.b, i, j)
    around = add(c.b, places, broadcast(c.b, size_value(c.b, size), dims=places.type.dims, axes=()))
    return _at(c, column, where(c.b, lt(c.b, places, literal(c.b, places, 0)), around, places))


@_registered("solve_toeplitz", ("check_finite",))
def solve_toeplitz(c: LibraryContext, c_or_cr: Abstract, b: Abstract) -> Result:
    """The x with toeplitz(c, r) @ x = b."""
    pair = isinstance(c_or_cr, Tuple)
    first, last = c.items(c_or_cr) if pair else (c_or_cr, c_or_cr)
    column, row = (flat(c, floating(c, v)) for v in c.promote(first, last))
    row = row if pair else conjugated(c.b, row)
    right, vector = with_columns(c, b)
    x, right = fitted(c, _toeplitz(c, column, row), right)
    return as_given(c, solve(c.b, x, right), vector)


# -- banded ---------------------------------------------------------------------------------------------
@_registered("solve_banded", ("overwrite_ab", "overwrite_b", "check_finite"))
def solve_banded_(c: LibraryContext, l_and_u: Abstract, ab: Abstract, b: Abstract) -> Result:
    """The x with a @ x = b, for a given by its diagonals."""
    lower, upper = c.static(l_and_u, "the numbers of diagonals of scipy.linalg.solve_banded")
    bands = floating(c, c.value(ab))
    require(c, bands.type.rank == 2, "scipy.linalg.solve_banded", ab)
    bands = c.with_dims(bands, (Dim.const(lower + upper + 1), bands.type.dims[1]))
    return _banded(c, bands, b, lower, upper)


def _banded(c: LibraryContext, bands: Value, b: Abstract, lower: int, upper: int) -> Value:
    right, vector = with_columns(c, b)
    bands, right = c.promote(bands, right)
    size = matched(c, bands.type.dims[1], right.type.dims[0], bands, right)
    bands, right = (
        c.with_dims(bands, (bands.type.dims[0], size)),
        c.with_dims(right, (size, right.type.dims[1])),
    )
    return as_given(c, solve_banded(c.b, bands, right, lower=lower, upper=upper), vector)


@_registered("solveh_banded", ("overwrite_ab", "overwrite_b", "check_finite"))
def solveh_banded(c: LibraryContext, ab: Abstract, b: Abstract, *, lower: Abstract = FALSE) -> Result:
    """The x with a @ x = b, for a symmetric a given by its diagonals on one side."""
    bands = floating(c, c.value(ab))
    count = bands.type.dims[0].value if bands.type.rank == 2 else None
    require(c, count is not None, "scipy.linalg.solveh_banded", ab)
    assert count is not None
    below, reach = c.static_bool(lower, "lower"), count - 1
    rows = [row_of(c.b, bands, r) for r in range(count)]
    diagonals = rows if below else rows[::-1]
    moves = range(1, count)
    if below:
        upper = [moved_along(c.b, diagonals[k], -k) for k in reversed(moves)]
        full = [*upper, *diagonals]
    else:
        full = [*rows, *(moved_along(c.b, diagonals[k], k) for k in moves)]
    return _banded(c, stack(c.b, *full, axis=0), b, reach, reach)


@_registered("eigh_tridiagonal", ("check_finite", "tol", "lapack_driver"))
def eigh_tridiagonal(c: LibraryContext, d: Abstract, e: Abstract, eigvals_only: Abstract = FALSE) -> Result:
    """Eigenvalues and eigenvectors of a symmetric matrix of a diagonal and the one beside it."""
    main, side = c.promote(floating(c, c.value(d)), floating(c, c.value(e)))
    require(c, main.type.rank == 1 and side.type.rank == 1, "scipy.linalg.eigh_tridiagonal", d, e)
    size = main.type.dims[0]
    side = c.with_dims(side, (matched(c, side.type.dims[0], size - 1, side, main),))
    none = zeros_of(c.b, main.type.with_dims(ONE))
    values = concat(c.b, main, side, none, axis=0)
    i, j = _table_of(c, size, size)
    one = literal(c.b, i, 1)
    first = broadcast(c.b, size_value(c.b, size), dims=i.type.dims, axes=())
    nothing = add(c.b, first, sub(c.b, first, one))
    places = where(c.b, eq(c.b, sub(c.b, i, j), one), add(c.b, first, j), nothing)
    places = where(c.b, eq(c.b, i, j), i, places)
    found = tuple(c.b.emit(eigh, (_at(c, values, places),), {}))
    return found[0] if c.static_bool(eigvals_only, "eigvals_only") else found
