"""Functions of matrices: exponentials and square roots.

Rules: Higham, "Functions of Matrices" (2008). The derivative of the exponential (the logarithm) is a block
of the exponential (the logarithm) of a block matrix; those of the square root solve Sylvester equations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Indexer, Op, Range, Value
from adgen.ir.dims import ONE
from adgen.ir.dims import product as product_of
from adgen.ir.types import I64, DType, Kind, Type
from adgen.primitives.checks import fail_if
from adgen.primitives.define import (
    ZERO,
    Absent,
    Call,
    Context,
    Primitive,
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
from adgen.primitives.linear_algebra import Dots, inv, positive, slogdet, solve, square_type, well
from adgen.primitives.literals import literal, scaled
from adgen.primitives.matrices import diagonal_matrix, diagonal_of, matmul, outer, turned
from adgen.primitives.reduce import sum_
from adgen.primitives.rounding import absolute, ceil
from adgen.primitives.shape import broadcast, concat, reshape
from adgen.primitives.sizes import constant, size_value
from adgen.primitives.sylvester import scipy_linalg, small, sylvester


def _samples() -> tuple[Sample, ...]:
    return (
        Sample(("f64[3,3]",), values=(small(3),)),
        Sample(("f64[1,1]",), values=(((0.5,),),)),
        Sample(("f32[2,2]",), values=(small(2),)),
        Sample(("f64[0,0]",), smooth=False),
    )


# -- the exponential ------------------------------------------------------------------------------------
def _frechet(b: Builder, function: Primitive, a: Value, direction: Value) -> Value:
    """The derivative of a function of a along a direction."""
    last, size = a.type.rank - 1, a.type.dims[-1]
    upper = concat(b, a, direction, axis=last)
    lower = concat(b, zeros_of(b, a.type), a, axis=last)
    both = function(b, concat(b, upper, lower, axis=last - 1))
    part = Range(size)
    first = read(b, both, constant(b, 0), index=_along(a.type.rank, last - 1, part))
    return read(b, first, size_value(b, size), index=_along(a.type.rank, last, part))


def _along(rank: int, axis: int, access: Range) -> Indexer:
    return Indexer(tuple(access if k == axis else Full() for k in range(rank)))


def _expm_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    (a_dot,) = dots
    return ZERO if isinstance(a_dot, Zero) else _frechet(b, expm, op.operands[0], a_dot)


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
    eval=lambda ctx, a: scipy_linalg("expm", a),
    spell=Call("scipy.linalg.expm"),
    doc="The exponential of a matrix; derivatives are blocks of the exponential of a block matrix.",
    samples=(
        *_samples(),
        Sample(("f64[3,3]",), values=(((0.0, 6.0, 1.0), (0.0, 0.0, 7.0), (0.0, 0.0, 0.0)),)),
        Sample(("f64[2,2,2]",), values=((small(2), ((1.0, 2.0), (0.0, -1.0))),)),
    ),
    vjp=lambda b, op, x_bar: (_frechet(b, expm, turned(b, op.operands[0]), x_bar),),
    jvp=_expm_jvp,
    lower="expm",
    expand=_expm_expand,
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
    root = scipy_linalg("sqrtm", a)
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


# -- the logarithm --------------------------------------------------------------------------------------
_LOGARITHM = '''
def _real_logarithm(a):
    """The principal logarithm of a matrix; fails where it is complex."""
    if not a.size:
        return a.copy()
    found = scipy.linalg.logm(a)
    if not np.allclose(np.imag(found), 0.0, rtol=0.0, atol=1e-6):
        raise ValueError("the matrix has no real logarithm")
    return np.real(found).astype(a.dtype)
'''


def _logm_eval(ctx: Context, a: Any) -> Any:
    found = scipy_linalg("logm", a)
    if not np.allclose(np.imag(found), 0.0, rtol=0.0, atol=1e-6):
        raise ValueError("the matrix has no real logarithm")
    return np.real(found).astype(a.dtype)


def _logm_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    (a_dot,) = dots
    return ZERO if isinstance(a_dot, Zero) else _frechet(b, logm, op.operands[0], a_dot)


logm: Primitive = Primitive(
    name="logm",
    type_rule=lambda types, attrs: (square_type(types, "logm"),),
    eval=_logm_eval,
    spell=lambda s: Text(f"{s.helper('_real_logarithm', _LOGARITHM)}({s.arg(0)})"),
    doc="The principal logarithm of a matrix that has a real one; derivatives are blocks of that of a "
    "block matrix.",
    samples=(
        Sample(("f64[3,3]",), values=(positive(3),)),
        Sample(("f64[3,3]",), values=(well(3),)),
        Sample(("f64[1,1]",), values=(((0.5,),),)),
    ),
    vjp=lambda b, op, x_bar: (_frechet(b, logm, turned(b, op.operands[0]), x_bar),),
    jvp=_logm_jvp,
    lower=Absent("SciPy computes it"),
)

PRIMITIVES = (expm, sqrtm, logm)
