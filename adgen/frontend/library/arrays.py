"""Attributes and methods of arrays and NumPy scalars that are not functions of NumPy as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from adgen.frontend.abstract import Abstract, Array, DTypeObject, Known, LibraryFunction, Number, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import Result, Table
from adgen.frontend.library.operands import flat, require, size_number, type_of
from adgen.frontend.promotion import common_dtype
from adgen.ir.core import Indexer, Point, Value
from adgen.ir.dims import ONE, product
from adgen.ir.types import DType, Kind, Type
from adgen.primitives.indexing import read, wrap
from adgen.primitives.shape import reshape
from adgen.primitives.sizes import constant

table = Table()


@table.attribute("numpy.ndarray.dtype")
def dtype(c: LibraryContext, a: Abstract) -> Result:
    """The dtype."""
    return DTypeObject(type_of(c, a).dtype)


@table.function("numpy.ndarray.item")
def item(c: LibraryContext, a: Abstract, *args: Abstract) -> Result:
    """The only element, or that at a place, as a Python number."""
    value = c.value(a)
    if args:
        return _item_at(c, value, args[0].items if isinstance(args[0], Tuple) else args)
    total = product(value.type.dims)
    if total != ONE:
        c.same_dim(total, ONE, a)
    scalar = reshape(c.b, value, dims=()) if value.type.rank else value
    return c.cast(scalar, scalar.type.dtype, Kind.py)


def _item_at(c: LibraryContext, value: Value, places: Sequence[Abstract]) -> Value:
    """The element at a place in every dim, or in the flattened array."""
    value = flat(c, value) if len(places) == 1 else value
    require(c, len(places) == value.type.rank, "x.item", value)
    numbers = [c.cast(c.value(p), DType.i64, Kind.py) for p in places]
    at = [wrap(c.b, n, dim=d) for n, d in zip(numbers, value.type.dims, strict=True)]
    found = read(c.b, value, *at, index=Indexer((Point(),) * len(at)))
    return c.cast(found, found.type.dtype, Kind.py)


@table.attribute("numpy.ndarray.nbytes")
def nbytes(c: LibraryContext, a: Abstract) -> Result:
    """The number of bytes of the elements."""
    type_ = type_of(c, a)
    return size_number(c, product(type_.dims) * type_.dtype.itemsize)


@table.attribute("numpy.ndarray.itemsize")
def itemsize(c: LibraryContext, a: Abstract) -> Result:
    """The number of bytes of an element."""
    return Known(type_of(c, a).dtype.itemsize)


@table.function("numpy.result_type")
def result_type(c: LibraryContext, *arrays_and_dtypes: Abstract) -> Result:
    """The dtype that an operation on these gives."""
    found = common_dtype([_as_type(c, x) for x in arrays_and_dtypes])
    if found is None:
        raise c.error("AG238", None, dtype="of more than 64 bits")
    return DTypeObject(found)


def _as_type(c: LibraryContext, x: Abstract) -> Type:
    """The type of a value, or that of numbers of a dtype."""
    is_dtype = isinstance(x, DTypeObject | LibraryFunction) or (
        isinstance(x, Known) and isinstance(x.value, str)
    )
    wanted = c.dtype(x) if is_dtype else None
    return type_of(c, x) if wanted is None else Type(wanted, (), Kind.np)


# -- what a dtype holds ---------------------------------------------------------------------------------
class FloatLimits(NamedTuple):
    """The attributes of ``np.finfo``."""

    eps: Abstract
    epsneg: Abstract
    max: Abstract
    min: Abstract
    tiny: Abstract
    smallest_normal: Abstract
    smallest_subnormal: Abstract
    resolution: Abstract
    bits: Abstract
    dtype: Abstract


class IntegerLimits(NamedTuple):
    """The attributes of ``np.iinfo``."""

    min: Abstract
    max: Abstract
    bits: Abstract
    dtype: Abstract


def _limited(c: LibraryContext, x: Abstract, name: str) -> DType:
    """The dtype that is asked for, or that of a value."""
    found = type_of(c, x).dtype if isinstance(x, Array | Number) else c.dtype(x) or DType.f64
    wanted = found.real.is_float if name == "np.finfo" else found.is_integer
    if not wanted:
        raise c.error("AG205", x, function=name, reason=f"{found.numpy} is not a dtype that it knows")
    return found.real


@table.function("numpy.finfo")
def finfo(c: LibraryContext, dtype: Abstract) -> Result:
    """The limits of a float dtype."""
    wanted = _limited(c, dtype, "np.finfo")
    limits = np.finfo(wanted.numpy)
    names = [n for n in FloatLimits._fields if n not in ("bits", "dtype")]
    number = Type(wanted, (), Kind.np)
    found = {n: Number(constant(c.b, float(getattr(limits, n)), number)) for n in names}
    return FloatLimits(**found, bits=Known(limits.bits), dtype=DTypeObject(wanted))


@table.function("numpy.iinfo")
def iinfo(c: LibraryContext, int_type: Abstract) -> Result:
    """The limits of an integer dtype."""
    wanted = _limited(c, int_type, "np.iinfo")
    limits = np.iinfo(wanted.numpy)
    return IntegerLimits(Known(limits.min), Known(limits.max), Known(limits.bits), DTypeObject(wanted))


@table.function("numpy.isscalar")
def isscalar(c: LibraryContext, element: Abstract) -> Result:
    """Whether it is a number or a string."""
    return Known(isinstance(element, Number) or (isinstance(element, Known) and element.value is not None))
