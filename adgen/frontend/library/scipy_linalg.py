"""scipy.linalg: systems of equations by the structure of the matrix, and factorizations."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from adgen.frontend.abstract import Abstract, Known, Number
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, TRUE, Result, Table
from adgen.frontend.library import factorizations, norms
from adgen.frontend.library.factorizations import smaller_size, square_matrices, triangular_factor
from adgen.frontend.library.operands import doubled, floating, matched, require
from adgen.frontend.library.orthogonal import least_squares, not_taller, orthogonal_triangular
from adgen.frontend.library.slicing import along
from adgen.frontend.library.written import entry
from adgen.frontend.written import spectra
from adgen.ir.core import Range, Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import DType, Kind
from adgen.primitives.determinants import det as det_of
from adgen.primitives.eigenvalues import eig as general_eig
from adgen.primitives.elementwise import add, eq, where
from adgen.primitives.indexing import read
from adgen.primitives.linear_algebra import eigh, solve
from adgen.primitives.literals import literal
from adgen.primitives.matrices import (
    adjoint,
    diagonal_matrix,
    diagonal_of,
    lower_part,
    symmetric_from_lower,
    turned,
    upper_part,
)
from adgen.primitives.patterns import eye
from adgen.primitives.reduce import sum_
from adgen.primitives.shape import reshape
from adgen.primitives.singular_values import pinv
from adgen.primitives.sizes import constant
from adgen.primitives.triangular import solve_triangular

table = Table()
_ZERO = Known(0)
_FULL = Known("full")
_A, _AB = ("overwrite_a", "check_finite"), ("overwrite_a", "overwrite_b", "check_finite")
_Function = Callable[..., Result]


def registered(
    name: str, ignored: tuple[str, ...] = (), into: Table = table
) -> Callable[[_Function], _Function]:
    """Register a function of scipy.linalg; options that change no result are taken and not looked at."""

    def register(function: _Function) -> _Function:
        @wraps(function)
        def call(c: LibraryContext, *given: Any, **named: Any) -> Result:
            return function(c, *given, **{k: v for k, v in named.items() if k not in ignored})

        own = inspect.signature(function)
        extra = [inspect.Parameter(k, inspect.Parameter.KEYWORD_ONLY, default=FALSE) for k in ignored]
        call.__signature__ = own.replace(parameters=[*own.parameters.values(), *extra])  # type: ignore[attr-defined]
        return into.function(f"scipy.linalg.{name}")(call)

    return register


# -- the same as in numpy.linalg ------------------------------------------------------------------------
@registered("det", _A)
def det(c: LibraryContext, a: Abstract) -> Result:
    """The determinant, in double precision; its derivative is exact where it is zero, too."""
    return doubled(c, det_of(c.b, square_matrices(c, a, "scipy.linalg.det")))


@registered("inv", (*_A, "assume_a", "lower"))
def inv(c: LibraryContext, a: Abstract) -> Result:
    """The inverse."""
    return factorizations.inv_(c, a)


@registered("norm", ("check_finite",))
def norm(
    c: LibraryContext, a: Abstract, ord: Abstract = NONE, axis: Abstract = NONE, keepdims: Abstract = FALSE
) -> Result:
    """Norms of vectors and matrices; derivative zero at zero."""
    return norms.norm(c, a, ord, axis, keepdims)


@registered("svdvals", _A)
def svdvals(c: LibraryContext, a: Abstract) -> Result:
    """Singular values, from the largest."""
    return factorizations.svdvals(c, a)


@registered("svd", (*_A, "lapack_driver"))
def svd(
    c: LibraryContext, a: Abstract, full_matrices: Abstract = TRUE, compute_uv: Abstract = TRUE
) -> Result:
    """Singular values and vectors."""
    return factorizations.svd_(c, a, full_matrices, compute_uv)


@registered("cholesky", _A)
def cholesky(c: LibraryContext, a: Abstract, lower: Abstract = FALSE) -> Result:
    """The upper (or lower) triangular factor of a positive definite matrix, from that triangle of it."""
    return triangular_factor(c, a, not c.static_bool(lower, "lower"))


@registered("pinv", ("check_finite",))
def pinv_(c: LibraryContext, a: Abstract, *, rtol: Abstract = NONE, return_rank: Abstract = FALSE) -> Result:
    """The pseudo-inverse; its derivative is that at constant rank."""
    x = floating(c, c.value(a))
    require(c, x.type.rank == 2, "scipy.linalg.pinv", a)
    cutoff = None if c.is_none(rtol) else float(c.static(rtol, "the limit of scipy.linalg.pinv"))
    return pinv(c.b, x, cutoff=cutoff, size=smaller_size(c, x))


@registered("qr", (*_A, "lwork"))
def qr(c: LibraryContext, a: Abstract, *, mode: Abstract = _FULL) -> Result:
    """Orthonormal columns and an upper triangular matrix."""
    x = floating(c, c.value(a))
    require(c, x.type.rank == 2, "scipy.linalg.qr", a)
    kind = c.static(mode, "the mode of scipy.linalg.qr")
    if kind == "r":
        return (_full_r(c, x),)
    if kind == "full":
        not_taller(c, x, None, "scipy.linalg.qr")
    elif kind != "economic":
        reason = f"the mode {kind!r} is not supported; there are 'full', 'r' and 'economic'"
        raise c.error("AG205", mode, function="scipy.linalg.qr", reason=reason)
    return orthogonal_triangular(c, x)


def _full_r(c: LibraryContext, x: Value) -> Value:
    not_taller(c, x, None, "scipy.linalg.qr")
    return orthogonal_triangular(c, x)[1]


@registered("lstsq", (*_AB, "lapack_driver"))
def lstsq(c: LibraryContext, a: Abstract, b: Abstract, cond: Abstract = NONE) -> Result:
    """The least squares solution, the squares of what is left, the rank and the singular values."""
    limit = Known(-1.0) if c.is_none(cond) else cond
    x, rest, rank, values = least_squares(c, a, b, limit, "scipy.linalg.lstsq")
    excess = (c.value(b).type.dims[0] - x.type.dims[0]).value
    if c.value(b).type.rank == 1 and (excess is None or excess > 0):
        rest = sum_(c.b, rest, axes=(0,))
    return x, rest, c.cast(rank, DType.i64, Kind.py), values


# -- symmetric eigenproblems ----------------------------------------------------------------------------
@registered("eigh", (*_AB, "driver"))
def eigh_(
    c: LibraryContext,
    a: Abstract,
    b: Abstract = NONE,
    *,
    lower: Abstract = TRUE,
    eigvals_only: Abstract = FALSE,
    subset_by_index: Abstract = NONE,
) -> Result:
    """Eigenvalues and eigenvectors of a symmetric matrix, from a triangle of it; also relative to another."""
    values, vectors = _eigen(c, a, b, lower)
    if not c.is_none(subset_by_index):
        first, last = c.items(subset_by_index)
        values, vectors = (_subset(c, x, first, last) for x in (values, vectors))
    return values if c.static_bool(eigvals_only, "eigvals_only") else (values, vectors)


_generalised = entry(spectra, spectra.generalised)


def _eigen(c: LibraryContext, a: Abstract, b: Abstract, lower: Abstract) -> tuple[Value, Value]:
    if not c.is_none(b):
        pair = [Number(square_matrices(c, x, "scipy.linalg.eigh")) for x in (a, b)]
        found = c.items(_generalised(c, *pair, lower))  # type: ignore[arg-type]
        return c.value(found[0]), c.value(found[1])
    attrs: dict[str, Any] = {"scipy": True}
    if not c.static_bool(lower, "lower"):
        attrs["upper"] = True
    values, vectors = c.b.emit(eigh, (square_matrices(c, a, "scipy.linalg.eigh"),), attrs)
    return values, vectors


def _subset(c: LibraryContext, x: Value, first: Abstract, last: Abstract) -> Value:
    """The elements (or columns) from one number to another one, which counts."""
    low, high = (c.static_int(k, "the numbers of eigenvalues") for k in (first, last))
    start = constant(c.b, low)
    return read(c.b, x, start, index=along(x.type.rank, x.type.rank - 1, Range(Dim.const(high - low + 1))))


@registered("eigvalsh", (*_AB, "driver"))
def eigvalsh(
    c: LibraryContext,
    a: Abstract,
    b: Abstract = NONE,
    *,
    lower: Abstract = TRUE,
    subset_by_index: Abstract = NONE,
) -> Result:
    """Eigenvalues of a symmetric matrix, from one triangle of it; also relative to another one."""
    return eigh_(c, a, b, lower=lower, eigvals_only=TRUE, subset_by_index=subset_by_index)


@registered("eig", (*_AB, "homogeneous_eigvals"))
def eig(c: LibraryContext, a: Abstract) -> Result:
    """Eigenvalues and eigenvectors, always complex numbers."""
    return tuple(c.b.emit(general_eig, (square_matrices(c, a, "scipy.linalg.eig"),), {}))


@registered("eigvals", _A)
def eigvals(c: LibraryContext, a: Abstract) -> Result:
    """Eigenvalues, always complex numbers."""
    return c.b.emit(general_eig, (square_matrices(c, a, "scipy.linalg.eigvals"),), {})[0]


# -- systems of equations -------------------------------------------------------------------------------
def with_columns(c: LibraryContext, b: Abstract | Value) -> tuple[Value, bool]:
    """Right-hand sides as columns, and whether there was one vector."""
    right = floating(c, c.value(b))
    require(c, right.type.rank >= 1, "scipy.linalg.solve", right)
    vector = right.type.rank == 1
    return (reshape(c.b, right, dims=(*right.type.dims, ONE)) if vector else right), vector


def fitted(c: LibraryContext, a: Value, right: Value) -> tuple[Value, Value]:
    """A square matrix and columns of its size, of one dtype."""
    a, right = c.promote(a, right)
    require(c, a.type.rank == 2 and right.type.rank == 2, "scipy.linalg.solve", a, right)
    size = matched(c, a.type.dims[-1], right.type.dims[0], a, right)
    return c.with_dims(a, (size, size)), c.with_dims(right, (size, right.type.dims[1]))


def as_given(c: LibraryContext, x: Value, vector: bool) -> Value:
    """Columns as the vector that the right-hand side was."""
    return reshape(c.b, x, dims=x.type.dims[:-1]) if vector else x


_SYMMETRIC = ("sym", "her", "pos", "symmetric", "hermitian", "positive definite")
_GENERAL = (None, "gen", "general", "banded")


@registered("solve", _AB)
def solve_(
    c: LibraryContext,
    a: Abstract,
    b: Abstract,
    lower: Abstract = FALSE,
    *,
    assume_a: Abstract = NONE,
    transposed: Abstract = FALSE,
) -> Result:
    """The x with a @ x = b; of a matrix assumed to be symmetric or triangular one triangle is read."""
    kind = c.static(assume_a, "assume_a")
    right, vector = with_columns(c, b)
    x, right = fitted(c, square_matrices(c, a, "scipy.linalg.solve"), right)
    below, turn = c.static_bool(lower, "lower"), c.static_bool(transposed, "transposed")
    if kind in ("upper triangular", "lower triangular"):
        low = kind.startswith("lower")
        x = turned(c.b, x) if turn else x
        return as_given(c, triangular_solution(c, x, right, low is not turn), vector)
    if kind in ("sym", "symmetric") and x.type.is_complex:
        x = x if below else turned(c.b, x)
        x = add(c.b, lower_part(c.b, x), turned(c.b, lower_part(c.b, x, strict=True)))
    elif kind in _SYMMETRIC:
        x = symmetric_from_lower(c.b, x if below else adjoint(c.b, x))
    elif kind in ("diagonal", "tridiagonal"):
        x = _near_diagonal(c, x, 0 if kind == "diagonal" else 1)
    elif kind not in _GENERAL:
        reason = f"no structure of a matrix is called {kind!r}"
        raise c.error("AG205", assume_a, function="scipy.linalg.solve", reason=reason)
    return as_given(c, solve(c.b, turned(c.b, x) if turn else x, right), vector)


def _near_diagonal(c: LibraryContext, x: Value, reach: int) -> Value:
    """What of a matrix is on its diagonal, or next to it."""
    near = lower_part(c.b, upper_part(c.b, x)) if not reach else x
    if not reach:
        return near
    unit = [eye(c.b, dims=x.type.dims, k=k, dtype=DType.f64) for k in (-1, 0, 1)]
    mask = add(c.b, add(c.b, unit[0], unit[1]), unit[2])
    return where(c.b, eq(c.b, mask, literal(c.b, mask, 1)), x, literal(c.b, x, 0))


@registered("solve_triangular", ("overwrite_b", "check_finite"))
def solve_triangular_(
    c: LibraryContext,
    a: Abstract,
    b: Abstract,
    trans: Abstract = _ZERO,
    lower: Abstract = FALSE,
    unit_diagonal: Abstract = FALSE,
) -> Result:
    """The x with a @ x = b, of which one triangle is read."""
    right, vector = with_columns(c, b)
    x, right = fitted(c, square_matrices(c, a, "scipy.linalg.solve_triangular"), right)
    low, turn = c.static_bool(lower, "lower"), is_turned(c, trans)
    unit = c.static_bool(unit_diagonal, "unit_diagonal")
    x = x if not turn else adjoint(c.b, x) if is_adjoint(c, trans) else turned(c.b, x)
    return as_given(c, triangular_solution(c, x, right, low is not turn, unit), vector)


def triangular_solution(c: LibraryContext, x: Value, right: Value, lower: bool, unit: bool = False) -> Value:
    """The solution of a triangular system; a complex one is solved as any other."""
    b = c.b
    if not x.type.is_complex:
        return solve_triangular(b, x, right, lower=lower, unit=unit)
    part = (lower_part if lower else upper_part)(b, x, strict=unit)
    ones = diagonal_matrix(b, literal(b, diagonal_of(b, x), 1), x.type)
    return solve(b, add(b, part, ones) if unit else part, right)


def is_adjoint(c: LibraryContext, trans: Abstract) -> bool:
    """Whether ``trans`` asks for the conjugated transposed matrix."""
    return c.static(trans, "trans") in (2, "C")


def is_turned(c: LibraryContext, trans: Abstract) -> bool:
    """Whether ``trans`` asks for the transposed matrix, conjugated or not. Raises AG205."""
    kind = c.static(trans, "trans")
    if kind not in (0, 1, 2, "N", "T", "C"):
        raise c.error("AG205", trans, function="scipy.linalg.solve_triangular", reason="trans is 0, 1 or 2")
    return kind not in (0, "N")


@registered("cho_factor", _A)
def cho_factor(c: LibraryContext, a: Abstract, lower: Abstract = FALSE) -> Result:
    """A triangular factor, with what the other triangle of the matrix held, and which triangle it is."""
    below = c.static_bool(lower, "lower")
    x = square_matrices(c, a, "scipy.linalg.cho_factor")
    factor = triangular_factor(c, x, not below)
    rest = (upper_part if below else lower_part)(c.b, x, strict=True)
    return add(c.b, factor, rest), Known(below)


@registered("cho_solve", ("overwrite_b", "check_finite"))
def cho_solve(c: LibraryContext, c_and_lower: Abstract, b: Abstract) -> Result:
    """The x with a @ x = b, from the triangular factor of a."""
    factor, lower = c.items(c_and_lower)
    right, vector = with_columns(c, b)
    x, right = fitted(c, square_matrices(c, factor, "scipy.linalg.cho_solve"), right)
    x = x if c.static_bool(lower, "lower") else adjoint(c.b, x)
    half = triangular_solution(c, x, right, lower=True)
    return as_given(c, triangular_solution(c, adjoint(c.b, x), half, lower=False), vector)
