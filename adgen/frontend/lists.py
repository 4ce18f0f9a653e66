"""Lists that change: which list a name means, appending, and lists kept as the rows of one array.

Outside loops an append makes a longer tuple. In a ``for`` loop the elements go into the rows of an array made
before it (:mod:`adgen.frontend.growing`), so that no round copies what is there already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from adgen.frontend import cells, indexing, nested, places
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Grown,
    Index,
    Inner,
    Iterable,
    Known,
    Number,
    Partial,
    Root,
    Slice,
    Tuple,
    UserFunction,
)
from adgen.frontend.promotion import join_types
from adgen.frontend.reader import Reader, describe
from adgen.frontend.signals import Regrow
from adgen.frontend.state import Activation, Binding, Closure, Missing, roots_of
from adgen.ir.core import Access, Full, Indexer, Point, Range, Value
from adgen.ir.types import Kind, Type
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import lt
from adgen.primitives.sizes import constant

METHODS = ("append", "extend")
_ALIASED = "another name, container or caller may refer to the same list"
_COPY = "append a copy: `.append(x.copy())`"


def new_list(r: Reader, items: tuple[Abstract, ...]) -> Tuple | Cells:
    """A list made here, which nothing else refers to yet."""
    site = cells.site_of(r)
    if site in r.elements:
        return cells.new(r, items, site)
    owner = Root("list", None, r.b.span)
    r.sites[owner] = site
    nested.note_made(r, owner)
    return Tuple(items, "list", owner=owner)


# -- appending ----------------------------------------------------------------------------------------------
def method_call(node: cst.CSTNode) -> tuple[str, str] | None:
    """Name and method of ``name.append(...)`` and its like."""
    match node:
        case cst.Call(func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=method))):
            return (name, method) if method in METHODS else None
    return None


def append_statement(r: Reader, act: Activation, node: cst.Call) -> bool:
    """Lower ``name.append(x)`` where ``name`` is a list; False where it is none."""
    from adgen.frontend.expressions import expression

    found = method_call(node)
    if found is None:
        return False
    name, method = found
    assert isinstance(node.func, cst.Attribute)
    bound = expression(r, act, node.func.value)
    if not (isinstance(bound, Grown) or (isinstance(bound, Tuple) and bound.kind == "list")):
        return False  # of a list of run-time length: an expression like any other
    if len(node.args) != 1 or node.args[0].star or node.args[0].keyword is not None:
        raise r.refuse("AG205", act, node, function=f"{name}.{method}", reason="it takes one argument")
    with r.at(act, node.func):
        check_own(r, act, name, bound)
    item = expression(r, act, node.args[0].value)
    with r.at(act, node):
        extend(r, act, name, (item,) if method == "append" else _items_of(r, bound, item))
    return True


def _items_of(r: Reader, bound: Tuple | Grown, x: Abstract) -> tuple[Abstract, ...]:
    from adgen.frontend.sequences import static_items

    found = static_items(r, x)
    if found is None:
        error = r.error("AG115", notes=["`extend` takes a sequence of known length"])
        raise cells.instead(r, bound.owner, error)
    return found


def check_own(r: Reader, act: Activation, name: str, bound: Tuple | Grown) -> None:
    """Refuse to change a list that something else may refer to."""
    nested.check_unsealed(r, bound.owner)
    if r.state.frames[act.key].get(name) is not bound:
        error = r.error("AG115", notes=[f"`{name}` belongs to the function around this one"])
        raise cells.instead(r, bound.owner, error)
    others = sum(
        sum(owner is bound.owner for owner in owners_in(other))
        for names in r.state.frames.values()
        for other in names.values()
    )
    if bound.owner is None or others != 1:
        raise cells.instead(r, bound.owner, r.error("AG115", notes=[_ALIASED]))


def owners_in(bound: Binding | Abstract) -> Iterator[Root]:
    """The lists that a binding refers to."""
    match bound:
        case Cells(owner=owner):
            yield owner
        case Grown(owner=owner):
            if owner is not None:
                yield owner
        case Tuple(items=items, owner=owner):
            if owner is not None:
                yield owner
            for item in items:
                yield from owners_in(item)
        case Partial(positional=positional, named=named):
            for item in (*positional, *(x for _, x in named)):
                yield from owners_in(item)
        case Iterable(items=items):
            for item in items:
                yield from owners_in(item)
        case UserFunction(definition=Closure(defaults=defaults)):
            for item in defaults.values():
                yield from owners_in(item)


def extend(r: Reader, act: Activation, name: str, items: tuple[Abstract, ...]) -> None:
    """Put items at the end of the list that ``name`` is bound to."""
    frame = r.state.frames[act.key]
    bound = frame[name]
    if isinstance(bound, Tuple):
        frame[name] = replace(bound, items=(*bound.items, *items))
        return
    assert isinstance(bound, Grown)
    for item in items:
        bound = pushed(r, bound, item)
    frame[name] = bound


def pushed(r: Reader, bound: Grown, item: Abstract) -> Grown:
    """A list with one more element, in the row that was kept free for it."""
    if bound.place is not None:
        nested.note_names(r, bound.place.root, item)
    item = nested.flattened(r, item)
    type_ = element_type(r, bound, item)
    growth = r.growing.get(bound.owner) if bound.owner is not None else None
    if growth is None:
        error = r.error("AG115", notes=["behind the loop that filled it a list stays as it is"])
        raise cells.instead(r, bound.owner, error)
    wanted = type_ if bound.element is None else join_types(bound.element, type_)
    inner = nested.learned(r, bound.owner, inner_of(bound, item))
    if wanted is not None and inner is not None:
        wanted = wanted.with_dtype(inner.leaf.dtype)
    if wanted is None or bound.owner is None or (inner is None) is not (nested.nested(item) is None):
        raise cells.instead(r, bound.owner, mixed(r, bound.element, type_))
    growth.note(bound.owner, r.b.span)
    if wanted != bound.element or inner != bound.inner:
        growth.learn(bound.owner, wanted, inner)
        raise Regrow(growth)
    assert bound.place is not None
    remember(r, growth, item)
    index = row_index(len(wanted.dims), r.sizes.value(bound.count))
    value = indexing.fit(r, r.value(item), wanted.dtype, wanted.dims)
    version = r.state.versions[bound.place.root]
    places.set_version(r, bound.place.root, places.stored(r, version, (), index, value))
    return replace(bound, count=bound.count + 1)


def mixed(r: Reader, old: Type | None, new: Type) -> Exception:
    """The refusal of a list of unequal elements."""
    note = f"its elements are `{old}` and `{new}`; in a loop they have to be of one kind and shape"
    return r.error("AG115", notes=[note])


def element_type(r: Reader, bound: Tuple | Grown, item: Abstract) -> Type:
    """The type of an element. Raises AG115 for what is no number, no array and no list of numbers."""
    found = r.type_of(item.place if isinstance(item, Grown) and item.place is not None else item)
    if found is None:
        note = f"in a loop numbers and arrays can be appended, not {describe(r, item)}"
        raise cells.instead(r, bound.owner, r.error("AG115", notes=[note]))
    return found


def inner_of(bound: Grown, item: Abstract) -> Inner | None:
    """What is in the lists that are the elements of a list with one more; None where they are no lists."""
    mine = nested.nested(item)
    return mine if bound.element is None else nested.joined(bound.inner, mine)


def row_index(rank: int, at: Value) -> Index:
    """The index of one row."""
    return Index(Indexer((Point(), *(Full() for _ in range(rank)))), (at,))


def remember(r: Reader, growth: object, item: Abstract) -> None:
    """Note which array an element is, so that a change of it later is not missed.

    Behind a branch it may go by another root, and count as reached from then on.
    """
    for root in roots_of(item) if isinstance(item, Array) else ():
        if root.origin != "list":
            joined = r.sizes.conditional > 0
            r.appended.append((growth, root, r.state.versions[root], r.b.span, joined))


def copy_instead(r: Reader, span: object) -> Exception:
    """The refusal of an appended array that changes afterwards."""
    notes = ["the appended array may be changed in place afterwards, and the list's element with it", _COPY]
    return r.error("AG115", span, notes=notes)  # type: ignore[arg-type]


# -- reading ------------------------------------------------------------------------------------------------
def contents(r: Reader, x: Grown) -> Array:
    """The elements as the rows of an array."""
    if x.place is None:
        notes = ["the list is read in the loop before anything was appended to it"]
        raise cells.instead(r, x.owner, r.error("AG115", notes=notes))
    type_ = r.type_of(x.place)
    assert type_ is not None
    if type_.dims[0] == x.count:
        return x.place
    rows = Range(r.sizes.bindable(x.count, "count"), 1)
    access: tuple[Access, ...] = (rows, *(Full() for _ in type_.dims[1:]))
    return Array(x.place.root, (*x.place.path, Index(Indexer(access), (constant(r.b, 0),))))


def not_empty(r: Reader, x: Grown, function: str) -> None:
    """What NumPy says where a list has no element to tell the shape from."""
    if r.sizes.proves(x.count - 1) or r.sizes.assume(x.count - 1, f"{function} needs at least one element"):
        return
    bad = lt(r.b, r.sizes.value(x.count), constant(r.b, 1))
    message = "need at least one array to stack"
    r.b.emit(fail_if, (bad,), {"error": "ValueError", "message": message})


def element(r: Reader, x: Grown, index: Value) -> Abstract:
    """The element at a position within bounds."""
    assert x.place is not None
    assert x.element is not None
    place = Array(x.place.root, (*x.place.path, row_index(len(x.element.dims), index)))
    if x.inner is not None:
        return nested.row_of(x.element, x.inner, place)
    if x.element.rank or x.element.kind is Kind.array:
        return place
    return Number(r.cast(r.value(place), x.element.dtype, x.element.kind))


def list_item(r: Reader, x: Grown, items: list[tuple[Abstract, object]]) -> Abstract:
    """``x[i]`` and ``x[a:b]``."""
    ((item, span),) = items if len(items) == 1 else ((Known(None), None),)
    if len(items) != 1 or x.place is None or x.element is None:
        raise cells.instead(r, x.owner, r.error("AG115"))
    if isinstance(item, Slice):
        place = contents(r, x)
        type_ = r.type_of(place)
        assert type_ is not None
        found = indexing.subscript(r, type_, [(item, span)], span)  # type: ignore[list-item, arg-type]
        part = indexing.load(r, place, found)
        assert isinstance(part, Array)
        inner = r.type_of(part)
        assert inner is not None
        return nested.own(r, Grown(part, inner.dims[0], x.element, None, x.inner))
    return element(r, x, row_position(r, x, item, span))


def row_position(r: Reader, x: Grown, item: Abstract, span: object) -> Value:
    """The row of an index that may be negative."""
    from adgen.ir.types import DType

    value = r.value(item) if isinstance(item, Number | Known) else None
    if value is None or not value.type.dtype.is_integer or value.type.rank:
        raise r.error("AG236", span, what=describe(r, item))  # type: ignore[arg-type]
    place = r.sizes.polynomial(r.cast(value, DType.i64, Kind.py))
    if place.value is not None and place.value < 0 and r.sizes.proves(x.count + place):
        return r.sizes.value(x.count + place)
    if place.value is not None and place.value >= 0 and r.sizes.proves(x.count - 1 - place):
        return constant(r.b, place.value)
    count = r.sizes.bindable(x.count, "count")
    if place.value is not None:
        wanted = count - place - 1 if place.value >= 0 else count + place
        if r.sizes.assume(wanted, f"index {place} is within the list"):
            return constant(r.b, place.value) if place.value >= 0 else r.sizes.value(count + place)
    return indexing.point(r, r.cast(value, DType.i64, Kind.py), count)


__all__ = ["Missing", "append_statement", "contents", "element", "list_item", "new_list", "roots_of"]
