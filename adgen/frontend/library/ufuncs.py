"""NumPy's elementwise functions."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table, documented
from adgen.frontend.library.operands import flat, floating, require, truth
from adgen.frontend.library.operators import add, compare, divide, multiply, power, quotient
from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind
from adgen.primitives import (
    elementwise,
    exponential,
    extrema,
    hyperbolic,
    powers,
    rounding,
    signs,
    trigonometric,
)
from adgen.primitives.complexes import magnitude, modulus
from adgen.primitives.define import Primitive
from adgen.primitives.literals import literal, scaled

table = Table()
_ZERO = Known(0)

# -- straight from primitives ---------------------------------------------------------------------------
#: of floats only: integers and booleans are taken to floats first
_OF_FLOATS = {
    **{p.name: p for p in (*exponential.PRIMITIVES, *trigonometric.PRIMITIVES, *hyperbolic.PRIMITIVES)},
    **{p.name: p for p in (powers.sqrt, powers.cbrt, powers.hypot, rounding.rint)},
    **{p.name: p for p in (rounding.isnan, rounding.isinf, rounding.isfinite)},
    "acos": trigonometric.arccos,
    "asin": trigonometric.arcsin,
    "atan": trigonometric.arctan,
    "atan2": trigonometric.arctan2,
    "acosh": hyperbolic.arccosh,
    "asinh": hyperbolic.arcsinh,
    "atanh": hyperbolic.arctanh,
    "fabs": rounding.absolute,
}
#: of integers and floats, with a result of the same dtype
_OF_NUMBERS = {
    "negative": elementwise.neg,
    "sign": rounding.sign,
    "maximum": extrema.maximum,
    "minimum": extrema.minimum,
    "fmax": extrema.fmax,
    "fmin": extrema.fmin,
}
_QUOTIENTS = {
    "floor_divide": rounding.floor_divide,
    "remainder": rounding.mod,
    "mod": rounding.mod,
    "fmod": rounding.fmod,
}
_COMPARISONS = {
    "greater": elementwise.gt,
    "greater_equal": elementwise.ge,
    "less": elementwise.lt,
    "less_equal": elementwise.le,
    "equal": elementwise.eq,
    "not_equal": elementwise.ne,
}
BINARY = {
    *(p.name for p in (exponential.logaddexp, trigonometric.arctan2, powers.hypot)),
    *("atan2", "divide", "true_divide", "subtract", "maximum", "minimum", "fmax", "fmin"),
    *_QUOTIENTS,
    *_COMPARISONS,
}


def _unary(prim: Primitive, to_float: bool) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract) -> Result:
        return c.elementwise(prim, x, to_float=to_float)

    return documented(apply, prim.doc)


def _binary(prim: Primitive, to_float: bool) -> Callable[..., Result]:
    def apply(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
        return c.elementwise(prim, x1, x2, to_float=to_float)

    return documented(apply, prim.doc)


for _table, _to_float in ((_OF_FLOATS, True), (_OF_NUMBERS, False)):
    for _name, _prim in _table.items():
        table.function(f"numpy.{_name}")((_binary if _name in BINARY else _unary)(_prim, _to_float))


@table.function("numpy.absolute", "numpy.abs")
def absolute(c: LibraryContext, x: Abstract) -> Result:
    """Absolute value."""
    return c.elementwise(modulus if c.value(x).type.is_complex else rounding.absolute, x)


def _shared(operation: Callable[..., Value], prim: Primitive) -> Callable[..., Result]:
    """What Python's operator does as well, on other kinds of numbers."""

    def apply(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
        return operation(c, prim, x1, x2)

    return documented(apply, prim.doc)


for _table, _operation in ((_QUOTIENTS, quotient), (_COMPARISONS, compare)):
    for _name, _prim in _table.items():
        table.function(f"numpy.{_name}")(_shared(_operation, _prim))


# -- arithmetic with cases of its own -------------------------------------------------------------------
@table.function("numpy.divide", "numpy.true_divide")
def divide_(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
    """x1 / x2."""
    return divide(c, x1, x2)


@table.function("numpy.divmod")
def divmod_(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
    """x1 // x2 and x1 % x2."""
    return tuple(quotient(c, prim, x1, x2) for prim in (rounding.floor_divide, rounding.mod))


@table.function("numpy.square")
def square(c: LibraryContext, x: Abstract) -> Result:
    """x times x; derivative 2x."""
    value = c.value(x, kind=None if c.value(x).type.kind is Kind.array else Kind.np)
    return c.elementwise(powers.square, c.cast(value, DType.i8) if value.type.dtype is DType.bool else value)


@table.function("numpy.add")
def add_(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
    """x1 + x2."""
    return add(c, x1, x2)


@table.function("numpy.subtract")
def subtract(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
    """x1 - x2."""
    left, right = c.promote(x1, x2)
    require(c, left.type.dtype is not DType.bool, "np.subtract", x1, x2)
    return c.elementwise(elementwise.sub, left, right)


@table.function("numpy.multiply")
def multiply_(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
    """x1 * x2."""
    return multiply(c, x1, x2)


@table.function("numpy.power", "numpy.pow")
def power_(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
    """x1 ** x2."""
    return power(c, x1, x2)


@table.function("numpy.float_power")
def float_power(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
    """x1 ** x2 in float64 at least."""
    values = (c.cast(c.value(x, kind=Kind.np), DType.f64) for x in (x1, x2))
    return c.elementwise(powers.power, *values)


@table.function("numpy.positive")
def positive(c: LibraryContext, x: Abstract) -> Result:
    """A copy."""
    return c.fresh(c.value(x, kind=Kind.np))


def fresh_scalar(c: LibraryContext, x: Abstract) -> Value:
    """``x`` as a NumPy function takes it: never a Python number."""
    return c.value(x, kind=Kind.np)


@table.function("numpy.reciprocal")
def reciprocal(c: LibraryContext, x: Abstract) -> Result:
    """1 / x of floats."""
    require(c, c.value(x).type.is_float, "np.reciprocal", x)
    return c.elementwise(powers.reciprocal, x)


@table.function("numpy.logaddexp2")
def logaddexp2(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
    """log2(2**x1 + 2**x2)."""
    left, right = (scaled(c.b, math.log(2.0), floating(c, c.value(x, kind=Kind.np))) for x in (x1, x2))
    total = c.elementwise(exponential.logaddexp, left, right)
    return scaled(c.b, 1.0 / math.log(2.0), total)


def _times(factor: float, doc: str) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract) -> Result:
        require(c, not c.value(x).type.is_complex, "degrees and radians", x)
        return scaled(c.b, factor, floating(c, c.value(x, kind=Kind.np)))

    return documented(apply, doc)


table.function("numpy.deg2rad", "numpy.radians")(_times(math.pi / 180.0, "Degrees to radians."))
table.function("numpy.rad2deg", "numpy.degrees")(_times(180.0 / math.pi, "Radians to degrees."))


@table.function("numpy.sinc")
def sinc(c: LibraryContext, x: Abstract) -> Result:
    """sin(pi x) / (pi x), 1 at 0."""
    y = scaled(c.b, math.pi, floating(c, c.value(x, kind=Kind.np)))
    size = magnitude(c.b, y)
    near = elementwise.lt(c.b, size, literal(c.b, size, 0.3))
    safe = elementwise.where(c.b, near, literal(c.b, y, 1), y)
    far = elementwise.div(c.b, trigonometric.sin(c.b, safe), safe)
    return elementwise.where(c.b, near, _sinc_near_zero(c.b, y), far)


def _sinc_near_zero(b: Builder, y: Value) -> Value:
    """The series of sin(y) / y, whose derivatives do not cancel."""
    square, one = powers.square(b, y), literal(b, y, 1)
    total = one
    for n in (12, 10, 8, 6, 4, 2):
        total = elementwise.sub(b, one, scaled(b, 1.0 / (n * (n + 1)), elementwise.mul(b, square, total)))
    return total


# -- rounding -------------------------------------------------------------------------------------------
def _whole(prim: Primitive) -> Callable[..., Result]:
    """Rounding to integers leaves integers as they are."""

    def apply(c: LibraryContext, x: Abstract) -> Result:
        if not c.value(x).type.is_float:
            return c.fresh(c.value(x, kind=Kind.np))
        return c.elementwise(prim, x)

    return documented(apply, prim.doc)


table.function("numpy.floor")(_whole(rounding.floor))
table.function("numpy.ceil")(_whole(rounding.ceil))
table.function("numpy.trunc", "numpy.fix")(_whole(rounding.trunc))


_DECIMALS = 308
"""The powers of ten that are floats."""


@table.function("numpy.round", "numpy.around", "numpy.ndarray.round")
def round_(c: LibraryContext, a: Abstract, decimals: Abstract = _ZERO) -> Result:
    """To a number of decimals, ties to even."""
    digits = c.static_int(decimals, "the number of decimals")
    require(c, abs(digits) <= _DECIMALS, "np.round", decimals)
    x = c.value(a, kind=Kind.np)
    if not x.type.is_float:
        require(c, digits >= 0, "np.round", a)
        return c.fresh(x)
    if digits == 0:
        return c.elementwise(rounding.rint, x)
    factor = literal(c.b, x, 10.0 ** abs(digits))
    there, back = (elementwise.mul, elementwise.div) if digits > 0 else (elementwise.div, elementwise.mul)
    return back(c.b, rounding.rint(c.b, there(c.b, x, factor)), factor)


# -- logic ----------------------------------------------------------------------------------------------
def _logic(prim: Primitive, doc: str) -> Callable[..., Result]:
    def apply(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
        return c.elementwise(prim, truth(c, x1), truth(c, x2))

    return documented(apply, doc)


table.function("numpy.logical_and")(_logic(elementwise.logical_and, "Both."))
table.function("numpy.logical_or")(_logic(elementwise.logical_or, "One or both."))
table.function("numpy.logical_xor")(_logic(elementwise.ne, "One, not both."))


@table.function("numpy.logical_not")
def logical_not(c: LibraryContext, x: Abstract) -> Result:
    """not x."""
    return c.elementwise(elementwise.logical_not, truth(c, x))


# -- selection ------------------------------------------------------------------------------------------
@table.function("numpy.where")
def where(
    c: LibraryContext, condition: Abstract, x: Abstract | None = None, y: Abstract | None = None, /
) -> Result:
    """x where the condition holds, else y; the positions where it holds without them."""
    if x is None:
        return nonzero(c, condition)
    if y is None:
        raise c.error("AG205", x, function="np.where", reason="it takes one argument or three")
    chosen = select(c, truth(c, condition), *c.promote(_wrapped(c, x, y), _wrapped(c, y, x)))
    return chosen if chosen.type.rank else c.value(chosen, kind=Kind.array)


def _wrapped(c: LibraryContext, x: Abstract, other: Abstract) -> Abstract:
    """A constant that an integer dtype cannot hold loses its higher bits, as np.where has it."""
    dtype = c.value(other).type.dtype
    if not isinstance(x, Known) or type(x.value) is not int or isinstance(other, Known):
        return x
    if not dtype.is_integer or c.value(other).type.is_py or not x.fits:
        return x
    return Known(np.asarray(x.value).astype(dtype.numpy).item())


def select(c: LibraryContext, condition: Value, x: Value, y: Value) -> Value:
    """x where the condition holds, else y; a scalar result is a NumPy scalar."""
    chosen = elementwise.where(c.b, *c.broadcast(condition, x, y))
    return chosen if chosen.type.rank else c.value(chosen, kind=Kind.np)


@table.function("numpy.nonzero", "numpy.ndarray.nonzero")
def nonzero(c: LibraryContext, a: Abstract) -> Result:
    """The positions of elements that are not zero, one index array per dim."""
    mask = truth(c, a)
    require(c, mask.type.rank > 0, "np.nonzero", mask)
    return tuple(c.fresh(index) for index in c.positions(mask))


@table.function("numpy.flatnonzero")
def flatnonzero(c: LibraryContext, a: Abstract) -> Result:
    """The positions of elements that are not zero, in the flattened array."""
    return c.fresh(c.positions(flat(c, truth(c, a)))[0])


@table.function("numpy.clip")
def clip(
    c: LibraryContext,
    a: Abstract,
    a_min: Abstract = NONE,
    a_max: Abstract = NONE,
    *,
    min: Abstract = NONE,
    max: Abstract = NONE,
) -> Result:
    """a moved into a closed interval."""
    low = min if c.is_none(a_min) else a_min
    high = max if c.is_none(a_max) else a_max
    return clipped(c, a, low, high)


@table.function("numpy.ndarray.clip")
def clip_method(c: LibraryContext, a: Abstract, min: Abstract = NONE, max: Abstract = NONE) -> Result:
    """a moved into a closed interval."""
    return clipped(c, a, min, max)


def clipped(c: LibraryContext, a: Abstract, low: Abstract, high: Abstract) -> Result:
    """Clip with bounds that may be missing."""
    given = [x for x in (low, high) if not c.is_none(x)]
    if not given:
        return c.fresh(c.value(a, kind=Kind.np))
    x, *bounds = c.promote(a, *given)
    is_float = x.type.is_float
    least, largest = (-math.inf, math.inf) if is_float else (-(2 ** (8 * x.type.dtype.itemsize - 1)), 0)
    largest = largest if is_float else -least - 1
    lower = literal(c.b, x, least) if c.is_none(low) else bounds[0]
    upper = literal(c.b, x, largest) if c.is_none(high) else bounds[-1]
    return c.elementwise(extrema.clip, x, lower, upper)


table.function("numpy.copysign")(_binary(signs.copysign, to_float=True))
table.function("numpy.signbit")(_unary(signs.signbit, to_float=True))


@table.function("numpy.heaviside")
def heaviside(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
    """0 below 0, x2 at 0, 1 above."""
    x, at_zero = c.broadcast(*c.promote(x1, x2, to_float=True))
    zero = literal(c.b, x, 0)
    step = c.cast(elementwise.gt(c.b, x, zero), x.type.dtype)
    return select(c, elementwise.eq(c.b, x, zero), at_zero, step)
