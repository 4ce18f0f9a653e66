"""Arrays put together: concatenate, stack, tile, repeat, roll."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.frontend.abstract import Abstract, Grown, Known, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table
from adgen.frontend.library.operands import flat, matched, require, type_of
from adgen.frontend.library.slicing import along
from adgen.frontend.library.written import entry
from adgen.frontend.written import arrangements
from adgen.ir.core import Gather, Value
from adgen.ir.dims import ONE
from adgen.ir.types import DType, Kind
from adgen.primitives.elementwise import sub
from adgen.primitives.indexing import read
from adgen.primitives.rounding import mod
from adgen.primitives.shape import arange, broadcast, concat, reshape, transpose
from adgen.primitives.sizes import size_value
from adgen.primitives.stacking import stack as stack_

table = Table()
_ZERO = Known(0)
_repeat_each = entry(arrangements, arrangements.repeat_each)


def joined(c: LibraryContext, values: Sequence[Value], axis: int) -> Value:
    """Arrays of one rank and dtype, one after the other along an axis."""
    first, *rest = values
    for value in rest:
        require(c, value.type.rank == first.type.rank, "concatenation", first, value)
    dims = list(first.type.dims)
    for value in rest:
        for k, d in enumerate(value.type.dims):
            if k != axis:
                dims[k] = matched(c, dims[k], d, first, value)
    fitted = [
        c.with_dims(v, [v.type.dims[k] if k == axis else d for k, d in enumerate(dims)]) for v in values
    ]
    return concat(c.b, *fitted, axis=axis)


def _rows(c: LibraryContext, xs: Abstract, dtype: Abstract = NONE) -> Value | None:
    """The elements of a list that was filled in a loop, as the rows of an array; None for anything else."""
    if not isinstance(xs, Grown) or xs.count.value is not None:
        return None
    c.not_empty(xs)
    found, wanted = c.value(xs), c.dtype(dtype)
    return found if wanted is None else c.cast(found, wanted)


def _arrays(c: LibraryContext, xs: Abstract, dtype: Abstract = NONE) -> list[Value]:
    """The elements of a tuple as values of one dtype."""
    items = c.items(xs)
    if not items:
        raise c.error("AG234", xs, operation="joining arrays", types="none")
    values, wanted = [c.value(x, kind=Kind.np) for x in items], c.dtype(dtype)
    return list(c.promote(*values)) if wanted is None else [c.cast(v, wanted) for v in values]


@table.function("numpy.concatenate", "numpy.concat")
def concatenate(
    c: LibraryContext, arrays: Abstract, axis: Abstract = _ZERO, *, dtype: Abstract = NONE
) -> Result:
    """Arrays one after the other along an axis; flattened for None."""
    rows = _rows(c, arrays, dtype)
    if rows is not None:
        return _rows_joined(c, rows, axis)
    values = _arrays(c, arrays, dtype)
    if c.is_none(axis):
        return joined(c, [flat(c, v) for v in values], 0)
    require(c, values[0].type.rank > 0, "np.concatenate", values[0])
    return joined(c, values, c.static_axis(axis, values[0].type.rank))


def _rows_joined(c: LibraryContext, rows: Value, axis: Abstract) -> Value:
    """The rows of an array (of which each is an array) one after the other along an axis."""
    if c.is_none(axis):
        return flat(c, rows)
    rank = rows.type.rank - 1
    require(c, rank > 0, "np.concatenate", rows)
    at = c.static_axis(axis, rank)
    dims = list(rows.type.dims[1:])
    dims[at] = dims[at] * rows.type.dims[0]
    return reshape(c.b, _rows_at(c, rows, at), dims=tuple(dims))


def _rows_at(c: LibraryContext, rows: Value, axis: int) -> Value:
    """The first dim moved to another position."""
    if axis == 0:
        return rows
    perm = (*range(1, axis + 1), 0, *range(axis + 1, rows.type.rank))
    return transpose(c.b, rows, perm=perm)


def stacked(c: LibraryContext, values: Sequence[Value], axis: int) -> Value:
    """Arrays of one shape along a new axis."""
    dims = values[0].type.dims
    for value in values:
        require(c, value.type.rank == len(dims), "np.stack", values[0], value)
        pairs = zip(dims, value.type.dims, strict=True)
        dims = tuple(matched(c, p, q, values[0], value) for p, q in pairs)
    return stack_(c.b, *(c.with_dims(v, dims) for v in values), axis=axis)


@table.function("numpy.stack")
def stack(c: LibraryContext, arrays: Abstract, axis: Abstract = _ZERO, *, dtype: Abstract = NONE) -> Result:
    """Arrays along a new axis."""
    rows = _rows(c, arrays, dtype)
    if rows is not None:
        return c.fresh(_rows_at(c, rows, c.static_axis(axis, rows.type.rank)))
    values = _arrays(c, arrays, dtype)
    return stacked(c, values, c.static_axis(axis, values[0].type.rank + 1))


def _at_least(c: LibraryContext, value: Value, rank: int) -> Value:
    """With dims of length 1 in front."""
    missing = rank - value.type.rank
    return reshape(c.b, value, dims=(*((ONE,) * missing), *value.type.dims)) if missing > 0 else value


def _with_rank(c: LibraryContext, rows: Value, rank: int) -> Value:
    """Rows whose elements have at least a rank."""
    count, *dims = rows.type.dims
    missing = rank - len(dims)
    return reshape(c.b, rows, dims=(count, *((ONE,) * missing), *dims)) if missing > 0 else rows


@table.function("numpy.vstack")
def vstack(c: LibraryContext, tup: Abstract, *, dtype: Abstract = NONE) -> Result:
    """Rows one under the other."""
    rows = _rows(c, tup, dtype)
    if rows is not None:
        return c.fresh(rows) if rows.type.rank == 2 else _rows_joined(c, _with_rank(c, rows, 2), _ZERO)
    return joined(c, [_at_least(c, v, 2) for v in _arrays(c, tup, dtype)], 0)


@table.function("numpy.hstack")
def hstack(c: LibraryContext, tup: Abstract, *, dtype: Abstract = NONE) -> Result:
    """Columns one beside the other; vectors one after the other."""
    rows = _rows(c, tup, dtype)
    if rows is not None:
        rows = _with_rank(c, rows, 1)
        return _rows_joined(c, rows, Known(0 if rows.type.rank == 2 else 1))
    values = [_at_least(c, v, 1) for v in _arrays(c, tup, dtype)]
    return joined(c, values, 0 if values[0].type.rank == 1 else 1)


@table.function("numpy.column_stack")
def column_stack(c: LibraryContext, tup: Abstract) -> Result:
    """Vectors as columns, beside the columns of matrices."""
    rows = _rows(c, tup)
    if rows is not None:
        return transpose(c.b, rows, perm=(1, 0)) if rows.type.rank == 2 else _rows_joined(c, rows, Known(1))
    columns = []
    for value in _arrays(c, tup):
        lifted = _at_least(c, value, 1)
        dims = (*lifted.type.dims, ONE)
        columns.append(reshape(c.b, lifted, dims=dims) if lifted.type.rank == 1 else lifted)
    return joined(c, columns, 1)


@table.function("numpy.dstack")
def dstack(c: LibraryContext, tup: Abstract) -> Result:
    """Along the third dim."""
    layers = []
    for value in _arrays(c, tup):
        matrix = _at_least(c, value, 2)
        dims = (*matrix.type.dims, ONE)
        layers.append(reshape(c.b, matrix, dims=dims) if matrix.type.rank == 2 else matrix)
    return joined(c, layers, 2)


@table.function("numpy.append")
def append(c: LibraryContext, arr: Abstract, values: Abstract, axis: Abstract = NONE) -> Result:
    """An array with another one after it."""
    pair = list(c.promote(c.value(arr, kind=Kind.np), values, strong=True))
    if c.is_none(axis):
        return joined(c, [flat(c, v) for v in pair], 0)
    return joined(c, pair, c.static_axis(axis, pair[0].type.rank))


# -- repetitions ----------------------------------------------------------------------------------------
@table.function("numpy.tile")
def tile(c: LibraryContext, A: Abstract, reps: Abstract) -> Result:
    """The whole array repeated along its dims."""
    value, counts = c.value(A, kind=Kind.np), list(c.dims(reps))
    value = _at_least(c, value, len(counts))
    counts = [ONE] * (value.type.rank - len(counts)) + counts
    dims, axes = [], []
    for count, size in zip(counts, value.type.dims, strict=True):
        dims += [count, size]
        axes.append(len(dims) - 1)
    spread = broadcast(c.b, value, dims=tuple(dims), axes=tuple(axes))
    merged = tuple(n * d for n, d in zip(counts, value.type.dims, strict=True))
    return c.fresh(reshape(c.b, spread, dims=merged))


@table.function("numpy.repeat", "numpy.ndarray.repeat")
def repeat(c: LibraryContext, a: Abstract, repeats: Abstract, axis: Abstract = NONE) -> Result:
    """Every element the same number of times, or each its own."""
    counts = type_of(c, repeats).dtype
    require(c, counts.is_integer or counts is DType.bool, "np.repeat", repeats)
    if not isinstance(repeats, Known) and (isinstance(repeats, Tuple) or type_of(c, repeats).rank):
        return _repeat_each(c, a, repeats, axis)
    value = c.value(a, kind=Kind.np)
    value = flat(c, value) if c.is_none(axis) else value
    k = 0 if c.is_none(axis) else c.static_axis(axis, value.type.rank)
    count = c.size(repeats)
    old = value.type.dims
    dims = (*old[: k + 1], count, *old[k + 1 :])
    axes = tuple(j if j <= k else j + 1 for j in range(len(old)))
    spread = broadcast(c.b, value, dims=dims, axes=axes)
    return c.fresh(reshape(c.b, spread, dims=(*old[:k], old[k] * count, *old[k + 1 :])))


# -- roll -----------------------------------------------------------------------------------------------
@table.function("numpy.roll")
def roll(c: LibraryContext, a: Abstract, shift: Abstract, axis: Abstract = NONE) -> Result:
    """Elements moved along axes; those pushed out come in again."""
    value = c.value(a, kind=Kind.np)
    if c.is_none(axis):
        moved = _rolled(c, flat(c, value), shift, 0)
        return moved if value.type.rank == 1 else reshape(c.b, moved, dims=value.type.dims)
    axes = c.static(axis, "the axis of np.roll")
    axes = (axes,) if isinstance(axes, int) else axes
    single = not isinstance(shift, Tuple) and c.value(shift).type.rank == 0
    shifts = (shift,) if single else c.items(shift)
    count = max(len(axes), len(shifts))
    pairs = [given * count if len(given) == 1 else given for given in (axes, shifts)]
    for k, distance in zip(*pairs, strict=True):
        value = _rolled(c, value, distance, c.static_axis(Known(k), value.type.rank))
    return value


def _rolled(c: LibraryContext, value: Value, shift: Abstract, axis: int) -> Value:
    size = value.type.dims[axis]
    places = arange(c.b, dim=size)
    (distance,) = c.broadcast(places, c.cast(c.value(shift), DType.i64))[1:]
    (modulus,) = c.broadcast(places, size_value(c.b, size))[1:]
    source = mod(c.b, sub(c.b, places, distance), modulus)
    return read(c.b, value, source, index=along(value.type.rank, axis, Gather()))
