"""scipy.linalg: L and U of matrices, by exchanging rows."""

from __future__ import annotations

from functools import partial

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, Result, Table
from adgen.frontend.library.factorizations import square_matrices
from adgen.frontend.library.operands import floating, require
from adgen.frontend.library.scipy_linalg import (
    as_given,
    fitted,
    is_adjoint,
    is_turned,
    registered,
    triangular_solution,
    with_columns,
)
from adgen.frontend.library.written import entry
from adgen.frontend.written import matrices
from adgen.ir.core import Value
from adgen.ir.types import DType
from adgen.primitives.elementwise import add
from adgen.primitives.literals import literal
from adgen.primitives.matrices import adjoint, diagonal_matrix, diagonal_of, lower_part, turned, upper_part
from adgen.primitives.patterns import eye
from adgen.primitives.triangular import inverse_order, lu, row_order, rows_by

table = Table()
_registered = partial(registered, into=table)
_ZERO = Known(0)
_A = ("overwrite_a", "check_finite")
_complex_lu = entry(matrices, matrices.complex_lu)


def _decomposed(c: LibraryContext, a: Abstract, name: str) -> tuple[Value, Value]:
    x = square_matrices(c, a, name)
    require(c, x.type.rank == 2, name, a)
    if x.type.is_complex:
        packed, pivots = (c.value(v) for v in c.items(_complex_lu(c, c.fresh(x))))  # type: ignore[arg-type]
    else:
        packed, pivots = c.b.emit(lu, (x,), {})
    return packed, pivots


@_registered("lu_factor", _A)
def lu_factor(c: LibraryContext, a: Abstract) -> Result:
    """L and U of a square matrix in one, and the exchanges of rows."""
    return _decomposed(c, a, "scipy.linalg.lu_factor")


@_registered("lu_solve", ("overwrite_b", "check_finite"))
def lu_solve(c: LibraryContext, lu_and_piv: Abstract, b: Abstract, trans: Abstract = _ZERO) -> Result:
    """The x with a @ x = b, from L and U of a."""
    packed, pivots = (c.value(v) for v in c.items(lu_and_piv))
    right, vector = with_columns(c, b)
    x, right = fitted(c, square_matrices(c, packed, "scipy.linalg.lu_solve"), right)
    order = row_order(c.b, c.with_dims(pivots, x.type.dims[:1]))
    if is_turned(c, trans):
        other = (adjoint if is_adjoint(c, trans) else turned)(c.b, x)
        half = triangular_solution(c, other, right, lower=True)
        half = triangular_solution(c, other, half, lower=False, unit=True)
        return as_given(c, rows_by(c.b, half, inverse_order(c.b, order)), vector)
    half = triangular_solution(c, x, rows_by(c.b, right, order), lower=True, unit=True)
    return as_given(c, triangular_solution(c, x, half, lower=False), vector)


_rectangular_lu = entry(matrices, matrices.rectangular_lu)


def _triangles(c: LibraryContext, x: Value) -> tuple[Value, Value, Value]:
    """L, U and the order of rows."""
    require(c, x.type.rank == 2, "scipy.linalg.lu", x)
    rows, columns = x.type.dims
    equal = rows == columns or all(
        c.assume(gap, "the matrix is square") for gap in (rows - columns, columns - rows)
    )
    if not equal:
        found = c.items(_rectangular_lu(c, c.fresh(x)))  # type: ignore[arg-type]
        return c.value(found[0]), c.value(found[1]), c.value(found[2])
    b = c.b
    packed, pivots = _decomposed(c, c.fresh(x), "scipy.linalg.lu")
    unit = diagonal_matrix(b, literal(b, diagonal_of(b, packed), 1), packed.type)
    low = add(b, lower_part(b, packed, strict=True), unit)
    return low, upper_part(b, packed), row_order(b, pivots)


@_registered("lu", _A)
def lu_(
    c: LibraryContext, a: Abstract, permute_l: Abstract = FALSE, *, p_indices: Abstract = FALSE
) -> Result:
    """A permutation, L and U of a matrix."""
    b = c.b
    low, up, order = _triangles(c, floating(c, c.value(a)))
    places, kind = inverse_order(b, order), low.type.with_dims(order.type.dims[0], order.type.dims[0])
    if c.static_bool(permute_l, "permute_l"):
        return rows_by(b, low, places), up
    if c.static_bool(p_indices, "p_indices"):
        return c.cast(places, DType.i32), low, up
    return rows_by(b, eye(b, dims=kind.dims, k=0, dtype=kind.dtype.real), places), low, up
