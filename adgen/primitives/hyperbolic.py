"""Hyperbolic functions and their inverses."""

from __future__ import annotations

import math

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.define import Over, Primitive, elementwise
from adgen.primitives.elementwise import add, mul, sub
from adgen.primitives.literals import complex_samples, literal, numpy_and_math, samples, unchecked
from adgen.primitives.powers import sqrt

# -- sinh, cosh, tanh -----------------------------------------------------------------------------------
_np_sinh, _math_sinh = numpy_and_math("sinh")
sinh = elementwise(
    "sinh",
    eval=np.sinh,
    spell=_np_sinh,
    python=(math.sinh, _math_sinh),
    partials=lambda b, r, x: (cosh(b, x),),
    doc="Hyperbolic sine; derivative cosh(x).",
    samples=(*samples(), *complex_samples()),
    complex=True,
)

_np_cosh, _math_cosh = numpy_and_math("cosh")
cosh: Primitive = elementwise(
    "cosh",
    eval=np.cosh,
    spell=_np_cosh,
    python=(math.cosh, _math_cosh),
    partials=lambda b, r, x: (sinh(b, x),),
    doc="Hyperbolic cosine; derivative sinh(x).",
    samples=(*samples(), *complex_samples()),
    complex=True,
)

_np_tanh, _math_tanh = numpy_and_math("tanh")
tanh = elementwise(
    "tanh",
    eval=np.tanh,
    spell=_np_tanh,
    python=(math.tanh, _math_tanh),
    partials=lambda b, r, x: (sub(b, literal(b, r, 1), mul(b, r, r)),),
    doc="Hyperbolic tangent; derivative 1 - tanh(x)^2.",
    samples=(*samples(), *complex_samples()),
    complex=True,
)


# -- inverses -------------------------------------------------------------------------------------------
def _square_and(b: Builder, x: Value, offset: float) -> Value:
    """x*x + offset."""
    squared = mul(b, x, x)
    one = literal(b, x, abs(offset))
    return add(b, squared, one) if offset > 0 else sub(b, squared, one)


_np_arcsinh, _math_asinh = numpy_and_math("arcsinh", "asinh")
arcsinh = elementwise(
    "arcsinh",
    eval=np.arcsinh,
    spell=_np_arcsinh,
    python=(math.asinh, _math_asinh),
    partials=lambda b, r, x: (Over(sqrt(b, _square_and(b, x, 1))),),
    scalar="asinh",
    doc="Inverse hyperbolic sine; derivative 1 / sqrt(x^2 + 1).",
    samples=(*samples(), *complex_samples(0.2, 0.9)),
    complex=True,
)


def _root_of_gap(b: Builder, x: Value) -> Value:
    """sqrt(x^2 - 1), of complex numbers with the branch of arccosh."""
    if not x.type.is_complex:
        return sqrt(b, _square_and(b, x, -1))
    one = literal(b, x, 1)
    return mul(b, sqrt(b, sub(b, x, one)), sqrt(b, add(b, x, one)))


_np_arccosh, _math_acosh = numpy_and_math("arccosh", "acosh")
arccosh = elementwise(
    "arccosh",
    eval=np.arccosh,
    spell=_np_arccosh,
    python=(math.acosh, _math_acosh),
    partials=lambda b, r, x: (Over(unchecked(b, _root_of_gap(b, x))),),
    scalar="acosh",
    doc="Inverse hyperbolic cosine; derivative 1 / sqrt(x^2 - 1), infinite at 1.",
    samples=(*samples(1.3, 3.0), *complex_samples(0.2, 0.9)),
    complex=True,
)

_np_arctanh, _math_atanh = numpy_and_math("arctanh", "atanh")
arctanh = elementwise(
    "arctanh",
    eval=np.arctanh,
    spell=_np_arctanh,
    python=(math.atanh, _math_atanh),
    partials=lambda b, r, x: (Over(sub(b, literal(b, x, 1), mul(b, x, x))),),
    scalar="atanh",
    doc="Inverse hyperbolic tangent; derivative 1 / (1 - x^2), infinite at -1 and 1.",
    samples=(*samples(-0.7, 0.7), *complex_samples(0.2, 0.9)),
    complex=True,
)

PRIMITIVES = (sinh, cosh, tanh, arcsinh, arccosh, arctanh)
