"""Python's builtin functions of numbers; they keep Python numbers Python numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.frontend.abstract import Abstract, Array, Grown, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, Result, Table, documented
from adgen.frontend.library.operands import computed, require, truth
from adgen.frontend.library.operators import add, power, quotient
from adgen.frontend.library.ufuncs import round_ as round_decimals
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind
from adgen.primitives import extrema, rounding
from adgen.primitives.complexes import modulus
from adgen.primitives.define import Primitive
from adgen.primitives.reduce import sum_ as sum_over
from adgen.records import dataclass

table = Table()
_ZERO = Known(0)


@table.function("builtins.abs")
def absolute(c: LibraryContext, x: Abstract) -> Result:
    """Absolute value."""
    value = c.value(x)
    if value.type.is_py and value.type.dtype is DType.bool:
        value = c.cast(value, DType.i64)
    prim = modulus if value.type.is_complex else rounding.absolute
    return computed(abs, (x,)) or c.elementwise(prim, value, python=True)


@table.function("builtins.pow")
def pow_(c: LibraryContext, base: Abstract, exp: Abstract, mod: Abstract = NONE) -> Result:
    """base ** exp, of integers known at build time also modulo a third."""
    if not c.is_none(mod):
        return Known(
            pow(*(c.static_int(x, "the argument of a power with a modulus") for x in (base, exp, mod)))
        )
    return computed(pow, (base, exp)) or power(c, base, exp, python=True)


@table.function("builtins.divmod")
def divmod_(c: LibraryContext, x: Abstract, y: Abstract) -> Result:
    """Quotient and remainder."""
    known = computed(lambda a, b: a // b, (x, y)), computed(lambda a, b: a % b, (x, y))
    if None not in known:
        return known
    pair = (rounding.floor_divide, rounding.mod)
    return tuple(quotient(c, prim, x, y, python=True) for prim in pair)


@table.function("builtins.round")
def round_(c: LibraryContext, number: Abstract, ndigits: Abstract = NONE) -> Result:
    """The nearest integer, ties to even; a NumPy number also to a number of decimals."""
    known = computed(round, (number,) if c.is_none(ndigits) else (number, ndigits))
    if known is None and not c.is_none(ndigits):
        return _to_decimals(c, number, ndigits)
    value = c.value(number)
    if value.type.kind is Kind.array or (value.type.dtype is DType.bool and not value.type.is_py):
        raise c.error("AG234", number, operation="round", types=f"`{value.type}`")
    if known is not None or not value.type.is_float:
        return known or c.cast(value, DType.i64, Kind.py)
    return c.cast(rounding.rint(c.b, value), DType.i64, Kind.py)


def _to_decimals(c: LibraryContext, number: Abstract, ndigits: Abstract) -> Result:
    value = c.value(number)
    if not value.type.is_py:
        return round_decimals(c, number, ndigits)
    digits = c.static_int(ndigits, "the number of decimals")
    if value.type.is_float:
        return rounding.round_to(c.b, value, digits=digits)
    require(c, digits >= 0, "round", number)
    return value


# -- the larger and the smaller -------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Extremum:
    """What ``max`` or ``min`` is of two integers, two numbers, several numbers and a vector of numbers."""

    of_integers: Primitive
    of_two: Primitive
    of_several: Primitive
    of_vector: Primitive

    def of(self, values: Sequence[Value]) -> Primitive:
        """The operation of these numbers."""
        if len(values) > 2:
            return self.of_several
        return self.of_two if any(v.type.is_float for v in values) else self.of_integers


def _extremum(prims: _Extremum, python: Callable[..., object]) -> Callable[..., Result]:
    def apply(c: LibraryContext, *args: Abstract) -> Result:
        only = args[0] if len(args) == 1 else None
        if isinstance(only, Array | Grown) and c.value(only).type.rank == 1:
            return prims.of_vector(c.b, c.value(only), axes=(0,))
        items: Sequence[Abstract] = args if only is None else c.items(only)
        if not items:
            raise c.error("AG205", only, function=python.__name__, reason="there is nothing in it")
        if len(items) > 1:
            for item in items:
                if any(d.value != 1 for d in c.value(item).type.dims):
                    raise c.error("AG241", item, type=f"`{c.value(item).type}`")
        known = computed(python, items) if len(items) > 1 else None
        if known is not None or len(items) == 1:
            return known or items[0]
        return c.elementwise(prims.of([c.value(x) for x in items]), *items, python=True)

    return documented(apply, f"The {'larg' if python is max else 'small'}est of several numbers.")


_MAX = _Extremum(extrema.maximum, extrema.first_or_larger, extrema.largest, extrema.max_)
_MIN = _Extremum(extrema.minimum, extrema.first_or_smaller, extrema.smallest, extrema.min_)
table.function("builtins.max")(_extremum(_MAX, max))
table.function("builtins.min")(_extremum(_MIN, min))


@table.function("builtins.sum")
def sum_(c: LibraryContext, iterable: Abstract, /, start: Abstract = _ZERO) -> Result:
    """The sum of the elements of a tuple or of the rows of an array."""
    require(c, not isinstance(iterable, Grown) or iterable.inner is None, "sum of lists", iterable)
    if isinstance(iterable, Array | Grown):
        found = _summed(c, iterable)
        return found if _is_zero(start) else add(c, found, start, python=True)
    items = c.items(iterable)
    total: Abstract | Value = start
    for item in items:
        value = c.value(item)
        counted = c.cast(value, DType.i64) if value.type.dtype is DType.bool else item
        total = counted if _is_zero(total) else add(c, total, counted, python=True)
    return total


def _summed(c: LibraryContext, rows: Array | Grown) -> Value:
    """The sum of rows; of Python numbers in a list a Python number."""
    total = sum_over(c.b, c.value(rows), axes=(0,))
    element = rows.element if isinstance(rows, Grown) else None
    python = element is not None and not element.rank and element.kind is Kind.py
    return c.cast(total, total.type.dtype, Kind.py) if python else total


def _is_zero(x: Abstract | Value) -> bool:
    return isinstance(x, Known) and x.value == 0 and isinstance(x.value, int)


# -- conversions ----------------------------------------------------------------------------------------
@table.function("builtins.float")
def float_(c: LibraryContext, x: Abstract = _ZERO) -> Result:
    """A Python float."""
    if isinstance(x, Known) and isinstance(x.value, str | int | float):
        try:
            return Known(float(x.value))
        except ValueError as error:
            raise c.error("AG205", x, function="float", reason=str(error)) from None
    return c.cast(c.value(_scalar(c, x)), DType.f64, Kind.py)


@table.function("builtins.int")
def int_(c: LibraryContext, x: Abstract = _ZERO) -> Result:
    """A Python int: the float without its fraction."""
    known = computed(int, (x,))
    return known or c.cast(c.value(_scalar(c, x)), DType.i64, Kind.py)


@table.function("builtins.bool")
def bool_(c: LibraryContext, x: Abstract = FALSE) -> Result:
    """A truth value."""
    known = computed(bool, (x,))
    return known or c.cast(truth(c, _scalar(c, x)), DType.bool, Kind.py)


def _scalar(c: LibraryContext, x: Abstract) -> Abstract:
    """``x``, which has to be a number."""
    type_ = c.value(x).type
    if type_.rank:
        raise c.error("AG234", x, operation="conversion to a number", types=str(type_))
    return x
