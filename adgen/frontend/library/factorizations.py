"""Solving, inverses, determinants and factorizations of numpy.linalg."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from numpy.linalg import _linalg

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, TRUE, Result, Table
from adgen.frontend.library.operands import floating, require
from adgen.frontend.library.written import entry
from adgen.frontend.written import spectra
from adgen.ir.core import Value
from adgen.ir.dims import ONE, Dim
from adgen.primitives.determinants import det
from adgen.primitives.eigenvalues import eig
from adgen.primitives.extrema import minimum
from adgen.primitives.linear_algebra import cholesky, eigh, inv, slogdet, solve
from adgen.primitives.matrices import symmetric_from_lower, turned
from adgen.primitives.shape import broadcast, reshape
from adgen.primitives.singular_values import pinv, svd, svd_full
from adgen.primitives.sizes import dim_of, size_value

table = Table()
_symmetric_svd = entry(spectra, spectra.symmetric_svd)


def named(name: str, values: Iterable[Value]) -> tuple[Any, ...]:
    """Results in the named tuple of NumPy."""
    found: tuple[Any, ...] = getattr(_linalg, name)(*values)
    return found


def square_matrices(c: LibraryContext, a: Abstract | Value, name: str) -> Value:
    """Square matrices, as floats where they are integers."""
    x = floating(c, c.value(a))
    require(c, x.type.rank >= 2, name, a)
    rows, columns = x.type.dims[-2:]
    if rows != columns:
        require(c, rows.value is None or columns.value is None, name, a)
        size = c.same_dim(rows, columns)
        x = c.with_dims(x, (*x.type.dims[:-2], size, size))
    return x


def _one_batch(c: LibraryContext, x: Value, y: Value) -> tuple[Value, Value]:
    """Matrices repeated to the dims in front that those of both broadcast to."""
    left, right = x.type.dims[:-2], y.type.dims[:-2]
    rank = max(len(left), len(right))
    left, right = ((ONE,) * (rank - len(dims)) + dims for dims in (left, right))
    batch = [
        q if p == ONE else p if q == ONE else c.same_dim(p, q, x, y) for p, q in zip(left, right, strict=True)
    ]
    return _with_batch(c, x, batch), _with_batch(c, y, batch)


def _with_batch(c: LibraryContext, x: Value, batch: Sequence[Dim]) -> Value:
    """Matrices repeated to other dims in front, of which theirs are the last ones."""
    own, core = x.type.dims[:-2], x.type.dims[-2:]
    first = len(batch) - len(own)
    kept = [size if size == ONE else batch[first + k] for k, size in enumerate(own)]
    x, dims = c.with_dims(x, (*kept, *core)), (*batch, *core)
    return x if x.type.dims == dims else broadcast(c.b, x, dims=dims, axes=tuple(range(first, len(dims))))


@table.function("numpy.linalg.solve")
def solve_(c: LibraryContext, a: Abstract, b: Abstract) -> Result:
    """The x with a @ x = b; b is a vector where it has one dim, else matrices."""
    matrix, right = c.promote(square_matrices(c, a, "np.linalg.solve"), floating(c, c.value(b)))
    require(c, right.type.rank >= 1, "np.linalg.solve", a, b)
    vector = right.type.rank == 1
    if vector:
        right = reshape(c.b, right, dims=(*right.type.dims, ONE))
    rows = c.same_dim(matrix.type.dims[-1], right.type.dims[-2])
    matrix = c.with_dims(matrix, (*matrix.type.dims[:-2], rows, rows))
    right = c.with_dims(right, (*right.type.dims[:-2], rows, right.type.dims[-1]))
    x = solve(c.b, *_one_batch(c, matrix, right))
    return reshape(c.b, x, dims=x.type.dims[:-1]) if vector else x


@table.function("numpy.linalg.inv")
def inv_(c: LibraryContext, a: Abstract) -> Result:
    """The inverse of each matrix."""
    return inv(c.b, square_matrices(c, a, "np.linalg.inv"))


@table.function("numpy.linalg.det")
def det_(c: LibraryContext, a: Abstract) -> Result:
    """The determinant of each matrix; its derivative is exact where it is zero, too."""
    return det(c.b, square_matrices(c, a, "np.linalg.det"))


@table.function("numpy.linalg.slogdet")
def slogdet_(c: LibraryContext, a: Abstract) -> Result:
    """Sign and logarithm of the absolute value of the determinant."""
    return named("SlogdetResult", c.b.emit(slogdet, (square_matrices(c, a, "np.linalg.slogdet"),), {}))


@table.function("numpy.linalg.cholesky")
def cholesky_(c: LibraryContext, a: Abstract, /, *, upper: Abstract = FALSE) -> Result:
    """The lower (or upper) triangular factor of a positive definite matrix, from that triangle of it."""
    return triangular_factor(c, a, c.static_bool(upper, "upper"))


def triangular_factor(c: LibraryContext, a: Abstract | Value, upper: bool) -> Value:
    """The Cholesky factor."""
    x = square_matrices(c, a, "np.linalg.cholesky")
    return turned(c.b, cholesky(c.b, turned(c.b, x))) if upper else cholesky(c.b, x)


_LOWER = Known("L")


def _symmetric(c: LibraryContext, a: Abstract, uplo: Abstract) -> tuple[Value, Value]:
    """Eigenvalues and eigenvectors of a symmetric matrix, one triangle of which is read."""
    which = str(c.static(uplo, "the triangle UPLO")).upper()
    if which not in ("L", "U"):
        raise c.error("AG205", uplo, function="np.linalg.eigh", reason="UPLO is 'L' or 'U'")
    attrs = {"upper": True} if which == "U" else {}
    values, vectors = c.b.emit(eigh, (square_matrices(c, a, "np.linalg.eigh"),), attrs)
    return values, vectors


@table.function("numpy.linalg.eigh")
def eigh_(c: LibraryContext, a: Abstract, UPLO: Abstract = _LOWER) -> Result:
    """Eigenvalues and eigenvectors of a symmetric matrix, from one triangle of it."""
    return named("EighResult", _symmetric(c, a, UPLO))


@table.function("numpy.linalg.eigvalsh")
def eigvalsh(c: LibraryContext, a: Abstract, UPLO: Abstract = _LOWER) -> Result:
    """Eigenvalues of a symmetric matrix, from one triangle of it."""
    return _symmetric(c, a, UPLO)[0]


@table.function("numpy.linalg.eig")
def eig_(c: LibraryContext, a: Abstract) -> Result:
    """Eigenvalues and eigenvectors, always complex numbers."""
    return named("EigResult", c.b.emit(eig, (square_matrices(c, a, "np.linalg.eig"),), {}))


@table.function("numpy.linalg.eigvals")
def eigvals(c: LibraryContext, a: Abstract) -> Result:
    """Eigenvalues, always complex numbers."""
    return c.b.emit(eig, (square_matrices(c, a, "np.linalg.eigvals"),), {})[0]


# -- singular values ------------------------------------------------------------------------------------
def smaller_size(c: LibraryContext, x: Value) -> Dim:
    """The smaller size of a matrix: a size of its own where its dims do not say which it is."""
    rows, columns = x.type.dims[-2:]
    excess = (rows - columns).value
    if excess is None:
        return dim_of(c.b, minimum(c.b, size_value(c.b, rows), size_value(c.b, columns)))
    return columns if excess > 0 else rows


def singular_vectors(c: LibraryContext, x: Value) -> tuple[Value, Value, Value]:
    """The reduced singular value decomposition."""
    u, s, vh = c.b.emit(svd, (x,), {"size": smaller_size(c, x)})
    return u, s, vh


def singular_values(c: LibraryContext, x: Value) -> Value:
    """The singular values, from the largest."""
    return singular_vectors(c, x)[1]


@table.function("numpy.linalg.svd")
def svd_(
    c: LibraryContext,
    a: Abstract,
    full_matrices: Abstract = TRUE,
    compute_uv: Abstract = TRUE,
    hermitian: Abstract = FALSE,
) -> Result:
    """Singular values and vectors."""
    x = floating(c, c.value(a))
    require(c, x.type.rank >= 2, "np.linalg.svd", a)
    if c.static_bool(hermitian, "hermitian"):
        return _of_symmetric(c, x, c.static_bool(compute_uv, "compute_uv"))
    if not c.static_bool(compute_uv, "compute_uv"):
        return singular_values(c, x)
    if not c.static_bool(full_matrices, "full_matrices") or x.type.dims[-1] == x.type.dims[-2]:
        return named("SVDResult", singular_vectors(c, x))
    return named("SVDResult", c.b.emit(svd_full, (x,), {"size": smaller_size(c, x)}))


def _of_symmetric(c: LibraryContext, x: Value, compute_uv: bool) -> Result:
    """Singular values and vectors of Hermitian matrices, of which the lower triangle is read."""
    found = c.items(_symmetric_svd(c, c.fresh(square_matrices(c, x, "np.linalg.svd"))))  # type: ignore[arg-type]
    return named("SVDResult", map(c.value, found)) if compute_uv else found[1]


@table.function("numpy.linalg.svdvals")
def svdvals(c: LibraryContext, x: Abstract) -> Result:
    """Singular values, from the largest."""
    value = floating(c, c.value(x))
    require(c, value.type.rank >= 2, "np.linalg.svdvals", x)
    return singular_values(c, value)


@table.function("numpy.linalg.pinv")
def pinv_(
    c: LibraryContext,
    a: Abstract,
    rcond: Abstract = NONE,
    hermitian: Abstract = FALSE,
    *,
    rtol: Abstract = NONE,
) -> Result:
    """The pseudo-inverse; its derivative is that at constant rank."""
    x = floating(c, c.value(a))
    require(c, x.type.rank >= 2, "np.linalg.pinv", a)
    if c.static_bool(hermitian, "hermitian"):
        x = symmetric_from_lower(c.b, square_matrices(c, x, "np.linalg.pinv"))
    given = rtol if c.is_none(rcond) else rcond
    cutoff = 1e-15 if c.is_none(given) else float(c.static(given, "the limit of np.linalg.pinv"))
    return pinv(c.b, x, cutoff=cutoff, size=smaller_size(c, x))
