"""Functions that are integrals: exponential integrals, the dilogarithm, incomplete gamma and beta functions.

The order of expn is not differentiated.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.define import Later, Over, Partial, Primitive, Sample
from adgen.primitives.elementwise import add, div, eq, lt, mul, neg, sub, where
from adgen.primitives.entropy_functions import xlog1py, xlogy
from adgen.primitives.exponential import exp, log, log1p
from adgen.primitives.gamma_functions import betaln, gammaln
from adgen.primitives.hypergeometric import hyp2f1
from adgen.primitives.literals import literal, scaled, unchecked
from adgen.primitives.quadrature import beta_slopes, gamma_slope
from adgen.primitives.rounding import absolute
from adgen.primitives.scipy_functions import few, held, special


def _less(b: Builder, x: Value) -> Value:
    return sub(b, x, literal(b, x, 1))


# -- exponential integrals ------------------------------------------------------------------------------
expi = special(
    "expi",
    lambda b, r, x: (div(b, exp(b, x), unchecked(b, x)),),
    "Exponential integral Ei; derivative exp(x) / x.",
    (*few(0.3, 3.0), *few(-3.0, -0.3)),
)
exp1 = special(
    "exp1",
    lambda b, r, x: (neg(b, div(b, exp(b, neg(b, x)), unchecked(b, x))),),
    "Exponential integral E1; derivative -exp(-x) / x.",
    few(0.3, 3.0),
)
expn: Primitive = special(
    "expn",
    lambda b, r, n, x: (0.0, neg(b, expn(b, _less(b, n), x))),
    "Exponential integral of order n; derivative -expn(n - 1, x).",
    held(3.0, low=0.3, high=3.0),
)


def _spence_slope(b: Builder, x: Value) -> Value:
    """log(x) / (1 - x), -1 at 1 together with all its derivatives there."""
    one = literal(b, x, 1)
    return neg(b, hyp2f1(b, one, one, literal(b, x, 2), sub(b, one, x)))


spence = special(
    "spence",
    lambda b, r, x: (_spence_slope(b, x),),
    "Dilogarithm of 1 - x; derivative log(x) / (1 - x).",
    (*few(0.2, 3.0), Sample(("f64[2]",), values=((1.0, 1.0 + 1e-9),))),
)


# -- incomplete gamma and beta --------------------------------------------------------------------------
def gamma_density(b: Builder, a: Value, x: Value) -> Value:
    """x^(a - 1) exp(-x) / gamma(a)."""
    level = sub(b, xlogy(b, _less(b, a), x), x)
    return exp(b, sub(b, level, gammaln(b, a)))


def beta_density(b: Builder, p: Value, q: Value, x: Value) -> Value:
    """x^(p - 1) (1 - x)^(q - 1) / beta(p, q)."""
    level = add(b, xlogy(b, _less(b, p), x), xlog1py(b, _less(b, q), neg(b, x)))
    return exp(b, sub(b, level, betaln(b, p, q)))


def _by_gamma(b: Builder, r: Value, a: Value, x: Value) -> tuple[Partial, Partial]:
    return Later(lambda: gamma_slope(b, a, x)), gamma_density(b, a, x)


def _by_beta(b: Builder, r: Value, p: Value, q: Value, x: Value) -> tuple[Partial, Partial, Partial]:
    slopes = cache(lambda: beta_slopes(b, p, q, x))
    return Later(lambda: slopes()[0]), Later(lambda: slopes()[1]), beta_density(b, p, q, x)


def _negative(b: Builder, partials: Sequence[Partial]) -> tuple[Partial, ...]:
    """The opposites of partial derivatives."""
    return tuple(_opposite(b, p) for p in partials)


def _opposite(b: Builder, partial: Partial) -> Partial:
    if isinstance(partial, Later):
        return Later(lambda: neg(b, partial.build()))
    assert isinstance(partial, Value)
    return neg(b, partial)


def _samples(low: float, high: float, arity: int) -> tuple[Sample, ...]:
    """Few of them: integrals take their time."""
    return tuple(Sample((t,) * arity, low, high) for t in ("f64[2]", "f32[1]", "f64", "f64[0]", "f64[1]"))


_GAMMA, _BETA = _samples(0.3, 3.0, 2), _samples(0.2, 0.9, 3)
gammainc = special(
    "gammainc",
    _by_gamma,
    "Regularised lower incomplete gamma function; by x: x^(a - 1) exp(-x) / gamma(a), by a: an integral.",
    _GAMMA,
)
gammaincc = special(
    "gammaincc",
    lambda b, r, a, x: _negative(b, _by_gamma(b, r, a, x)),
    "Regularised upper incomplete gamma function; by x: -x^(a - 1) exp(-x) / gamma(a), by a: an integral.",
    _GAMMA,
)
betainc = special(
    "betainc",
    _by_beta,
    "Regularised incomplete beta function; by x: x^(a - 1) (1 - x)^(b - 1) / beta(a, b), else integrals.",
    _BETA,
)
betaincc = special(
    "betaincc",
    lambda b, r, p, q, x: _negative(b, _by_beta(b, r, p, q, x)),
    "1 - betainc(a, b, x); by x: -x^(a - 1) (1 - x)^(b - 1) / beta(a, b), else integrals.",
    _BETA,
)


# -- their inverses -------------------------------------------------------------------------------------
def _inverse(b: Builder, by: Sequence[Partial]) -> tuple[Partial, ...]:
    """The partial derivatives of an inverse by its last argument, from those of the function there."""
    *parameters, slope = by
    assert isinstance(slope, Value)

    def by_parameter(p: Later) -> Later:
        return Later(lambda: neg(b, div(b, p.build(), unchecked(b, slope))))

    return (*(by_parameter(p) for p in parameters if isinstance(p, Later)), Over(slope))


gammaincinv = special(
    "gammaincinv",
    lambda b, r, a, y: _inverse(b, _by_gamma(b, r, a, r)),
    "Inverse of gammainc by its argument.",
    _samples(0.2, 0.9, 2),
)
gammainccinv = special(
    "gammainccinv",
    lambda b, r, a, y: _inverse(b, _negative(b, _by_gamma(b, r, a, r))),
    "Inverse of gammaincc by its argument.",
    _samples(0.2, 0.9, 2),
)
betaincinv = special(
    "betaincinv",
    lambda b, r, p, q, y: _inverse(b, _by_beta(b, r, p, q, r)),
    "Inverse of betainc by its argument.",
    _samples(0.3, 0.9, 3),
)


# -- Student's t ----------------------------------------------------------------------------------------
def _t_density(b: Builder, df: Value, t: Value) -> Value:
    """(1 + t^2 / df)^(-(df + 1) / 2) / (sqrt(df) beta(1/2, df / 2))."""
    half = literal(b, df, 0.5)
    level = mul(b, mul(b, half, add(b, df, literal(b, df, 1))), log1p(b, div(b, mul(b, t, t), df)))
    height = add(b, mul(b, half, log(b, df)), betaln(b, half, mul(b, half, df)))
    return exp(b, neg(b, add(b, level, height)))


def _t_slope(b: Builder, df: Value, t: Value) -> Value:
    """The derivative of stdtr by df: of betainc(df / 2, 1 / 2, df / (df + t^2)), whose half it is."""
    df, t = unchecked(b, df), unchecked(b, t)
    half, zero = literal(b, df, 0.5), literal(b, t, 0)
    squared = mul(b, t, t)
    squared = where(b, eq(b, squared, zero), literal(b, t, 1e-30), squared)
    total = add(b, df, squared)
    shape, z = mul(b, half, df), div(b, df, total)
    by_shape = beta_slopes(b, shape, half, z, div(b, df, squared))[0]
    level = sub(b, mul(b, sub(b, shape, literal(b, df, 1)), log(b, z)), betaln(b, shape, half))
    level = sub(b, level, scaled(b, 1.5, log(b, total)))
    by_place = mul(b, absolute(b, t), exp(b, level))
    slope = scaled(b, -0.5, add(b, mul(b, half, by_shape), by_place))
    return where(b, lt(b, t, zero), neg(b, slope), slope)


def _by_t(b: Builder, r: Value, df: Value, t: Value) -> tuple[Partial, Partial]:
    return Later(lambda: _t_slope(b, df, t)), _t_density(b, df, t)


stdtr = special(
    "stdtr",
    _by_t,
    "Distribution function of Student's t; by t its density, by its degrees of freedom an integral.",
    (*_samples(0.3, 3.0, 2), Sample(("f64[3]", "f64[3]"), values=((1.5, 2.5, 9.0), (-1.2, -0.4, 0.9)))),
)

stdtrit = special(
    "stdtrit",
    lambda b, r, df, p: _inverse(b, _by_t(b, r, df, r)),
    "Inverse of stdtr by its argument.",
    (*_samples(0.6, 0.9, 2), Sample(("f64[3]", "f64[3]"), values=((1.5, 2.5, 9.0), (0.2, 0.4, 0.9)))),
)

PRIMITIVES = (
    *(expi, exp1, expn, spence, gammainc, gammaincc, betainc, betaincc, stdtr),
    *(gammaincinv, gammainccinv, betaincinv, stdtrit),
)
