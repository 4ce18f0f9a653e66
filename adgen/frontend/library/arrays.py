"""Attributes and methods of arrays and NumPy scalars that are not functions of NumPy as well."""

from __future__ import annotations

from adgen.frontend.abstract import Abstract, DTypeObject
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import Result, Table
from adgen.frontend.library.operands import type_of
from adgen.ir.dims import ONE, product
from adgen.ir.types import Kind
from adgen.primitives.shape import reshape

table = Table()


@table.attribute("numpy.ndarray.dtype")
def dtype(c: LibraryContext, a: Abstract) -> Result:
    """The dtype."""
    return DTypeObject(type_of(c, a).dtype)


@table.function("numpy.ndarray.item")
def item(c: LibraryContext, a: Abstract) -> Result:
    """The only element, as a Python number."""
    value = c.value(a)
    total = product(value.type.dims)
    if total != ONE:
        c.same_dim(total, ONE, a)
    scalar = reshape(c.b, value, dims=()) if value.type.rank else value
    return c.cast(scalar, scalar.type.dtype, Kind.py)


@table.function("numpy.result_type")
def result_type(c: LibraryContext, *arrays_and_dtypes: Abstract) -> Result:
    """The dtype that an operation on these gives."""
    return DTypeObject(c.promote(*arrays_and_dtypes)[0].type.dtype)
