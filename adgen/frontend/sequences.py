"""What a loop runs over: items known one by one, or a counter and what each round sees of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from adgen.frontend import cells, places
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Grown,
    Index,
    Iterable,
    Known,
    Number,
    Schedule,
    Tuple,
)
from adgen.frontend.elements import LEAF, rebuilt
from adgen.frontend.lists import contents, element
from adgen.frontend.operators import STATIC_LIMIT
from adgen.frontend.reader import Reader
from adgen.ir.core import Access, Full, Indexer, Point, Value
from adgen.ir.dims import Dim
from adgen.ir.types import DType, Kind
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import add, eq, mul, neg, sub
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.indexing import read
from adgen.primitives.rounding import floor_divide, mod
from adgen.primitives.sizes import constant
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Trip:
    """A counted loop: the counter runs from ``lo`` to before ``hi``; ``item`` is what a round sees.

    ``schedule`` is how its reverse sweep keeps states, where that is said.
    """

    lo: Value
    hi: Value
    step: Value
    step_value: int | None
    item: Callable[[Value], Abstract]
    schedule: Schedule | None = None


def static_items(r: Reader, x: Abstract) -> tuple[Abstract, ...] | None:
    """The items of a sequence whose length and kind are known at build time, else None."""
    match x:
        case Tuple(items=items, kind=kind, keys=keys):
            return tuple(Known(k) for k in keys) if kind == "dict" else items
        case Array():
            size = _length_of(r, x).value
            if size is None:
                return None
            return tuple(row(r, x, constant(r.b, k)) for k in range(size))
        case Grown(count=count):
            if count.value is None:
                return None
            if x.place is None:
                return None if count.value else ()
            return tuple(element(r, x, constant(r.b, k)) for k in range(count.value))
        case Cells(form=None):
            raise cells.unknown(r, x)
        case Iterable("range", bounds):
            return _static_range(bounds)
        case Iterable("enumerate", (inner, start)):
            found = static_items(r, inner)
            if found is None or not isinstance(start, Known) or not isinstance(start.value, int):
                return None
            return tuple(Tuple((Known(start.value + k), item)) for k, item in enumerate(found))
        case Iterable("zip" | "zip_strict" as kind, parts):
            columns = [static_items(r, part) for part in parts]
            if any(c is None for c in columns):
                return None
            if kind == "zip_strict" and len({len(c) for c in columns if c is not None}) > 1:
                raise r.error("AG205", function="zip", reason="the sequences differ in length")
            rows = zip(*(c for c in columns if c is not None), strict=False)
            return tuple(Tuple(tuple(together)) for together in rows)
        case Iterable("product", parts):
            every = [static_items(r, part) for part in parts]
            if any(items is None for items in every):
                return None
            combined = itertools.product(*(items for items in every if items is not None))
            return tuple(Tuple(together) for together in combined)
        case Iterable("iter", (inner,)):
            return static_items(r, inner)
        case Iterable("reversed", (inner,)):
            found = static_items(r, inner)
            return None if found is None else tuple(reversed(found))
    return None


def _static_range(bounds: tuple[Abstract, ...]) -> tuple[Abstract, ...] | None:
    values = [b.value for b in bounds if isinstance(b, Known)]
    if len(values) != 3 or values[2] == 0 or not all(isinstance(v, int) for v in values):
        return None
    numbers = range(*values)
    return tuple(Known(k) for k in numbers) if len(numbers) <= STATIC_LIMIT else None


def is_static(x: Abstract) -> bool:
    """Whether a plain ``for`` over ``x`` is unrolled: where tuples are involved."""
    match x:
        case Tuple():
            return True
        case Iterable("enumerate", (inner, _)):
            return is_static(inner)
        case Iterable("zip" | "zip_strict" | "product", parts):
            return any(is_static(p) for p in parts)
        case Iterable("reversed" | "iter", (inner,)):
            return is_static(inner)
    return False


def _length_of(r: Reader, x: Array) -> Dim:
    type_ = places.type_through(r.state.versions[x.root].type, x.path)
    if not type_.rank:
        raise r.error("AG123", what="a 0-d array")
    return type_.dims[0]


def row(r: Reader, x: Array, index: Value) -> Abstract:
    """``x[index]`` for an index within bounds."""
    type_ = places.type_through(r.state.versions[x.root].type, x.path)
    access: tuple[Access, ...] = (Point(), *(Full() for _ in type_.dims[1:]))
    if type_.rank == 1:
        return Number(read(r.b, r.value(x), index, index=Indexer(access)))
    return Array(x.root, (*x.path, Index(Indexer(access), (index,))))


def trip(r: Reader, x: Abstract) -> Trip | None:
    """The counted loop over ``x``, or None where it is not iterable."""
    match x:
        case Array():
            size = _length_of(r, x)
            return _counted(r, r.sizes.value(size), lambda i: row(r, x, i))
        case Grown(count=count):
            contents(r, x)
            return _counted(r, r.sizes.value(count), lambda i: element(r, x, i))
        case Cells(form=None):
            return _counted(r, constant(r.b, 0), lambda _: _unknown(r, x))
        case Cells(form=form):
            columns = cells.columns(r, x)
            total = r.sizes.value(columns[0].count)
            return _counted(r, total, lambda i: rebuilt(form or LEAF, (element(r, g, i) for g in columns)))
        case Iterable("range", (lo, hi, step)):
            return _range(r, lo, hi, step)
        case Iterable("enumerate", (inner, start)):
            return _enumerate(r, inner, start)
        case Iterable("zip" | "zip_strict" as kind, parts):
            return _zip(r, parts, kind == "zip_strict")
        case Iterable("product", parts):
            return _product(r, parts)
        case Iterable("reversed", (inner,)):
            return _reversed(r, inner)
        case Iterable("iter", (inner,)):
            return trip(r, inner)
    return None


def _counted(r: Reader, count: Value, item: Callable[[Value], Abstract]) -> Trip:
    one = constant(r.b, 1)
    return Trip(constant(r.b, 0), count, one, 1, item)


def _unknown(r: Reader, x: Cells) -> Abstract:
    raise cells.unknown(r, x)


def _range(r: Reader, lo: Abstract, hi: Abstract, step: Abstract) -> Trip:
    values = [_integer(r, x) for x in (lo, hi, step)]
    known = r.sizes.polynomial(values[2]).value
    if known == 0:
        raise r.error("AG205", function="range", reason="the step is zero")
    if known is None:
        bad = eq(r.b, values[2], constant(r.b, 0))
        r.b.emit(fail_if, (bad,), {"error": "ValueError", "message": "range() arg 3 must not be zero"})
    return Trip(values[0], values[1], values[2], known, Number)


def _integer(r: Reader, x: Abstract) -> Value:
    value = r.value(x)
    if value.type.rank or not value.type.dtype.is_integer:
        raise r.error("AG234", operation="range", types=f"`{value.type}`")
    return r.cast(value, DType.i64, Kind.py)


def _normal(r: Reader, x: Abstract) -> tuple[Value, Callable[[Value], Abstract]] | None:
    """A loop as a count and what round ``k`` (from 0) sees."""
    found = trip(r, x)
    if found is None:
        return None
    if found.step_value == 1 and r.sizes.polynomial(found.lo).value == 0:
        return found.hi, found.item
    count = trip_count(r, found)
    lo, step = found.lo, found.step

    def item(k: Value) -> Abstract:
        offset = k if found.step_value == 1 else mul(r.b, k, step)
        return found.item(offset if r.sizes.polynomial(lo).value == 0 else add(r.b, lo, offset))

    return count, item


def trip_count(r: Reader, found: Trip) -> Value:
    """How often a loop runs (not below 0)."""
    from adgen.frontend.indexing import _length, _strided

    if not found.step_value:
        rounds = neg(r.b, floor_divide(r.b, sub(r.b, found.lo, found.hi), found.step))
        return maximum(r.b, rounds, constant(r.b, 0))
    lo, hi = r.sizes.polynomial(found.lo), r.sizes.polynomial(found.hi)
    length = _length(r, hi, lo) if found.step_value > 0 else _length(r, lo, hi)
    return r.sizes.value(_strided(r, length, abs(found.step_value)))


def _enumerate(r: Reader, inner: Abstract, start: Abstract) -> Trip | None:
    found = _normal(r, inner)
    if found is None:
        return None
    count, item = found
    first = _integer(r, start)
    zero = r.sizes.polynomial(first).value == 0

    def pair(k: Value) -> Abstract:
        return Tuple((Number(k if zero else add(r.b, first, k)), item(k)))

    return _counted(r, count, pair)


def _zip(r: Reader, parts: tuple[Abstract, ...], strict: bool) -> Trip | None:
    columns: list[Callable[[Value], Abstract]] = []
    count: Value | None = None
    for part in parts:
        found = _normal(r, part)
        if found is None:
            return None
        columns.append(found[1])
        if strict and count is not None:
            r.sizes.same(r.sizes.polynomial(count), r.sizes.polynomial(found[0]))
        count = found[0] if count is None else _shorter(r, count, found[0])
    if count is None:
        return None
    return _counted(r, count, lambda k: Tuple(tuple(item(k) for item in columns)))


def _product(r: Reader, parts: tuple[Abstract, ...]) -> Trip | None:
    """Nested loops as one: the last part runs fastest."""
    columns: list[tuple[Value, Callable[[Value], Abstract]]] = []
    for part in parts:
        found = _normal(r, part)
        if found is None:
            return None
        columns.append(found)
    count = constant(r.b, 1)
    for size, _ in columns:
        count = mul(r.b, count, size)

    def together(k: Value) -> Abstract:
        items: list[Abstract] = []
        for size, item in reversed(columns):
            last = len(items) + 1 == len(columns)
            items.append(item(k if last else mod(r.b, k, size)))
            k = k if last else floor_divide(r.b, k, size)
        return Tuple(tuple(reversed(items)))

    return _counted(r, count, together)


def _shorter(r: Reader, left: Value, right: Value) -> Value:
    a, b = r.sizes.polynomial(left), r.sizes.polynomial(right)
    if r.sizes.proves(b - a):
        return left
    return right if r.sizes.proves(a - b) else minimum(r.b, left, right)


def _reversed(r: Reader, inner: Abstract) -> Trip | None:
    found = _normal(r, inner)
    if found is None:
        return None
    count, item = found
    last = r.sizes.value(r.sizes.polynomial(count) - 1)
    return _counted(r, count, lambda k: item(sub(r.b, last, k)))
