"""Solving, determinants and factorizations, as numpy.linalg computes them; matrices are the last two dims.

Rules: Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation"
(2008); Cholesky: Murray, "Differentiation of the Cholesky decomposition" (2016). Cholesky and eigh read the
lower triangle only, so only that triangle has a cotangent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import AnyType, Kind, Type
from adgen.primitives.complexes import complex_of, conj, imag, real
from adgen.primitives.define import (
    ZERO,
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
from adgen.primitives.elementwise import add, div, eq, mul, neg, sub, where
from adgen.primitives.literals import literal, scaled
from adgen.primitives.matrices import (
    adjoint,
    by_columns,
    by_rows,
    diagonal_matrix,
    fitted,
    half_lower,
    matmul,
    onto_lower,
    outer,
    product,
    square_dims,
    summed,
    symmetric_from_lower,
    turned,
)
from adgen.primitives.reduce import sum_

UMATH = "numpy.linalg._umath_linalg"
_SINGULAR = ("LinAlgError", "Singular matrix")
Dots = Sequence[Value | Zero]


def square_type(types: tuple[AnyType, ...], name: str) -> Type:
    """The type of the first operand. Raises TypeError unless it is square matrices of floats."""
    first = types[0]
    if not isinstance(first, Type) or not square_dims(first.dims) or not first.dtype.is_float:
        raise TypeError(f"{name} takes square matrices of floats, not {first}")
    return first


def well(n: int) -> tuple[tuple[float, ...], ...]:
    """A matrix that is far from singular."""
    return tuple(tuple(3.0 + i if i == j else np.sin(3.0 * i + j) for j in range(n)) for i in range(n))


def positive(n: int) -> tuple[tuple[float, ...], ...]:
    """A positive definite matrix."""
    return tuple(tuple(float(x) for x in row) for row in np.array(well(n)) @ np.array(well(n)).T)


def turning(n: int) -> tuple[tuple[complex, ...], ...]:
    """A complex matrix that is far from singular."""
    return tuple(tuple(x + 1j * np.cos(i + 2.0 * x) for i, x in enumerate(row)) for row in well(n))


def hermitian(n: int) -> tuple[tuple[complex, ...], ...]:
    """A complex matrix that is positive definite."""
    return tuple(
        tuple(complex(x) for x in row) for row in np.array(turning(n)) @ np.array(turning(n)).conj().T
    )


SQUARE_SAMPLES = (
    Sample(("f64[3,3]",), values=(well(3),)),
    Sample(("f64[1,1]",), values=(((2.0,),),)),
    Sample(("f32[2,2]",), values=(well(2),)),
    Sample(("f64[2,3,3]",), values=((well(3), positive(3)),)),
    Sample(("f64[0,0]",), smooth=False),
)


# -- solve ----------------------------------------------------------------------------------------------
def _solve_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a, x = square_type(types, "solve"), types[1]
    if not isinstance(x, Type) or x.dims[:-1] != a.dims[:-1] or x.dtype is not a.dtype:
        raise TypeError(f"solve: {a} does not fit {x}")
    return (x,)


def _solve_vjp(b: Builder, op: Op, x_bar: Value) -> Sequence[Contribution]:
    b_bar = solve(b, adjoint(b, op.operands[0]), x_bar)
    return (neg(b, matmul(b, b_bar, adjoint(b, op.result))), b_bar)


def _solve_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    a_dot, b_dot = dots
    moved = ZERO if isinstance(a_dot, Zero) else neg(b, matmul(b, a_dot, op.result))
    right = summed(b, b_dot, moved)
    return ZERO if isinstance(right, Zero) else solve(b, op.operands[0], right)


solve: Primitive = Primitive(
    name="solve",
    type_rule=_solve_type,
    eval=lambda ctx, a, x: np.linalg.solve(a, x),
    spell=Call("np.linalg.solve"),
    doc="The solution of a x = b; adjoints b_bar = solve(a.H, x_bar), a_bar = -b_bar x.H.",
    samples=(
        Sample(("f64[3,3]", "f64[3,2]"), values=(well(3), None)),
        Sample(("f64[1,1]", "f64[1,1]"), values=(((2.0,),), None)),
        Sample(("f32[2,2]", "f32[2,3]"), values=(well(2), None)),
        Sample(("f64[2,3,3]", "f64[2,3,1]"), values=((well(3), positive(3)), None)),
        Sample(("f64[0,0]", "f64[0,2]"), smooth=False),
        Sample(("c128[3,3]", "c128[3,2]"), values=(turning(3), None)),
    ),
    vjp=_solve_vjp,
    jvp=_solve_jvp,
    lower=Ufunc(f"{UMATH}.solve", "(m,m),(m,n)->(m,n)", _SINGULAR),
    complex=True,
)


# -- inverse --------------------------------------------------------------------------------------------
def _inv_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    (a_dot,) = dots
    return ZERO if isinstance(a_dot, Zero) else neg(b, product(b, op.result, a_dot, op.result))


def _inv_vjp(b: Builder, op: Op, x_bar: Value) -> Sequence[Contribution]:
    x = adjoint(b, op.result)
    return (neg(b, product(b, x, x_bar, x)),)


inv: Primitive = Primitive(
    name="inv",
    type_rule=lambda types, attrs: (square_type(types, "inv"),),
    eval=lambda ctx, a: np.linalg.inv(a),
    spell=Call("np.linalg.inv"),
    doc="The inverse x; tangent -x a_dot x.",
    samples=(*SQUARE_SAMPLES, Sample(("c128[3,3]",), values=(turning(3),))),
    vjp=_inv_vjp,
    jvp=_inv_jvp,
    lower=Ufunc(f"{UMATH}.inv", "(m,m)->(m,m)", _SINGULAR),
    complex=True,
)


# -- determinants ---------------------------------------------------------------------------------------
def _slogdet_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a = square_type(types, "slogdet")
    kind = Kind.np if a.rank == 2 else Kind.array
    made = Type(a.dtype, a.dims[:-2], kind)
    return (made, made.with_dtype(a.dtype.real))


def _slogdet_vjp(b: Builder, op: Op, seeds: Dots) -> Sequence[Contribution]:
    (a,), (sign_bar, log_bar) = op.operands, seeds
    trace_bar: Value | Zero = log_bar if isinstance(log_bar, Zero) else fitted(b, log_bar, a)
    if a.type.is_complex and not isinstance(sign_bar, Zero):
        turning = imag(b, mul(b, conj(b, op.results[0]), sign_bar))
        trace_bar = summed(b, trace_bar, mul(b, complex_of(b, turning), literal(b, sign_bar, 1j)))
    if isinstance(trace_bar, Zero):
        return (ZERO,)
    return (mul(b, outer(b, trace_bar, a.type), adjoint(b, inv(b, a))),)


def _slogdet_jvp(b: Builder, op: Op, dots: Dots) -> tuple[Value | Zero, Value | Zero]:
    (a_dot,) = dots
    if isinstance(a_dot, Zero):
        return (ZERO, ZERO)
    last = a_dot.type.rank - 1
    terms = mul(b, turned(b, inv(b, op.operands[0])), a_dot)
    trace = sum_(b, terms, axes=(last - 1, last))
    if not a_dot.type.is_complex:
        return (ZERO, trace)
    sign = op.results[0]
    turning = mul(b, complex_of(b, imag(b, trace)), literal(b, sign, 1j))
    return (mul(b, sign, turning), real(b, trace))


slogdet: Primitive = Primitive(
    name="slogdet",
    type_rule=_slogdet_type,
    eval=lambda ctx, a: np.linalg.slogdet(a),
    spell=Call("np.linalg.slogdet"),
    doc="Sign and logarithm of |det a|; adjoint of the logarithm log_bar inv(a).H.",
    samples=(*SQUARE_SAMPLES, Sample(("c128[3,3]",), values=(turning(3),))),
    vjp=_slogdet_vjp,
    jvp=_slogdet_jvp,
    lower=Ufunc(f"{UMATH}.slogdet", "(m,m)->(),()"),
    complex=True,
)


# -- cholesky -------------------------------------------------------------------------------------------
def _cholesky_jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    """L phi(L^-1 a_dot L^-H), where phi takes the lower triangle and half the diagonal."""
    (a_dot,) = dots
    if isinstance(a_dot, Zero):
        return ZERO
    left = solve(b, op.result, symmetric_from_lower(b, a_dot))
    inner = adjoint(b, solve(b, op.result, adjoint(b, left)))
    return matmul(b, op.result, half_lower(b, inner))


def _cholesky_vjp(b: Builder, op: Op, l_bar: Value) -> Sequence[Contribution]:
    """The symmetric part of L^-H phi(L.H l_bar) L^-1, put on the lower triangle."""
    upper = adjoint(b, op.result)
    inner = solve(b, upper, half_lower(b, matmul(b, upper, l_bar)))
    full = adjoint(b, solve(b, upper, adjoint(b, inner)))
    return (onto_lower(b, scaled(b, 0.5, add(b, full, adjoint(b, full)))),)


cholesky: Primitive = Primitive(
    name="cholesky",
    type_rule=lambda types, attrs: (square_type(types, "cholesky"),),
    eval=lambda ctx, a: np.linalg.cholesky(a),
    spell=Call("np.linalg.cholesky"),
    doc="The lower triangular L with L L.H = a; reads the lower triangle of a.",
    samples=(
        Sample(("f64[3,3]",), values=(positive(3),)),
        Sample(("f64[1,1]",), values=(((2.0,),),)),
        Sample(("f32[2,2]",), values=(positive(2),)),
        Sample(("f64[2,3,3]",), values=((positive(3), positive(3)),)),
        Sample(("f64[0,0]",), smooth=False),
        Sample(("c128[3,3]",), values=(hermitian(3),)),
    ),
    complex=True,
    vjp=_cholesky_vjp,
    jvp=_cholesky_jvp,
    lower=Ufunc(f"{UMATH}.cholesky_lo", "(m,m)->(m,m)", ("LinAlgError", "Matrix is not positive definite")),
)


# -- eigenvalues of symmetric matrices ------------------------------------------------------------------
def _eigh_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a = square_type(types, "eigh")
    return (a.with_dims(*a.dims[:-1]).with_dtype(a.dtype.real), a)


def eigh_options(op: Op) -> tuple[bool, bool]:
    """Whether the upper triangle is read, and whether scipy.linalg computes it."""
    attrs = dict(op.attrs)
    return bool(attrs.get("upper", False)), bool(attrs.get("scipy", False))


def _eigh_eval(ctx: Context, a: Any) -> Any:
    upper, of_scipy = eigh_options(ctx.op)
    if of_scipy and a.size:
        import scipy.linalg

        return scipy.linalg.eigh(a, lower=not upper)
    return np.linalg.eigh(a, UPLO="U" if upper else "L")


def _eigh_spell(s: Speller) -> Text:
    upper, of_scipy = eigh_options(s.op)
    if of_scipy:
        return Text(f"scipy.linalg.eigh({s.arg(0)}{', lower=False' if upper else ''})")
    return Text(f"np.linalg.eigh({s.arg(0)}{', UPLO=' + chr(34) + 'U' + chr(34) if upper else ''})")


def _eigh_lower(op: Op) -> Ufunc | Routine:
    upper, of_scipy = eigh_options(op)
    if of_scipy:
        return Routine(
            "lapack.syevr",
            "(n,n)->(n),(n,n)",
            (
                *("'V'", "'A'", "'U'" if upper else "'L'", "n", "a0", "+n", "=0", "=0", "0", "0", "=0"),
                *("iwork 1", "r0", "r1", "+n", "iwork 2*n", "work 64*n", "+64*n", "iwork 10*n", "+10*n"),
                "info",
            ),
            fails=_NOT_CONVERGED,
        )
    return Ufunc(f"{UMATH}.eigh_{'up' if upper else 'lo'}", "(m,m)->(m),(m,m)", _NOT_CONVERGED)


_NOT_CONVERGED = ("LinAlgError", "Eigenvalues did not converge")


def _from_triangle(b: Builder, op: Op, x: Value) -> Value:
    return symmetric_from_lower(b, adjoint(b, x) if eigh_options(op)[0] else x)


def _onto_triangle(b: Builder, op: Op, symmetric: Value) -> Value:
    found = onto_lower(b, symmetric)
    return adjoint(b, found) if eigh_options(op)[0] else found


def _gaps(b: Builder, w: Value, v: Value) -> Value:
    """1 / (w_j - w_i), and 0 where they are equal."""
    like = v.type
    gaps = sub(b, by_columns(b, w, like), by_rows(b, w, like))
    same = eq(b, gaps, literal(b, gaps, 0))
    one, zero = literal(b, gaps, 1), literal(b, gaps, 0)
    return fitted(b, where(b, same, zero, div(b, one, where(b, same, one, gaps))), v)


def _eigh_vjp(b: Builder, op: Op, seeds: Dots) -> Sequence[Contribution]:
    (w, v), (w_bar, v_bar) = op.results, seeds
    back = adjoint(b, v)
    inner: Value | Zero = ZERO if isinstance(w_bar, Zero) else diagonal_matrix(b, fitted(b, w_bar, v), v.type)
    if not isinstance(v_bar, Zero):
        inner = summed(b, inner, mul(b, _gaps(b, w, v), matmul(b, back, v_bar)))
    if isinstance(inner, Zero):
        return (ZERO,)
    full = product(b, v, inner, back)
    return (_onto_triangle(b, op, scaled(b, 0.5, add(b, full, adjoint(b, full)))),)


def _eigh_jvp(b: Builder, op: Op, dots: Dots) -> tuple[Value | Zero, Value | Zero]:
    ((w, v), (a_dot,)) = op.results, dots
    if isinstance(a_dot, Zero):
        return (ZERO, ZERO)
    inner = product(b, adjoint(b, v), _from_triangle(b, op, a_dot), v)
    on_diagonal = mul(b, inner, diagonal_matrix(b, fitted(b, literal(b, w, 1), v), v.type))
    w_dot = sum_(b, on_diagonal, axes=(v.type.rank - 1,))
    w_dot = real(b, w_dot) if w_dot.type.is_complex else w_dot
    return (w_dot, matmul(b, v, mul(b, _gaps(b, w, v), inner)))


eigh: Primitive = Primitive(
    name="eigh",
    type_rule=_eigh_type,
    eval=_eigh_eval,
    spell=_eigh_spell,
    doc="Eigenvalues and eigenvectors of a symmetric matrix, from its lower triangle (``upper``: the other); "
    "vectors of equal values are taken not to turn into each other; ``scipy`` says whose vectors they are.",
    samples=(
        Sample(("f64[3,3]",), values=(positive(3),)),
        Sample(("f64[1,1]",), values=(((2.0,),),)),
        Sample(("f64[2,3,3]",), values=((positive(3), well(3)),)),
        Sample(("f64[3,3]",), values=(well(3),), attrs=(("upper", True),)),
        Sample(("c128[3,3]",), values=(hermitian(3),), smooth=False),
        Sample(("c128[3,3]",), values=(turning(3),), attrs=(("upper", True),), smooth=False),
        Sample(("f64[3,3]",), values=(well(3),), attrs=(("scipy", True),), smooth=False),
        Sample(("f32[2,2]",), values=(well(2),), attrs=(("scipy", True), ("upper", True)), smooth=False),
        Sample(("f64[0,0]",), smooth=False),
    ),
    vjp=_eigh_vjp,
    jvp=_eigh_jvp,
    lower=_eigh_lower,
    complex=True,
)

PRIMITIVES = (solve, inv, slogdet, cholesky, eigh)
