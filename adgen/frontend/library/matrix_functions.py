"""scipy.linalg: functions of matrices, and equations of Sylvester and Lyapunov."""

from __future__ import annotations

from functools import partial

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import Result, Table
from adgen.frontend.library.embedding import of_matrices
from adgen.frontend.library.factorizations import square_matrices
from adgen.frontend.library.operands import doubled, floating, matched, require
from adgen.frontend.library.scipy_linalg import registered
from adgen.ir.core import Value
from adgen.ir.types import DType
from adgen.primitives.elementwise import add, sub
from adgen.primitives.linear_algebra import solve
from adgen.primitives.literals import literal, scaled
from adgen.primitives.matrices import (
    adjoint,
    diagonal_matrix,
    diagonal_of,
    matmul,
    turned,
)
from adgen.primitives.matrix_functions import expm, logm, sqrtm
from adgen.primitives.reduce import sum_
from adgen.primitives.sylvester import orthogonal_factor, sylvester

table = Table()
_registered = partial(registered, into=table)
_RIGHT = Known("right")


# -- functions of matrices ------------------------------------------------------------------------------
@_registered("expm")
def expm_(c: LibraryContext, A: Abstract) -> Result:
    """The exponential of each matrix."""
    return of_matrices(c.b, partial(expm, c.b), square_matrices(c, A, "scipy.linalg.expm"))


@_registered("sqrtm")
def sqrtm_(c: LibraryContext, A: Abstract) -> Result:
    """The principal square root of a matrix that has a real one."""
    x = square_matrices(c, A, "scipy.linalg.sqrtm")
    require(c, x.type.rank == 2, "scipy.linalg.sqrtm", A)
    return of_matrices(c.b, partial(sqrtm, c.b), x)


@_registered("logm")
def logm_(c: LibraryContext, A: Abstract) -> Result:
    """The principal logarithm of a matrix that has a real one."""
    x = square_matrices(c, A, "scipy.linalg.logm")
    require(c, x.type.rank == 2, "scipy.linalg.logm", A)
    x = c.cast(x, DType.c128 if x.type.is_complex else DType.f64)
    return of_matrices(c.b, partial(logm, c.b), x)


@_registered("polar")
def polar(c: LibraryContext, a: Abstract, side: Abstract = _RIGHT) -> Result:
    """An orthogonal (or orthonormal) and a positive definite factor."""
    x, b = floating(c, c.value(a)), c.b
    require(c, x.type.rank == 2, "scipy.linalg.polar", a)
    rows, columns = x.type.dims
    which = c.static(side, "the side of scipy.linalg.polar")
    if which not in ("left", "right"):
        raise c.error("AG205", side, function="scipy.linalg.polar", reason="side is 'left' or 'right'")
    if c.assume(rows - columns, "the matrix has no more columns than rows"):
        u = of_matrices(b, partial(orthogonal_factor, b), x)
    else:
        u = adjoint(b, of_matrices(b, partial(orthogonal_factor, b), adjoint(b, x)))
    return u, matmul(b, adjoint(b, u), x) if which == "right" else matmul(b, x, adjoint(b, u))


@_registered("orthogonal_procrustes", ("check_finite",))
def orthogonal_procrustes(c: LibraryContext, A: Abstract, B: Abstract) -> Result:
    """The orthogonal matrix that turns A into B best, and the sum of singular values of A.T @ B."""
    x, y = c.promote(floating(c, c.value(A)), floating(c, c.value(B)))
    require(c, x.type.rank == 2 and y.type.rank == 2, "scipy.linalg.orthogonal_procrustes", A, B)
    dims = tuple(matched(c, p, q, x, y) for p, q in zip(x.type.dims, y.type.dims, strict=True))
    x, y = c.with_dims(x, dims), c.with_dims(y, dims)
    crossed = matmul(c.b, turned(c.b, x), y)
    u = orthogonal_factor(c.b, crossed)
    return u, sum_(c.b, diagonal_of(c.b, matmul(c.b, turned(c.b, u), crossed)), axes=(0,))


@_registered("solve_sylvester")
def solve_sylvester(c: LibraryContext, a: Abstract, b: Abstract, q: Abstract) -> Result:
    """The x with a @ x + x @ b = q."""
    name = "scipy.linalg.solve_sylvester"
    x, y, right = c.promote(*(floating(c, c.value(v)) for v in (a, b, q)))
    require(c, all(v.type.rank == 2 for v in (x, y, right)), name, a, b, q)
    x, y = square_matrices(c, x, name), square_matrices(c, y, name)
    rows = matched(c, x.type.dims[0], right.type.dims[0], x, right)
    columns = matched(c, y.type.dims[0], right.type.dims[1], y, right)
    x, y = c.with_dims(x, (rows, rows)), c.with_dims(y, (columns, columns))
    return _sylvester(c, x, y, c.with_dims(right, (rows, columns)))


def _sylvester(c: LibraryContext, x: Value, y: Value, right: Value) -> Value:
    """The solution for real or complex matrices."""
    return of_matrices(c.b, partial(sylvester, c.b), x, y, right)


@_registered("solve_continuous_lyapunov")
def solve_continuous_lyapunov(c: LibraryContext, a: Abstract, q: Abstract) -> Result:
    """The x with a @ x + x @ a.T = q."""
    name = "scipy.linalg.solve_continuous_lyapunov"
    x, right = c.promote(floating(c, c.value(a)), floating(c, c.value(q)))
    x, right = square_matrices(c, x, name), square_matrices(c, right, name)
    size = matched(c, x.type.dims[0], right.type.dims[0], x, right)
    x, right = (c.with_dims(v, (size, size)) for v in (x, right))
    return _sylvester(c, x, adjoint(c.b, x), right)


@_registered("solve_discrete_lyapunov")
def solve_discrete_lyapunov(c: LibraryContext, a: Abstract, q: Abstract) -> Result:
    """The x with a @ x @ a.T - x + q = 0, as the solution of a continuous equation; in double precision."""
    name, b = "scipy.linalg.solve_discrete_lyapunov", c.b
    x, right = (doubled(c, v) for v in c.promote(c.value(a), c.value(q)))
    x, right = square_matrices(c, x, name), square_matrices(c, right, name)
    size = matched(c, x.type.dims[0], right.type.dims[0], x, right)
    x, right = (c.with_dims(v, (size, size)) for v in (x, right))
    unit = diagonal_matrix(b, literal(b, diagonal_of(b, x), 1), x.type)
    more = add(b, x, unit)
    over = solve(b, more, sub(b, x, unit))
    inner = solve(b, more, adjoint(b, solve(b, more, right)))
    return _sylvester(c, over, adjoint(b, over), scaled(b, -2.0, adjoint(b, inner)))
