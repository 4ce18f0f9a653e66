"""Derivatives of incomplete gamma and beta functions by their parameters, as integrals.

The integrand, an exponential family in a logarithmic variable, is integrated from where the function ends to
the nearer infinity, by the double exponential formula for integrands that decay exponentially (Takahasi and
Mori, 1974): ``s = exp(tau - exp(-tau))`` for equidistant ``tau``. Everything is made of primitives, so
further derivatives follow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.ir.types import I64, DType, Kind
from adgen.primitives.activations import softplus
from adgen.primitives.elementwise import add, cast, div, logical_or, lt, mul, neg, stop_gradient, sub, where
from adgen.primitives.exponential import exp, log
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.gamma_functions import betaln, digamma, gammaln
from adgen.primitives.literals import literal, scaled
from adgen.primitives.powers import sqrt
from adgen.primitives.shape import broadcast
from adgen.primitives.sizes import constant

_NODES, _FIRST, _LAST = 128, -4.0, 4.5
#: numbers beyond which integrands are zero, and below which arguments count as zero
_FAR, _TINY = 700.0, 1e-300

Terms = Callable[[Value], Sequence[Value]]


def integrals(b: Builder, like: Value, count: int, terms: Terms) -> Sequence[Value]:
    """Integrals from 0 to infinity of several functions of a number, for every element of ``like``."""
    step = (_LAST - _FIRST) / (_NODES - 1)
    counter = Value(I64, "node")
    sums = [Value(like.type, "integral") for _ in range(count)]

    def body() -> Sequence[Value]:
        place = cast(b, counter, dtype=DType.f64, kind=Kind.np)
        tau = add(b, scaled(b, step, place), literal(b, place, _FIRST))
        bend = exp(b, neg(b, tau))
        s = exp(b, sub(b, tau, bend))
        weight = scaled(b, step, mul(b, s, add(b, literal(b, s, 1), bend)))
        spread = [broadcast(b, v, dims=like.type.dims, axes=()) if like.type.rank else v for v in (s, weight)]
        return [
            add(b, total, mul(b, spread[1], term)) for total, term in zip(sums, terms(spread[0]), strict=True)
        ]

    zero = literal(b, like, 0)
    region = b.region((counter, *sums), body)
    return b.for_loop((constant(b, 0), constant(b, _NODES), constant(b, 1)), (zero,) * count, region)


def _double(b: Builder, x: Value) -> Value:
    """In double precision, computed as NumPy does."""
    kind = None if x.type.rank else Kind.np
    return cast(b, x, dtype=DType.f64, kind=kind) if kind else cast(b, x, dtype=DType.f64)


def _bounded(b: Builder, x: Value) -> Value:
    return minimum(b, maximum(b, x, literal(b, x, -_FAR)), literal(b, x, _FAR))


def _one(b: Builder, x: Value) -> Value:
    return literal(b, x, 1)


def _outside(b: Builder, end: Value, width: Value, left: Value) -> Callable[[Value], Value]:
    """The place at a distance (in widths) from the end, to the left or to the right."""
    signed = where(b, left, neg(b, width), width)
    return lambda s: _bounded(b, add(b, end, mul(b, signed, s)))


# -- gamma ----------------------------------------------------------------------------------------------
def gamma_slope(b: Builder, a: Value, x: Value) -> Value:
    """The derivative of gammainc(a, x) by a: the integral of (u - digamma(a)) exp(a u - e^u) / gamma(a)."""
    like, a, x = x, _double(b, a), _double(b, x)
    inside = maximum(b, x, literal(b, x, _TINY))
    end, level, height = log(b, inside), digamma(b, a), gammaln(b, a)
    left = lt(b, x, a)
    width = stop_gradient(b, _gamma_width(b, a, inside, end, left))
    place = _outside(b, end, width, left)

    def terms(s: Value) -> Sequence[Value]:
        u = place(s)
        weight = exp(b, sub(b, sub(b, mul(b, a, u), exp(b, u)), height))
        return (mul(b, sub(b, u, level), weight),)

    (found,) = integrals(b, x, 1, terms)
    found = mul(b, where(b, left, width, neg(b, width)), found)
    zero = literal(b, found, 0)
    return cast(b, where(b, lt(b, zero, x), found, zero), dtype=like.type.dtype)


def _gamma_width(b: Builder, a: Value, x: Value, end: Value, left: Value) -> Value:
    """How far from its end the integrand decays, about."""
    gap, root, one = sub(b, a, x), sqrt(b, a), _one(b, a)
    tail = add(b, gap, minimum(b, root, a))
    plateau = add(b, one, maximum(b, neg(b, end), literal(b, end, 0)))
    drop = add(b, sub(b, root, gap), div(b, one, plateau))
    return div(b, one, where(b, left, tail, drop))


# -- beta -----------------------------------------------------------------------------------------------
def beta_slopes(b: Builder, p: Value, q: Value, x: Value, odds: Value | None = None) -> tuple[Value, Value]:
    """The derivatives of betainc(p, q, x) by p and q; ``odds`` is x / (1 - x), where that is known better."""
    like, p, q, x = x, _double(b, p), _double(b, q), _double(b, x)
    one, zero = _one(b, x), literal(b, x, 0)
    outside = logical_or(b, lt(b, x, literal(b, x, _TINY)), lt(b, one, add(b, x, zero)))
    if odds is None:
        outside = logical_or(b, outside, lt(b, sub(b, one, x), literal(b, x, _TINY)))
        safe = where(b, outside, literal(b, x, 0.5), x)
        odds = div(b, safe, sub(b, one, safe))
    end, mean = log(b, _double(b, odds)), div(b, p, add(b, p, q))
    left = lt(b, x, mean)
    width = stop_gradient(b, _beta_width(b, p, q, sub(b, mean, x), left))
    found = _beta_integrals(b, p, q, _outside(b, end, width, left))
    signed = where(b, left, width, neg(b, width))
    slopes = [where(b, outside, zero, mul(b, signed, v)) for v in found]
    return cast(b, slopes[0], dtype=like.type.dtype), cast(b, slopes[1], dtype=like.type.dtype)


def _beta_integrals(b: Builder, p: Value, q: Value, place: Callable[[Value], Value]) -> Sequence[Value]:
    """The integrals of log(x) and log(1 - x), less their means, times the density."""
    both, height = digamma(b, add(b, p, q)), betaln(b, p, q)
    means = sub(b, digamma(b, p), both), sub(b, digamma(b, q), both)

    def terms(s: Value) -> Sequence[Value]:
        u = place(s)
        logs = neg(b, softplus(b, neg(b, u))), neg(b, softplus(b, u))
        level = add(b, mul(b, p, logs[0]), mul(b, q, logs[1]))
        weight = exp(b, sub(b, level, height))
        return [mul(b, sub(b, v, m), weight) for v, m in zip(logs, means, strict=True)]

    return integrals(b, p, 2, terms)


def _beta_width(b: Builder, p: Value, q: Value, gap: Value, left: Value) -> Value:
    total = add(b, p, q)
    middle = sqrt(b, div(b, mul(b, p, q), total))
    slope = mul(b, total, gap)
    tails = add(b, slope, minimum(b, middle, p)), sub(b, minimum(b, middle, q), slope)
    return div(b, _one(b, p), where(b, left, *tails))
