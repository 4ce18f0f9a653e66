"""Sorting, and what is made of sorted elements."""

from __future__ import annotations

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table
from adgen.frontend.library.operands import flat, require
from adgen.frontend.library.placing import grid, target_of
from adgen.ir.core import Gather, Indexer, Value
from adgen.ir.types import DType, Kind
from adgen.primitives.indexing import read, wrap
from adgen.primitives.ordering import argpartition as argpartition_
from adgen.primitives.ordering import argsort as argsort_
from adgen.primitives.searching import searchsorted as searchsorted_

table = Table()
_LAST, _LEFT = Known(-1), Known("left")


def _laid_out(c: LibraryContext, a: Abstract, axis: Abstract) -> tuple[Value, int]:
    """The array (flattened for no axis) and the axis along which it is ordered."""
    x = c.value(a, kind=Kind.np)
    if c.is_none(axis):
        return flat(c, x), 0
    require(c, x.type.rank > 0, "sorting", a)
    return x, c.static_axis(axis, x.type.rank)


def _check(c: LibraryContext, order: Abstract, kind: Abstract) -> None:
    """The sort is stable whatever is asked for; `order` is for records."""
    c.static(kind, "the kind of sort")
    if not c.is_none(order):
        raise c.error("AG205", order, function="np.sort", reason="`order` is for arrays of records")


def in_order(c: LibraryContext, x: Value, order: Value, axis: int) -> Value:
    """The elements by their positions along an axis."""
    if x.type.rank == 1:
        return read(c.b, x, order, index=Indexer((Gather(),)))
    places = grid(c, x.type.dims, axis)
    places.insert(axis, order)
    return read(c.b, x, *places, index=Indexer(tuple(Gather() for _ in places)))


@table.function("numpy.argsort", "numpy.ndarray.argsort")
def argsort(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = _LAST,
    kind: Abstract = NONE,
    order: Abstract = NONE,
    *,
    stable: Abstract = NONE,
) -> Result:
    """The positions of the elements in increasing order, equal ones in their order."""
    _check(c, order, kind)
    x, along = _laid_out(c, a, axis)
    return argsort_(c.b, x, axis=along)


@table.function("numpy.sort")
def sort(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = _LAST,
    kind: Abstract = NONE,
    order: Abstract = NONE,
    *,
    stable: Abstract = NONE,
) -> Result:
    """The elements in increasing order; derivatives follow them, equal ones in their order."""
    _check(c, order, kind)
    x, along = _laid_out(c, a, axis)
    return in_order(c, x, argsort_(c.b, x, axis=along), along)


@table.function("numpy.ndarray.sort")
def sort_in_place(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = _LAST,
    kind: Abstract = NONE,
    order: Abstract = NONE,
    *,
    stable: Abstract = NONE,
) -> Result:
    """The elements put in increasing order along an axis, in place."""
    target = target_of(c, a, "sort")
    c.store(target, c.fresh(c.value(sort(c, a, axis, kind, order))))  # type: ignore[arg-type]
    return None


def _places(c: LibraryContext, kth: Abstract, x: Value, axis: int) -> list[Value]:
    """The places of a partition, counted from 0."""
    given = c.static(kth, "the places of a partition") if isinstance(kth, Known) else None
    items = (kth,) if given is not None or c.value(kth).type.rank == 0 else c.items(kth)
    size = x.type.dims[axis]
    return [wrap(c.b, c.cast(c.value(item), DType.i64, Kind.py), dim=size) for item in items]


@table.function("numpy.argpartition", "numpy.ndarray.argpartition")
def argpartition(
    c: LibraryContext, a: Abstract, kth: Abstract, axis: Abstract = _LAST, kind: Abstract = NONE
) -> Result:
    """The positions of the elements, those of the smaller ones before that of the k-th."""
    x, along = _laid_out(c, a, axis)
    return argpartition_(c.b, x, *_places(c, kth, x, along), axis=along)


@table.function("numpy.partition")
def partition(
    c: LibraryContext, a: Abstract, kth: Abstract, axis: Abstract = _LAST, kind: Abstract = NONE
) -> Result:
    """The elements, the smaller ones before the k-th and the larger ones after it."""
    x, along = _laid_out(c, a, axis)
    order = argpartition_(c.b, x, *_places(c, kth, x, along), axis=along)
    return in_order(c, x, order, along)


@table.function("numpy.ndarray.partition")
def partition_in_place(
    c: LibraryContext, a: Abstract, kth: Abstract, axis: Abstract = _LAST, kind: Abstract = NONE
) -> Result:
    """The elements put in an order with the smaller ones before the k-th, in place."""
    target = target_of(c, a, "partition")
    c.store(target, c.fresh(c.value(partition(c, a, kth, axis))))  # type: ignore[arg-type]
    return None


# -- places among sorted elements -----------------------------------------------------------------------
@table.function("numpy.searchsorted", "numpy.ndarray.searchsorted")
def searchsorted(
    c: LibraryContext, a: Abstract, v: Abstract, side: Abstract = _LEFT, sorter: Abstract = NONE
) -> Result:
    """Where numbers belong in a sorted vector; places have no derivative."""
    where = c.static(side, "the side")
    if where not in ("left", "right"):
        raise c.error("AG205", side, function="np.searchsorted", reason=f"side={where!r} is unknown")
    table_, numbers = c.promote(c.value(a, kind=Kind.np), c.value(v, kind=Kind.np))
    require(c, table_.type.rank == 1, "np.searchsorted", a)
    if not c.is_none(sorter):
        order = wrap(c.b, c.cast(c.value(sorter), DType.i64), dim=table_.type.dims[0])
        table_ = read(c.b, table_, order, index=Indexer((Gather(),)))
    return searchsorted_(c.b, table_, numbers, side=where)
