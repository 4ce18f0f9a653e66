"""The error functions besides erf, and the normal distribution function, with their inverses.

Derivatives: NIST Digital Library of Mathematical Functions, 7.10 and 7.17.
"""

from __future__ import annotations

import math

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.define import Call
from adgen.primitives.elementwise import div, mul, sub
from adgen.primitives.exponential import exp
from adgen.primitives.literals import literal, scaled
from adgen.primitives.scipy_functions import few, special

_SLOPE = 2.0 / math.sqrt(math.pi)


def _gauss(b: Builder, factor: float, exponent: float, x: Value) -> Value:
    """factor * exp(exponent * x^2)."""
    return scaled(b, factor, exp(b, scaled(b, exponent, mul(b, x, x))))


# -- error functions ------------------------------------------------------------------------------------
erfc = special(
    "erfc",
    lambda b, r, x: (_gauss(b, -_SLOPE, -1.0, x),),
    "1 - erf(x); derivative -2 / sqrt(pi) exp(-x^2).",
    (*few(-2.0, 2.0), *few(2.0, 5.0)),
    python=(math.erfc, Call("math.erfc")),
    scalar="erfc",
)
erfcx = special(
    "erfcx",
    lambda b, r, x: (sub(b, scaled(b, 2.0, mul(b, x, r)), literal(b, x, _SLOPE)),),
    "exp(x^2) erfc(x); derivative 2 x r - 2 / sqrt(pi).",
    few(-1.5, 3.0),
)
erfi = special(
    "erfi",
    lambda b, r, x: (_gauss(b, _SLOPE, 1.0, x),),
    "-i erf(i x); derivative 2 / sqrt(pi) exp(x^2).",
    few(-1.5, 1.5),
)
dawsn = special(
    "dawsn",
    lambda b, r, x: (sub(b, literal(b, x, 1), scaled(b, 2.0, mul(b, x, r))),),
    "Dawson's integral; derivative 1 - 2 x r.",
    few(-3.0, 3.0),
)
erfinv = special(
    "erfinv",
    lambda b, r, x: (_gauss(b, 1.0 / _SLOPE, 1.0, r),),
    "The inverse of erf; derivative sqrt(pi) / 2 exp(r^2).",
    few(-0.9, 0.9),
)
erfcinv = special(
    "erfcinv",
    lambda b, r, x: (_gauss(b, -1.0 / _SLOPE, 1.0, r),),
    "The inverse of erfc; derivative -sqrt(pi) / 2 exp(r^2).",
    few(0.1, 1.9),
)

# -- normal distribution --------------------------------------------------------------------------------
_HEIGHT = 1.0 / math.sqrt(2.0 * math.pi)
ndtr = special(
    "ndtr",
    lambda b, r, x: (_gauss(b, _HEIGHT, -0.5, x),),
    "The normal distribution function; derivative exp(-x^2 / 2) / sqrt(2 pi).",
    few(-3.0, 3.0),
)
ndtri = special(
    "ndtri",
    lambda b, r, x: (_gauss(b, 1.0 / _HEIGHT, 0.5, r),),
    "The inverse of ndtr; derivative sqrt(2 pi) exp(r^2 / 2).",
    few(0.05, 0.95),
)


def _log_ndtr_slope(b: Builder, x: Value) -> Value:
    """sqrt(2 / pi) / erfcx(-x / sqrt(2)), which neither cancels nor overflows."""
    scale = erfcx(b, scaled(b, -math.sqrt(0.5), x))
    return div(b, literal(b, x, math.sqrt(2.0 / math.pi)), scale)


log_ndtr = special(
    "log_ndtr",
    lambda b, r, x: (_log_ndtr_slope(b, x),),
    "log(ndtr(x)), without underflow; derivative exp(-x^2 / 2 - r) / sqrt(2 pi).",
    (*few(-3.0, 3.0), *few(-12.0, -8.0)),
)

PRIMITIVES = (erfc, erfcx, erfi, dawsn, erfinv, erfcinv, ndtr, ndtri, log_ndtr)
