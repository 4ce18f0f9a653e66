"""Trigonometric functions and their inverses, in radians."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.define import Over, Partial, Primitive, Sample, elementwise
from adgen.primitives.elementwise import add, div, eq, mul, neg, sub, where
from adgen.primitives.literals import complex_samples, literal, numpy_and_math, samples, unchecked
from adgen.primitives.powers import sqrt

# -- sin, cos, tan --------------------------------------------------------------------------------------
_np_sin, _math_sin = numpy_and_math("sin")
sin = elementwise(
    "sin",
    eval=np.sin,
    spell=_np_sin,
    python=(math.sin, _math_sin),
    partials=lambda b, r, x: (cos(b, x),),
    doc="Sine; derivative cos(x).",
    samples=(*samples(), *complex_samples()),
    complex=True,
)

_np_cos, _math_cos = numpy_and_math("cos")
cos: Primitive = elementwise(
    "cos",
    eval=np.cos,
    spell=_np_cos,
    python=(math.cos, _math_cos),
    partials=lambda b, r, x: (neg(b, sin(b, x)),),
    doc="Cosine; derivative -sin(x).",
    samples=(*samples(), *complex_samples()),
    complex=True,
)

_np_tan, _math_tan = numpy_and_math("tan")
tan = elementwise(
    "tan",
    eval=np.tan,
    spell=_np_tan,
    python=(math.tan, _math_tan),
    partials=lambda b, r, x: (add(b, literal(b, r, 1), mul(b, r, r)),),
    doc="Tangent; derivative 1 + tan(x)^2.",
    samples=(*samples(-1.0, 1.0), *complex_samples()),
    complex=True,
)


# -- inverses -------------------------------------------------------------------------------------------
def _root(b: Builder, x: Value) -> Value:
    """sqrt(1 - x*x)."""
    return unchecked(b, sqrt(b, sub(b, literal(b, x, 1), mul(b, x, x))))


_np_arcsin, _math_asin = numpy_and_math("arcsin", "asin")
arcsin = elementwise(
    "arcsin",
    eval=np.arcsin,
    spell=_np_arcsin,
    python=(math.asin, _math_asin),
    partials=lambda b, r, x: (Over(_root(b, x)),),
    scalar="asin",
    doc="Inverse sine; derivative 1 / sqrt(1 - x^2), infinite at -1 and 1.",
    samples=(*samples(-0.8, 0.8), *complex_samples(0.2, 0.9)),
    complex=True,
)

_np_arccos, _math_acos = numpy_and_math("arccos", "acos")
arccos = elementwise(
    "arccos",
    eval=np.arccos,
    spell=_np_arccos,
    python=(math.acos, _math_acos),
    partials=lambda b, r, x: (Over(neg(b, _root(b, x))),),
    scalar="acos",
    doc="Inverse cosine; derivative -1 / sqrt(1 - x^2), infinite at -1 and 1.",
    samples=(*samples(-0.8, 0.8), *complex_samples(0.2, 0.9)),
    complex=True,
)

_np_arctan, _math_atan = numpy_and_math("arctan", "atan")
arctan = elementwise(
    "arctan",
    eval=np.arctan,
    spell=_np_arctan,
    python=(math.atan, _math_atan),
    partials=lambda b, r, x: (Over(add(b, literal(b, x, 1), mul(b, x, x))),),
    scalar="atan",
    doc="Inverse tangent; derivative 1 / (1 + x^2).",
    samples=(*samples(), *complex_samples(0.2, 0.9)),
    complex=True,
)


def _arctan2_partials(b: Builder, r: Value, y: Value, x: Value) -> Sequence[Partial]:
    """x / d and -y / d with d = x^2 + y^2; zero where d is zero."""
    d = add(b, mul(b, x, x), mul(b, y, y))
    d = where(b, eq(b, d, literal(b, d, 0)), literal(b, d, 1), d)
    return (div(b, x, d), neg(b, div(b, y, d)))


_np_arctan2, _math_atan2 = numpy_and_math("arctan2", "atan2")
arctan2 = elementwise(
    "arctan2",
    eval=np.arctan2,
    spell=_np_arctan2,
    python=(math.atan2, _math_atan2),
    partials=_arctan2_partials,
    scalar="atan2",
    doc="Angle of the point (x, y), given as (y, x); derivatives x / (x^2+y^2) and -y / (x^2+y^2).",
    samples=(*samples(0.3, 2.0, arity=2), Sample(("f64[4]", "f64[4]"), -2.0, -0.3)),
    kinks=("arctan2(0, 0) -> 0, 0",),
)

PRIMITIVES = (sin, cos, tan, arcsin, arccos, arctan, arctan2)
