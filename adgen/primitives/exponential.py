"""Exponentials and logarithms. Derivatives use the result where they can."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.primitives.define import Call, Over, Partial, Speller, Text, elementwise
from adgen.primitives.elementwise import add, eq, neg, sub, where
from adgen.primitives.literals import complex_samples, literal, numpy_and_math, samples, scaled

# -- exponentials ---------------------------------------------------------------------------------------
_np_exp, _math_exp = numpy_and_math("exp")
exp = elementwise(
    "exp",
    eval=np.exp,
    spell=_np_exp,
    python=(math.exp, _math_exp),
    partials=lambda b, r, x: (r,),
    doc="e to the power x; its own derivative.",
    samples=(*samples(), *complex_samples()),
    complex=True,
)

_np_exp2, _math_exp2 = numpy_and_math("exp2")
exp2 = elementwise(
    "exp2",
    eval=np.exp2,
    spell=_np_exp2,
    python=(math.exp2, _math_exp2),
    partials=lambda b, r, x: (scaled(b, math.log(2.0), r),),
    doc="2 to the power x; derivative log(2) 2^x.",
    samples=(*samples(), *complex_samples()),
    complex=True,
)

_np_expm1, _math_expm1 = numpy_and_math("expm1")
expm1 = elementwise(
    "expm1",
    eval=np.expm1,
    spell=_np_expm1,
    python=(math.expm1, _math_expm1),
    partials=lambda b, r, x: (add(b, r, literal(b, r, 1)),),
    doc="exp(x) - 1, accurate near 0; derivative exp(x).",
    samples=(*samples(), *complex_samples()),
    complex=True,
)


# -- logarithms -----------------------------------------------------------------------------------------
_np_log, _math_log = numpy_and_math("log")
log = elementwise(
    "log",
    eval=np.log,
    spell=_np_log,
    python=(math.log, _math_log),
    partials=lambda b, r, x: (Over(x),),
    doc="Natural logarithm; derivative 1 / x.",
    samples=(*samples(0.3, 3.0), *complex_samples(0.3, 2.0)),
    complex=True,
)

_np_log2, _math_log2 = numpy_and_math("log2")
log2 = elementwise(
    "log2",
    eval=np.log2,
    spell=_np_log2,
    python=(math.log2, _math_log2),
    partials=lambda b, r, x: (Over(scaled(b, math.log(2.0), x)),),
    doc="Logarithm to base 2; derivative 1 / (x log 2).",
    samples=(*samples(0.3, 3.0), *complex_samples(0.3, 2.0)),
    complex=True,
)

_np_log10, _math_log10 = numpy_and_math("log10")
log10 = elementwise(
    "log10",
    eval=np.log10,
    spell=_np_log10,
    python=(math.log10, _math_log10),
    partials=lambda b, r, x: (Over(scaled(b, math.log(10.0), x)),),
    doc="Logarithm to base 10; derivative 1 / (x log 10).",
    samples=(*samples(0.3, 3.0), *complex_samples(0.3, 2.0)),
    complex=True,
)

_np_log1p, _math_log1p = numpy_and_math("log1p")
log1p = elementwise(
    "log1p",
    eval=np.log1p,
    spell=_np_log1p,
    python=(math.log1p, _math_log1p),
    partials=lambda b, r, x: (Over(add(b, literal(b, x, 1), x)),),
    doc="log(1 + x), accurate near 0; derivative 1 / (1 + x).",
    samples=(*samples(-0.6, 2.0), *complex_samples(0.3, 2.0)),
    complex=True,
)


def _logaddexp_partials(b: Builder, r: Value, x: Value, y: Value) -> Sequence[Partial]:
    return (exp(b, sub(b, x, r)), exp(b, sub(b, y, r)))


def _python_logaddexp(s: Speller) -> Text:
    return Text(f"float(np.logaddexp({s.arg(0)}, {s.arg(1)}))")


def _expand_logaddexp(b: Builder, op: Op) -> Value:
    """max + log1p(exp(-|x - y|)); the sum where x and y are the same infinity."""
    from adgen.primitives.extrema import maximum
    from adgen.primitives.rounding import absolute

    x, y = op.operands
    gap = absolute(b, sub(b, x, y))
    sum_ = add(b, maximum(b, x, y), log1p(b, exp(b, neg(b, gap))))
    return where(b, eq(b, x, y), add(b, x, literal(b, x, math.log(2.0))), sum_)


logaddexp = elementwise(
    "logaddexp",
    eval=np.logaddexp,
    spell=Call("np.logaddexp"),
    python=(lambda x, y: float(np.logaddexp(x, y)), _python_logaddexp),
    partials=_logaddexp_partials,
    expand=_expand_logaddexp,
    doc="log(exp(x) + exp(y)) without overflow; derivatives exp(x - r) and exp(y - r).",
    samples=samples(arity=2),
    commutative=True,
)

PRIMITIVES = (exp, exp2, expm1, log, log2, log10, log1p, logaddexp)
