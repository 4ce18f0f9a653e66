"""Powers and truth of operands as Python's operators and NumPy's functions share them."""

from __future__ import annotations

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.ir.core import Value
from adgen.ir.types import DType
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import add as add_
from adgen.primitives.elementwise import logical_and, logical_or, mul
from adgen.primitives.powers import power as pow_
from adgen.primitives.powers import powi


def power(c: LibraryContext, x: Abstract | Value, y: Abstract | Value, python: bool = False) -> Value:
    """``x ** y``: a literal integer exponent makes an integer power, which is differentiated without it."""
    if isinstance(y, Known) and isinstance(y.value, int) and not isinstance(y.value, bool):
        return _integer_power(c, c.value(x), y.value, python)
    base, exponent = c.value(x), c.value(y)
    if exponent.type.dtype.numpy.kind == "i" and not base.type.is_float:
        c.natural(exponent, "integers to negative integer powers are not allowed")
    return c.elementwise(pow_, x, y, python=python)


def _integer_power(c: LibraryContext, x: Value, n: int, python: bool) -> Value:
    if x.type.dtype is DType.bool:
        x = c.cast(x, DType.i64)
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
