"""Bits of integers; of truth values the logical functions."""

from __future__ import annotations

from collections.abc import Callable

from adgen.frontend.abstract import Abstract
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import Result, Table, documented
from adgen.frontend.library.operands import require
from adgen.ir.core import Value
from adgen.ir.types import DType
from adgen.primitives import bits, elementwise
from adgen.primitives.define import Primitive

table = Table()


def combined(
    c: LibraryContext, prim: Primitive, x: Abstract | Value, y: Abstract | Value, name: str, python: bool
) -> Value:
    """Two integers bit by bit. Raises AG234 for what are none."""
    left, right = c.value(x), c.value(y)
    truths = left.type.dtype is right.type.dtype is DType.bool
    if truths and prim.name in _LOGICAL:
        return c.elementwise(_LOGICAL[prim.name], left, right, python=python)
    if truths:
        left, right = c.cast(left, DType.i64), c.cast(right, DType.i64)
    whole = all(v.type.dtype.is_integer or v.type.dtype is DType.bool for v in (left, right))
    require(c, whole, name, left, right)
    return c.elementwise(prim, left, right, python=python)


def inverted(c: LibraryContext, x: Abstract | Value) -> Value:
    """All bits of an integer the other way. Raises AG234 for what is none."""
    value = c.value(x)
    if value.type.dtype is DType.bool and not value.type.is_py:
        return elementwise.logical_not(c.b, value)
    value = c.cast(value, DType.i64) if value.type.dtype is DType.bool else value
    require(c, value.type.dtype.is_integer, "~", value)
    return bits.bit_not(c.b, value)


_LOGICAL = {"bit_and": elementwise.logical_and, "bit_or": elementwise.logical_or, "bit_xor": elementwise.ne}


def _function(prim: Primitive, doc: str) -> Callable[..., Result]:
    def apply(c: LibraryContext, x1: Abstract, x2: Abstract, /) -> Result:
        return combined(c, prim, x1, x2, prim.name, python=False)

    return documented(apply, doc)


table.function("numpy.bitwise_and")(_function(bits.bit_and, "Bits of both."))
table.function("numpy.bitwise_or")(_function(bits.bit_or, "Bits of one or both."))
table.function("numpy.bitwise_xor")(_function(bits.bit_xor, "Bits of one, not both."))
table.function("numpy.left_shift", "numpy.bitwise_left_shift")(_function(bits.left_shift, "x * 2**y."))
table.function("numpy.right_shift", "numpy.bitwise_right_shift")(_function(bits.right_shift, "x // 2**y."))


@table.function("numpy.invert", "numpy.bitwise_not", "numpy.bitwise_invert")
def invert(c: LibraryContext, x: Abstract, /) -> Result:
    """Every bit the other way."""
    return inverted(c, x)
