"""The gamma function, its logarithm and the derivatives of that, as SciPy computes them.

Derivatives: NIST Digital Library of Mathematical Functions, 5.2, 5.15 and 25.11.17.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import DType
from adgen.primitives.define import Call, Primitive, Sample, Speller, Text, Ufunc, elementwise
from adgen.primitives.elementwise import add, lt, mul, neg, sub, where
from adgen.primitives.literals import literal, samples, scaled
from adgen.primitives.scipy_functions import few, scipy_special, special
from adgen.primitives.trigonometric import cos, sin

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
    scalar="lgamma",
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

loggamma = special(
    "loggamma",
    lambda b, r, x: (digamma(b, x),),
    "Logarithm of gamma(x), NaN for negative x; derivative digamma(x).",
    few(0.5, 4.0),
)


# -- 1 / gamma ------------------------------------------------------------------------------------------
def _rgamma_slope(b: Builder, r: Value, x: Value) -> Value:
    """-r digamma(x), and left of 1/2 by reflection, because digamma has poles where r is 0."""
    left = lt(b, x, literal(b, x, 0.5))
    one, half = literal(b, x, 1), literal(b, x, 0.5)
    direct = neg(b, mul(b, r, digamma(b, where(b, left, half, x))))
    y = where(b, left, x, half)
    mirror, angle = sub(b, one, y), scaled(b, math.pi, y)
    bend = scaled(b, 1.0 / math.pi, mul(b, digamma(b, mirror), sin(b, angle)))
    return where(b, left, mul(b, gamma(b, mirror), sub(b, cos(b, angle), bend)), direct)


rgamma = special(
    "rgamma",
    lambda b, r, x: (_rgamma_slope(b, r, x),),
    "1 / gamma(x); derivative -digamma(x) / gamma(x).",
    (*few(0.6, 4.0), *few(-2.5, 0.4), Sample(("f64[3]",), values=((0.0, -1.0, -2.0),))),
)


# -- beta -----------------------------------------------------------------------------------------------
def _betaln_partials(b: Builder, p: Value, q: Value) -> tuple[Value, Value]:
    both = digamma(b, add(b, p, q))
    return sub(b, digamma(b, p), both), sub(b, digamma(b, q), both)


betaln = special(
    "betaln",
    lambda b, r, p, q: _betaln_partials(b, p, q),
    "Logarithm of |beta(a, b)|; by a: digamma(a) - digamma(a + b).",
    few(0.5, 4.0, 2),
)
beta = special(
    "beta",
    lambda b, r, p, q: tuple(mul(b, r, slope) for slope in _betaln_partials(b, p, q)),
    "gamma(a) gamma(b) / gamma(a + b); by a: r (digamma(a) - digamma(a + b)).",
    few(0.5, 4.0, 2),
)


def _poch_partials(b: Builder, r: Value, x: Value, m: Value) -> tuple[Value, Value]:
    above = digamma(b, add(b, x, m))
    return mul(b, r, sub(b, above, digamma(b, x))), mul(b, r, above)


poch = special(
    "poch",
    lambda b, r, x, m: _poch_partials(b, r, x, m),
    "gamma(x + m) / gamma(x); by m: r digamma(x + m).",
    few(0.5, 3.0, 2),
)

PRIMITIVES = (hurwitz_zeta, polygamma, digamma, gammaln, gamma, loggamma, rgamma, betaln, beta, poch)
