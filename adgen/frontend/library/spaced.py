"""Numbers at equal distances: linspace."""

from __future__ import annotations

import math

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, TRUE, Result, Table
from adgen.frontend.library.ufuncs import select
from adgen.ir.core import Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import Kind
from adgen.primitives.elementwise import add, div, eq, gt, mul, sub, where
from adgen.primitives.extrema import maximum
from adgen.primitives.literals import literal
from adgen.primitives.rounding import floor
from adgen.primitives.shape import arange, reshape, transpose
from adgen.primitives.sizes import constant, size_value

table = Table()
_ZERO, _FIFTY = Known(0), Known(50)


@table.function("numpy.linspace")
def linspace(
    c: LibraryContext,
    start: Abstract,
    stop: Abstract,
    num: Abstract = _FIFTY,
    endpoint: Abstract = TRUE,
    retstep: Abstract = FALSE,
    dtype: Abstract = NONE,
    axis: Abstract = _ZERO,
) -> Result:
    """Numbers at equal distances from start to stop, with the distance where that is asked for."""
    count = c.size(num)
    closed = c.static_bool(endpoint, "endpoint")
    ends = (c.value(v, kind=Kind.np) for v in c.promote(start, stop, to_float=True))
    low, high = c.broadcast(*ends)
    parts = _parts(c, count, closed)
    least = maximum(c.b, parts, constant(c.b, 1)) if closed else parts
    step = div(c.b, *c.broadcast(sub(c.b, high, low), c.cast(least, low.type.dtype)))
    numbers = _numbers(c, count, (low, high, step), least if closed else None)
    wanted = c.dtype(dtype)
    if wanted is not None:
        numbers = c.cast(floor(c.b, numbers) if wanted.is_integer else numbers, wanted)
    numbers = _moved(c, numbers, c.static_axis(axis, numbers.type.rank))
    if not c.static_bool(retstep, "retstep"):
        return numbers
    return numbers, _distance(c, count - 1 if closed else count, step)


def _distance(c: LibraryContext, parts: Dim, step: Value) -> Value:
    """The distance, nan where there are no two numbers."""
    unknown = literal(c.b, step, math.nan)
    if parts.value is not None:
        return step if parts.value > 0 else unknown
    return select(c, gt(c.b, size_value(c.b, parts), constant(c.b, 0)), step, unknown)


def _parts(c: LibraryContext, count: Dim, closed: bool) -> Value:
    """How many distances there are."""
    return size_value(c.b, count - 1) if closed else size_value(c.b, count)


def _numbers(c: LibraryContext, count: Dim, ends: tuple[Value, Value, Value], parts: Value | None) -> Value:
    """The numbers along a new first dim; the last one exactly, where it counts."""
    low, high, step = ends
    places = reshape(c.b, arange(c.b, dim=count), dims=(count, *(ONE,) * low.type.rank))
    numbers = mul(c.b, *c.broadcast(c.cast(places, low.type.dtype), step))
    numbers = add(c.b, *c.broadcast(numbers, low))
    if parts is None:
        return numbers
    last = eq(c.b, *c.broadcast(places, parts))
    return where(c.b, *c.broadcast(last, high, numbers))


def _moved(c: LibraryContext, x: Value, axis: int) -> Value:
    """The first dim moved to another position."""
    if axis == 0:
        return x
    return transpose(c.b, x, perm=(*range(1, axis + 1), 0, *range(axis + 1, x.type.rank)))
