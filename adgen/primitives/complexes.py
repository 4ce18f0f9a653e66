"""Complex numbers: their parts, conjugates and lengths, and numbers made of two parts.

The cotangent of a complex value z is dL/dRe z + i dL/dIm z, so the inner product is Re(conj(u) v). What is
holomorphic needs nothing here: its vjp multiplies by the conjugate of the derivative. These operations are
linear over the reals only and have rules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import AnyType
from adgen.primitives.define import (
    ZERO,
    Call,
    Contribution,
    Prec,
    Primitive,
    Sample,
    Speller,
    Text,
    Zero,
    same_shape,
)
from adgen.primitives.elementwise import add, cast, div, eq, mul, where
from adgen.primitives.indexing import zeros_of
from adgen.primitives.literals import literal

_ONE = tuple(Sample((t,)) for t in ("c128[3,4]", "c64[4]", "c128", "np.c128", "c128[0]", "c128[1]"))
_TWO = tuple(Sample((t, t)) for t in ("f64[3,4]", "f32[4]", "f64", "np.f64", "f64[0]", "f64[1]"))


def _part_type(name: str) -> Callable[[tuple[AnyType, ...], dict[str, Any]], tuple[AnyType, ...]]:
    def rule(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
        found = same_shape(name, types)
        if not found.is_complex:
            raise TypeError(f"{name} of {found}, which is not complex")
        return (found.with_dtype(found.dtype.real),)

    return rule


# -- parts ----------------------------------------------------------------------------------------------
def _part_spell(name: str) -> Callable[[Speller], Text]:
    return lambda s: Text(f"{s.arg(0, Prec.ATOM)}.{name}")


real: Primitive = Primitive(
    name="real",
    type_rule=_part_type("real"),
    eval=lambda ctx, z: np.array(z.real),
    spell=_part_spell("real"),
    python=(lambda z: z.real, _part_spell("real")),
    doc="The real part; the cotangent becomes the real part of one.",
    samples=_ONE,
    vjp=lambda b, op, y_bar: (complex_of(b, y_bar),),
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else real(b, dots[0]),
    lower="real",
    elementwise=True,
    cheap=True,
    view=True,
    complex=True,
)

imag: Primitive = Primitive(
    name="imag",
    type_rule=_part_type("imag"),
    eval=lambda ctx, z: np.array(z.imag),
    spell=_part_spell("imag"),
    python=(lambda z: z.imag, _part_spell("imag")),
    doc="The imaginary part; the cotangent becomes the imaginary part of one.",
    samples=_ONE,
    vjp=lambda b, op, y_bar: (compose(b, zeros_of(b, y_bar.type), y_bar),),
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else imag(b, dots[0]),
    lower="imag",
    elementwise=True,
    cheap=True,
    view=True,
    complex=True,
)


def complex_of(b: Builder, x: Value) -> Value:
    """A real value as a complex one."""
    return cast(b, x, dtype=x.type.dtype.complex)


# -- a number made of its parts -------------------------------------------------------------------------
def _compose_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    found = same_shape("compose", types)
    if not found.is_float or found.is_complex:
        raise TypeError(f"compose takes floats, not {found}")
    return (found.with_dtype(found.dtype.complex),)


def _composed(re: Any, im: Any) -> Any:
    z = np.empty(np.shape(re), np.result_type(re, 1j))
    z.real, z.imag = re, im
    return z


_COMPLEX = '''
def _complex(re, im):
    """The complex numbers with these real and imaginary parts."""
    z = np.empty(np.broadcast(re, im).shape, np.result_type(re, im, np.complex64))
    z.real, z.imag = re, im
    return z[()]
'''


def _compose_spell(s: Speller) -> Text:
    return Text(f"{s.helper('_complex', _COMPLEX)}({s.arg(0)}, {s.arg(1)})")


def _compose_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if all(isinstance(d, Zero) for d in dots):
        return ZERO
    pairs = zip(dots, op.operands, strict=True)
    return compose(b, *(zeros_of(b, v.type) if isinstance(d, Zero) else d for d, v in pairs))


compose: Primitive = Primitive(
    name="compose",
    type_rule=_compose_type,
    eval=lambda ctx, re, im: _composed(re, im),
    spell=_compose_spell,
    python=(complex, Call("complex")),
    doc="The complex numbers with these real and imaginary parts.",
    samples=_TWO,
    vjp=lambda b, op, z_bar: (real(b, z_bar), imag(b, z_bar)),
    jvp=_compose_jvp,
    lower="compose",
    elementwise=True,
    cheap=True,
)


# -- conjugates -----------------------------------------------------------------------------------------
def _conj_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    found = same_shape("conj", types)
    if not found.is_complex:
        raise TypeError(f"conj of {found}, which is not complex")
    return (found,)


def conjugated(b: Builder, x: Value) -> Value:
    """The conjugate of a value that may be real."""
    return conj(b, x) if x.type.is_complex else x


conj: Primitive = Primitive(
    name="conj",
    type_rule=_conj_type,
    eval=lambda ctx, z: np.conj(z),
    spell=Call("np.conj"),
    python=(lambda z: z.conjugate(), lambda s: Text(f"{s.arg(0, Prec.ATOM)}.conjugate()")),
    doc="The complex conjugate; so is its derivative.",
    samples=_ONE,
    vjp=lambda b, op, y_bar: (conj(b, y_bar),),
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else conj(b, dots[0]),
    lower="conj",
    elementwise=True,
    cheap=True,
    complex=True,
)


# -- lengths --------------------------------------------------------------------------------------------
def _direction(b: Builder, op: Op) -> Value:
    """z / |z|, and 0 at 0."""
    (z,), r = op.operands, op.result
    length = where(b, eq(b, r, literal(b, r, 0)), literal(b, r, 1), r)
    return div(b, z, complex_of(b, length))


def _modulus_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    return (mul(b, complex_of(b, y_bar), _direction(b, op)),)


def _modulus_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    """Re(conj(z / |z|) dz)."""
    (dot,) = dots
    if isinstance(dot, Zero):
        return ZERO
    u = _direction(b, op)
    return add(b, mul(b, real(b, u), real(b, dot)), mul(b, imag(b, u), imag(b, dot)))


def _expand_modulus(b: Builder, op: Op) -> Value:
    from adgen.primitives.powers import hypot

    return hypot(b, real(b, op.operands[0]), imag(b, op.operands[0]))


modulus: Primitive = Primitive(
    name="modulus",
    type_rule=_part_type("modulus"),
    eval=lambda ctx, z: np.abs(z),
    spell=Call("np.abs"),
    python=(abs, Call("abs")),
    doc="Absolute value of complex numbers; the gradient is z / |z|.",
    samples=tuple(Sample(s.types, 0.3, 2.0) for s in _ONE),
    vjp=_modulus_vjp,
    jvp=_modulus_jvp,
    lower="modulus",
    expand=_expand_modulus,
    elementwise=True,
    kinks=("abs(0) of a complex number -> 0",),
    complex=True,
)


def magnitude(b: Builder, x: Value) -> Value:
    """The absolute value of real or complex numbers."""
    from adgen.primitives.rounding import absolute

    return modulus(b, x) if x.type.is_complex else absolute(b, x)


PRIMITIVES = (real, imag, compose, conj, modulus)
