"""Probability distributions of scipy.stats: densities and distribution functions, in double precision.

Outside its support a density is 0 and its derivative too; parameters that are no parameters give NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import Result, Table, documented
from adgen.frontend.library.special import held
from adgen.frontend.library.ufuncs import select
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import add, div, gt, logical_and, lt, mul, ne, neg, sub
from adgen.primitives.entropy_functions import xlog1py, xlogy
from adgen.primitives.exponential import exp, log, log1p
from adgen.primitives.gamma_functions import betaln, gammaln, poch
from adgen.primitives.integral_functions import (
    betainc,
    betaincc,
    betaincinv,
    gammainc,
    gammaincc,
    gammaincinv,
    stdtr,
    stdtrit,
)
from adgen.primitives.literals import known_number, literal, scaled
from adgen.primitives.normal_functions import log_ndtr, ndtr, ndtri
from adgen.primitives.rounding import floor
from adgen.records import dataclass

table = Table()
table.module("scipy.stats")
_ZERO, _ONE = Known(0.0), Known(1.0)

#: what a distribution computes of the standardised argument and the shape parameters
Formula = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Distribution:
    """A continuous distribution: its standard form and the ends of its support."""

    name: str
    shapes: tuple[str, ...]
    logpdf: Formula
    cdf: Formula
    sf: Formula
    support: tuple[float, float] = (-math.inf, math.inf)
    pdf: Formula | None = None
    logcdf: Formula | None = None
    logsf: Formula | None = None
    ppf: Formula | None = None


def _number(c: LibraryContext, x: Abstract | Value) -> Value:
    return c.cast(c.value(x, kind=Kind.np), DType.f64)


def _plus(c: LibraryContext, x: Value, number: float) -> Value:
    return add(c.b, x, literal(c.b, x, number))


# -- standard forms -------------------------------------------------------------------------------------
def _half_square(c: LibraryContext, y: Value) -> Value:
    return div(c.b, neg(c.b, mul(c.b, y, y)), literal(c.b, y, 2))


def _norm_logpdf(c: LibraryContext, y: Value) -> Value:
    return _plus(c, _half_square(c, y), -math.log(math.sqrt(2.0 * math.pi)))


def _norm_pdf(c: LibraryContext, y: Value) -> Value:
    return div(c.b, exp(c.b, _half_square(c, y)), literal(c.b, y, math.sqrt(2.0 * math.pi)))


def _t_logpdf(c: LibraryContext, y: Value, df: Value) -> Value:
    b, half = c.b, literal(c.b, df, 0.5)
    height = log(b, poch(b, mul(b, half, df), half))
    height = sub(b, height, scaled(b, 0.5, _plus(c, log(b, df), math.log(math.pi))))
    level = log1p(b, div(b, mul(b, y, y), df))
    return sub(b, height, mul(b, scaled(b, 0.5, _plus(c, df, 1.0)), level))


def _beta_logpdf(c: LibraryContext, y: Value, p: Value, q: Value) -> Value:
    level = add(c.b, xlog1py(c.b, _plus(c, q, -1.0), neg(c.b, y)), xlogy(c.b, _plus(c, p, -1.0), y))
    return sub(c.b, level, betaln(c.b, p, q))


def _gamma_logpdf(c: LibraryContext, y: Value, a: Value) -> Value:
    return sub(c.b, sub(c.b, xlogy(c.b, _plus(c, a, -1.0), y), y), gammaln(c.b, a))


def _chi2_logpdf(c: LibraryContext, y: Value, df: Value) -> Value:
    b, half = c.b, scaled(c.b, 0.5, df)
    level = sub(b, xlogy(b, _plus(c, half, -1.0), y), scaled(b, 0.5, y))
    return sub(b, sub(b, level, gammaln(b, half)), scaled(b, math.log(2.0), half))


def _t_ppf(c: LibraryContext, q: Value, df: Value) -> Value:
    found = stdtrit(c.b, df, q)
    return select(c, gt(c.b, q, literal(c.b, q, 0)), found, neg(c.b, found))


def _chi2_ppf(c: LibraryContext, q: Value, df: Value) -> Value:
    return scaled(c.b, 2.0, gammaincinv(c.b, scaled(c.b, 0.5, df), q))


def _of(prim: Primitive, factor: float = 1.0) -> Formula:
    """A function of shape parameters, then the argument."""

    def apply(c: LibraryContext, y: Value, *shapes: Value) -> Value:
        values = (*shapes, y)
        return prim(c.b, *(scaled(c.b, factor, v) if factor != 1.0 else v for v in values))

    return apply


def _mirrored(prim: Primitive) -> Formula:
    """Of the negative argument."""
    return lambda c, y, *shapes: prim(c.b, *shapes, neg(c.b, y))


_POSITIVE = (0.0, math.inf)
_CONTINUOUS = (
    Distribution(
        *("norm", ()),
        *(_norm_logpdf, _of(ndtr), _mirrored(ndtr)),
        pdf=_norm_pdf,
        logcdf=_of(log_ndtr),
        logsf=_mirrored(log_ndtr),
        ppf=_of(ndtri),
    ),
    Distribution("t", ("df",), _t_logpdf, _of(stdtr), _mirrored(stdtr), ppf=_t_ppf),
    Distribution(
        *("beta", ("a", "b"), _beta_logpdf, _of(betainc), _of(betaincc), (0.0, 1.0)), ppf=_of(betaincinv)
    ),
    Distribution(
        *("gamma", ("a",), _gamma_logpdf, _of(gammainc), _of(gammaincc), _POSITIVE), ppf=_of(gammaincinv)
    ),
    Distribution(
        *("chi2", ("df",), _chi2_logpdf, _of(gammainc, 0.5), _of(gammaincc, 0.5), _POSITIVE), ppf=_chi2_ppf
    ),
)


# -- location, scale and support ------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Point:
    """A standardised argument inside the support, with what is true of the argument itself."""

    y: Value
    shapes: tuple[Value, ...]
    scale: Value
    below: Value | None
    above: Value | None
    valid: Value | None


def _point(
    c: LibraryContext, d: Distribution, x: Abstract, shapes: Sequence[Value], loc: Abstract, scale: Abstract
) -> _Point:
    given = [_number(c, v) for v in (x, loc, scale, *shapes)]
    x_, loc_, scale_, *shapes_ = c.broadcast(*given)
    y = div(c.b, sub(c.b, x_, loc_), scale_)
    zero = literal(c.b, y, 0)
    valid = None
    for number, spread in zip(given[2:], (scale_, *shapes_), strict=True):
        if (known_number(c.b, number) or 0.0) <= 0.0:
            positive = gt(c.b, spread, zero)
            valid = positive if valid is None else logical_and(c.b, valid, positive)
    low, high = d.support
    below = lt(c.b, y, zero) if low == 0.0 else None
    above = gt(c.b, y, literal(c.b, y, high)) if math.isfinite(high) else None
    for outside in (below, above):
        if outside is not None:
            y = select(c, outside, literal(c.b, y, 0.5), y)
    return _Point(y, tuple(shapes_), scale_, below, above, valid)


def _finish(c: LibraryContext, p: _Point, inside: Value, below: float, above: float) -> Value:
    """The result outside of the support, and NaN for invalid parameters."""
    for mask, number in ((p.below, below), (p.above, above)):
        if mask is not None:
            inside = select(c, mask, literal(c.b, inside, number), inside)
    return inside if p.valid is None else select(c, p.valid, inside, literal(c.b, inside, math.nan))


def _density(d: Distribution, logarithm: bool) -> Callable[[LibraryContext, _Point], Value]:
    def apply(c: LibraryContext, p: _Point) -> Value:
        if logarithm:
            found = sub(c.b, d.logpdf(c, p.y, *p.shapes), log(c.b, p.scale))
        else:
            standard = d.pdf or (lambda c, *args: exp(c.b, d.logpdf(c, *args)))
            found = div(c.b, standard(c, p.y, *p.shapes), p.scale)
        outside = -math.inf if logarithm else 0.0
        return _finish(c, p, found, outside, outside)

    return apply


def _probability(
    formula: Formula, exact: Formula | None, logarithm: bool, ends: tuple[float, float]
) -> Callable[[LibraryContext, _Point], Value]:
    def apply(c: LibraryContext, p: _Point) -> Value:
        found = (exact or formula)(c, p.y, *p.shapes)
        if logarithm and exact is None:
            found = log(c.b, found)
        below, above = ((-math.inf if e == 0.0 else 0.0) if logarithm else e for e in ends)
        return _finish(c, p, found, below, above)

    return apply


def _quantile(
    c: LibraryContext,
    d: Distribution,
    q: Abstract,
    shapes: Sequence[Abstract],
    loc: Abstract,
    scale: Abstract,
) -> Value:
    """The inverse of the distribution function; NaN beyond 0 and 1 and for invalid parameters."""
    assert d.ppf is not None
    q_, loc_, scale_, *shapes_ = c.broadcast(*(_number(c, v) for v in (q, loc, scale, *shapes)))
    zero = literal(c.b, q_, 0)
    found = add(c.b, mul(c.b, d.ppf(c, q_, *shapes_), scale_), loc_)
    for spread in (scale_, *shapes_):
        found = select(c, gt(c.b, spread, zero), found, literal(c.b, found, math.nan))
    return found


def _method(d: Distribution, compute: Callable[[LibraryContext, _Point], Value]) -> Callable[..., Result]:
    def shaped(c: LibraryContext, x: Abstract, given: Sequence[Abstract], *place: Abstract) -> Result:
        return compute(c, _point(c, d, x, [_number(c, v) for v in given], *place))

    return _forms(d, shaped)


def _forms(d: Distribution, shaped: Callable[..., Result]) -> Callable[..., Result]:
    """The method with the parameters of the distribution."""

    def none(c: LibraryContext, x: Abstract, loc: Abstract = _ZERO, scale: Abstract = _ONE) -> Result:
        return shaped(c, x, (), loc, scale)

    def df(
        c: LibraryContext, x: Abstract, df: Abstract, loc: Abstract = _ZERO, scale: Abstract = _ONE
    ) -> Result:
        return shaped(c, x, (df,), loc, scale)

    def a(
        c: LibraryContext, x: Abstract, a: Abstract, loc: Abstract = _ZERO, scale: Abstract = _ONE
    ) -> Result:
        return shaped(c, x, (a,), loc, scale)

    def ab(
        c: LibraryContext,
        x: Abstract,
        a: Abstract,
        b: Abstract,
        loc: Abstract = _ZERO,
        scale: Abstract = _ONE,
    ) -> Result:
        return shaped(c, x, (a, b), loc, scale)

    forms: dict[tuple[str, ...], Callable[..., Result]]
    forms = {(): none, ("df",): df, ("a",): a, ("a", "b"): ab}
    return forms[d.shapes]


def _methods(d: Distribution) -> dict[str, tuple[Callable[..., Result], str]]:
    lower, upper = (0.0, 1.0), (1.0, 0.0)
    computed = {
        "pdf": (_density(d, False), "density"),
        "logpdf": (_density(d, True), "logarithm of the density"),
        "cdf": (_probability(d.cdf, None, False, lower), "distribution function"),
        "logcdf": (_probability(d.cdf, d.logcdf, True, lower), "logarithm of the distribution function"),
        "sf": (_probability(d.sf, None, False, upper), "probability of a larger value"),
        "logsf": (_probability(d.sf, d.logsf, True, upper), "logarithm of the probability of a larger value"),
    }
    return {name: (_method(d, compute), what) for name, (compute, what) in computed.items()}


for _d in _CONTINUOUS:
    table.module(f"scipy.stats.{_d.name}")
    for _name, (_function, _what) in _methods(_d).items():
        _doc = f"The {_what} of the distribution {_d.name}."
        table.function(f"scipy.stats.{_d.name}.{_name}")(documented(_function, _doc))


def _inverse(d: Distribution) -> Callable[..., Result]:
    return _forms(d, lambda c, q, given, *place: _quantile(c, d, q, given, *place))


for _d in _CONTINUOUS:
    _doc = f"The inverse of the distribution function of {_d.name}."
    table.function(f"scipy.stats.{_d.name}.ppf")(documented(_inverse(_d), _doc))


# -- poisson --------------------------------------------------------------------------------------------
table.module("scipy.stats.poisson")


def _poisson(c: LibraryContext, k: Abstract, mu: Abstract, loc: Abstract) -> tuple[Value, Value, Value]:
    """The shifted count, its rate, and whether the rate is one."""
    k_, mu_, loc_ = c.broadcast(*(_number(c, v) for v in (k, mu, loc)))
    bad = lt(c.b, mu_, literal(c.b, mu_, 0))
    return sub(c.b, k_, loc_), mu_, bad


@table.function("scipy.stats.poisson.logpmf")
def poisson_logpmf(c: LibraryContext, k: Abstract, mu: Abstract, loc: Abstract = _ZERO) -> Result:
    """The logarithm of the probability of a count; counts are not differentiated."""
    count, rate, bad = _poisson(c, held(c, k, "the count of `scipy.stats.poisson`"), mu, loc)  # type: ignore[arg-type]
    b, zero = c.b, literal(c.b, count, 0)
    found = sub(b, sub(b, xlogy(b, count, rate), gammaln(b, _plus(c, count, 1.0))), rate)
    for outside in (lt(b, count, zero), ne(b, count, floor(b, count))):
        found = select(c, outside, literal(b, found, -math.inf), found)
    return select(c, bad, literal(b, found, math.nan), found)


@table.function("scipy.stats.poisson.pmf")
def poisson_pmf(c: LibraryContext, k: Abstract, mu: Abstract, loc: Abstract = _ZERO) -> Result:
    """The probability of a count; counts are not differentiated."""
    return c.elementwise(exp, poisson_logpmf(c, k, mu, loc))  # type: ignore[arg-type]


@table.function("scipy.stats.poisson.cdf")
def poisson_cdf(c: LibraryContext, k: Abstract, mu: Abstract, loc: Abstract = _ZERO) -> Result:
    """The probability of at most a count."""
    count, rate, bad = _poisson(c, k, mu, loc)
    below = lt(c.b, count, literal(c.b, count, 0))
    whole = floor(c.b, select(c, below, literal(c.b, count, 0), count))
    found = gammaincc(c.b, _plus(c, whole, 1.0), rate)
    found = select(c, below, literal(c.b, found, 0), found)
    return select(c, bad, literal(c.b, found, math.nan), found)


@table.function("scipy.stats.poisson.sf")
def poisson_sf(c: LibraryContext, k: Abstract, mu: Abstract, loc: Abstract = _ZERO) -> Result:
    """The probability of more than a count."""
    count, rate, bad = _poisson(c, k, mu, loc)
    below = lt(c.b, count, literal(c.b, count, 0))
    whole = floor(c.b, select(c, below, literal(c.b, count, 0), count))
    found = gammainc(c.b, _plus(c, whole, 1.0), rate)
    found = select(c, below, literal(c.b, found, 1), found)
    return select(c, bad, literal(c.b, found, math.nan), found)


@table.function("scipy.stats.poisson.logcdf")
def poisson_logcdf(c: LibraryContext, k: Abstract, mu: Abstract, loc: Abstract = _ZERO) -> Result:
    """The logarithm of the probability of at most a count."""
    return c.elementwise(log, poisson_cdf(c, k, mu, loc))  # type: ignore[arg-type]
