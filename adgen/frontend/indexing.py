"""Subscripts: from what stands between the brackets to an indexer over the program's values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Any

import numpy as np

from adgen.diagnostics import Span
from adgen.frontend import either, places
from adgen.frontend.abstract import Abstract, Array, Index, Known, Number, Reshape, Slice, Tuple
from adgen.frontend.masks import coordinates, fitted, is_mask
from adgen.frontend.promotion import broadcast, number_class, stretch
from adgen.frontend.reader import Reader, describe
from adgen.ir.core import Access, Full, Gather, Indexer, Point, Range, Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import DType, Kind, Type
from adgen.primitives.elementwise import add, lt, where
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.indexing import read, selected_dims, wrap
from adgen.primitives.shape import broadcast as broadcast_
from adgen.primitives.shape import reshape
from adgen.primitives.sizes import constant
from adgen.records import dataclass

Item = tuple[Abstract, Span]


@dataclass(slots=True)
class Subscript:
    """What a subscript selects: an index, and where ``np.newaxis`` puts dims of length 1 afterwards.

    With ``...`` in it (``dotted``) even one element is an array.
    """

    index: Index
    newaxes: tuple[int, ...] = ()
    dotted: bool = False

    @property
    def gathers(self) -> bool:
        """Whether index arrays occur (so that the result is a copy)."""
        return any(isinstance(a, Gather) for a in self.index.indexer.access)


_BEYOND = 2**62
"""Further than any array reaches."""


@dataclass(slots=True)
class _Parts:
    access: list[Access] = field(default_factory=list)
    operands: list[Value] = field(default_factory=list)
    newaxes: list[int] = field(default_factory=list)
    kept: int = 0
    masked: int = 0


def subscript(r: Reader, type_: Type, items: Sequence[Item], span: Span) -> Subscript:
    """The index that ``items`` mean for an array of a type."""
    dotted = any(_is(item, ...) for item, _ in items)
    items = _expanded(r, type_, items, span)
    parts, axis = _Parts(), 0
    for item, place in items:
        if is_mask(r, item):
            axis += _add_mask(r, parts, item, type_.dims[axis:], place)
            continue
        if isinstance(item, Known) and item.value is None:
            parts.newaxes.append(parts.kept)
            parts.kept += 1
            continue
        _add(r, parts, item, type_.dims[axis], place)
        axis += 1
    access, operands = _uniform(r, parts)
    gathers = sum(isinstance(a, Gather) for a in access)
    once = not gathers or gathers == parts.masked
    return Subscript(Index(Indexer(tuple(access), once), tuple(operands)), tuple(parts.newaxes), dotted)


def _expanded(r: Reader, type_: Type, items: Sequence[Item], span: Span) -> list[Item]:
    """The items with ``...`` (also the one at the end) written out."""
    found: list[Item] = list(items)
    count = sum(_taken(r, i) for i, _ in found)
    if count > type_.rank:
        raise r.error("AG235", span, count=count, rank=type_.rank)
    whole = (Slice(Known(None), Known(None), Known(None)), span)
    missing = [whole] * (type_.rank - count)
    for at, (item, _) in enumerate(found):
        if _is(item, ...):
            return [*found[:at], *missing, *found[at + 1 :]]
    return [*found, *missing]


def _taken(r: Reader, item: Abstract) -> int:
    """How many dims an index is for."""
    if is_mask(r, item):
        return r.value(item).type.rank
    return int(not _is(item, None) and not _is(item, ...))


def _add_mask(r: Reader, parts: _Parts, item: Abstract, dims: Sequence[Dim], span: Span) -> int:
    """Append the index arrays that a mask means; how many dims it is for."""
    if parts.masked:
        raise r.error("AG236", span, what="a second mask")
    mask = fitted(r, item, Type(DType.bool, tuple(dims)))
    for index in coordinates(r, mask):
        parts.access.append(Gather())
        parts.operands.append(index)
    parts.kept += 1
    parts.masked = mask.type.rank
    return mask.type.rank


def _is(item: Abstract, constant_: Any) -> bool:
    return isinstance(item, Known) and item.value is constant_


def _add(r: Reader, parts: _Parts, item: Abstract, size: Dim, span: Span) -> None:
    """Append the access that one index means for one dim."""
    if isinstance(item, Slice):
        access, start = slice_access(r, item, size, span)
        parts.access.append(access)
        parts.operands += [] if start is None else [start]
        parts.kept += 1
        return
    if isinstance(item, Known) and isinstance(item.value, int) and not isinstance(item.value, bool):
        parts.access.append(Point())
        parts.operands.append(_constant_point(r, item.value, size, span))
        return
    value = r.value(item) if isinstance(item, Number | Array | Tuple) else None
    if value is None or not value.type.dtype.is_integer:
        raise r.error("AG236", span, what=describe(r, item))
    if value.type.rank:
        parts.access.append(Gather())
        parts.operands.append(wrap(r.b, r.cast(value, DType.i64), dim=size))
        parts.kept += 1
        return
    parts.access.append(Point())
    parts.operands.append(point(r, r.cast(value, DType.i64, Kind.py), size))


def _constant_point(r: Reader, index: int, size: Dim, span: Span) -> Value:
    inside = -_BEYOND < index < _BEYOND if size.value is None else -size.value <= index < size.value
    if not inside:
        raise r.error("AG237", span, index=index, size=size)
    wanted = size - index - 1 if index >= 0 else size + index
    if r.sizes.assume(wanted, f"index {index} is within the bounds"):
        return constant(r.b, index) if index >= 0 else r.sizes.value(size + index)
    return wrap(r.b, constant(r.b, index), dim=size)


def point(r: Reader, value: Value, size: Dim) -> Value:
    """An index counted from 0: as it is where it is provably within bounds, else wrapped and checked."""
    place = r.sizes.polynomial(value)
    if r.sizes.proves(place) and r.sizes.proves(size - 1 - place):
        return value
    if place.value is not None and place.value < 0:
        return wrap(r.b, value, dim=size)
    if r.sizes.proves(-place - 1) and r.sizes.proves(size + place):
        return add(r.b, value, r.sizes.value(size))
    return wrap(r.b, value, dim=size)


# -- slices -------------------------------------------------------------------------------------------------
def slice_access(r: Reader, item: Slice, size: Dim, span: Span) -> tuple[Access, Value | None]:
    """The access a slice means, and its start."""
    step = 1 if _is(item.step, None) else r.static(item.step, "the step of a slice", span)
    if not isinstance(step, int) or step == 0:
        raise r.error("AG236", span, what="a slice with this step")
    step = max(-_BEYOND, min(step, _BEYOND))
    if _is(item.start, None) and _is(item.stop, None) and step == 1:
        return Full(), None
    if step < 0:
        return _backward(r, item, size, step, span)
    start = _bound(r, item.start, Dim.const(0), size, span)
    stop = _bound(r, item.stop, size, size, span)
    count = _length(r, stop, start)
    if step != 1:
        count = _strided(r, count, step)
    return Range(count, step), r.sizes.value(start)


def _backward(r: Reader, item: Slice, size: Dim, step: int, span: Span) -> tuple[Access, Value]:
    """A slice with a negative step; bounds other than constants are refused."""
    last = size - 1 if _is(item.start, None) else _bound(r, item.start, size - 1, size, span, backward=True)
    first = Dim.const(-1) if _is(item.stop, None) else _bound(r, item.stop, size, size, span, backward=True)
    count = _length(r, last, first)
    if step != -1:
        count = _strided(r, count, -step)
    return Range(count, step), r.sizes.value(last)


def _strided(r: Reader, count: Dim, step: int) -> Dim:
    """The number of elements every ``step``: ``(count + step - 1) // step``."""
    if count.value is not None:
        return Dim.const(-(-count.value // step))
    if all(c % step == 0 for _, c in count.terms):
        return Dim(tuple((m, c // step) for m, c in count.terms))
    from adgen.primitives.rounding import floor_divide

    numerator = r.sizes.value(count + (step - 1))
    return r.sizes.dim_of(floor_divide(r.b, numerator, constant(r.b, step)), "count")


def _length(r: Reader, stop: Dim, start: Dim) -> Dim:
    """``stop - start``, not below 0."""
    length = stop - start
    if length.value is not None:
        return Dim.const(max(length.value, 0))
    if r.sizes.assume(length, f"the slice has {length} elements", here=True):
        return r.sizes.bindable(length, "length")
    clamped = maximum(r.b, r.sizes.value(length), constant(r.b, 0))
    return r.sizes.dim_of(clamped, "length")


def _bound(r: Reader, x: Abstract, missing: Dim, size: Dim, span: Span, backward: bool = False) -> Dim:
    """A bound of a slice as a polynomial between 0 and ``size``."""
    if _is(x, None):
        return missing
    if isinstance(x, Known):
        if not isinstance(x.value, int):
            raise r.error("AG236", span, what=describe(r, x))
        if abs(x.value) >= _BEYOND:
            last = size - 1 if backward else size
            return last if x.value > 0 else last - size
        place = Dim.const(int(x.value))
    else:
        value = r.value(x)
        if value.type.rank or not value.type.dtype.is_integer:
            raise r.error("AG236", span, what=describe(r, x))
        place = r.sizes.polynomial(r.cast(value, DType.i64, Kind.py))
    return _clamped(r, place, size, size - 1 if backward else size)


def _clamped(r: Reader, place: Dim, size: Dim, top: Dim) -> Dim:
    from_end = (place.value or 0) < 0
    if from_end:
        place = place + size
        if r.sizes.assume(place, f"the slice bound {place} is not negative", here=True):
            return place
    elif r.sizes.proves(place):
        if place.value is not None and top.value is not None:
            return min(place, top, key=lambda d: d.value or 0)
        if r.sizes.assume(top - place, f"the slice bound {place} is within the array", here=True):
            return place
    value = r.sizes.value(place)
    least = 0 if top == size else -1
    if not r.sizes.proves(place):
        value = value if from_end else _wrapped_bound(r, value, size)
        value = maximum(r.b, value, constant(r.b, least))
    clamped = minimum(r.b, value, r.sizes.value(top))
    r.sizes.limits[clamped] = (Dim.const(least), top)
    return r.sizes.polynomial(clamped)


def _wrapped_bound(r: Reader, value: Value, size: Dim) -> Value:
    """``value + size`` where it is negative."""
    negative = lt(r.b, value, constant(r.b, 0))
    return where(r.b, negative, add(r.b, value, r.sizes.value(size)), value)


# -- mixtures -----------------------------------------------------------------------------------------------
def _uniform(r: Reader, parts: _Parts) -> tuple[list[Access], list[Value]]:
    """Accesses that an indexer can hold: with an index array, points become index arrays too."""
    gathers = [v for a, v in _pairs(parts) if isinstance(a, Gather) and v is not None]
    if not gathers:
        return parts.access, parts.operands
    stretched = iter(
        broadcast(r, [v for a, v in _pairs(parts) if isinstance(a, Gather | Point) and v is not None])
    )
    access: list[Access] = []
    operands: list[Value] = []
    for a, v in _pairs(parts):
        if isinstance(a, Gather | Point):
            access.append(Gather())
            operands.append(next(stretched))
        else:
            access.append(a)
            operands += [] if v is None else [v]
    return access, operands


def _pairs(parts: _Parts) -> list[tuple[Access, Value | None]]:
    operands = iter(parts.operands)
    return [(a, None if isinstance(a, Full) else next(operands)) for a in parts.access]


# -- loads and stores ---------------------------------------------------------------------------------------
def load(r: Reader, place: Array, found: Subscript) -> Abstract:
    """What a subscript reads: a number, a view, or (by index arrays) a new array."""
    type_ = places.type_through(r.state.versions[place.root].type, place.path)
    index = found.index
    dims = selected_dims(type_.dims, index.indexer, [v.any_type for v in index.operands])
    if found.gathers:
        value = read(r.b, r.value(place), *index.operands, index=index.indexer)
        return r.wrap(_with_newaxes(r, value, found))
    if not dims and not found.newaxes and not found.dotted:
        return Number(_element(r, place, index))
    steps: list[Any] = [] if all(isinstance(a, Full) for a in index.indexer.access) else [index]
    if found.newaxes:
        steps.append(Reshape(_dims_with_newaxes(dims, found.newaxes)))
    return Array(place.root, (*place.path, *steps))


def _element(r: Reader, place: Array, index: Index) -> Value:
    """One element, read from the root at once where the path allows."""
    if place.root.either is not None and either.at_hand(r, place.root) is None:
        return either.pick(r, place, lambda one: _element(r, one, index))
    root_type = r.state.versions[place.root].type
    path = place.path
    while path and isinstance(path[-1], Index) and not places.is_at_hand(r, Array(place.root, path)):
        composed = places.compose(r, path[-1], index)
        if composed is None:
            break
        index, path = composed, path[:-1]
    if not root_type.rank and not path:
        return r.cast(r.value(place), root_type.dtype, Kind.np)
    base = places.read(r, Array(place.root, path))
    return read(r.b, base, *index.operands, index=index.indexer)


def _dims_with_newaxes(dims: Sequence[Dim], newaxes: Sequence[int]) -> tuple[Dim, ...]:
    rest = iter(dims)
    return tuple(ONE if at in newaxes else next(rest) for at in range(len(dims) + len(newaxes)))


def _with_newaxes(r: Reader, value: Value, found: Subscript) -> Value:
    if not found.newaxes:
        return value
    return reshape(r.b, value, dims=_dims_with_newaxes(value.type.dims, found.newaxes))


def store(r: Reader, place: Array, found: Subscript, value: Value, accumulate: bool = False) -> None:
    """Put a value into what a subscript selects, cast and stretched as NumPy does."""
    places.check_writable(r, place)
    type_ = places.type_through(r.state.versions[place.root].type, place.path)
    index = found.index
    dims = selected_dims(type_.dims, index.indexer, [v.any_type for v in index.operands])
    fitted = fit(r, value, type_.dtype, dims)
    places.store(r, place, index, fitted, accumulate)


def store_all(r: Reader, place: Array, value: Value) -> None:
    """Overwrite a whole array."""
    type_ = places.type_through(r.state.versions[place.root].type, place.path)
    places.store(r, place, places.full_index(type_.rank), fit(r, value, type_.dtype, type_.dims))


def fit(r: Reader, value: Value, dtype: DType, dims: Sequence[Dim]) -> Value:
    """``value`` as an array of a dtype and dims can take it."""
    check_cast(r, value.type, dtype)
    value = r.cast(value, dtype)
    while value.type.rank > len(dims) and value.type.dims[0] == ONE:
        value = reshape(r.b, value, dims=value.type.dims[1:])
    if value.type.rank > len(dims):
        raise r.sizes.unequal(dims, value.type.dims, (value,))
    if not dims:
        return value if value.type.kind is not Kind.array else r.cast(value, dtype, Kind.np)
    if not value.type.rank:
        return broadcast_(r.b, value, dims=tuple(dims), axes=())
    return stretch(r, value, dims)


def check_kind(r: Reader, source: Type, dtype: DType) -> None:
    """Refuse what a ufunc does not write into an array of a dtype: casts of another than the same kind."""
    if not np.can_cast(source.dtype.numpy, dtype.numpy, "same_kind"):
        raise r.error("AG246", value=f"`{source}`", dtype=dtype.value)


def check_cast(r: Reader, source: Type, dtype: DType) -> None:
    """Refuse stores that would cut values down."""
    if number_class(source.dtype) > number_class(dtype):
        raise r.error("AG246", value=f"`{source}`", dtype=dtype.value)
