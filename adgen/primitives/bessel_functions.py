"""Bessel functions. The order is a parameter that is not differentiated.

Derivatives: NIST Digital Library of Mathematical Functions, 10.6 and 10.29, in the form of differences and
sums of neighbouring orders, which has no division by x.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.primitives.define import Partial, Primitive, Sample
from adgen.primitives.elementwise import add, mul, neg, sub
from adgen.primitives.literals import literal, scaled
from adgen.primitives.rounding import sign
from adgen.primitives.scipy_functions import few, held, special

_Join = Callable[[Builder, Value, Value], Value]
_Finish = Callable[[Builder, Value, Value, Value], Value]


def _plain(b: Builder, slope: Value, r: Value, x: Value) -> Value:
    return slope


def _damped(b: Builder, slope: Value, r: Value, x: Value) -> Value:
    """The factor exp(-|x|)."""
    return sub(b, slope, mul(b, sign(b, x), r))


def _grown(b: Builder, slope: Value, r: Value, x: Value) -> Value:
    """The factor exp(x)."""
    return add(b, slope, r)


_KINK = ("exp(-|x|) at 0 -> 0",)


# -- of any order ---------------------------------------------------------------------------------------
def _of_order(
    name: str, doc: str, factor: float, join: _Join, finish: _Finish = _plain, low: float = 0.3
) -> Primitive:
    """Derivative ``factor * join(f(v - 1, x), f(v + 1, x))``, then that of the scaling factor."""

    def partials(b: Builder, r: Value, v: Value, x: Value) -> Sequence[Partial]:
        one = literal(b, v, 1)
        sides = join(b, prim(b, sub(b, v, one), x), prim(b, add(b, v, one), x))
        return (0.0, finish(b, scaled(b, factor, sides), r, x))

    samples: tuple[Sample, ...] = (*held(2.0, low=low, high=4.0), *held(3.0, low=low, high=4.0))
    prim = special(name, partials, f"{doc} of order v.", samples, kinks=_KINK if finish is _damped else ())
    return prim


jv = _of_order("jv", "Bessel function of the first kind", 0.5, sub, low=-4.0)
yv = _of_order("yv", "Bessel function of the second kind", 0.5, sub)
yn = _of_order("yn", "Bessel function of the second kind", 0.5, sub)
iv = _of_order("iv", "Modified Bessel function of the first kind", 0.5, add, low=-4.0)
ive = _of_order("ive", "exp(-|x|) times the modified Bessel function of the first kind", 0.5, add, _damped)
kv = _of_order("kv", "Modified Bessel function of the second kind", -0.5, add)
kn = _of_order("kn", "Modified Bessel function of the second kind", -0.5, add)
kve = _of_order("kve", "exp(x) times the modified Bessel function of the second kind", -0.5, add, _grown)


# -- of orders 0 and 1 ----------------------------------------------------------------------------------
def _pair(
    names: tuple[str, str],
    doc: str,
    general: Primitive,
    signs: tuple[float, float],
    finish: _Finish = _plain,
    low: float = 0.3,
) -> tuple[Primitive, Primitive]:
    """Derivatives ``signs[0] * f1`` and ``signs[1] * (f0 + signs[0] * f2) / 2``, then that of the factor."""

    def of_zero(b: Builder, r: Value, x: Value) -> Sequence[Partial]:
        slope = one(b, x)
        return (finish(b, neg(b, slope) if signs[0] < 0 else slope, r, x),)

    def of_one(b: Builder, r: Value, x: Value) -> Sequence[Partial]:
        join = add if signs[0] * signs[1] > 0 else sub
        sides = join(b, zero(b, x), general(b, literal(b, x, 2), x))
        return (finish(b, scaled(b, 0.5 * signs[1], sides), r, x),)

    domain = (*few(low, 4.0), *(few(-4.0, -0.3) if finish is _damped else ()))
    kinks = _KINK if finish is _damped else ()
    zero = special(names[0], of_zero, f"{doc} of order 0.", domain, kinks=kinks)
    one = special(names[1], of_one, f"{doc} of order 1.", domain)
    return zero, one


j0, j1 = _pair(("j0", "j1"), "Bessel function of the first kind", jv, (-1.0, 1.0), low=-4.0)
y0, y1 = _pair(("y0", "y1"), "Bessel function of the second kind", yn, (-1.0, 1.0))
i0, i1 = _pair(("i0", "i1"), "Modified Bessel function of the first kind", iv, (1.0, 1.0), low=-4.0)
k0, k1 = _pair(("k0", "k1"), "Modified Bessel function of the second kind", kn, (-1.0, -1.0))
i0e, i1e = _pair(
    ("i0e", "i1e"), "exp(-|x|) times the modified Bessel function of the first kind", ive, (1.0, 1.0), _damped
)
k0e, k1e = _pair(
    ("k0e", "k1e"),
    "exp(x) times the modified Bessel function of the second kind",
    kve,
    (-1.0, -1.0),
    _grown,
)

PRIMITIVES = (
    *(jv, yv, yn, iv, ive, kv, kn, kve),
    *(j0, j1, y0, y1, i0, i1, i0e, i1e, k0, k1, k0e, k1e),
)
