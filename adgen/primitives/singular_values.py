"""Singular values, vectors, and the pseudo-inverse.

Matrices are the last two dims. Rules: Townsend, "Differentiating the singular value decomposition" (2016),
with the convention that vectors of equal values, and those beyond the singular values, do not turn into each
other; Golub and Pereyra, "The differentiation of pseudo-inverses" (1973).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Indexer, Op, Range, Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import AnyType, Kind, Type
from adgen.primitives.complexes import real
from adgen.primitives.define import (
    ZERO,
    Call,
    Context,
    Contribution,
    Primitive,
    Sample,
    Speller,
    Text,
    Ufunc,
    Zero,
)
from adgen.primitives.elementwise import add, cast, div, eq, gt, mul, neg, sub, where
from adgen.primitives.extrema import max_, maximum
from adgen.primitives.indexing import read, zeros_of
from adgen.primitives.linear_algebra import UMATH, Dots, turning, well
from adgen.primitives.literals import literal, literal_of, scaled
from adgen.primitives.matrices import (
    adjoint,
    by_columns,
    by_rows,
    diagonal_matrix,
    diagonal_of,
    fitted,
    matmul,
    product,
    summed,
    turning_diagonal,
)
from adgen.primitives.shape import broadcast, concat
from adgen.primitives.sizes import constant, size_value

_NOT_CONVERGED = ("LinAlgError", "SVD did not converge")


def matrix_type(types: tuple[AnyType, ...], name: str) -> Type:
    """The type of the only operand. Raises TypeError unless it is matrices of floats."""
    (first,) = types
    if not isinstance(first, Type) or first.rank < 2 or not first.dtype.is_float:
        raise TypeError(f"{name} takes matrices of floats, not {first}")
    return first


def reciprocal(b: Builder, x: Value) -> Value:
    """1 / x, and 0 where x is 0."""
    none, one, zero = eq(b, x, literal(b, x, 0)), literal(b, x, 1), literal(b, x, 0)
    return where(b, none, zero, div(b, one, where(b, none, one, x)))


# -- the decomposition ----------------------------------------------------------------------------------
def _svd_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a, size = matrix_type(types, "svd"), attrs["size"]
    batch, (rows, columns) = a.dims[:-2], a.dims[-2:]
    values = a.with_dims(*batch, size).with_dtype(a.dtype.real)
    return (a.with_dims(*batch, rows, size), values, a.with_dims(*batch, size, columns))


def _full_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a, size = matrix_type(types, "svd"), attrs["size"]
    batch, (rows, columns) = a.dims[:-2], a.dims[-2:]
    return (
        a.with_dims(*batch, rows, rows),
        a.with_dims(*batch, size).with_dtype(a.dtype.real),
        a.with_dims(*batch, columns, columns),
    )


def _inverse_gaps(b: Builder, s: Value, like: Type) -> Value:
    """1 / (s_j^2 - s_i^2), and 0 where they are equal."""
    columns, rows = by_columns(b, s, like), by_rows(b, s, like)
    return reciprocal(b, mul(b, sub(b, columns, rows), add(b, columns, rows)))


def _is_square(x: Value) -> bool:
    return x.type.dims[-1] == x.type.dims[-2]


def _outside(b: Builder, u: Value, x: Value) -> Value | Zero:
    """(I - u u.H) x: nothing where u is square."""
    return ZERO if _is_square(u) else sub(b, x, matmul(b, u, matmul(b, adjoint(b, u), x)))


def _minus_adjoint(b: Builder, x: Value) -> Value:
    return sub(b, x, adjoint(b, x))


def _phases(b: Builder, x: Value, s: Value) -> Value | Zero:
    """How left vectors turn in the complex plane, which those on the right are taken not to."""
    if not x.type.is_complex:
        return ZERO
    return mul(b, turning_diagonal(b, x), by_columns(b, reciprocal(b, s), x.type))


def _svd_vjp(b: Builder, op: Op, seeds: Dots) -> Sequence[Contribution]:
    (u, values, vh), (u_bar, s_bar, vh_bar) = op.results, seeds
    s = fitted(b, values, u)
    core = s.type.with_dims(*s.type.dims, s.type.dims[-1])
    inner: Value | Zero = ZERO if isinstance(s_bar, Zero) else diagonal_matrix(b, fitted(b, s_bar, u), core)
    if not isinstance(u_bar, Zero):
        along = matmul(b, adjoint(b, u), u_bar)
        turning = _minus_adjoint(b, along)
        gaps = mul(b, _inverse_gaps(b, s, core), turning)
        inner = summed(b, inner, mul(b, gaps, by_columns(b, s, core)))
        inner = summed(b, inner, _phases(b, along, s))
    if not isinstance(vh_bar, Zero):
        turning = _minus_adjoint(b, matmul(b, vh, adjoint(b, vh_bar)))
        gaps = mul(b, _inverse_gaps(b, s, core), turning)
        inner = summed(b, inner, mul(b, by_rows(b, s, core), gaps))
    total: Value | Zero = ZERO if isinstance(inner, Zero) else product(b, u, inner, vh)
    rest = ZERO if isinstance(u_bar, Zero) else _outside(b, u, u_bar)
    if isinstance(rest, Value):
        over = mul(b, rest, by_columns(b, reciprocal(b, s), rest.type))
        total = summed(b, total, matmul(b, over, vh))
    rest = ZERO if isinstance(vh_bar, Zero) else _outside(b, adjoint(b, vh), adjoint(b, vh_bar))
    if isinstance(rest, Value):
        over = adjoint(b, mul(b, rest, by_columns(b, reciprocal(b, s), rest.type)))
        total = summed(b, total, matmul(b, u, over))
    return (total,)


def _svd_jvp(b: Builder, op: Op, dots: Dots) -> tuple[Value | Zero, ...]:
    ((u, values, vh), (a_dot,)) = op.results, dots
    if isinstance(a_dot, Zero):
        return (ZERO, ZERO, ZERO)
    s, v = fitted(b, values, u), adjoint(b, vh)
    inner = product(b, adjoint(b, u), a_dot, v)
    columns, rows = by_columns(b, s, inner.type), by_rows(b, s, inner.type)
    gaps, back = _inverse_gaps(b, s, inner.type), adjoint(b, inner)
    left = add(b, mul(b, inner, columns), mul(b, rows, back))
    right = add(b, mul(b, rows, inner), mul(b, back, columns))
    turning = summed(b, mul(b, gaps, left), _phases(b, inner, s))
    assert isinstance(turning, Value)
    u_dot: Value | Zero = matmul(b, u, turning)
    v_dot: Value | Zero = matmul(b, v, mul(b, gaps, right))
    over = reciprocal(b, s)
    rest = _outside(b, u, matmul(b, a_dot, v))
    if isinstance(rest, Value):
        u_dot = summed(b, u_dot, mul(b, rest, by_columns(b, over, rest.type)))
    rest = _outside(b, v, matmul(b, adjoint(b, a_dot), u))
    if isinstance(rest, Value):
        v_dot = summed(b, v_dot, mul(b, rest, by_columns(b, over, rest.type)))
    assert isinstance(v_dot, Value)
    s_dot = diagonal_of(b, inner)
    return (u_dot, real(b, s_dot) if s_dot.type.is_complex else s_dot, adjoint(b, v_dot))


def _wide(rows: int, columns: int) -> tuple[tuple[float, ...], ...]:
    """A matrix whose singular values are apart."""
    square = well(max(rows, columns))
    return tuple(row[:columns] for row in square[:rows])


def _svd_samples() -> tuple[Sample, ...]:
    def sample(type_: str, size: int, value: Any, smooth: bool = True) -> Sample:
        attrs = (("size", Dim.const(size)),)
        return Sample((type_,), attrs=attrs, values=None if value is None else (value,), smooth=smooth)

    return (
        sample("f64[3,3]", 3, well(3)),
        sample("f64[3,2]", 2, _wide(3, 2)),
        sample("f64[2,3]", 2, _wide(2, 3)),
        sample("f64[1,1]", 1, ((2.0,),)),
        sample("f32[2,2]", 2, well(2)),
        sample("f64[2,3,3]", 3, (well(3), tuple(tuple(-x for x in row) for row in well(3)))),
        sample("c128[3,3]", 3, turning(3), smooth=False),
        sample("c128[3,2]", 2, tuple(row[:2] for row in turning(3)), smooth=False),
        sample("c128[2,3]", 2, turning(3)[:2], smooth=False),
        sample("f64[0,0]", 0, None, smooth=False),
        sample("f64[3,0]", 0, None, smooth=False),
    )


svd: Primitive = Primitive(
    name="svd",
    type_rule=_svd_type,
    eval=lambda ctx, a: tuple(np.linalg.svd(a, full_matrices=False)),
    spell=lambda s: Text(f"np.linalg.svd({s.arg(0)}, full_matrices=False)"),
    doc="a = u diag(s) vh with ``size`` singular values, the smaller size of a matrix; vectors of equal "
    "values are taken not to turn into each other, and values of 0 to have no vectors that turn.",
    samples=_svd_samples(),
    vjp=_svd_vjp,
    jvp=_svd_jvp,
    complex=True,
    lower=Ufunc(f"{UMATH}.svd_s", "(m,n)->(m,p),(p),(p,n)", _NOT_CONVERGED),
)


# -- with vectors beyond the singular values ------------------------------------------------------------
def split_columns(b: Builder, x: Value, size: Dim) -> tuple[Value, Value]:
    """The first ``size`` columns, and the rest."""
    before = tuple(Full() for _ in x.type.dims[:-1])
    first = read(b, x, constant(b, 0), index=Indexer((*before, Range(size))))
    rest = Indexer((*before, Range(x.type.dims[-1] - size)))
    return first, read(b, x, size_value(b, size), index=rest)


def _reduced_op(op: Op, u: Value, s: Value, vh: Value) -> Op:
    return Op(svd, op.operands, (u, s, vh), op.attrs, op.span)


def _held_back(b: Builder, first: Value, rest: Value, first_bar: Value, rest_bar: Value) -> Value:
    """The cotangent of the first columns, where the rest turn against them only."""
    turning = matmul(b, adjoint(b, rest_bar), first)
    return sub(b, first_bar, matmul(b, rest, turning))


def _parts(b: Builder, op: Op) -> tuple[tuple[Value, Value], Value, tuple[Value, Value]]:
    (u, s, vh), size = op.results, op.attr("size")
    return split_columns(b, u, size), s, split_columns(b, adjoint(b, vh), size)


def _full_vjp(b: Builder, op: Op, seeds: Dots) -> Sequence[Contribution]:
    (u, u_rest), s, (v, v_rest) = _parts(b, op)
    u_bar, s_bar, vh_bar = seeds
    size = op.attr("size")
    bars: list[Value | Zero] = []
    for seed, first, rest in (
        (u_bar, u, u_rest),
        (vh_bar if isinstance(vh_bar, Zero) else adjoint(b, vh_bar), v, v_rest),
    ):
        if isinstance(seed, Zero):
            bars.append(seed)
        else:
            bars.append(_held_back(b, first, rest, *split_columns(b, seed, size)))
    right = bars[1] if isinstance(bars[1], Zero) else adjoint(b, bars[1])
    return _svd_vjp(b, _reduced_op(op, u, s, adjoint(b, v)), (bars[0], s_bar, right))


def _full_jvp(b: Builder, op: Op, dots: Dots) -> tuple[Value | Zero, ...]:
    (u, u_rest), s, (v, v_rest) = _parts(b, op)
    u_dot, s_dot, vh_dot = _svd_jvp(b, _reduced_op(op, u, s, adjoint(b, v)), dots)
    if isinstance(u_dot, Zero) or isinstance(vh_dot, Zero):
        return (ZERO, ZERO, ZERO)
    found = []
    for first, rest, dot in ((u, u_rest, u_dot), (v, v_rest, adjoint(b, vh_dot))):
        back = neg(b, matmul(b, first, matmul(b, adjoint(b, dot), rest)))
        found.append(concat(b, dot, back, axis=dot.type.rank - 1))
    return (found[0], s_dot, adjoint(b, found[1]))


svd_full: Primitive = Primitive(
    name="svd_full",
    type_rule=_full_type,
    eval=lambda ctx, a: tuple(np.linalg.svd(a)),
    spell=Call("np.linalg.svd"),
    doc="As svd, with orthogonal matrices u and vh; vectors beyond the singular values turn against the "
    "others only.",
    samples=tuple(s for s in _svd_samples() if "0" not in s.types[0]),
    vjp=_full_vjp,
    jvp=_full_jvp,
    complex=True,
    lower=Ufunc(f"{UMATH}.svd_f", "(m,n)->(m,m),(p),(n,n)", _NOT_CONVERGED),
)


# -- the pseudo-inverse ---------------------------------------------------------------------------------
def _pinv_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a = matrix_type(types, "pinv")
    return (a.with_dims(*a.dims[:-2], a.dims[-1], a.dims[-2]),)


def _pinv_spell(s: Speller) -> Text:
    cutoff = s.op.attr("cutoff")
    given = "" if cutoff == 1e-15 else ", rtol=None" if cutoff is None else f", {cutoff!r}"
    return Text(f"np.linalg.pinv({s.arg(0)}{given})")


def _pinv_eval(ctx: Context, a: Any) -> Any:
    cutoff = ctx.attr("cutoff")
    options: dict[str, Any] = {"rtol": None} if cutoff is None else {"rcond": cutoff}
    return np.linalg.pinv(a, **options)


def cutoff_value(b: Builder, a: Value, cutoff: float | None) -> Value:
    """The number that a cutoff is: where there is none, what rounding makes of a zero singular value."""
    like = Type(a.type.dtype.real, (), Kind.np)
    if cutoff is not None:
        return literal_of(b, like, cutoff)
    rows, columns = (size_value(b, d) for d in a.type.dims[-2:])
    size = cast(b, maximum(b, rows, columns), dtype=like.dtype, kind=Kind.np)
    return scaled(b, float(np.finfo(like.dtype.numpy).eps), size)


def _pinv_expand(b: Builder, op: Op) -> Value:
    (a,) = op.operands
    u, s, vh = b.emit(svd, (a,), {"size": op.attr("size")})
    last = s.type.rank - 1
    with_zero = concat(b, s, zeros_of(b, s.type.with_dims(*s.type.dims[:-1], ONE)), axis=last)
    largest = by_rows(b, max_(b, with_zero, axes=(last,)), s.type)
    limit = cutoff_value(b, a, op.attr("cutoff"))
    wide = mul(b, broadcast(b, limit, dims=largest.type.dims, axes=()), largest)
    over = where(b, gt(b, s, wide), reciprocal(b, s), literal(b, s, 0))
    over, back = fitted(b, over, u), adjoint(b, u)
    return matmul(b, adjoint(b, vh), mul(b, by_rows(b, over, back.type), back))


def _pinv_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    """Products in the order that keeps what is between as small as a tall matrix."""
    ((a,), (a_dot,), x) = op.operands, dots, op.result
    if isinstance(a_dot, Zero):
        return ZERO
    back, turn = adjoint(b, x), adjoint(b, a_dot)
    first = neg(b, product(b, matmul(b, x, a_dot), x))
    inner = sub(b, turn, matmul(b, matmul(b, turn, a), x))
    second = matmul(b, matmul(b, x, back), inner)
    third = matmul(b, matmul(b, turn, back), x)
    third = sub(b, third, matmul(b, x, matmul(b, a, third)))
    return add(b, add(b, first, second), third)


def _pinv_vjp(b: Builder, op: Op, x_bar: Value) -> Sequence[Contribution]:
    (a,), x = op.operands, op.result
    back, turn = adjoint(b, x), adjoint(b, x_bar)
    first = neg(b, matmul(b, back, matmul(b, x_bar, back)))
    second = matmul(b, turn, matmul(b, x, back))
    second = sub(b, second, matmul(b, a, matmul(b, x, second)))
    third = matmul(b, back, matmul(b, x, turn))
    third = sub(b, third, matmul(b, matmul(b, third, x), a))
    return (add(b, add(b, first, second), third),)


def _pinv_samples() -> tuple[Sample, ...]:
    return tuple(
        Sample(s.types, attrs=(("cutoff", cutoff), *s.attrs), values=s.values, smooth=s.smooth)
        for s, cutoff in zip(_svd_samples(), (None, *(1e-15,) * 10), strict=True)
    )


pinv: Primitive = Primitive(
    name="pinv",
    type_rule=_pinv_type,
    eval=_pinv_eval,
    spell=_pinv_spell,
    doc="The pseudo-inverse, without singular values up to ``cutoff`` times the largest (None: as rounding "
    "has it); the rank is taken not to change.",
    samples=_pinv_samples(),
    vjp=_pinv_vjp,
    jvp=_pinv_jvp,
    complex=True,
    lower="pinv",
    expand=_pinv_expand,
)

PRIMITIVES = (svd, svd_full, pinv)
