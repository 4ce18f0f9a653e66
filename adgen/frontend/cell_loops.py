"""Loops over lists of run-time length: lists made of sequences, shifted elements, reversal and search."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.diagnostics import Span
from adgen.frontend import cells, places
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Grown,
    Iterable,
    Known,
    Number,
    Root,
    Slice,
    Tuple,
)
from adgen.frontend.elements import LEAF, element_of
from adgen.frontend.nested import flattened, note_made
from adgen.frontend.reader import Reader, describe
from adgen.ir.core import Indexer, Point, Region, Value
from adgen.ir.dims import Dim
from adgen.ir.types import I64, DType, Kind
from adgen.primitives import lists as prims
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import add, logical_and, lt, neg, sub, where
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.indexing import read
from adgen.primitives.ordering import argsort
from adgen.primitives.rounding import floor_divide
from adgen.primitives.shape import broadcast
from adgen.primitives.sizes import constant

Bounds = tuple[Value, Value, Value]


def _rounds(
    r: Reader, x: Cells, bounds: Bounds, body: Callable[[Value], None], step: int | None = None
) -> None:
    """A counted loop that changes one list."""
    inits = tuple(r.state.versions[root] for root in x.roots)
    counter, params = Value(I64), tuple(Value(v.any_type, v.hint) for v in inits)
    with r.branch(r.state, conditional=False) as (nodes, state):
        r.state.versions.update(zip(x.roots, params, strict=True))
        r.sizes.counters[counter] = (bounds[0], bounds[1], step or 0)
        body(counter)
        del r.sizes.counters[counter]
        ends = tuple(state.versions[root] for root in x.roots)
    region = Region((counter, *params), tuple(nodes), ends)
    results = r.b.for_loop(bounds, inits, region)
    for root, result in zip(x.roots, results, strict=True):
        places.set_version(r, root, result)
        if root in state.shared:
            r.state.shared[root] = state.shared[root]


# -- making -------------------------------------------------------------------------------------------------
def extend(r: Reader, x: Cells, items: Abstract) -> None:
    """``x.extend(items)``, one after the other."""
    from adgen.frontend.sequences import static_items, trip

    if isinstance(items, Cells) and items.form is None:
        return
    known = static_items(r, items)
    if known is not None:
        for item in known:
            cells.append(r, x, item)
        return
    found = trip(r, items)
    if found is None:
        raise r.error("AG123", what=describe(r, items))
    cells.check_own(r, x)
    if not x.roots:
        with r.branch(r.state) as _:
            item = flattened(r, found.item(constant(r.b, 0)))
            raise cells.learn(r, x, element_of(r, item))
    bounds = (found.lo, found.hi, found.step)
    _rounds(r, x, bounds, lambda k: cells.append(r, x, found.item(k)), found.step_value)


def concatenated(r: Reader, *parts: Abstract) -> Cells:
    """A new list of the elements of several sequences."""
    site = cells.site_of(r)
    r.elements.setdefault(site, None)
    made = cells.new(r, (), site)
    for part in parts:
        extend(r, made, part)
    return made


def filled(r: Reader, items: Sequence[Abstract], times: Value) -> Abstract:
    """``[item, ...] * times`` for a number known at run time."""
    if not times.type.dtype.is_integer or times.type.rank:
        raise r.error("AG234", operation="*", types=f"a list and `{times.type}`")
    if not items:
        raise r.error("AG115", notes=["a list of nothing is repeated"])
    times = r.cast(times, DType.i64, Kind.py)
    site = cells.site_of(r)
    if len(items) == 1 and site not in r.elements and isinstance(items[0], Known | Number):
        return _constant(r, items[0], times, site)
    r.elements.setdefault(site, None)
    made = cells.new(r, (), site)
    for item in items:
        if isinstance(item, Array | Cells | Grown) or (isinstance(item, Tuple) and item.kind == "list"):
            raise r.error("AG115", notes=["every element would be the same array or list"])
    if made.form is None:
        raise cells.learn(r, made, element_of(r, items[0]))

    def again(_: Value) -> None:
        for item in items:
            cells.append(r, made, item)

    _rounds(r, made, (constant(r.b, 0), times, constant(r.b, 1)), again, 1)
    return made


def _constant(r: Reader, item: Abstract, times: Value, site: object) -> Grown:
    """One number again and again. Where the list changes it is made anew, of cells."""
    from adgen.frontend.indexing import _length

    value = r.value(item)
    count = r.sizes.bindable(_length(r, r.sizes.polynomial(times), Dim.const(0)), "count")
    owner = Root("list", None, r.b.span)
    r.sites[owner] = site
    note_made(r, owner)
    place = r.new_array(broadcast(r.b, value, dims=(count,), axes=()), "list")
    return Grown(place, count, value.type, owner)


def sliced(r: Reader, x: Cells, chosen: Slice, span: Span | None) -> Abstract:
    """``x[start:stop:step]``: another list; of numbers or arrays one to look at."""
    from adgen.frontend.lists import list_item

    parts = [list_item(r, column, [(chosen, span)]) for column in cells.columns(r, x)]
    if x.form is not None and x.form[0] != "tuple":
        return parts[0]
    if x.form is None or x.form[1] != "tuple" or any(part != LEAF for part in x.form[4]):
        raise r.error("AG115", notes=["a slice of a list of nested tuples"])
    return concatenated(r, Iterable("zip", tuple(parts)))


# -- moving elements ----------------------------------------------------------------------------------------
def _moved(r: Reader, x: Cells, source: Value, target: Value) -> None:
    """``x[target] = x[source]``, both within the list."""
    for root in x.roots:
        stack = r.state.versions[root]
        value = prims.cell(r.b, stack, source, exact=True)
        places.set_version(r, root, prims.set_cell(r.b, stack, target, value, exact=True))


def insert(r: Reader, x: Cells, index: Value, item: Abstract) -> None:
    """``x.insert(index, item)``: those behind move up."""
    n = cells.count(r, x)
    cells.append(r, x, item)
    size, place = r.sizes.polynomial(n), r.sizes.polynomial(index)
    if r.sizes.proves(place - size):
        return
    last = [prims.cell(r.b, r.state.versions[root], n, exact=True) for root in x.roots]
    at = minimum(r.b, index, n)
    if not r.sizes.proves(place):
        zero = constant(r.b, 0)
        at = where(r.b, lt(r.b, index, zero), maximum(r.b, add(r.b, index, n), zero), at)
    one = constant(r.b, 1)
    _rounds(r, x, (n, at, constant(r.b, -1)), lambda k: _moved(r, x, sub(r.b, k, one), k), -1)
    for root, value in zip(x.roots, last, strict=True):
        stack = prims.set_cell(r.b, r.state.versions[root], at, value, exact=True)
        places.set_version(r, root, stack)


def pop_at(r: Reader, x: Cells, index: Value) -> Abstract:
    """``x.pop(index)``: those behind move down."""
    cells.check_own(r, x)
    at = cells.position(r, x, index)
    values = [prims.cell(r.b, stack, at, exact=True) for stack in cells.contents(r, x)]
    last = r.sizes.value(r.sizes.polynomial(cells.count(r, x)) - 1)
    one = constant(r.b, 1)
    _rounds(r, x, (at, last, one), lambda k: _moved(r, x, add(r.b, k, one), k), 1)
    for root in x.roots:
        rest, _ = r.b.emit(prims.take, (r.state.versions[root], last), {"exact": True})
        places.set_version(r, root, rest)
    return cells.made_of(r, x, values)


def reverse(r: Reader, x: Cells) -> None:
    """``x.reverse()``."""
    cells.check_own(r, x)
    n = cells.count(r, x)
    last = r.sizes.value(r.sizes.polynomial(n) - 1)

    def exchange(k: Value) -> None:
        other = sub(r.b, last, k)
        kept = [prims.cell(r.b, r.state.versions[root], k, exact=True) for root in x.roots]
        _moved(r, x, other, k)
        for root, value in zip(x.roots, kept, strict=True):
            stack = prims.set_cell(r.b, r.state.versions[root], other, value, exact=True)
            places.set_version(r, root, stack)

    half = floor_divide(r.b, n, constant(r.b, 2))
    _rounds(r, x, (constant(r.b, 0), half, constant(r.b, 1)), exchange, 1)


# -- order --------------------------------------------------------------------------------------------------
def sort(r: Reader, x: Cells, key: Abstract, backward: bool) -> None:
    """``x.sort(key=..., reverse=...)``: derivatives follow the elements, equal ones in their order."""
    cells.check_own(r, x)
    if x.form is None:
        return
    keys = x if key == Known(None) else _keys(r, x, key)
    if keys.form != LEAF or any(t.rank for t in keys.types):
        raise r.error("AG115", notes=["a list whose length is known only at run time is sorted by numbers"])
    measure = r.value(cells.columns(r, keys)[0])
    if measure.type.dtype is DType.bool:
        measure = r.cast(measure, DType.i64)
    order = argsort(r.b, neg(r.b, measure) if backward else measure, axis=0)
    old = [prims.copy_list(r.b, stack) for stack in cells.contents(r, x)]
    bounds = (constant(r.b, 0), cells.count(r, x), constant(r.b, 1))
    _rounds(r, x, bounds, lambda k: _placed(r, x, old, order, k), 1)


def _placed(r: Reader, x: Cells, old: Sequence[Value], order: Value, k: Value) -> None:
    """``x[k] = old[order[k]]``."""
    at = r.cast(read(r.b, order, k, index=Indexer((Point(),))), DType.i64, Kind.py)
    for root, stack in zip(x.roots, old, strict=True):
        value = prims.cell(r.b, stack, at, exact=True)
        places.set_version(r, root, prims.set_cell(r.b, r.state.versions[root], k, value, exact=True))


def _keys(r: Reader, x: Cells, key: Abstract) -> Cells:
    """What a function gives for every element, as a list."""
    from adgen.frontend.higher import applied

    site = ("keys", cells.site_of(r))
    r.elements.setdefault(site, None)
    made = cells.new(r, (), site)

    def key_of(k: Value) -> Abstract:
        stacks = cells.contents(r, x)
        return applied(r, key, cells.made_of(r, x, [prims.cell(r.b, s, k, exact=True) for s in stacks]))

    if made.form is None:
        with r.branch(r.state) as _:
            raise cells.learn(r, made, element_of(r, key_of(constant(r.b, 0))))
    bounds = (constant(r.b, 0), cells.count(r, x), constant(r.b, 1))
    _rounds(r, made, bounds, lambda k: cells.append(r, made, key_of(k)), 1)
    return made


# -- searching ----------------------------------------------------------------------------------------------
def _scan(
    r: Reader, x: Cells, start: int, step: Callable[[Value, Value, Value], Value], item: Abstract
) -> Value:
    """An integer that goes over the elements: ``step(counter, equal, so far)``."""
    from adgen.frontend.operators import binary, truth

    if x.form != LEAF or any(t.rank for t in x.types):
        raise r.error("AG115", notes=["only numbers are looked for in a list"])
    bounds = (constant(r.b, 0), cells.count(r, x), constant(r.b, 1))
    counter, so_far = Value(I64), Value(I64)
    with r.branch(r.state, conditional=False) as (nodes, _):
        found = cells.made_of(r, x, [prims.cell(r.b, r.state.versions[x.roots[0]], counter, exact=True)])
        equal = r.cast(r.value(truth(r, binary(r, "==", found, item))), DType.bool, Kind.py)
        after = step(counter, equal, so_far)
    region = Region((counter, so_far), tuple(nodes), (after,))
    return r.b.for_loop(bounds, (constant(r.b, start),), region)[0]


def counted(r: Reader, x: Cells, item: Abstract) -> Value:
    """``x.count(item)``."""
    if x.form is None:
        return constant(r.b, 0)
    return _scan(r, x, 0, lambda _, equal, n: add(r.b, n, r.cast(equal, DType.i64)), item)


def found_at(r: Reader, x: Cells, item: Abstract, method: str) -> Value:
    """The first position of an item. Fails at run time where there is none."""
    if x.form is None:
        raise cells.unknown(r, x)

    def first(k: Value, equal: Value, at: Value) -> Value:
        return where(r.b, logical_and(r.b, equal, lt(r.b, at, constant(r.b, 0))), k, at)

    at = _scan(r, x, -1, first, item)
    absent = lt(r.b, at, constant(r.b, 0))
    r.b.emit(fail_if, (absent,), {"error": "ValueError", "message": f"list.{method}(x): x not in list"})
    return at


__all__ = [
    "concatenated",
    "counted",
    "extend",
    "filled",
    "found_at",
    "insert",
    "pop_at",
    "reverse",
    "sliced",
    "sort",
]
