"""Complete elliptic integrals; their derivatives are hypergeometric functions, smooth at 0."""

from __future__ import annotations

import math

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.elementwise import sub
from adgen.primitives.hypergeometric import hyp2f1
from adgen.primitives.literals import literal, scaled
from adgen.primitives.scipy_functions import few, special


def _slope(b: Builder, factor: float, p: float, m: Value) -> Value:
    """factor pi / 8 2F1(p, 3/2; 2; m)."""
    parameters = (literal(b, m, v) for v in (p, 1.5, 2.0))
    return scaled(b, factor * math.pi / 8.0, hyp2f1(b, *parameters, m))


ellipk = special(
    "ellipk",
    lambda b, r, m: (_slope(b, 1.0, 1.5, m),),
    "Complete elliptic integral of the first kind; derivative pi / 8 2F1(3/2, 3/2; 2; m).",
    few(-2.0, 0.8),
)
ellipkm1 = special(
    "ellipkm1",
    lambda b, r, p: (_slope(b, -1.0, 1.5, sub(b, literal(b, p, 1), p)),),
    "Complete elliptic integral of the first kind of 1 - p.",
    few(0.2, 2.0),
)
ellipe = special(
    "ellipe",
    lambda b, r, m: (_slope(b, -1.0, 0.5, m),),
    "Complete elliptic integral of the second kind; derivative -pi / 8 2F1(1/2, 3/2; 2; m).",
    few(-2.0, 0.8),
)

PRIMITIVES = (ellipk, ellipkm1, ellipe)
