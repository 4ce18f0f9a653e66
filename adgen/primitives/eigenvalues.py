"""Eigenvalues and eigenvectors of matrices that need not be symmetric: complex numbers.

Rule: Boeddeker et al., "On the computation of complex-valued gradients with application to statistically
optimum beamforming" (2017). Vectors have length 1, their phases are taken not to turn, and those of equal
values not to turn into each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import AnyType, Type
from adgen.primitives.complexes import complex_of, conj, real
from adgen.primitives.define import ZERO, Contribution, Primitive, Sample, Text, Ufunc, Zero
from adgen.primitives.elementwise import div, eq, mul, sub, where
from adgen.primitives.linear_algebra import UMATH, Dots, solve, square_type
from adgen.primitives.literals import literal
from adgen.primitives.matrices import (
    adjoint,
    by_columns,
    by_rows,
    diagonal_matrix,
    diagonal_of,
    matmul,
    product,
    summed,
)

_EIG = '''
def _eig(a):
    """Eigenvalues and eigenvectors, complex also where all are real."""
    values, vectors = np.linalg.eig(a)
    dtype = np.result_type(a, np.complex64)
    return values.astype(dtype), vectors.astype(dtype)
'''


def _eval(ctx: Any, a: Any) -> Any:
    values, vectors = np.linalg.eig(a)
    dtype = np.result_type(a, np.complex64)
    return values.astype(dtype), vectors.astype(dtype)


def _type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a = square_type(types, "eig")
    found = a.with_dtype(a.dtype.complex)
    return (found.with_dims(*a.dims[:-1]), found)


def _inverse_gaps(b: Builder, w: Value, like: Type) -> Value:
    """1 / (w_j - w_i), and 0 where they are equal."""
    gaps = sub(b, by_columns(b, w, like), by_rows(b, w, like))
    same, one, zero = eq(b, gaps, literal(b, gaps, 0)), literal(b, gaps, 1), literal(b, gaps, 0)
    return where(b, same, zero, div(b, one, where(b, same, one, gaps)))


def _real_diagonal(b: Builder, x: Value) -> Value:
    """The real parts of the diagonal, repeated along rows."""
    return by_columns(b, complex_of(b, real(b, diagonal_of(b, x))), x.type)


def _vjp(b: Builder, op: Op, seeds: Dots) -> Sequence[Contribution]:
    (w, v), (w_bar, v_bar) = op.results, seeds
    back = adjoint(b, v)
    inner: Value | Zero = ZERO if isinstance(w_bar, Zero) else diagonal_matrix(b, w_bar, v.type)
    if not isinstance(v_bar, Zero):
        along = _real_diagonal(b, matmul(b, back, v_bar))
        turning = matmul(b, back, sub(b, v_bar, mul(b, v, along)))
        inner = summed(b, inner, mul(b, conj(b, _inverse_gaps(b, w, v.type)), turning))
    if isinstance(inner, Zero):
        return (ZERO,)
    a_bar = solve(b, back, matmul(b, inner, back))
    return (a_bar if op.operands[0].type.is_complex else real(b, a_bar),)


def _jvp(b: Builder, op: Op, dots: Dots) -> tuple[Value | Zero, Value | Zero]:
    ((w, v), (a_dot,)) = op.results, dots
    if isinstance(a_dot, Zero):
        return (ZERO, ZERO)
    moved = a_dot if a_dot.type.is_complex else complex_of(b, a_dot)
    inner = solve(b, v, product(b, moved, v))
    turned = matmul(b, v, mul(b, _inverse_gaps(b, w, v.type), inner))
    along = _real_diagonal(b, matmul(b, adjoint(b, v), turned))
    return (diagonal_of(b, inner), sub(b, turned, mul(b, v, along)))


_REAL = ((2.0, 1.0, 0.5), (0.3, -1.0, 0.2), (0.4, 0.6, 5.0))
_TURNING = ((0.5, -2.0), (1.5, 0.7))

eig: Primitive = Primitive(
    name="eig",
    type_rule=_type,
    eval=_eval,
    spell=lambda s: Text(f"{s.helper('_eig', _EIG)}({s.arg(0)})"),
    doc="Eigenvalues and eigenvectors of length 1, complex numbers also where all are real; phases of "
    "vectors are taken not to turn, nor vectors of equal values into each other.",
    samples=(
        Sample(("f64[3,3]",), values=(_REAL,)),
        Sample(("f64[2,2]",), values=(_TURNING,), smooth=False),
        Sample(("f64[1,1]",), values=(((2.0,),),)),
        Sample(("f32[3,3]",), values=(_REAL,)),
        Sample(("f64[0,0]",), smooth=False),
    ),
    vjp=_vjp,
    jvp=_jvp,
    lower=Ufunc(f"{UMATH}.eig", "(m,m)->(m),(m,m)", ("LinAlgError", "Eigenvalues did not converge")),
    complex=True,
)

PRIMITIVES = (eig,)
