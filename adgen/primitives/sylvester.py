"""Sylvester equations, and the orthogonal factor of a matrix, whose derivative solves one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import AnyType, Type
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
    neg,
    sub,
)
from adgen.primitives.linear_algebra import Dots, solve, square_type, well
from adgen.primitives.matrices import matmul, product, summed, turned
from adgen.primitives.singular_values import matrix_type, svd


def scipy_linalg(name: str, *args: Any) -> Any:
    """The function of scipy.linalg, which is imported when it is first needed."""
    import scipy.linalg

    return getattr(scipy.linalg, name)(*args)


def small(n: int) -> tuple[tuple[float, ...], ...]:
    """A matrix that is not symmetric, with eigenvalues of positive real part."""
    return tuple(tuple(x / 4.0 for x in row) for row in well(n))


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
    return scipy_linalg("solve_sylvester", a, b, c) if c.size else np.zeros_like(c)


sylvester: Primitive = Primitive(
    name="sylvester",
    type_rule=_sylvester_type,
    eval=_sylvester_eval,
    spell=Call("scipy.linalg.solve_sylvester"),
    doc="The solution of a x + x b = c; c_bar solves the equation with a.T and b.T.",
    samples=(
        Sample(("f64[3,3]", "f64[2,2]", "f64[3,2]"), values=(small(3), small(2), None)),
        Sample(("f64[1,1]", "f64[1,1]", "f64[1,1]"), values=(((2.0,),), ((1.0,),), None)),
        Sample(("f32[2,2]", "f32[2,2]", "f32[2,2]"), values=(small(2), small(2), None)),
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
    eval=lambda ctx, a: scipy_linalg("schur", a) if a.size else (a, a),
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

PRIMITIVES = (sylvester, schur, triangular_sylvester, orthogonal_factor)
