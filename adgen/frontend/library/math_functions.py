"""The functions of ``math``: of Python numbers, raising where Python raises."""

from __future__ import annotations

import math
from collections.abc import Callable

from adgen.frontend.abstract import Abstract, Array, Grown, Known, Number
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table, documented
from adgen.frontend.library.operands import computed, require
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind
from adgen.primitives import (
    error_function,
    exponential,
    gamma_functions,
    hyperbolic,
    normal_functions,
    powers,
    rounding,
    signs,
    trigonometric,
)
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import add, div, mul, sub
from adgen.primitives.literals import scaled
from adgen.primitives.reduce import sum_

table = Table()
_ONE = Known(1)


def python_float(c: LibraryContext, x: Abstract | Value, function: str = "math") -> Value:
    """``x`` as a Python float."""
    require(c, c.value(x).type.rank == 0, function, x)
    return c.cast(c.value(x), DType.f64, Kind.py)


# -- straight from primitives ---------------------------------------------------------------------------
_UNARY = {
    **{p.name: p for p in (*exponential.PRIMITIVES, *hyperbolic.PRIMITIVES, *trigonometric.PRIMITIVES)},
    "sqrt": powers.sqrt,
    "cbrt": powers.cbrt,
    "asin": trigonometric.arcsin,
    "acos": trigonometric.arccos,
    "atan": trigonometric.arctan,
    "asinh": hyperbolic.arcsinh,
    "acosh": hyperbolic.arccosh,
    "atanh": hyperbolic.arctanh,
    "fabs": rounding.absolute,
    "erf": error_function.erf,
    "erfc": normal_functions.erfc,
    "lgamma": gamma_functions.gammaln,
    "gamma": gamma_functions.gamma,
    "isnan": rounding.isnan,
    "isinf": rounding.isinf,
    "isfinite": rounding.isfinite,
}
_BINARY = {"atan2": trigonometric.arctan2, "fmod": rounding.fmod, "pow": powers.power}


def _apply(name: str, prim: Primitive, python: Callable[..., object]) -> Callable[..., Result]:
    def unary(c: LibraryContext, x: Abstract) -> Result:
        return computed(python, (x,)) or prim(c.b, python_float(c, x, name))

    def binary(c: LibraryContext, x: Abstract, y: Abstract) -> Result:
        return computed(python, (x, y)) or prim(c.b, python_float(c, x, name), python_float(c, y, name))

    return documented(binary if prim in _BINARY.values() else unary, prim.doc)


for _table in (_UNARY, _BINARY):
    for _name, _prim in _table.items():
        if hasattr(math, _name) and _name != "log":
            table.function(f"math.{_name}")(_apply(f"math.{_name}", _prim, getattr(math, _name)))


# -- with cases of their own ----------------------------------------------------------------------------
@table.function("math.log")
def log(c: LibraryContext, x: Abstract, base: Abstract = NONE) -> Result:
    """Natural logarithm, or to a base."""
    if c.is_none(base):
        return computed(math.log, (x,)) or exponential.log(c.b, python_float(c, x))
    natural = [exponential.log(c.b, python_float(c, v)) for v in (x, base)]
    return computed(math.log, (x, base)) or div(c.b, *natural)


@table.function("math.hypot")
def hypot(c: LibraryContext, *coordinates: Abstract) -> Result:
    """Length of a vector."""
    values = [python_float(c, x) for x in coordinates]
    if not values:
        return Known(0.0)
    result = values[0] if len(values) > 1 else rounding.absolute(c.b, values[0])
    for value in values[1:]:
        result = powers.hypot(c.b, result, value)
    return result


@table.function("math.dist")
def dist(c: LibraryContext, p: Abstract, q: Abstract) -> Result:
    """Distance of two points."""
    left, right = c.items(p), c.items(q)
    if len(left) != len(right):
        raise c.error("AG205", None, function="math.dist", reason="the points differ in length")
    pairs = zip(left, right, strict=True)
    return hypot(c, *(Number(sub(c.b, python_float(c, a), python_float(c, b))) for a, b in pairs))


@table.function("math.copysign")
def copysign(c: LibraryContext, x: Abstract, y: Abstract) -> Result:
    """|x| with the sign of y."""
    return signs.copysign(c.b, python_float(c, x), python_float(c, y))


@table.function("math.remainder")
def remainder(c: LibraryContext, x: Abstract, y: Abstract) -> Result:
    """x less the multiple of y that is nearest, ties to even."""
    number, step = python_float(c, x), python_float(c, y)
    whole = rounding.rint(c.b, div(c.b, number, step))
    return sub(c.b, number, mul(c.b, whole, step))


@table.function("math.degrees")
def degrees(c: LibraryContext, x: Abstract) -> Result:
    """Radians to degrees."""
    return scaled(c.b, 180.0 / math.pi, python_float(c, x))


@table.function("math.radians")
def radians(c: LibraryContext, x: Abstract) -> Result:
    """Degrees to radians."""
    return scaled(c.b, math.pi / 180.0, python_float(c, x))


# -- to integers ----------------------------------------------------------------------------------------
def _whole(prim: Primitive, python: Callable[..., object]) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract) -> Result:
        known = computed(python, (x,))
        require(c, c.value(x).type.rank == 0, f"math.{python.__name__}", x)
        if known is not None or c.value(x).type.dtype.is_integer:
            return known or c.cast(c.value(x), DType.i64, Kind.py)
        return c.cast(prim(c.b, python_float(c, x)), DType.i64, Kind.py)

    return documented(apply, f"{prim.doc.partition(',')[0]}, as an int.")


table.function("math.floor")(_whole(rounding.floor, math.floor))
table.function("math.ceil")(_whole(rounding.ceil, math.ceil))
table.function("math.trunc")(_whole(rounding.trunc, math.trunc))


# -- of several numbers ---------------------------------------------------------------------------------
@table.function("math.prod")
def prod(c: LibraryContext, iterable: Abstract, *, start: Abstract = _ONE) -> Result:
    """The product of the elements of a tuple."""
    result: Abstract | Value = start
    for item in c.items(iterable):
        result = c.elementwise(mul, result, item, python=True)
    return result


@table.function("math.fsum")
def fsum(c: LibraryContext, seq: Abstract) -> Result:
    """The sum of the elements of a tuple or of a vector, as a float."""
    if isinstance(seq, Array | Grown):
        return python_float(c, Number(sum_(c.b, c.cast(c.value(seq), DType.f64), axes=(0,))))
    result = python_float(c, Known(0.0))
    for item in c.items(seq):
        result = add(c.b, result, python_float(c, item))
    return result


def _of_integers(python: Callable[..., int], names: int) -> Callable[..., Result]:
    def one(c: LibraryContext, n: Abstract) -> Result:
        return Known(python(c.static_int(n, "the argument of a combinatorial function")))

    def two(c: LibraryContext, n: Abstract, k: Abstract) -> Result:
        what = "the argument of a combinatorial function"
        return Known(python(c.static_int(n, what), c.static_int(k, what)))

    return documented(one if names == 1 else two, "Of integers known at build time.")


table.function("math.factorial")(_of_integers(math.factorial, 1))
table.function("math.isqrt")(_of_integers(math.isqrt, 1))
table.function("math.comb")(_of_integers(math.comb, 2))
table.function("math.gcd")(_of_integers(math.gcd, 2))
table.function("math.lcm")(_of_integers(math.lcm, 2))
table.function("math.perm")(_of_integers(math.perm, 2))
