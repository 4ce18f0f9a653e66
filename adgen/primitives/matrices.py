"""Matrices in the last two dims: products, transposes, triangles; the words of linear algebra's rules."""

from __future__ import annotations

import string

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.primitives.complexes import complex_of, conjugated, imag, real
from adgen.primitives.contract import contract
from adgen.primitives.define import Zero
from adgen.primitives.elementwise import add, eq, ge, gt, mul, where
from adgen.primitives.literals import literal, scaled
from adgen.primitives.reduce import sum_
from adgen.primitives.shape import arange, broadcast, transpose


def matmul(b: Builder, x: Value, y: Value) -> Value:
    """``x @ y`` of matrices with the same dims before the last two."""
    batch = string.ascii_lowercase[: x.type.rank - 2]
    return contract(b, x, y, spec=f"{batch}xk,{batch}ky->{batch}xy")


def product(b: Builder, *factors: Value) -> Value:
    """The product of several matrices, from the left."""
    total = factors[0]
    for factor in factors[1:]:
        total = matmul(b, total, factor)
    return total


def turned(b: Builder, x: Value) -> Value:
    """Each matrix transposed."""
    rank = x.type.rank
    return transpose(b, x, perm=(*range(rank - 2), rank - 1, rank - 2))


def adjoint(b: Builder, x: Value) -> Value:
    """Each matrix transposed and conjugated."""
    return conjugated(b, turned(b, x))


def repeated(b: Builder, x: Value, like: Type, axes: tuple[int, ...]) -> Value:
    """``x``, whose dims are ``axes`` of another type, repeated along the other dims."""
    return broadcast(b, x, dims=like.dims, axes=axes)


def by_rows(b: Builder, v: Value, like: Type) -> Value:
    """A vector for each matrix, element i repeated along row i."""
    return repeated(b, v, like, tuple(range(like.rank - 1)))


def by_columns(b: Builder, v: Value, like: Type) -> Value:
    """A vector for each matrix, element j repeated along column j."""
    return repeated(b, v, like, (*range(like.rank - 2), like.rank - 1))


def _positions(b: Builder, like: Type) -> tuple[Value, Value]:
    rows, columns = like.dims[-2:]
    last = like.rank - 1
    return (
        broadcast(b, arange(b, dim=rows), dims=like.dims, axes=(last - 1,)),
        broadcast(b, arange(b, dim=columns), dims=like.dims, axes=(last,)),
    )


def lower_part(b: Builder, x: Value, strict: bool = False) -> Value:
    """The triangle on and below the diagonal, zeros above it."""
    rows, columns = _positions(b, x.type)
    return where(b, (gt if strict else ge)(b, rows, columns), x, literal(b, x, 0))


def upper_part(b: Builder, x: Value, strict: bool = False) -> Value:
    """The triangle on and above the diagonal, zeros below it."""
    rows, columns = _positions(b, x.type)
    return where(b, (gt if strict else ge)(b, columns, rows), x, literal(b, x, 0))


def half_lower(b: Builder, x: Value) -> Value:
    """The lower triangle with half of the diagonal."""
    both = add(b, lower_part(b, x), lower_part(b, x, strict=True))
    return scaled(b, 0.5, both)


def diagonal_matrix(b: Builder, v: Value, like: Type) -> Value:
    """Matrices with these diagonals."""
    rows, columns = _positions(b, like)
    wide = by_columns(b, v, like)
    return where(b, eq(b, rows, columns), wide, literal(b, wide, 0))


def diagonal_of(b: Builder, x: Value) -> Value:
    """The diagonals of square matrices."""
    rows, columns = _positions(b, x.type)
    return sum_(b, where(b, eq(b, rows, columns), x, literal(b, x, 0)), axes=(x.type.rank - 1,))


def symmetric_from_lower(b: Builder, x: Value) -> Value:
    """The symmetric (Hermitian) matrix whose lower triangle is that of ``x``; its diagonal is real."""
    if x.type.is_complex:
        low = lower_part(b, x, strict=True)
        middle = diagonal_matrix(b, fitted(b, real(b, diagonal_of(b, x)), x), x.type)
        return add(b, add(b, low, adjoint(b, low)), middle)
    return add(b, lower_part(b, x), turned(b, lower_part(b, x, strict=True)))


def onto_lower(b: Builder, s: Value) -> Value:
    """The cotangent of a matrix of which only the lower triangle is used, from that of the symmetric one."""
    return add(b, lower_part(b, s), adjoint(b, upper_part(b, s, strict=True)))


def fitted(b: Builder, x: Value, like: Value) -> Value:
    """Real numbers as complex ones where ``like`` has them."""
    return complex_of(b, x) if like.type.is_complex and not x.type.is_complex else x


def turning_diagonal(b: Builder, x: Value) -> Value:
    """The diagonal matrix of the imaginary parts of a diagonal, times i."""
    phases = mul(b, fitted(b, imag(b, diagonal_of(b, x)), x), literal(b, diagonal_of(b, x), 1j))
    return diagonal_matrix(b, phases, x.type)


def summed(b: Builder, x: Value | Zero, y: Value | Zero) -> Value | Zero:
    """``x + y``, of which either may be nothing."""
    if isinstance(x, Zero):
        return y
    return x if isinstance(y, Zero) else add(b, x, y)


def outer(b: Builder, scalars: Value, like: Type) -> Value:
    """A number for each matrix, repeated over it."""
    return repeated(b, scalars, like, tuple(range(like.rank - 2)))


def square_dims(dims: tuple[Dim, ...]) -> bool:
    """Whether these are dims of square matrices."""
    return len(dims) >= 2 and dims[-1] == dims[-2]
