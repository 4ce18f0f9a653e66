"""Functions of matrices: exponentials, square roots, Sylvester equations, orthogonal factors.

Rules: Higham, "Functions of Matrices" (2008). The derivative of the exponential is a block of the exponential
of a block matrix; those of the square root and of the orthogonal factor solve Sylvester equations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Indexer, Op, Range, Value
from adgen.ir.dims import ONE
from adgen.ir.dims import product as product_of
from adgen.ir.types import I64, AnyType, DType, Kind, Type
from adgen.primitives.checks import fail_if
from adgen.primitives.define import (
    ZERO,
    Absent,
    Call,
    Context,
    Contribution,
    Primitive,
    Routine,
    Sample,
    Text,
    Zero,
)
from adgen.primitives.elementwise import (
    add,
    cast,
    div,
    ge,
    le,
    logical_and,
    logical_not,
    lt,
    mul,
    neg,
    sub,
    where,
)
from adgen.primitives.exponential import exp, exp2, log2
from adgen.primitives.extrema import max_, maximum
from adgen.primitives.indexing import read, zeros_of
from adgen.primitives.linear_algebra import Dots, inv, slogdet, solve, square_type, well
from adgen.primitives.literals import literal, scaled
from adgen.primitives.matrices import diagonal_matrix, diagonal_of, matmul, outer, product, summed, turned
from adgen.primitives.reduce import sum_
from adgen.primitives.rounding import absolute, ceil
from adgen.primitives.shape import broadcast, concat, reshape
from adgen.primitives.singular_values import matrix_type, svd
from adgen.primitives.sizes import constant, size_value


def _scipy(name: str, *args: Any) -> Any:
    """The function of scipy.linalg, which is imported when it is first needed."""
    import scipy.linalg

    return getattr(scipy.linalg, name)(*args)


def _small(n: int) -> tuple[tuple[float, ...], ...]:
    """A matrix that is not symmetric, with eigenvalues of positive real part."""
    return tuple(tuple(x / 4.0 for x in row) for row in well(n))


def _samples() -> tuple[Sample, ...]:
    return (
        Sample(("f64[3,3]",), values=(_small(3),)),
        Sample(("f64[1,1]",), values=(((0.5,),),)),
        Sample(("f32[2,2]",), values=(_small(2),)),
        Sample(("f64[0,0]",), smooth=False),
    )


# -- the exponential ------------------------------------------------------------------------------------
def _frechet(b: Builder, a: Value, direction: Value) -> Value:
    """The derivative of the exponential of a along a direction."""
    last, size = a.type.rank - 1, a.type.dims[-1]
    upper = concat(b, a, direction, axis=last)
    lower = concat(b, zeros_of(b, a.type), a, axis=last)
    both = expm(b, concat(b, upper, lower, axis=last - 1))
    part = Range(size)
    first = read(b, both, constant(b, 0), index=_along(a.type.rank, last - 1, part))
    return read(b, first, size_value(b, size), index=_along(a.type.rank, last, part))


def _along(rank: int, axis: int, access: Range) -> Indexer:
    return Indexer(tuple(access if k == axis else Full() for k in range(rank)))


def _expm_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    (a_dot,) = dots
    return ZERO if isinstance(a_dot, Zero) else _frechet(b, op.operands[0], a_dot)


_NUMERATOR = (
    *(64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0),
    *(
        10559470521600.0,
        670442572800.0,
        33522128640.0,
        1323241920.0,
        40840800.0,
        960960.0,
        16380.0,
        182.0,
        1.0,
    ),
)
_REACH = 5.371920351148152


def _combined(b: Builder, matrices: Sequence[Value], factors: Sequence[float]) -> Value:
    """A sum of multiples of matrices."""
    total = scaled(b, factors[0], matrices[0])
    for matrix, factor in zip(matrices[1:], factors[1:], strict=True):
        total = add(b, total, scaled(b, factor, matrix))
    return total


def _pade(b: Builder, a: Value) -> Value:
    """The exponential of small matrices."""
    c = _NUMERATOR
    unit = diagonal_matrix(b, literal(b, diagonal_of(b, a), 1), a.type)
    second = matmul(b, a, a)
    fourth = matmul(b, second, second)
    sixth = matmul(b, fourth, second)
    high, powers = (sixth, fourth, second), (sixth, fourth, second, unit)
    odd = matmul(b, sixth, _combined(b, high, (c[13], c[11], c[9])))
    odd = matmul(b, a, add(b, odd, _combined(b, powers, (c[7], c[5], c[3], c[1]))))
    even = matmul(b, sixth, _combined(b, high, (c[12], c[10], c[8])))
    even = add(b, even, _combined(b, powers, (c[6], c[4], c[2], c[0])))
    return solve(b, sub(b, even, odd), add(b, even, odd))


def _halvings(b: Builder, a: Value) -> Value:
    """How often all matrices are halved to be small: a float."""
    last = a.type.rank - 1
    sums = sum_(b, absolute(b, a), axes=(last - 1,))
    flat = reshape(b, sums, dims=(product_of(sums.type.dims),))
    with_one = concat(b, flat, zeros_of(b, flat.type.with_dims(ONE)), axis=0)
    norm = max_(b, with_one, axes=(0,))
    count = ceil(b, log2(b, scaled(b, 1.0 / _REACH, maximum(b, norm, literal(b, norm, 1e-30)))))
    count = maximum(b, count, literal(b, count, 0))
    finite = lt(b, count, literal(b, count, 1024))
    return where(b, finite, count, literal(b, count, 0))


def _expm_expand(b: Builder, op: Op) -> Value:
    """Scaling and squaring."""
    (a,) = op.operands
    count = _halvings(b, a)
    factor = exp2(b, neg(b, count))
    small = _pade(b, mul(b, a, broadcast(b, factor, dims=a.type.dims, axes=())))
    carried = Value(a.type, "squared")
    region = b.region((Value(I64, "k"), carried), lambda: (matmul(b, carried, carried),))
    rounds = cast(b, count, dtype=DType.i64, kind=Kind.py)
    return b.for_loop((constant(b, 0), rounds, constant(b, 1)), (small,), region)[0]


expm: Primitive = Primitive(
    name="expm",
    type_rule=lambda types, attrs: (square_type(types, "expm"),),
    eval=lambda ctx, a: _scipy("expm", a),
    spell=Call("scipy.linalg.expm"),
    doc="The exponential of a matrix; derivatives are blocks of the exponential of a block matrix.",
    samples=(
        *_samples(),
        Sample(("f64[3,3]",), values=(((0.0, 6.0, 1.0), (0.0, 0.0, 7.0), (0.0, 0.0, 0.0)),)),
        Sample(("f64[2,2,2]",), values=((_small(2), ((1.0, 2.0), (0.0, -1.0))),)),
    ),
    vjp=lambda b, op, x_bar: (_frechet(b, turned(b, op.operands[0]), x_bar),),
    jvp=_expm_jvp,
    lower="expm",
    expand=_expm_expand,
)


# -- Sylvester equations --------------------------------------------------------------------------------
def _sylvester_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a, b, c = square_type(types[:1], "sylvester"), square_type(types[1:2], "sylvester"), types[2]
    if not isinstance(c, Type) or c.dims != (a.dims[-2], b.dims[-1]) or not a.dtype is b.dtype is c.dtype:
        raise TypeError(f"sylvester: {a} and {b} do not fit {c}")
    return (c,)


def _sylvester_vjp(b: Builder, op: Op, x_bar: Value) -> Sequence[Contribution]:
    (left, right, _), back = op.operands, turned(b, op.result)
    c_bar = sylvester(b, turned(b, left), turned(b, right), x_bar)
    return (neg(b, matmul(b, c_bar, back)), neg(b, matmul(b, back, c_bar)), c_bar)


def _sylvester_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    (left, right, _), x, (left_dot, right_dot, c_dot) = op.operands, op.result, dots
    total = c_dot
    if not isinstance(left_dot, Zero):
        total = summed(b, total, neg(b, matmul(b, left_dot, x)))
    if not isinstance(right_dot, Zero):
        total = summed(b, total, neg(b, matmul(b, x, right_dot)))
    return ZERO if isinstance(total, Zero) else sylvester(b, left, right, total)


def _sylvester_expand(b: Builder, op: Op) -> Value:
    left, right, c = op.operands
    upper, u = b.emit(schur, (left,), {})
    other, v = b.emit(schur, (right,), {})
    inner = triangular_sylvester(b, upper, other, product(b, turned(b, u), c, v))
    return product(b, u, inner, turned(b, v))


def _sylvester_eval(ctx: Context, a: Any, b: Any, c: Any) -> Any:
    return _scipy("solve_sylvester", a, b, c) if c.size else np.zeros_like(c)


sylvester: Primitive = Primitive(
    name="sylvester",
    type_rule=_sylvester_type,
    eval=_sylvester_eval,
    spell=Call("scipy.linalg.solve_sylvester"),
    doc="The solution of a x + x b = c; c_bar solves the equation with a.T and b.T.",
    samples=(
        Sample(("f64[3,3]", "f64[2,2]", "f64[3,2]"), values=(_small(3), _small(2), None)),
        Sample(("f64[1,1]", "f64[1,1]", "f64[1,1]"), values=(((2.0,),), ((1.0,),), None)),
        Sample(("f32[2,2]", "f32[2,2]", "f32[2,2]"), values=(_small(2), _small(2), None)),
        Sample(("f64[0,0]", "f64[2,2]", "f64[0,2]"), smooth=False),
    ),
    vjp=_sylvester_vjp,
    jvp=_sylvester_jvp,
    lower="sylvester",
    expand=_sylvester_expand,
)

_ONLY_KERNELS = Absent("only kernels call it")
_OF_SYLVESTER = Absent("sylvester is made of it")

schur: Primitive = Primitive(
    name="schur",
    type_rule=lambda types, attrs: (square_type(types, "schur"),) * 2,
    eval=lambda ctx, a: _scipy("schur", a) if a.size else (a, a),
    spell=_ONLY_KERNELS,
    doc="t and orthogonal z with a = z t z.T, where t is upper triangular but for blocks of two.",
    samples=_OF_SYLVESTER,
    vjp=_OF_SYLVESTER,
    jvp=_OF_SYLVESTER,
    lower=Routine(
        "lapack.gees",
        "(n,n)->(n,n),(n,n)",
        (
            *("'V'", "'N'", "null", "n", "r0", "+n", "iwork 1", "work n", "work n", "r1", "+n"),
            *("work 64*n", "+64*n", "null", "info"),
        ),
        starts=((0, 0),),
        fails=("LinAlgError", "Schur form not found. Possibly ill-conditioned."),
    ),
)


def _trsyl(a: Any, b: Any, c: Any) -> Any:
    import scipy.linalg.lapack

    if not c.size:
        return c
    x, scale, _ = scipy.linalg.lapack.dtrsyl(a, b, c)
    return x * scale


triangular_sylvester: Primitive = Primitive(
    name="triangular_sylvester",
    type_rule=_sylvester_type,
    eval=lambda ctx, a, b, c: _trsyl(a, b, c),
    spell=_ONLY_KERNELS,
    doc="The solution of a x + x b = c for matrices as schur makes them.",
    samples=_OF_SYLVESTER,
    vjp=_OF_SYLVESTER,
    jvp=_OF_SYLVESTER,
    lower=Routine(
        "lapack.trsyl",
        "(m,m),(n,n),(m,n)->(m,n)",
        ("'N'", "'N'", "1", "m", "n", "a0", "+m", "a1", "+n", "r0", "+m", "work 1", "info"),
        starts=((0, 2),),
    ),
)


# -- the square root ------------------------------------------------------------------------------------
_SQUARE_ROOT = '''
def _real_square_root(a):
    """The principal square root of a matrix; fails where it is complex."""
    root = scipy.linalg.sqrtm(a)
    if np.iscomplexobj(root):
        raise ValueError("the matrix has no real square root")
    return root.astype(a.dtype, copy=False)
'''


def _sqrtm_eval(ctx: Context, a: Any) -> Any:
    root = _scipy("sqrtm", a)
    if np.iscomplexobj(root):
        raise ValueError("the matrix has no real square root")
    return root.astype(a.dtype, copy=False)


def _sqrtm_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    (a_dot,), x = dots, op.result
    return ZERO if isinstance(a_dot, Zero) else sylvester(b, x, x, a_dot)


def _distance(b: Builder, x: Value, unit: Value) -> Value:
    """The largest difference of elements."""
    gaps = absolute(b, sub(b, x, unit))
    flat = reshape(b, gaps, dims=(product_of(gaps.type.dims),))
    return max_(b, concat(b, flat, zeros_of(b, flat.type.with_dims(ONE)), axis=0), axes=(0,))


def _sqrtm_step(b: Builder, x: Value, m: Value, unit: Value) -> tuple[Value, Value]:
    """One step of the product form of the iteration of Denman and Beavers, scaled by determinants."""
    _, size = b.emit(slogdet, (m,), {})
    count = cast(b, size_value(b, m.type.dims[-1]), dtype=size.type.dtype, kind=Kind.np)
    half = div(b, size, broadcast(b, count, dims=size.type.dims, axes=()) if size.type.rank else count)
    scale, square = (outer(b, exp(b, scaled(b, f, half)), m.type) for f in (-0.5, -1.0))
    over = inv(b, m)
    right = add(b, mul(b, scale, unit), div(b, over, scale))
    both = add(b, mul(b, square, m), div(b, over, square))
    following = scaled(b, 0.5, add(b, unit, scaled(b, 0.5, both)))
    return scaled(b, 0.5, matmul(b, x, right)), following


def _sqrtm_expand(b: Builder, op: Op) -> Value:
    """Steps until the next one would not change anything; where there is no real root they do not end."""
    (a,) = op.operands
    unit = diagonal_matrix(b, literal(b, diagonal_of(b, a), 1), a.type)
    near = 1e-4 if a.type.dtype is DType.f32 else 1e-9
    start = _distance(b, a, unit)
    count, x, m, gap = (Value(t, h) for t, h in _carried(a, start))

    def going() -> Sequence[Value]:
        more = lt(b, count, constant(b, 60))
        far = logical_not(b, le(b, gap, literal(b, gap, near)))
        return (logical_and(b, more, cast(b, far, dtype=DType.bool, kind=Kind.py)),)

    cond = b.region((count, x, m, gap), going)
    rounds, root, before, last = (Value(t, h) for t, h in _carried(a, start))

    def body() -> Sequence[Value]:
        found, following = _sqrtm_step(b, root, before, unit)
        return (add(b, rounds, constant(b, 1)), found, following, _distance(b, before, unit))

    inits = (constant(b, 0), a, a, add(b, start, literal(b, start, 1)))
    region = b.region((rounds, root, before, last), body)
    taken, result, _, _ = b.while_loop(inits, cond, region)
    b.emit(fail_if, (ge(b, taken, constant(b, 60)),), {"error": "ValueError", "message": _NO_ROOT})
    return result


def _carried(a: Value, gap: Value) -> tuple[tuple[Type, str], ...]:
    return ((I64, "k"), (a.type, "root"), (a.type, "rest"), (gap.type, "gap"))


_NO_ROOT = "the matrix has no real square root"

sqrtm: Primitive = Primitive(
    name="sqrtm",
    type_rule=lambda types, attrs: (square_type(types, "sqrtm"),),
    eval=_sqrtm_eval,
    spell=lambda s: Text(f"{s.helper('_real_square_root', _SQUARE_ROOT)}({s.arg(0)})"),
    doc="The principal square root x of a matrix that has a real one; x x_dot + x_dot x = a_dot.",
    samples=tuple(s for s in _samples() if "0" not in s.types[0]),
    vjp=lambda b, op, x_bar: (sylvester(b, turned(b, op.result), turned(b, op.result), x_bar),),
    jvp=_sqrtm_jvp,
    lower="sqrtm",
    expand=_sqrtm_expand,
)


# -- the orthogonal factor ------------------------------------------------------------------------------
_ORTHOGONAL = '''
def _orthogonal_factor(a):
    """The nearest matrix with orthonormal columns (or rows)."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return u @ vh
'''


def _polar_eval(ctx: Context, a: Any) -> Any:
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return u @ vh


def _polar_moved(b: Builder, op: Op, x: Value) -> Value:
    """The derivative along x, its own adjoint: u y + (x - u u.T x) inv(p), p y + y p = u.T x - x.T u."""
    (a,), u = op.operands, op.result
    inner = matmul(b, turned(b, u), x)
    positive = matmul(b, turned(b, u), a)
    turning = sylvester(b, positive, positive, sub(b, inner, turned(b, inner)))
    found = matmul(b, u, turning)
    if u.type.dims[-1] == u.type.dims[-2]:
        return found
    outside = sub(b, x, matmul(b, u, inner))
    return add(b, found, turned(b, solve(b, turned(b, positive), turned(b, outside))))


def _polar_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    (a_dot,) = dots
    return ZERO if isinstance(a_dot, Zero) else _polar_moved(b, op, a_dot)


def _polar_expand(b: Builder, op: Op) -> Value:
    (a,) = op.operands
    u, _, vh = b.emit(svd, (a,), {"size": a.type.dims[-1]})
    return matmul(b, u, vh)


orthogonal_factor: Primitive = Primitive(
    name="orthogonal_factor",
    type_rule=lambda types, attrs: (matrix_type(types, "orthogonal_factor"),),
    eval=_polar_eval,
    spell=lambda s: Text(f"{s.helper('_orthogonal_factor', _ORTHOGONAL)}({s.arg(0)})"),
    doc="The u with orthonormal columns of a = u p with p positive definite, where a is not wider than high.",
    samples=(
        Sample(("f64[3,3]",), values=(well(3),)),
        Sample(("f64[4,2]",), values=(tuple(row[:2] for row in well(4)),)),
        Sample(("f32[2,2]",), values=(well(2),)),
        Sample(("f64[1,1]",), values=(((2.0,),),), smooth=False),
        Sample(("f64[2,2]",), values=(((0.0, -2.0), (2.0, 0.0)),)),
    ),
    vjp=lambda b, op, u_bar: (_polar_moved(b, op, u_bar),),
    jvp=_polar_jvp,
    lower="orthogonal_factor",
    expand=_polar_expand,
)

PRIMITIVES = (expm, sylvester, schur, triangular_sylvester, sqrtm, orthogonal_factor)
