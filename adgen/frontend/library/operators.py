"""Powers and truth of operands as Python's operators and NumPy's functions share them."""

from __future__ import annotations

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.promotion import common_dtype
from adgen.ir.core import Value
from adgen.ir.types import I64, DType, Kind
from adgen.primitives import extrema
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import add as add_
from adgen.primitives.elementwise import cast as cast_
from adgen.primitives.elementwise import div, logical_and, logical_or, lt, mul, where
from adgen.primitives.literals import literal
from adgen.primitives.powers import power as pow_
from adgen.primitives.powers import powi


def power(c: LibraryContext, x: Abstract | Value, y: Abstract | Value, python: bool = False) -> Value:
    """``x ** y``: a literal integer exponent makes an integer power, which is differentiated without it."""
    if isinstance(y, Known) and isinstance(y.value, int) and not isinstance(y.value, bool):
        return _integer_power(c, c.value(x), y.value, python)
    base, exponent = c.promote(*widened(c, x, y, python))
    if base.type.dtype.is_integer and c.value(y).type.dtype.numpy.kind == "i":
        c.natural(c.value(y), "integers to negative integer powers are not allowed")
    return c.elementwise(pow_, base, exponent, python=python)


def widened(
    c: LibraryContext, x: Abstract | Value, y: Abstract | Value, python: bool
) -> tuple[Abstract | Value, ...]:
    """Operands of an operation that booleans have not: NumPy takes two of them to int8, Python to int."""
    pair = c.value(x), c.value(y)
    if any(v.type.dtype is not DType.bool for v in pair):
        return x, y
    own = python and all(v.type.is_py for v in pair)
    return tuple(c.cast(v, DType.i64) if own else c.cast(v, DType.i8, Kind.np) for v in pair)


def quotient(
    c: LibraryContext, prim: Primitive, x: Abstract | Value, y: Abstract | Value, python: bool = False
) -> Value:
    """``x // y`` or ``x % y`` (``prim``)."""
    return c.elementwise(prim, *widened(c, x, y, python), python=python)


def divide(c: LibraryContext, x: Abstract | Value, y: Abstract | Value, python: bool = False) -> Value:
    """``x / y``: of integers in float64, else in the common dtype."""
    pair = c.value(x), c.value(y)
    common = common_dtype([v.type for v in pair])
    dtype = DType.f64 if common is None or not common.is_float else common
    operands = [
        v if v.type.is_complex else c.cast(v, DType.f64 if v.type.is_py else dtype.real) for v in pair
    ]
    return c.elementwise(div, *operands, python=python)


def compare(
    c: LibraryContext, prim: Primitive, x: Abstract | Value, y: Abstract | Value, python: bool = False
) -> Value:
    """A comparison; a Python integer is compared as it is with integers of any width."""
    pair = [c.value(x), c.value(y)]
    for k, number in enumerate(pair):
        other = pair[1 - k].type
        if number.type != I64 or other.is_py or not other.dtype.is_integer or other.dtype is DType.i64:
            continue
        if other.dtype is DType.u64:
            return _compared_with_unsigned(c, prim, pair, k)
        pair[1 - k] = c.cast(pair[1 - k], DType.i64)
    return c.elementwise(prim, *pair, python=python)


def _compared_with_unsigned(c: LibraryContext, prim: Primitive, pair: list[Value], at: int) -> Value:
    """A comparison of uint64 with the Python integer ``pair[at]``, which may be negative."""
    number, zero = pair[at], literal(c.b, pair[at], 0)
    pair[at] = cast_(c.b, extrema.maximum(c.b, number, zero), dtype=DType.u64, kind=Kind.np)
    found = c.elementwise(prim, *pair)
    signs = (literal(c.b, number, -1), zero)
    below = c.cast(prim(c.b, *(signs if at == 0 else signs[::-1])), DType.bool, Kind.np)
    chosen = where(c.b, *c.broadcast(lt(c.b, number, zero), below, found))
    return c.value(chosen, kind=found.type.kind)


def _integer_power(c: LibraryContext, x: Value, n: int, python: bool) -> Value:
    if x.type.dtype is DType.bool:  # NumPy squares arrays by `np.square`, which has no loop for booleans
        x = c.cast(x, DType.i8 if n == 2 and python and x.type.kind is Kind.array else DType.i64)
    if n < 0 and not x.type.is_float:
        if not (python and x.type.is_py):
            types = f"{x.type} and a negative integer"
            raise c.error("AG234", None, operation="**", types=types)
        x = c.cast(x, DType.f64)
    return c.elementwise(powi, x, python=python, n=n)


def add(c: LibraryContext, x: Abstract | Value, y: Abstract | Value, python: bool = False) -> Value:
    """``x + y``; of NumPy booleans their disjunction."""
    return _arithmetic(c, add_, logical_or, x, y, python)


def multiply(c: LibraryContext, x: Abstract | Value, y: Abstract | Value, python: bool = False) -> Value:
    """``x * y``; of NumPy booleans their conjunction."""
    return _arithmetic(c, mul, logical_and, x, y, python)


def _arithmetic(
    c: LibraryContext,
    prim: Primitive,
    logic: Primitive,
    x: Abstract | Value,
    y: Abstract | Value,
    python: bool,
) -> Value:
    left, right = c.value(x), c.value(y)
    booleans = left.type.dtype is right.type.dtype is DType.bool
    if booleans and not (python and left.type.is_py and right.type.is_py):
        return c.elementwise(logic, left, right, python=python)
    if booleans:
        return c.elementwise(prim, c.cast(left, DType.i64), c.cast(right, DType.i64), python=python)
    return c.elementwise(prim, x, y, python=python)
