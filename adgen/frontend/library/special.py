"""Functions of scipy.special."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table, documented
from adgen.frontend.library.operands import doubled, floating, require
from adgen.frontend.library.ufuncs import sinc
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind
from adgen.primitives import (
    activations,
    bessel_functions,
    elliptic,
    entropy_functions,
    error_function,
    exponential,
    gamma_functions,
    hypergeometric,
    integral_functions,
    normal_functions,
    paired_integrals,
    powers,
)
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import add, sub
from adgen.primitives.elementwise import stop_gradient as constant_for_derivatives
from adgen.primitives.literals import literal

table = Table()
table.module("scipy")
table.module("scipy.special")


def held(c: LibraryContext, x: Abstract, name: str) -> Abstract | Value:
    """A parameter that is not differentiated; one that depends on what is differentiated is refused."""
    value = c.value(x)
    if isinstance(x, Known) or not value.type.is_float:
        return x
    return constant_for_derivatives(c.b, value, of=name)


# -- straight from primitives ---------------------------------------------------------------------------
_FAMILIES = (
    elliptic,
    bessel_functions,
    entropy_functions,
    hypergeometric,
    integral_functions,
    normal_functions,
)
_FUNCTIONS = {
    **{p.name: p for family in _FAMILIES for p in family.PRIMITIVES},
    **{p.name: p for p in (exponential.log1p, exponential.expm1, exponential.exp2, powers.cbrt)},
    "erf": error_function.erf,
    "expit": activations.sigmoid,
    "gamma": gamma_functions.gamma,
    "gammaln": gamma_functions.gammaln,
    "loggamma": gamma_functions.loggamma,
    "rgamma": gamma_functions.rgamma,
    "beta": gamma_functions.beta,
    "betaln": gamma_functions.betaln,
    "digamma": gamma_functions.digamma,
    "psi": gamma_functions.digamma,
    "poch": gamma_functions.poch,
    "jn": bessel_functions.jv,
}
_OF_TWO = (
    *("xlogy", "xlog1py", "rel_entr", "kl_div", "beta", "betaln", "poch"),
    *("boxcox", "boxcox1p", "inv_boxcox", "inv_boxcox1p"),
    *("gammainc", "gammaincc", "gammaincinv", "gammainccinv", "stdtr", "stdtrit"),
)
_OF_THREE = ("betainc", "betaincc", "betaincinv")
_ORDERED = ("jv", "jn", "yv", "yn", "iv", "ive", "kv", "kn", "kve", "expn")
#: what parameters are called, in order; the last argument is the differentiated one
_PARAMETERS = {
    **{name: ("order",) for name in _ORDERED},
    "hyp1f1": ("parameter a", "parameter b"),
    "hyp0f1": ("parameter v",),
    "hyp2f1": ("parameter a", "parameter b", "parameter c"),
}


#: the loop that SciPy tries first is in double precision: Python numbers do not give way to float32
_DOUBLE_FIRST = (
    *("xlogy", "xlog1py", "beta", "betaln", "gammainc", "gammaincc", "gammaincinv", "gammainccinv"),
    "hyp2f1",
)
#: or takes a Python int in front
_INTEGER_FIRST = ("yn", "kn", "expn")


def _apply(c: LibraryContext, name: str, prim: Primitive, xs: Sequence[Abstract | Value]) -> Value:
    """The function in the precision that SciPy computes in."""
    values = [c.value(x) for x in xs]
    if any(v.type.dtype is DType.f16 for v in values):  # there are no loops for halves
        single = DType.f64 if name in _DOUBLE_FIRST else DType.f32
        values = [c.cast(v, single) if v.type.dtype is DType.f16 else v for v in values]
    for k, value in enumerate(values):
        wide = name in _DOUBLE_FIRST or (name in _INTEGER_FIRST and k == 0 and value.type.dtype.is_integer)
        if value.type.is_py and wide:
            values[k] = c.cast(value, DType.f64, Kind.np)
    return c.elementwise(prim, *values, to_float=True)


def _unary(prim: Primitive) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract, /) -> Result:
        return c.elementwise(prim, x, to_float=True)

    return documented(apply, prim.doc)


def _binary(name: str, prim: Primitive) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract, y: Abstract, /) -> Result:
        return _apply(c, name, prim, (x, y))

    return documented(apply, prim.doc)


def _ternary(name: str, prim: Primitive) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract, y: Abstract, z: Abstract, /) -> Result:
        return _apply(c, name, prim, (x, y, z))

    return documented(apply, prim.doc)


def _with_parameters(name: str, prim: Primitive) -> Callable[..., Result]:
    called = [f"the {p} of `scipy.special.{name}`" for p in _PARAMETERS[name]]

    def apply(c: LibraryContext, *xs: Abstract) -> Result:
        if len(xs) != len(called) + 1:
            reason = f"it takes {len(called) + 1} arguments"
            raise c.error("AG205", None, function=f"scipy.special.{name}", reason=reason)
        parameters = [held(c, x, text) for x, text in zip(xs, called, strict=False)]
        return _apply(c, name, prim, (*parameters, xs[-1]))

    return documented(apply, prim.doc)


for _name, _prim in _FUNCTIONS.items():
    if _name in _PARAMETERS:
        table.function(f"scipy.special.{_name}")(_with_parameters(_name, _prim))
    elif _name in _OF_THREE:
        table.function(f"scipy.special.{_name}")(_ternary(_name, _prim))
    elif _name in _OF_TWO:
        table.function(f"scipy.special.{_name}")(_binary(_name, _prim))
    else:
        table.function(f"scipy.special.{_name}")(_unary(_prim))


# -- with cases of their own ----------------------------------------------------------------------------
def _pair(prim: Primitive) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract, /) -> Result:
        return tuple(c.b.emit(prim, [floating(c, c.value(x, kind=Kind.np))], {}))

    return documented(apply, prim.doc)


for _prim in paired_integrals.PRIMITIVES:
    table.function(f"scipy.special.{_prim.name}")(_pair(_prim))


table.function("scipy.special.sinc")(sinc)


@table.function("numpy.i0")
def i0(c: LibraryContext, x: Abstract) -> Result:
    """Modified Bessel function of the first kind of order 0."""
    value = c.value(x)
    half = value.type.dtype is DType.f16
    found = c.elementwise(bessel_functions.i0, c.cast(value, DType.f32) if half else x, to_float=True)
    found = c.cast(found, DType.f16) if half else found
    return found if found.type.rank else c.value(found, kind=Kind.array)


@table.function("scipy.special.polygamma")
def polygamma(c: LibraryContext, n: Abstract, x: Abstract) -> Result:
    """Derivative n of digamma, for an integer n known at build time."""
    order = c.static_int(n, "the order of polygamma")
    if order < 0:
        raise c.error("AG205", n, function="scipy.special.polygamma", reason="the order is negative")
    wide = doubled(c, x)
    if not order:
        return c.elementwise(gamma_functions.digamma, wide, to_float=True)
    return c.elementwise(gamma_functions.polygamma, wide, to_float=True, n=order)


@table.function("scipy.special.zeta")
def zeta(c: LibraryContext, x: Abstract, q: Abstract = NONE) -> Result:
    """Sum of (q + k)^-x over k >= 0, of its second argument."""
    exponent = held(c, x, "the exponent of `scipy.special.zeta`")
    shift = Known(1.0) if c.is_none(q) else q
    return _apply(c, "zeta", gamma_functions.hurwitz_zeta, (exponent, shift))


@table.function("scipy.special.multigammaln")
def multigammaln(c: LibraryContext, a: Abstract, d: Abstract) -> Result:
    """Logarithm of the gamma function of d x d matrices."""
    size = c.static_int(d, "the dimension of multigammaln")
    require(c, size > 0, "multigammaln", a)
    x = doubled(c, c.value(a, kind=Kind.np))
    total = literal(c.b, x, size * (size - 1) * 0.25 * math.log(math.pi))
    for k in range(size):
        total = add(c.b, total, gamma_functions.gammaln(c.b, sub(c.b, x, literal(c.b, x, 0.5 * k))))
    return total
