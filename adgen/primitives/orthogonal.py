"""The QR decomposition and least squares.

Matrices are the last two dims. Rules: Walter and Lehmann, "Algorithmic differentiation of linear algebra
functions" (2010); wide matrices as q r1 = a1 with r2 = q.T a2; Golub and Pereyra (1973) for least squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Indexer, Op, Range, Value
from adgen.ir.dims import Dim
from adgen.ir.types import AnyType, DType, Kind, Type
from adgen.primitives.define import (
    ZERO,
    Absent,
    Call,
    Context,
    Contribution,
    Primitive,
    Routine,
    Sample,
    Speller,
    Text,
    Ufunc,
    Zero,
)
from adgen.primitives.elementwise import add, gt, sub, where
from adgen.primitives.indexing import read, zeros_of
from adgen.primitives.linear_algebra import UMATH, Dots, solve, turning, well
from adgen.primitives.literals import literal
from adgen.primitives.matrices import (
    adjoint,
    lower_part,
    matmul,
    summed,
    symmetric_from_lower,
    turned,
    turning_diagonal,
    upper_part,
)
from adgen.primitives.shape import broadcast, concat
from adgen.primitives.singular_values import cutoff_value, matrix_type, pinv, split_columns
from adgen.primitives.sizes import constant, size_value
from adgen.primitives.triangular import solve_triangular


# -- QR -------------------------------------------------------------------------------------------------
def _qr_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a, size = matrix_type(types, "qr"), attrs["size"]
    *batch, rows, columns = a.dims
    return (a.with_dims(*batch, rows, size), a.with_dims(*batch, size, columns))


def _first_columns(b: Builder, x: Value, size: Dim) -> tuple[Value, Value | None]:
    """The first columns, and the rest where there may be some."""
    return (x, None) if x.type.dims[-1] == size else split_columns(b, x, size)


def _over(b: Builder, x: Value, r: Value) -> Value:
    """x inv(r)."""
    return turned(b, _upper_solved(b, r, turned(b, x), transposed=True))


def _over_adjoint(b: Builder, x: Value, r: Value) -> Value:
    """x inv(r).H."""
    return adjoint(b, _upper_solved(b, r, adjoint(b, x), transposed=False))


def _upper_solved(b: Builder, r: Value, x: Value, transposed: bool) -> Value:
    """inv(r) x, or inv(r.T) x, for an upper triangular r."""
    matrix = turned(b, r) if transposed else r
    if r.type.is_complex or r.type.rank > 2:
        return solve(b, matrix, x)
    return solve_triangular(b, matrix, x, lower=transposed, unit=False)


def _qr_vjp(b: Builder, op: Op, seeds: Dots) -> Sequence[Contribution]:
    (q, r), (q_bar, r_bar), size = op.results, seeds, op.attr("size")
    a_rest = _first_columns(b, op.operands[0], size)[1]
    r_first, _ = _first_columns(b, r, size)
    inner: Value | Zero = ZERO
    rest_bar: Value | None = None if a_rest is None else zeros_of(b, a_rest.type)
    if not isinstance(r_bar, Zero):
        first_bar, r_rest_bar = _first_columns(b, r_bar, size)
        inner = matmul(b, r_first, adjoint(b, first_bar))
        if a_rest is not None and r_rest_bar is not None:
            q_bar = summed(b, q_bar, matmul(b, a_rest, adjoint(b, r_rest_bar)))
            rest_bar = matmul(b, q, r_rest_bar)
    total: Value | Zero = q_bar
    if not isinstance(q_bar, Zero):
        crossed = matmul(b, adjoint(b, q_bar), q)
        inner = sub(b, zeros_of(b, crossed.type) if isinstance(inner, Zero) else inner, crossed)
    if isinstance(inner, Zero):
        return (ZERO,)
    total = summed(b, total, matmul(b, q, symmetric_from_lower(b, inner)))
    assert isinstance(total, Value)
    a_bar = _over_adjoint(b, total, r_first)
    return (a_bar if rest_bar is None else concat(b, a_bar, rest_bar, axis=a_bar.type.rank - 1),)


def _qr_jvp(b: Builder, op: Op, dots: Dots) -> tuple[Value | Zero, Value | Zero]:
    ((q, r), (a_dot,), size) = op.results, dots, op.attr("size")
    if isinstance(a_dot, Zero):
        return (ZERO, ZERO)
    a_rest = _first_columns(b, op.operands[0], size)[1]
    r_first, _ = _first_columns(b, r, size)
    first_dot, rest_dot = _first_columns(b, a_dot, size)
    moved, back = _over(b, first_dot, r_first), adjoint(b, q)
    inner = matmul(b, back, moved)
    low = lower_part(b, inner, strict=True)
    turning = sub(b, low, adjoint(b, low))
    if inner.type.is_complex:
        turning = add(b, turning, turning_diagonal(b, inner))
    q_dot = add(b, sub(b, moved, matmul(b, q, inner)), matmul(b, q, turning))
    r_dot = matmul(b, upper_part(b, sub(b, inner, turning)), r_first)
    if a_rest is None or rest_dot is None:
        return (q_dot, r_dot)
    r_rest_dot = add(b, matmul(b, back, rest_dot), matmul(b, adjoint(b, q_dot), a_rest))
    return (q_dot, concat(b, r_dot, r_rest_dot, axis=r_dot.type.rank - 1))


def first_rows(b: Builder, x: Value, size: Dim) -> Value:
    """The first ``size`` rows of matrices."""
    if x.type.dims[-2] == size:
        return x
    before = tuple(Full() for _ in x.type.dims[:-2])
    return read(b, x, constant(b, 0), index=Indexer((*before, Range(size), Full())))


def _qr_expand(b: Builder, op: Op) -> tuple[Value, Value]:
    size = op.attr("size")
    packed, factors = b.emit(householder, op.operands, {"size": size})
    q = reflected(b, _first_columns(b, packed, size)[0], factors)
    return q, upper_part(b, first_rows(b, packed, size))


def _qr_eval(ctx: Context, a: Any) -> Any:
    return tuple(np.linalg.qr(a))


def _qr_samples() -> tuple[Sample, ...]:
    def sample(type_: str, size: int, value: Any, smooth: bool = True) -> Sample:
        attrs = (("size", Dim.const(size)),)
        return Sample((type_,), attrs=attrs, values=None if value is None else (value,), smooth=smooth)

    tall = tuple(row[:2] for row in well(4))
    wide = tuple(well(3)[:2])
    return (
        sample("f64[3,3]", 3, well(3)),
        sample("f64[4,2]", 2, tall),
        sample("f64[2,3]", 2, wide),
        sample("f64[1,1]", 1, ((2.0,),), smooth=False),
        sample("f32[2,2]", 2, well(2)),
        sample("f64[2,2,3]", 2, (wide, tuple(tuple(-x for x in row) for row in wide))),
        sample("c128[3,3]", 3, turning(3)),
        sample("c128[3,2]", 2, tuple(row[:2] for row in turning(3))),
        sample("c128[2,3]", 2, turning(3)[:2]),
        sample("f64[0,0]", 0, None, smooth=False),
        sample("f64[3,0]", 0, None, smooth=False),
    )


qr: Primitive = Primitive(
    name="qr",
    type_rule=_qr_type,
    eval=_qr_eval,
    spell=Call("np.linalg.qr"),
    doc="Orthonormal columns q, ``size`` of them, and an upper triangular r with q r = a.",
    samples=_qr_samples(),
    vjp=_qr_vjp,
    jvp=_qr_jvp,
    complex=True,
    lower="qr",
    expand=_qr_expand,
)


# -- the steps of QR in kernels -------------------------------------------------------------------------
def _householder_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a = matrix_type(types, "householder")
    return (a, a.with_dims(*a.dims[:-2], attrs["size"]))


_ONLY_KERNELS = Absent("only kernels call it")
_OF_QR = Absent("qr is made of it")

householder: Primitive = Primitive(
    name="householder",
    type_rule=_householder_type,
    eval=lambda ctx, a: _raw(a),
    spell=_ONLY_KERNELS,
    doc="r in an upper triangle, and below it the reflections that make it, with their factors.",
    samples=_OF_QR,
    vjp=_OF_QR,
    jvp=_OF_QR,
    lower=Routine(
        "lapack.geqrf",
        "(m,n)->(m,n),(p)",
        ("m", "n", "r0", "+m", "r1", "work 64*n", "+64*n", "info"),
        starts=((0, 0),),
    ),
)

reflected: Primitive = Primitive(
    name="reflected",
    type_rule=lambda types, attrs: (types[0],),
    eval=lambda ctx, packed, factors: _columns(packed, factors),
    spell=_ONLY_KERNELS,
    doc="The first columns of the product of reflections.",
    samples=_OF_QR,
    vjp=_OF_QR,
    jvp=_OF_QR,
    lower=Routine(
        "lapack.orgqr",
        "(m,p),(p)->(m,p)",
        ("m", "p", "p", "r0", "+m", "a1", "work 64*p", "+64*p", "info"),
        starts=((0, 0),),
    ),
)


def _raw(a: Any) -> Any:
    packed, factors = np.linalg.qr(a, mode="raw")
    return np.swapaxes(packed, -1, -2), factors


def _columns(packed: Any, factors: Any) -> Any:
    import scipy.linalg.lapack

    if packed.ndim > 2:
        return np.stack([_columns(*pair) for pair in zip(packed, factors, strict=True)])
    return scipy.linalg.lapack.dorgqr(packed, factors)[0] if packed.size else packed


# -- least squares --------------------------------------------------------------------------------------
def _lstsq_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a, right = matrix_type(types[:1], "lstsq"), types[1]
    if a.rank != 2 or not isinstance(right, Type) or right.rank != 2 or right.dims[0] != a.dims[0]:
        raise TypeError(f"lstsq: {a} does not fit {right}")
    return (right.with_dims(a.dims[1], right.dims[1]),)


def _lstsq_vjp(b: Builder, op: Op, x_bar: Value) -> Sequence[Contribution]:
    (a, right), x = op.operands, op.result
    over = pinv(b, a, cutoff=op.attr("cutoff"), size=op.attr("size"))
    back = turned(b, over)
    b_bar = matmul(b, back, x_bar)
    rest = sub(b, right, matmul(b, a, x))
    outside = sub(b, x_bar, matmul(b, turned(b, a), b_bar))
    a_bar = sub(b, matmul(b, rest, turned(b, matmul(b, over, b_bar))), matmul(b, b_bar, turned(b, x)))
    return (add(b, a_bar, matmul(b, matmul(b, back, x), turned(b, outside))), b_bar)


def _lstsq_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    ((a, right), x, (a_dot, b_dot)) = op.operands, op.result, dots
    over = pinv(b, a, cutoff=op.attr("cutoff"), size=op.attr("size"))
    total: Value | Zero = ZERO if isinstance(b_dot, Zero) else matmul(b, over, b_dot)
    if isinstance(a_dot, Zero):
        return total
    back, turn = turned(b, over), turned(b, a_dot)
    rest = sub(b, right, matmul(b, a, x))
    first = matmul(b, over, sub(b, matmul(b, back, matmul(b, turn, rest)), matmul(b, a_dot, x)))
    second = matmul(b, turn, matmul(b, back, x))
    second = sub(b, second, matmul(b, over, matmul(b, a, second)))
    return summed(b, total, add(b, first, second))


def _lstsq_spell(s: Speller) -> Text:
    cutoff = s.op.attr("cutoff")
    given = [s.arg(0), s.arg(1)] + ([] if cutoff is None else [repr(cutoff)])
    return Text(f"np.linalg.lstsq({', '.join(given)})[0]")


def _solution_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a, right, _ = types
    assert isinstance(a, Type)
    assert isinstance(right, Type)
    rest = Type(right.dtype, (right.dims[1],), Kind.array)
    rank = Type(DType.i32, (), Kind.np)
    found = right.with_dims(a.dims[1], right.dims[1])
    return (found, rest, rank, Type(a.dtype, (attrs["size"],), Kind.array))


def _all_of_lstsq(a: Any, right: Any, limit: Any) -> Any:
    x, rest, rank, values = np.linalg.lstsq(a, right, limit)
    return x, rest if rest.size else np.zeros(right.shape[1], right.dtype), rank, values


def _lstsq_expand(b: Builder, op: Op) -> Value:
    a, right = op.operands
    limit = cutoff_value(b, a, op.attr("cutoff"))
    found = b.emit(_solution, (a, right, limit), {"size": op.attr("size")})[0]
    if positive(a.type.dims[0]):
        return found
    # without equations LAPACK returns at once, and what is in memory stays there
    some = gt(b, size_value(b, a.type.dims[0]), constant(b, 0))
    return where(b, broadcast(b, some, dims=found.type.dims, axes=()), found, literal(b, found, 0))


def positive(size: Dim) -> bool:
    """Whether a size is known not to be zero."""
    bound = size.lower_bound()
    return bound is not None and bound > 0


_solution: Primitive = Primitive(
    name="least_squares",
    type_rule=_solution_type,
    eval=lambda ctx, a, right, limit: _all_of_lstsq(a, right, limit),
    spell=_ONLY_KERNELS,
    doc="The solution, the squares of what is left, the rank and the singular values.",
    samples=Absent("lstsq is made of it"),
    vjp=Absent("lstsq is made of it"),
    jvp=Absent("lstsq is made of it"),
    lower=Ufunc(
        f"{UMATH}.lstsq",
        "(m,n),(m,nrhs),()->(n,nrhs),(nrhs),(),(p)",
        ("LinAlgError", "SVD did not converge in Linear Least Squares"),
    ),
)


def _lstsq_samples() -> tuple[Sample, ...]:
    tall = tuple(row[:2] for row in well(4))
    return tuple(
        Sample((left, right), values=(value, None), attrs=(("cutoff", cutoff), ("size", Dim.const(size))))
        for left, right, value, cutoff, size in (
            ("f64[4,2]", "f64[4,2]", tall, None, 2),
            ("f64[2,3]", "f64[2,1]", tuple(well(3)[:2]), 1e-10, 2),
            ("f64[3,3]", "f64[3,1]", well(3), None, 3),
            ("f64[1,1]", "f64[1,2]", ((2.0,),), None, 1),
            ("f32[2,2]", "f32[2,2]", well(2), None, 2),
        )
    )


lstsq: Primitive = Primitive(
    name="lstsq",
    type_rule=_lstsq_type,
    eval=lambda ctx, a, right: np.linalg.lstsq(a, right, ctx.attr("cutoff"))[0],
    spell=_lstsq_spell,
    doc="The shortest x with the least |a x - b|; singular values up to ``cutoff`` times the largest count "
    "as zero (None: as rounding has it), and the rank is taken not to change.",
    samples=_lstsq_samples(),
    vjp=_lstsq_vjp,
    jvp=_lstsq_jvp,
    lower="lstsq",
    expand=_lstsq_expand,
)

PRIMITIVES = (qr, householder, reflected, _solution, lstsq)
