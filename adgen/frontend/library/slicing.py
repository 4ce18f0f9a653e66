"""Parts of arrays by constant bounds, and elements by index arrays."""

from __future__ import annotations

from adgen.frontend.abstract import Abstract, Known, Number, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table
from adgen.frontend.library.operands import as_array, flat
from adgen.ir.core import Full, Gather, Indexer, Point, Range, Value
from adgen.ir.dims import Dim
from adgen.ir.types import DType, Kind
from adgen.primitives.elementwise import add, sub
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.indexing import read, wrap
from adgen.primitives.rounding import mod
from adgen.primitives.shape import arange, broadcast, transpose
from adgen.primitives.sizes import constant, size_value

table = Table()
_RAISE = Known("raise")


def part(c: LibraryContext, x: Value, axis: int, start: int, stop: int | None) -> Value:
    """``x[start:stop]`` along an axis, for a start >= 0 and a stop that is None or < 0."""
    size = c.length(x.type.dims[axis] - start + (stop or 0))
    return read(c.b, x, constant(c.b, start), index=along(x.type.rank, axis, Range(size)))


def along(rank: int, axis: int, access: Range | Point | Gather) -> Indexer:
    """An indexer that leaves all dims but one alone."""
    return Indexer(tuple(access if k == axis else Full() for k in range(rank)))


def reversed_range(c: LibraryContext, size: Dim) -> tuple[Range, Value]:
    """All elements of a dim from the last to the first."""
    return Range(size, -1), size_value(c.b, size - 1)


@table.function("numpy.lib.stride_tricks.sliding_window_view")
def sliding_window_view(
    c: LibraryContext, x: Abstract, window_shape: Abstract, axis: Abstract = NONE
) -> Result:
    """All windows of a shape, their dims at the end."""
    value = c.value(x)
    rank, windows = value.type.rank, c.dims(window_shape)
    if c.is_none(axis):
        axes = tuple(range(rank))
    elif isinstance(axis, Tuple):
        axes = tuple(c.static_axis(item, rank) for item in axis.items)
    else:
        axes = (c.static_axis(axis, rank),)
    if len(axes) != len(windows):
        reason = "there has to be one window size for each axis"
        raise c.error("AG205", window_shape, function="sliding_window_view", reason=reason)
    for k, size in zip(axes, windows, strict=True):
        value = _windows(c, value, k, size)
    return c.read_only(x, value)


def _windows(c: LibraryContext, x: Value, axis: int, size: Dim) -> Value:
    """Windows along an axis, as a new last dim."""
    dims = (c.length(x.type.dims[axis] - size + 1), size)
    starts, steps = (broadcast(c.b, arange(c.b, dim=d), dims=dims, axes=(k,)) for k, d in enumerate(dims))
    places = add(c.b, starts, steps)
    found = read(c.b, x, places, index=_repeated(along(x.type.rank, axis, Gather())))
    rest = [k for k in range(found.type.rank) if k != axis + 1]
    return transpose(c.b, found, perm=(*rest, axis + 1))


# -- by index arrays ------------------------------------------------------------------------------------
def index_value(c: LibraryContext, index: Abstract, size: Dim) -> Value:
    """An index or index array, counted from 0 and checked."""
    value = c.value(index)
    if not value.type.dtype.is_integer:
        raise c.error("AG234", index, operation="indexing", types=str(value.type))
    return wrap(c.b, c.cast(value, DType.i64), dim=size)


@table.function("numpy.take", "numpy.ndarray.take")
def take(
    c: LibraryContext,
    a: Abstract,
    indices: Abstract,
    axis: Abstract = NONE,
    *,
    mode: Abstract = _RAISE,
) -> Result:
    """Elements along an axis by an array of indices."""
    x = c.value(a)
    x = flat(c, x) if c.is_none(axis) else x
    dim = 0 if c.is_none(axis) else c.static_axis(axis, x.type.rank)
    where = index_value(c, _within(c, indices, x.type.dims[dim], mode), x.type.dims[dim])
    access = Gather() if where.type.rank else Point()
    return read(c.b, x, where, index=_repeated(along(x.type.rank, dim, access)))


def _within(c: LibraryContext, indices: Abstract, size: Dim, mode: Abstract) -> Abstract:
    """Indices moved into bounds, for `mode="clip"` and `mode="wrap"`."""
    how = c.static(mode, "the mode")
    if how == "raise":
        return indices
    if how not in ("clip", "wrap"):
        raise c.error("AG205", mode, function="np.take", reason=f"mode={how!r} is unknown")
    at = c.value(indices, kind=Kind.np)
    length = Number(c.cast(size_value(c.b, size), DType.i64, Kind.py))
    if how == "wrap":
        return c.fresh(c.elementwise(mod, at, length))
    last = sub(c.b, length.value, constant(c.b, 1))
    return c.fresh(c.elementwise(minimum, c.elementwise(maximum, at, Known(0)), Number(last)))


def _repeated(indexer: Indexer) -> Indexer:
    return Indexer(indexer.access, once=all(not isinstance(a, Gather) for a in indexer.access))


@table.function("numpy.s_", "numpy.index_exp")
def index_expression(c: LibraryContext, *items: Abstract) -> Result:
    """The index between the brackets."""
    return Tuple(items)


# -- reversed, rolled -----------------------------------------------------------------------------------
@table.function("numpy.flip")
def flip(c: LibraryContext, m: Abstract, axis: Abstract = NONE) -> Result:
    """The elements in reversed order along axes, as a view."""
    from adgen.frontend.abstract import Index

    array = as_array(c, m)
    type_ = c.value(array).type
    axes = c.static_axes(axis, type_.rank)
    access: list[Range | Full] = []
    starts: list[Value] = []
    for k, size in enumerate(type_.dims):
        if k in axes:
            range_, start = reversed_range(c, size)
            access.append(range_)
            starts.append(start)
        else:
            access.append(Full())
    return c.view(array, Index(Indexer(tuple(access)), tuple(starts)))


@table.function("numpy.fliplr")
def fliplr(c: LibraryContext, m: Abstract) -> Result:
    """Columns in reversed order."""
    return flip(c, m, Known(1))


@table.function("numpy.flipud")
def flipud(c: LibraryContext, m: Abstract) -> Result:
    """Rows in reversed order."""
    return flip(c, m, Known(0))
