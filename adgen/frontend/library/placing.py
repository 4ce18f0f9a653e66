"""Functions that write into an array, and their counterparts that read."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.frontend.abstract import Abstract, Array, Index, Known, Reshape
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, TRUE, Result, Table
from adgen.frontend.library.operands import as_array, flat, require, truth, type_of
from adgen.frontend.library.slicing import index_value
from adgen.frontend.origins import shape_text
from adgen.ir.core import Gather, Indexer, Value
from adgen.ir.dims import Dim, product
from adgen.ir.types import DType, Kind
from adgen.primitives.elementwise import where as where_
from adgen.primitives.indexing import read
from adgen.primitives.rounding import mod
from adgen.primitives.shape import arange, broadcast, reshape
from adgen.primitives.sizes import size_value

table = Table()
_LAST, _SAME_KIND = Known(-1), Known("same_kind")


def target_of(c: LibraryContext, a: Abstract, operation: str) -> Array:
    """An argument that is written into."""
    if not isinstance(a, Array):
        raise c.error("AG234", a, operation=operation, types=f"`{type_of(c, a)}`")
    return a


# -- all of it ------------------------------------------------------------------------------------------
@table.function("numpy.ndarray.fill")
def fill(c: LibraryContext, a: Abstract, value: Abstract) -> Result:
    """All elements set to one value."""
    c.store(target_of(c, a, "fill"), value)
    return None


@table.function("numpy.copyto")
def copyto(
    c: LibraryContext,
    dst: Abstract,
    src: Abstract,
    casting: Abstract = _SAME_KIND,
    where: Abstract = TRUE,
) -> Result:
    """All elements of an array (or those where a mask is true) set to those of another."""
    target = target_of(c, dst, "np.copyto")
    if c.static(casting, "casting") not in ("same_kind", "safe"):
        raise c.error("AG205", casting, function="np.copyto", reason="this casting is not supported")
    if where == TRUE:
        c.store(target, src)
    else:
        _store_where(c, target, truth(c, where), c.value(src))
    return None


def _store_where(c: LibraryContext, target: Array, mask: Value, new: Value) -> None:
    """Overwrite the cells where a mask is true by those of an array of the same shape."""
    old = c.value(target)
    chosen = c.fitting(mask, old.type.with_dtype(DType.bool))
    c.update(target, where_(c.b, chosen, c.fitting(new, old.type), old))


# -- by position ----------------------------------------------------------------------------------------
def flat_place(c: LibraryContext, a: Abstract) -> Abstract:
    """The elements in one dim, in C order: written through whatever the layout."""
    array = as_array(c, a)
    type_ = type_of(c, array)
    return array if type_.rank == 1 else c.view(array, Reshape((product(type_.dims),)))


@table.attribute("numpy.ndarray.flat")
def flat_attribute(c: LibraryContext, a: Abstract) -> Result:
    """The elements in one dim, to be read, written and run over."""
    return flat_place(c, a)


@table.function("numpy.put", "numpy.ndarray.put")
def put(c: LibraryContext, a: Abstract, ind: Abstract, v: Abstract) -> Result:
    """Elements of the flattened array set, by position."""
    target = flat_place(c, target_of(c, a, "np.put"))
    assert isinstance(target, Array)
    at = flat(c, c.value(ind))
    size = type_of(c, target).dims[0]
    index = Index(Indexer((Gather(),), once=False), (index_value(c, c.fresh(at), size),))
    c.put(target, index, _repeated_to(c, v, at.type.dims[0]))
    return None


def _repeated_to(c: LibraryContext, v: Abstract, count: Dim) -> Value:
    """The flattened elements of ``v``, over and over until there are enough."""
    values = flat(c, c.value(v))
    if values.type.dims[0] in (count, Dim.const(1)):
        return values
    places = arange(c.b, dim=count)
    size = c.cast(size_value(c.b, values.type.dims[0]), DType.i64, Kind.np)
    wrapped = mod(c.b, places, broadcast(c.b, size, dims=(count,), axes=()))
    return read(c.b, values, wrapped, index=Indexer((Gather(),), once=False))


# -- by mask --------------------------------------------------------------------------------------------
@table.function("numpy.place")
def place(c: LibraryContext, arr: Abstract, mask: Abstract, vals: Abstract) -> Result:
    """Elements where a mask is true set to values, one after the other."""
    target = target_of(c, arr, "np.place")
    chosen = c.with_dims(truth(c, mask), type_of(c, target).dims)
    at = c.positions(chosen)
    index = Index(Indexer(tuple(Gather() for _ in at)), at)
    c.put(target, index, _repeated_to(c, vals, at[0].type.dims[0]))
    return None


@table.function("numpy.putmask")
def putmask(c: LibraryContext, a: Abstract, mask: Abstract, values: Abstract) -> Result:
    """Elements where a mask is true set to those at the same place of ``values`` (repeated)."""
    target = target_of(c, a, "np.putmask")
    type_ = type_of(c, target)
    chosen, new = c.with_dims(truth(c, mask), type_.dims), c.value(values)
    if new.type.rank and new.type.dims != type_.dims:
        new = reshape(c.b, _repeated_to(c, values, product(type_.dims)), dims=type_.dims)
    _store_where(c, target, chosen, new)
    return None


# -- diagonals ------------------------------------------------------------------------------------------
@table.function("numpy.fill_diagonal")
def fill_diagonal(c: LibraryContext, a: Abstract, val: Abstract, wrap: Abstract = FALSE) -> Result:
    """The diagonal of a matrix set."""
    target = target_of(c, a, "np.fill_diagonal")
    type_ = type_of(c, target)
    require(c, type_.rank == 2 and not c.static_bool(wrap, "wrap"), "np.fill_diagonal", a)
    rows, columns = type_.dims
    gap = (rows - columns).value
    if gap is None:
        shorter = columns if c.assume(rows - columns, "the matrix is square or tall") else rows
        if shorter is rows and not c.assume(columns - rows, "the matrix is square or wide"):
            c.same_dim(rows, columns, a)
    else:
        shorter = columns if gap >= 0 else rows
    at = arange(c.b, dim=shorter)
    c.put(target, Index(Indexer((Gather(), Gather())), (at, at)), _repeated_to(c, val, shorter))
    return None


# -- along an axis --------------------------------------------------------------------------------------
def _along_axis(c: LibraryContext, type_dims: Sequence[Dim], indices: Abstract, axis: int) -> Index:
    """The index of one element per index array element, the other axes running along."""
    given = c.value(indices)
    if given.type.rank != len(type_dims):
        raise c.error("AG230", indices, left=shape_text(type_dims), right=shape_text(given.type.dims))
    dims = list(given.type.dims)
    for k, d in enumerate(type_dims):
        if k != axis and dims[k] != d:
            dims[k] = d
    at = c.broadcast(*grid(c, dims, axis), index_value(c, indices, type_dims[axis]))
    operands = [*at[:axis], at[-1], *at[axis:-1]]
    return Index(Indexer(tuple(Gather() for _ in type_dims), once=False), tuple(operands))


def grid(c: LibraryContext, dims: Sequence[Dim], axis: int) -> list[Value]:
    """For every axis but one the positions along it."""
    return [
        broadcast(c.b, arange(c.b, dim=d), dims=tuple(dims), axes=(k,))
        for k, d in enumerate(dims)
        if k != axis
    ]


@table.function("numpy.take_along_axis")
def take_along_axis(c: LibraryContext, arr: Abstract, indices: Abstract, axis: Abstract = _LAST) -> Result:
    """Elements by index arrays along an axis, such as `argmax` and `argsort` give."""
    x, at = _flattened(c, arr, indices, axis)
    index = _along_axis(c, x.type.dims, at, c.static_axis(_axis(c, axis), x.type.rank))
    return read(c.b, x, *index.operands, index=index.indexer)


def _flattened(c: LibraryContext, arr: Abstract, indices: Abstract, axis: Abstract) -> tuple[Value, Abstract]:
    x = c.value(arr)
    if c.is_none(axis):
        return flat(c, x), c.fresh(flat(c, c.value(indices)))
    return x, indices


def _axis(c: LibraryContext, axis: Abstract) -> Abstract:
    return Known(0) if c.is_none(axis) else axis


@table.function("numpy.put_along_axis")
def put_along_axis(
    c: LibraryContext, arr: Abstract, indices: Abstract, values: Abstract, axis: Abstract
) -> Result:
    """Elements by index arrays along an axis set."""
    target = target_of(c, arr, "np.put_along_axis")
    if c.is_none(axis):
        target = target_of(c, flat_place(c, target), "np.put_along_axis")
    type_ = type_of(c, target)
    index = _along_axis(c, type_.dims, indices, c.static_axis(_axis(c, axis), type_.rank))
    c.put(target, index, c.value(values))
    return None
