"""The gamma function, its logarithm and the derivatives of that, as SciPy computes them.

Derivatives: NIST Digital Library of Mathematical Functions, 5.2, 5.15 and 25.11.17.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import DType
from adgen.primitives.define import Call, Primitive, Speller, Text, Ufunc, elementwise
from adgen.primitives.elementwise import add, mul, neg
from adgen.primitives.literals import literal, samples, scaled


def scipy_special(name: str, *args: Any) -> Any:
    """The function of scipy.special, which is imported when it is first needed."""
    import scipy.special

    return getattr(scipy.special, name)(*args)


# -- zeta of Hurwitz ------------------------------------------------------------------------------------
hurwitz_zeta: Primitive = elementwise(
    "hurwitz_zeta",
    eval=lambda s, q: scipy_special("zeta", s, q),
    spell=Call("scipy.special.zeta"),
    partials=lambda b, r, s, q: (
        0.0,
        neg(b, mul(b, s, hurwitz_zeta(b, add(b, s, literal(b, s, 1)), q))),
    ),
    scalar=Ufunc("scipy.special._ufuncs._zeta"),
    doc="The sum of (q + k)^-s over k >= 0, for a constant s; derivative -s zeta(s + 1, q).",
    samples=tuple(replace(s, smooth=False) for s in samples(1.5, 4.0, arity=2)),
)


# -- polygamma ------------------------------------------------------------------------------------------
def _polygamma_spell(s: Speller) -> Text:
    text, dtype = f"scipy.special.polygamma({s.op.attr('n')}, {s.arg(0)})", s.arg_type(0).dtype
    return Text(text if dtype is DType.f64 else f"{s.dtype(dtype)}({text})")


def _polygamma_expand(b: Builder, op: Op) -> Value:
    """(-1)^(n+1) n! zeta(n + 1, x)."""
    ((x,), n) = op.operands, op.attr("n")
    factor = float((-1) ** (n + 1) * math.factorial(n))
    return scaled(b, factor, hurwitz_zeta(b, literal(b, x, n + 1), x))


polygamma: Primitive = elementwise(
    "polygamma",
    eval=lambda x, n: np.asarray(scipy_special("polygamma", n, x), dtype=np.asarray(x).dtype),
    spell=_polygamma_spell,
    partials=lambda b, r, x, n: (polygamma(b, x, n=n + 1),),
    expand=_polygamma_expand,
    doc="Derivative n (at least 1) of digamma; its derivative is the next.",
    samples=(*samples(0.5, 4.0, attrs=(("n", 1),)), *samples(0.5, 4.0, attrs=(("n", 2),))),
)

digamma = elementwise(
    "digamma",
    eval=lambda x: scipy_special("digamma", x),
    spell=Call("scipy.special.digamma"),
    partials=lambda b, r, x: (polygamma(b, x, n=1),),
    scalar=Ufunc("scipy.special.psi"),
    doc="The logarithmic derivative of the gamma function; derivative polygamma(1, x).",
    samples=(*samples(0.5, 4.0), *samples(-0.9, -0.1)),
)

# -- gamma ----------------------------------------------------------------------------------------------
gammaln = elementwise(
    "gammaln",
    eval=lambda x: scipy_special("gammaln", x),
    spell=Call("scipy.special.gammaln"),
    python=(math.lgamma, Call("math.lgamma")),
    partials=lambda b, r, x: (digamma(b, x),),
    scalar=Ufunc("scipy.special.gammaln"),
    doc="Logarithm of |gamma(x)|; derivative digamma(x).",
    samples=(*samples(0.5, 4.0), *samples(-0.9, -0.1)),
)

gamma = elementwise(
    "gamma",
    eval=lambda x: scipy_special("gamma", x),
    spell=Call("scipy.special.gamma"),
    python=(math.gamma, Call("math.gamma")),
    partials=lambda b, r, x: (mul(b, r, digamma(b, x)),),
    scalar=Ufunc("scipy.special.gamma"),
    doc="The gamma function; derivative gamma(x) digamma(x).",
    samples=(*samples(0.5, 4.0), *samples(-0.9, -0.1)),
)

PRIMITIVES = (hurwitz_zeta, polygamma, digamma, gammaln, gamma)
