"""Solving, inverses, determinants and factorizations of numpy.linalg."""

from __future__ import annotations

from adgen.frontend.abstract import Abstract
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import Result, Table
from adgen.frontend.library.operands import floating, require
from adgen.ir.core import Value
from adgen.ir.dims import ONE, Dim
from adgen.primitives.linear_algebra import cholesky, eigh, inv, slogdet, solve
from adgen.primitives.shape import broadcast, reshape

table = Table()


def _square(c: LibraryContext, a: Abstract, name: str) -> Value:
    """Square matrices of floats."""
    x = floating(c, c.value(a))
    require(c, x.type.rank >= 2, name, a)
    rows, columns = x.type.dims[-2:]
    if rows != columns:
        require(c, rows.value is None or columns.value is None, name, a)
        size = c.same_dim(rows, columns)
        x = c.with_dims(x, (*x.type.dims[:-2], size, size))
    return x


def _with_batch(c: LibraryContext, x: Value, batch: tuple[Dim, ...], core: int) -> Value:
    """``x`` repeated to more dims in front."""
    dims = (*batch, *x.type.dims[x.type.rank - core :])
    first = len(dims) - x.type.rank
    return x if x.type.dims == dims else broadcast(c.b, x, dims=dims, axes=tuple(range(first, len(dims))))


@table.function("numpy.linalg.solve")
def solve_(c: LibraryContext, a: Abstract, b: Abstract) -> Result:
    """The x with a @ x = b; b is a vector where it has one dim, else matrices."""
    matrix, right = c.promote(_square(c, a, "np.linalg.solve"), floating(c, c.value(b)))
    require(c, right.type.rank >= 1, "np.linalg.solve", a, b)
    vector = right.type.rank == 1
    if vector:
        right = reshape(c.b, right, dims=(*right.type.dims, ONE))
    rows = c.same_dim(matrix.type.dims[-1], right.type.dims[-2])
    matrix = c.with_dims(matrix, (*matrix.type.dims[:-2], rows, rows))
    right = c.with_dims(right, (*right.type.dims[:-2], rows, right.type.dims[-1]))
    batch = max(matrix.type.dims[:-2], right.type.dims[:-2], key=len)
    x = solve(c.b, _with_batch(c, matrix, batch, 2), _with_batch(c, right, batch, 2))
    return reshape(c.b, x, dims=x.type.dims[:-1]) if vector else x


@table.function("numpy.linalg.inv")
def inv_(c: LibraryContext, a: Abstract) -> Result:
    """The inverse of each matrix."""
    return inv(c.b, _square(c, a, "np.linalg.inv"))


@table.function("numpy.linalg.slogdet")
def slogdet_(c: LibraryContext, a: Abstract) -> Result:
    """Sign and logarithm of the absolute value of the determinant."""
    return tuple(c.b.emit(slogdet, (_square(c, a, "np.linalg.slogdet"),), {}))


@table.function("numpy.linalg.cholesky")
def cholesky_(c: LibraryContext, a: Abstract) -> Result:
    """The lower triangular factor of a positive definite matrix, from its lower triangle."""
    return cholesky(c.b, _square(c, a, "np.linalg.cholesky"))


@table.function("numpy.linalg.eigh")
def eigh_(c: LibraryContext, a: Abstract) -> Result:
    """Eigenvalues and eigenvectors of a symmetric matrix, from its lower triangle."""
    return tuple(c.b.emit(eigh, (_square(c, a, "np.linalg.eigh"),), {}))


@table.function("numpy.linalg.eigvalsh")
def eigvalsh(c: LibraryContext, a: Abstract) -> Result:
    """Eigenvalues of a symmetric matrix, from its lower triangle."""
    return c.b.emit(eigh, (_square(c, a, "np.linalg.eigvalsh"),), {})[0]
