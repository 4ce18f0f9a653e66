"""Signs of numbers, those of zeros too."""

from __future__ import annotations

import math

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import DType
from adgen.primitives.define import Call, Inactive, Primitive, Sample, elementwise
from adgen.primitives.elementwise import lt, mul
from adgen.primitives.literals import literal, samples
from adgen.primitives.rounding import sign

_ZEROS = Sample(("f64[4]", "f64[4]"), values=((1.0, -2.0, 3.0, -4.0), (0.0, -0.0, -1.0, 1.0)), smooth=False)

copysign: Primitive = elementwise(
    "copysign",
    eval=np.copysign,
    spell=Call("np.copysign"),
    python=(math.copysign, Call("math.copysign")),
    partials=lambda b, r, x, y: (mul(b, sign(b, x), copysign(b, literal(b, y, 1), y)), 0.0),
    doc="|x| with the sign of y; derivative 1 where the signs agree, else -1.",
    samples=(*samples(0.2, 2.0, arity=2), _ZEROS),
    kinks=("copysign(0, y) -> 0",),
)


def _expand_signbit(b: Builder, op: Op) -> Value:
    (x,) = op.operands
    return lt(b, copysign(b, literal(b, x, 1), x), literal(b, x, 0))


signbit = elementwise(
    "signbit",
    eval=np.signbit,
    spell=Call("np.signbit"),
    partials=Inactive("a sign is piecewise constant"),
    result=DType.bool,
    expand=_expand_signbit,
    doc="Whether x is negative, or a negative zero.",
    samples=(*samples(), Sample(("f64[2]",), values=((0.0, -0.0),))),
)

PRIMITIVES = (copysign, signbit)
