"""Logarithms with a factor, entropies, log odds and Box-Cox transformations.

Where the factor is zero, x log(y) is 0 for every y >= 0 and so is its derivative by y.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.activations import sigmoid
from adgen.primitives.define import Over, Partial, Sample
from adgen.primitives.elementwise import add, div, eq, gt, mul, neg, sub, where
from adgen.primitives.exponential import exp, log, log1p
from adgen.primitives.extrema import minimum
from adgen.primitives.hypergeometric import hyp1f1, hyp2f1
from adgen.primitives.literals import literal, scaled, unchecked
from adgen.primitives.powers import reciprocal
from adgen.primitives.scipy_functions import few, special


def _share(b: Builder, x: Value, y: Value) -> Value:
    """x / y, and 0 where x is 0."""
    safe = where(b, eq(b, x, literal(b, x, 0)), literal(b, y, 1), y)
    return div(b, x, unchecked(b, safe))


def _more(b: Builder, x: Value) -> Value:
    """1 + x."""
    return add(b, x, literal(b, x, 1))


# -- x log(y) -------------------------------------------------------------------------------------------
xlogy = special(
    "xlogy",
    lambda b, r, x, y: (log(b, unchecked(b, y)), _share(b, x, y)),
    "x log(y), 0 where x is; by x: log(y), by y: x / y.",
    few(0.3, 2.0, 2),
    kinks=("xlogy(0, 0) by x -> -inf, by y -> 0",),
)
xlog1py = special(
    "xlog1py",
    lambda b, r, x, y: (log1p(b, unchecked(b, y)), _share(b, x, _more(b, y))),
    "x log(1 + y), 0 where x is; by x: log(1 + y), by y: x / (1 + y).",
    few(-0.6, 2.0, 2),
    kinks=("xlog1py(0, -1) by x -> -inf, by y -> 0",),
)

# -- entropies ------------------------------------------------------------------------------------------
entr = special(
    "entr",
    lambda b, r, x: (neg(b, _more(b, log(b, unchecked(b, x)))),),
    "-x log(x), 0 at 0; derivative -log(x) - 1.",
    few(0.2, 2.0),
    kinks=("entr at 0 -> inf",),
)
rel_entr = special(
    "rel_entr",
    lambda b, r, x, y: (_more(b, log(b, div(b, unchecked(b, x), y))), neg(b, _share(b, x, y))),
    "x log(x / y), 0 where x is; by x: log(x / y) + 1, by y: -x / y.",
    few(0.3, 2.0, 2),
    kinks=("rel_entr(0, y) by x -> -inf",),
)
kl_div = special(
    "kl_div",
    lambda b, r, x, y: (log(b, div(b, unchecked(b, x), y)), sub(b, literal(b, y, 1), _share(b, x, y))),
    "x log(x / y) - x + y; by x: log(x / y), by y: 1 - x / y.",
    few(0.3, 2.0, 2),
    kinks=("kl_div(0, y) by x -> -inf",),
)

# -- log odds -------------------------------------------------------------------------------------------
logit = special(
    "logit",
    lambda b, r, x: (Over(mul(b, unchecked(b, x), sub(b, literal(b, x, 1), x))),),
    "log(x / (1 - x)); derivative 1 / (x (1 - x)).",
    few(0.1, 0.9),
)
log_expit = special(
    "log_expit",
    lambda b, r, x: (sigmoid(b, neg(b, x)),),
    "log(expit(x)), without underflow; derivative expit(-x).",
    few(-3.0, 3.0),
)

# -- Box-Cox --------------------------------------------------------------------------------------------
_Inner = Callable[[Builder, Value], Value]


def _by_power(logarithm: _Inner) -> Callable[..., Sequence[Partial]]:
    """Of expm1(p L) / p, where L is a logarithm; by p: L^2 times the derivative of expm1(u) / u."""

    def partials(b: Builder, r: Value, x: Value, p: Value) -> Sequence[Partial]:
        level = logarithm(b, unchecked(b, x))
        slope = exp(b, mul(b, sub(b, p, literal(b, p, 1)), level))
        return (slope, mul(b, mul(b, level, level), exprel_slope(b, mul(b, p, level))))

    return partials


def exprel_slope(b: Builder, u: Value) -> Value:
    """The derivative of (exp(u) - 1) / u, which does not cancel near 0.

    1F1(2; 3; u) / 2, and exp(u) (u - 1) / u^2 where u is so large that SciPy's 1F1 overflows: it never
    returns from an infinite u.
    """
    far = gt(b, u, literal(b, u, 700))
    near = hyp1f1(b, literal(b, u, 2), literal(b, u, 3), where(b, far, literal(b, u, 0), u))
    over = reciprocal(b, minimum(b, u, literal(b, u, 1000)))
    wide = mul(b, mul(b, exp(b, u), over), sub(b, literal(b, u, 1), over))
    return where(b, far, wide, scaled(b, 0.5, near))


def _inverse(b: Builder, r: Value, y: Value, p: Value) -> tuple[Value, Value]:
    """Of exp(log1p(p y) / p); by p: r y^2 times the derivative of log1p(u) / u."""
    u = mul(b, p, y)
    two = literal(b, u, 2)
    bend = scaled(b, -0.5, hyp2f1(b, two, two, literal(b, u, 3), neg(b, u)))
    power = add(b, u, literal(b, u, 1))
    return power, mul(b, mul(b, y, y), bend)


def _inv_boxcox(b: Builder, r: Value, y: Value, p: Value) -> Sequence[Partial]:
    power, bend = _inverse(b, r, y, p)
    return (div(b, r, unchecked(b, power)), mul(b, r, bend))


def _inv_boxcox1p(b: Builder, r: Value, y: Value, p: Value) -> Sequence[Partial]:
    power, bend = _inverse(b, r, y, p)
    whole = _more(b, r)
    return (div(b, whole, unchecked(b, power)), mul(b, whole, bend))


exprel = special(
    "exprel",
    lambda b, r, x: (exprel_slope(b, x),),
    "(exp(x) - 1) / x, 1 at 0.",
    (*few(-3.0, 3.0), Sample(("f64[3]",), values=((0.0, 1e-9, -1e-5),))),
)
_NO_POWER = Sample(("f64[3]", "f64[3]"), values=((0.5, 1.5, 2.0), (0.0, 1e-9, 0.0)))
boxcox = special(
    "boxcox",
    _by_power(log),
    "(x^p - 1) / p, log(x) where p is 0; by x: x^(p - 1).",
    (*few(0.3, 2.0, 2), _NO_POWER),
)
boxcox1p = special(
    "boxcox1p",
    _by_power(log1p),
    "((1 + x)^p - 1) / p, log(1 + x) where p is 0; by x: (1 + x)^(p - 1).",
    (*few(-0.6, 2.0, 2), _NO_POWER),
)
inv_boxcox = special(
    "inv_boxcox",
    _inv_boxcox,
    "The inverse of boxcox, (1 + p y)^(1 / p); by y: r / (1 + p y).",
    (*few(0.3, 2.0, 2), _NO_POWER),
)
inv_boxcox1p = special(
    "inv_boxcox1p",
    _inv_boxcox1p,
    "The inverse of boxcox1p; by y: (1 + r) / (1 + p y).",
    (*few(0.3, 2.0, 2), _NO_POWER),
)

PRIMITIVES = (
    *(xlogy, xlog1py, entr, rel_entr, kl_div, logit, log_expit),
    *(exprel, boxcox, boxcox1p, inv_boxcox, inv_boxcox1p),
)
