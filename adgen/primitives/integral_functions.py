"""Functions that are integrals: exponential integrals, the dilogarithm, incomplete gamma and beta functions.

Parameters of the incomplete functions and the order of expn are not differentiated.
"""

from __future__ import annotations

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.define import Over, Primitive, Sample
from adgen.primitives.elementwise import add, div, mul, neg, sub
from adgen.primitives.entropy_functions import xlog1py, xlogy
from adgen.primitives.exponential import exp, log, log1p
from adgen.primitives.gamma_functions import betaln, gammaln
from adgen.primitives.hypergeometric import hyp2f1
from adgen.primitives.literals import literal, unchecked
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


_GAMMA, _BETA = held(1.7, low=0.3, high=3.0), held(1.7, 2.4, low=0.1, high=0.9)
gammainc = special(
    "gammainc",
    lambda b, r, a, x: (0.0, gamma_density(b, a, x)),
    "Regularised lower incomplete gamma function; by x: x^(a - 1) exp(-x) / gamma(a).",
    _GAMMA,
)
gammaincc = special(
    "gammaincc",
    lambda b, r, a, x: (0.0, neg(b, gamma_density(b, a, x))),
    "Regularised upper incomplete gamma function; by x: -x^(a - 1) exp(-x) / gamma(a).",
    _GAMMA,
)
betainc = special(
    "betainc",
    lambda b, r, p, q, x: (0.0, 0.0, beta_density(b, p, q, x)),
    "Regularised incomplete beta function; by x: x^(a - 1) (1 - x)^(b - 1) / beta(a, b).",
    _BETA,
)
betaincc = special(
    "betaincc",
    lambda b, r, p, q, x: (0.0, 0.0, neg(b, beta_density(b, p, q, x))),
    "1 - betainc(a, b, x); by x: -x^(a - 1) (1 - x)^(b - 1) / beta(a, b).",
    _BETA,
)


# -- their inverses -------------------------------------------------------------------------------------
gammaincinv = special(
    "gammaincinv",
    lambda b, r, a, y: (0.0, Over(gamma_density(b, a, r))),
    "Inverse of gammainc by its argument.",
    held(1.7, low=0.2, high=0.9),
)
gammainccinv = special(
    "gammainccinv",
    lambda b, r, a, y: (0.0, Over(neg(b, gamma_density(b, a, r)))),
    "Inverse of gammaincc by its argument.",
    held(1.7, low=0.2, high=0.9),
)
betaincinv = special(
    "betaincinv",
    lambda b, r, p, q, y: (0.0, 0.0, Over(beta_density(b, p, q, r))),
    "Inverse of betainc by its argument.",
    held(1.7, 2.4, low=0.2, high=0.9),
)


# -- Student's t ----------------------------------------------------------------------------------------
def _t_density(b: Builder, df: Value, t: Value) -> Value:
    """(1 + t^2 / df)^(-(df + 1) / 2) / (sqrt(df) beta(1/2, df / 2))."""
    half = literal(b, df, 0.5)
    level = mul(b, mul(b, half, add(b, df, literal(b, df, 1))), log1p(b, div(b, mul(b, t, t), df)))
    height = add(b, mul(b, half, log(b, df)), betaln(b, half, mul(b, half, df)))
    return exp(b, neg(b, add(b, level, height)))


stdtr = special(
    "stdtr",
    lambda b, r, df, t: (0.0, _t_density(b, df, t)),
    "Distribution function of Student's t; derivative its density.",
    held(2.5, low=-3.0, high=3.0),
)

stdtrit = special(
    "stdtrit",
    lambda b, r, df, p: (0.0, Over(_t_density(b, df, r))),
    "Inverse of stdtr by its argument.",
    held(2.5, low=0.1, high=0.9),
)

PRIMITIVES = (
    *(expi, exp1, expn, spence, gammainc, gammaincc, betainc, betaincc, stdtr),
    *(gammaincinv, gammainccinv, betaincinv, stdtrit),
)
