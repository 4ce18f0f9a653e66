"""Determinants, whose derivatives are exact where matrices are singular: cofactors from singular values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import AnyType, Kind, Type
from adgen.primitives.complexes import conj
from adgen.primitives.define import (
    ZERO,
    Call,
    Context,
    Contribution,
    Primitive,
    Sample,
    Text,
    Ufunc,
    Zero,
)
from adgen.primitives.elementwise import gt, mul, sub, where
from adgen.primitives.linear_algebra import SQUARE_SAMPLES, UMATH, Dots, inv, square_type, turning, well
from adgen.primitives.literals import literal
from adgen.primitives.matrices import (
    adjoint,
    by_columns,
    diagonal_matrix,
    diagonal_of,
    matmul,
    outer,
    product,
    turned,
)
from adgen.primitives.reduce import sum_
from adgen.primitives.reductions import others_along
from adgen.primitives.singular_values import svd

# -- cofactors ------------------------------------------------------------------------------------------
_COFACTORS = '''
def _cofactors(a):
    """The derivative of the determinant: det(a) inv(a).T, also where a is singular."""
    u, s, vh = np.linalg.svd(a)
    others = np.where(np.eye(s.shape[-1], dtype=bool), 1.0, s[..., None, :]).prod(axis=-1)
    sign = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    return sign * ((u * others[..., None, :]) @ vh)
'''


def _cofactors_eval(ctx: Context, a: Any) -> Any:
    u, s, vh = np.linalg.svd(a)
    others = np.where(np.eye(s.shape[-1], dtype=bool), 1.0, s[..., None, :]).prod(axis=-1)
    sign = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    return sign * ((u * others[..., None, :]) @ vh)


def _decomposed(b: Builder, a: Value) -> tuple[Value, Value, Value, Value]:
    """The singular value decomposition of square matrices and the sign det(u) det(vh)."""
    u, s, vh = b.emit(svd, (a,), {"size": a.type.dims[-1]})
    return u, s, vh, outer(b, mul(b, det(b, u), det(b, vh)), a.type)


def _cofactors_expand(b: Builder, op: Op) -> Value:
    (a,) = op.operands
    u, s, vh, sign = _decomposed(b, a)
    others = by_columns(b, others_along(b, s, s.type.rank - 1), a.type)
    return mul(b, sign, matmul(b, mul(b, u, others), vh))


def _turned_cofactors(b: Builder, a: Value, direction: Value) -> Value:
    """The derivative of the cofactors along a direction, which is linear in it and symmetric."""
    u, s, vh, sign = _decomposed(b, a)
    inner = product(b, turned(b, u), direction, turned(b, vh))
    unit = diagonal_matrix(b, literal(b, s, 1), a.type)
    is_diagonal = gt(b, unit, literal(b, unit, 0))
    one, zero = literal(b, unit, 1), literal(b, unit, 0)
    rest = where(b, is_diagonal, one, by_columns(b, s, a.type))
    pairs = where(b, is_diagonal, zero, others_along(b, rest, a.type.rank - 1))
    traces = sum_(b, mul(b, pairs, by_columns(b, diagonal_of(b, inner), a.type)), axes=(a.type.rank - 1,))
    moved = sub(b, diagonal_matrix(b, traces, a.type), mul(b, pairs, turned(b, inner)))
    return mul(b, sign, product(b, u, moved, vh))


def _cofactors_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    (a_dot,) = dots
    return ZERO if isinstance(a_dot, Zero) else _turned_cofactors(b, op.operands[0], a_dot)


_SINGULAR = Sample(("f64[3,3]",), values=(((1.0, 2.0, 0.0), (2.0, 4.0, 0.0), (3.0, 6.0, 0.5)),))
_COFACTOR_SAMPLES = (
    *(s for s in SQUARE_SAMPLES if "2,2" not in s.types[0]),
    Sample(("f32[3,3]",), values=(well(3),)),
    _SINGULAR,
)

cofactors: Primitive = Primitive(
    name="cofactors",
    type_rule=lambda types, attrs: (square_type(types, "cofactors"),),
    eval=_cofactors_eval,
    spell=lambda s: Text(f"{s.helper('_cofactors', _COFACTORS)}({s.arg(0)})"),
    doc="The matrix of cofactors, det(a) inv(a).T where there is an inverse; from singular values, so that "
    "matrices may be singular.",
    samples=_COFACTOR_SAMPLES,
    vjp=lambda b, op, x_bar: (_turned_cofactors(b, op.operands[0], x_bar),),
    jvp=_cofactors_jvp,
    lower="cofactors",
    expand=_cofactors_expand,
)


# -- determinants ---------------------------------------------------------------------------------------
def _det_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a = square_type(types, "det")
    return (Type(a.dtype, a.dims[:-2], Kind.np if a.rank == 2 else Kind.array),)


def _det_vjp(b: Builder, op: Op, d_bar: Value) -> Sequence[Contribution]:
    (a,) = op.operands
    if a.type.is_complex:
        scale = mul(b, d_bar, conj(b, op.result))
        return (mul(b, outer(b, scale, a.type), adjoint(b, inv(b, a))),)
    return (mul(b, outer(b, d_bar, a.type), cofactors(b, a)),)


def _det_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    (a_dot,) = dots
    if isinstance(a_dot, Zero):
        return ZERO
    last = a_dot.type.rank - 1
    if a_dot.type.is_complex:
        terms = mul(b, turned(b, inv(b, op.operands[0])), a_dot)
        return mul(b, op.result, sum_(b, terms, axes=(last - 1, last)))
    return sum_(b, mul(b, cofactors(b, op.operands[0]), a_dot), axes=(last - 1, last))


det: Primitive = Primitive(
    name="det",
    type_rule=_det_type,
    eval=lambda ctx, a: np.linalg.det(a),
    spell=Call("np.linalg.det"),
    doc="The determinant; its derivative is the matrix of cofactors, of real matrices also where it is zero.",
    samples=(*SQUARE_SAMPLES, _SINGULAR, Sample(("c128[3,3]",), values=(turning(3),))),
    complex=True,
    vjp=_det_vjp,
    jvp=_det_jvp,
    lower=Ufunc(f"{UMATH}.det", "(m,m)->()"),
)

PRIMITIVES = (cofactors, det)
