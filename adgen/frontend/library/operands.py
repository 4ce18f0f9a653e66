"""What library functions do to their arguments before the operation itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adgen.frontend.abstract import Abstract, Array, Known, Tuple
from adgen.frontend.context import LibraryContext
from adgen.ir.core import Value
from adgen.ir.dims import ONE, Dim, product
from adgen.ir.types import I64, DType, Kind, Type
from adgen.primitives.complexes import imag, real
from adgen.primitives.elementwise import add, mul, ne
from adgen.primitives.literals import literal
from adgen.primitives.shape import reshape
from adgen.primitives.sizes import size_value


def truth(c: LibraryContext, x: Abstract | Value) -> Value:
    """Whether the elements of ``x`` are not zero."""
    value = c.value(x)
    if value.type.dtype is DType.bool:
        return value
    return ne(c.b, value, literal(c.b, value, 0))


def floating(c: LibraryContext, x: Abstract | Value) -> Value:
    """``x`` as floats: integers and booleans become float64."""
    value = c.value(x)
    return value if value.type.is_float else c.cast(value, DType.f64)


def doubled(c: LibraryContext, x: Abstract | Value) -> Value:
    """``x`` in double precision, which some functions of SciPy give for every argument."""
    value = c.value(x)
    return c.cast(value, DType.c128 if value.type.is_complex else DType.f64)


def single_at_least(c: LibraryContext, value: Value) -> Value:
    """``value``, a half in single precision: transforms have no shorter numbers."""
    return c.cast(value, DType.f32) if value.type.dtype is DType.f16 else value


def counting(c: LibraryContext, value: Value) -> Value:
    """``value`` in the dtype in which NumPy adds up: booleans and short integers become 64 bits wide."""
    dtype = value.type.dtype
    if dtype.is_float or dtype.itemsize == 8:
        return value
    return c.cast(value, DType.u64 if dtype.value.startswith("u") else DType.i64)


def as_array(c: LibraryContext, x: Abstract) -> Array:
    """``x`` as a place: itself, or a new array with its contents."""
    if isinstance(x, Array):
        return x
    fresh = c.fresh(c.value(x, kind=Kind.array))
    assert isinstance(fresh, Array)
    return fresh


def type_of(c: LibraryContext, x: Abstract | Value) -> Type:
    """The type of an argument; asking is not a use of its contents."""
    return c.value(x).type


def flat(c: LibraryContext, value: Value) -> Value:
    """The elements in one dim."""
    if value.type.rank == 1:
        return value
    return reshape(c.b, value, dims=(product(value.type.dims),))


def size_number(c: LibraryContext, dim: Dim) -> Abstract:
    """A size as Python sees it."""
    from adgen.frontend.abstract import Number

    return Known(dim.value) if dim.value is not None else Number(size_value(c.b, dim))


def squared_length(c: LibraryContext, x: Value) -> Value:
    """|x|^2, a real number."""
    if not x.type.is_complex:
        return mul(c.b, x, x)
    parts = (real(c.b, x), imag(c.b, x))
    return add(c.b, *(mul(c.b, v, v) for v in parts))


def count_of(c: LibraryContext, dims: Sequence[Dim], dtype: DType) -> Value:
    """How many elements there are, as a NumPy float."""
    return c.cast(size_value(c.b, product(tuple(dims))), dtype, Kind.np)


def with_kept_dims(c: LibraryContext, y: Value, like: Type, axes: Sequence[int]) -> Value:
    """A reduced value with dims of length 1 where it was reduced."""
    dims = tuple(ONE if k in axes else d for k, d in enumerate(like.dims))
    return reshape(c.b, y, dims=dims) if axes else y


def require(c: LibraryContext, holds: bool, operation: str, *xs: Abstract | Value) -> None:
    """Refuse operands that an operation is not defined for."""
    if not holds:
        types = " and ".join(str(c.value(x).type) for x in xs)
        raise c.error("AG234", None, operation=operation, types=types)


def matched(c: LibraryContext, left: Dim, right: Dim, x: Value, y: Value) -> Dim:
    """A dim equal to two dims of operands, whose shapes the diagnostic shows where they cannot agree."""
    return left if left == right else c.same_dim(left, right, x, y)


def known_values(xs: Sequence[Abstract]) -> list[Any] | None:
    """The Python numbers that arguments are, where all are known."""
    found: list[Any] = []
    for x in xs:
        if not isinstance(x, Known) or not isinstance(x.value, bool | int | float | complex):
            return None
        found.append(x.value)
    return found


def computed(function: Callable[..., Any], xs: Sequence[Abstract]) -> Known | None:
    """The result of a Python function of known numbers; None where it has none or they are not known."""
    values = known_values(xs)
    if values is None:
        return None
    try:
        result = function(*values)
    except (ValueError, OverflowError, ZeroDivisionError, TypeError):
        return None
    return Known(result) if isinstance(result, bool | int | float | complex) else None


def is_integer_tuple(c: LibraryContext, x: Abstract) -> bool:
    """Whether ``x`` is a tuple of Python integers, such as a shape."""
    return isinstance(x, Tuple) and bool(x.items) and all(c.value(i).type == I64 for i in x.items)
