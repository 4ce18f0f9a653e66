"""Lists whose length is known only at run time: one growable stack for every leaf of an element.

A list is a root with versions, like an array: names that refer to the same list see the same changes,
branches join its versions, loops carry them. Which lists these are, and what their elements are, is learnt:
lowering starts over where a list turns out to need it (:func:`instead`, :func:`learn`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from adgen.frontend import nested, places
from adgen.frontend.abstract import Abstract, Array, Cells, Grown, Root
from adgen.frontend.elements import GUESS, Element, element_of, inners, joined, leaves, rebuilt
from adgen.frontend.open_sizes import closed, in_scope
from adgen.frontend.reader import Reader
from adgen.frontend.signals import Relearn, Unfounded
from adgen.frontend.state import roots_of
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind, StackType
from adgen.primitives import lists as prims
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import lt
from adgen.primitives.opening import open_axes
from adgen.primitives.sizes import constant
from adgen.primitives.tape import stack_new

_ALIASED = "the list may be one of two lists"


# -- learning -----------------------------------------------------------------------------------------------
def site_of(r: Reader) -> object:
    """Where a list is made: the place in the source, and the calls that led there."""
    return (r.b.span, tuple(r.calls))


def instead(r: Reader, owner: Root | None, error: Exception) -> Exception:
    """What to raise where a list cannot stay as it is: start over with one of run-time length."""
    site = None if owner is None else r.sites.get(owner)
    if site is None or site in r.elements:
        return error
    r.elements[site] = None
    return Relearn()


def learn(r: Reader, x: Cells, element: Element) -> Exception:
    """Start over: the elements of a list are of another kind than it was made for."""
    site = r.sites[x.owner]
    known = r.elements.get(site)
    assert known is None or isinstance(known, Element)
    r.elements[site] = element if known is None else joined(r, known, element)
    return Relearn()


def unknown(r: Reader, x: Cells) -> Exception:
    """What to raise where an element is read before anything is known of it: the path says nothing yet."""
    r.unread[r.sites[x.owner]] = None
    return Unfounded()


def guessed(r: Reader) -> bool:
    """Whether elements were read of which nothing is known still; lowering starts over with a guess."""
    fresh = [site for site in r.unread if r.elements.get(site) is None]
    r.elements.update(dict.fromkeys(fresh, GUESS))
    return bool(fresh)


def kind_of(r: Reader, x: Cells) -> Element | None:
    """What the elements of a list are, as far as that is known."""
    if x.form is None:
        return None
    found = Element(x.form, x.types)
    return (
        GUESS
        if r.elements.get(r.sites[x.owner]) == GUESS and found == replace(GUESS, guessed=False)
        else found
    )


# -- making -------------------------------------------------------------------------------------------------
def new(r: Reader, items: Sequence[Abstract], site: object, name: str | None = None) -> Cells:
    """A list of these items, made at a site that was found to need one."""
    element = r.elements[site]
    assert element is None or isinstance(element, Element)
    items = [nested.flattened(r, item) for item in items]
    for item in items:
        found = element_of(r, item)
        element = found if element is None else joined(r, element, found)
    owner = Root("list", name, r.b.span)
    r.sites[owner] = site
    nested.note_made(r, owner)
    if element is None:
        return Cells(owner)
    element = replace(element, types=tuple(in_scope(r, t) for t in element.types))
    made = of_stacks(r, owner, element, [stack_new(r.b, element=t) for t in element.types])
    for item in items:
        append(r, made, item)
    return made


def of_stacks(r: Reader, owner: Root, element: Element, stacks: Sequence[Value]) -> Cells:
    """The list with these contents."""
    roots = tuple(Root("cells", None, r.b.span) for _ in stacks)
    r.state.versions.update(zip(roots, stacks, strict=True))
    return Cells(owner, element.form, roots, element.types)


def copied(r: Reader, x: Cells) -> Cells:
    """A list of its own with the same elements."""
    site = site_of(r)
    r.elements.setdefault(site, None)
    owner = Root("list", None, r.b.span)
    r.sites[owner] = site
    nested.note_made(r, owner)
    mine = kind_of(r, x)
    if mine is None:
        return new(r, (), site)
    known = r.elements[site]
    if known != mine:
        raise learn(r, Cells(owner), mine)
    made = of_stacks(r, owner, mine, [prims.copy_list(r.b, v) for v in contents(r, x)])
    for old, fresh in zip(x.roots, made.roots, strict=True):
        r.state.shared[fresh] = dict(r.state.shared.get(old, {}))
    return made


# -- reading ------------------------------------------------------------------------------------------------
def contents(r: Reader, x: Cells) -> tuple[Value, ...]:
    """The current stacks of a list."""
    if x.form is None:
        raise unknown(r, x)
    for root in x.roots:
        places.check_fresh(r, root)
    return tuple(r.state.versions[root] for root in x.roots)


def count(r: Reader, x: Cells) -> Value:
    """The length of a list now."""
    if not x.roots:
        return constant(r.b, 0)
    stack = contents(r, x)[0]
    key = ("length", stack)
    found = r.state.cache.get(key)
    if not isinstance(found, Value):
        found = prims.length(r.b, stack)
        r.state.cache[key] = found
    return found


def position(r: Reader, x: Cells, index: Value) -> Value:
    """The place an index means; fails at run time where there is no such element."""
    n, index = count(r, x), r.cast(index, DType.i64, Kind.py)
    size, at = r.sizes.polynomial(n), r.sizes.polynomial(index)
    if at.value is not None and at.value < 0:
        place = r.sizes.value(size + at)
        if not r.sizes.proves(size + at):
            bad = lt(r.b, n, constant(r.b, -at.value))
            r.b.emit(fail_if, (bad,), {"error": "IndexError", "message": "list index out of range"})
        return place
    if r.sizes.proves(at) and r.sizes.proves(size - at - 1):
        return index
    return prims.position(r.b, index, n)


def get(r: Reader, x: Cells, index: Value) -> Abstract:
    """``x[index]``."""
    at = position(r, x, index)
    return made_of(r, x, [prims.cell(r.b, stack, at, exact=True) for stack in contents(r, x)])


def made_of(r: Reader, x: Cells, values: Sequence[Value]) -> Abstract:
    """An element from the contents of its cells."""
    assert x.form is not None
    found: list[Abstract] = []
    for root, value, inner in zip(x.roots, values, inners(x.form), strict=True):
        value = closed(r, value)
        one = r.wrap(value)
        if isinstance(one, Array):
            one = r.new_array(value, "list")
            r.state.shared[one.root] = _elements(r, root)
            if inner is not None:
                one = nested.row_of(value.type, inner, one)
        found.append(one)
    return rebuilt(x.form, iter(found))


def _elements(r: Reader, root: Root) -> dict[Root, Value]:
    """The arrays that elements may be, without lists that this one may be another name of."""
    return {s: v for s, v in r.state.shared.get(root, {}).items() if s.origin != "cells"}


def columns(r: Reader, x: Cells) -> tuple[Grown, ...]:
    """A snapshot of a list: for each leaf the rows of an array."""
    if any(open_axes(t) for t in x.types):
        raise r.error("AG115", notes=["its elements differ in size: take them one by one, as `xs[i]`"])
    found: list[Grown] = []
    stacks = contents(r, x)
    assert x.form is not None
    for stack, type_, inner in zip(stacks, x.types, inners(x.form), strict=True):
        key = ("rows", stack)
        place = r.state.cache.get(key)
        size = r.sizes.dim_of(count(r, x), "count")
        if not isinstance(place, Array):
            rows = prims.collect(r.b, stack, size=size, exact=True)
            place = r.new_array(rows, "list")
            r.state.cache[key] = place
            r.state.shared[place.root] = _elements(r, x.roots[len(found)])
        found.append(Grown(place, size, type_, None, inner))
    return tuple(found)


def snapshot(r: Reader, x: Cells) -> Abstract:
    """The elements as they are now, as library functions take them."""
    if x.form is not None and x.form[0] == "tuple":
        raise r.error("AG115", notes=["an array of a list of tuples: make one of each of their items"])
    return columns(r, x)[0]


# -- changing -----------------------------------------------------------------------------------------------
def check_own(r: Reader, x: Cells) -> None:
    """Refuse to change what may be one of two lists, or is an element of another one."""
    nested.check_unsealed(r, x.owner)
    for root in x.roots:
        if any(source.origin == "cells" for source in r.state.shared.get(root, {})):
            raise r.error("AG115", notes=[_ALIASED])


def fitted(r: Reader, x: Cells, item: Abstract) -> list[Value]:
    """The values of an element in the types of the list's cells."""
    from adgen.frontend.merging import convert

    item = nested.flattened(r, item)
    element = element_of(r, item)
    mine = kind_of(r, x)
    if mine is None or joined(r, mine, element) != mine:
        raise learn(r, x, element if mine is None else joined(r, mine, element))
    assert x.form is not None
    found = []
    for root, leaf, type_ in zip(x.roots, leaves(x.form, item), x.types, strict=True):
        _remember(r, root, leaf)
        found.append(convert(r, leaf, type_))
    return found


def _remember(r: Reader, root: Root, leaf: Abstract) -> None:
    """Note which array an element is, so that a change of it later is not missed."""
    if not isinstance(leaf, Array):
        return
    sources = dict(r.state.shared.get(root, {}))
    for one in roots_of(leaf):
        if one.origin != "list":
            sources[one] = r.state.versions[one]
        sources.update(r.state.shared.get(one, {}))
    if sources:
        r.state.shared[root] = sources


def append(r: Reader, x: Cells, item: Abstract) -> None:
    """``x.append(item)``."""
    check_own(r, x)
    values = fitted(r, x, item)
    end = count(r, x)
    for root, value in zip(x.roots, values, strict=True):
        places.set_version(
            r, root, prims.set_cell(r.b, r.state.versions[root], end, value, append=True, exact=True)
        )


def store(r: Reader, x: Cells, index: Value, item: Abstract) -> None:
    """``x[index] = item``."""
    check_own(r, x)
    values = fitted(r, x, item)
    at = position(r, x, index)
    for root, value in zip(x.roots, values, strict=True):
        places.set_version(r, root, prims.set_cell(r.b, r.state.versions[root], at, value, exact=True))


def pop(r: Reader, x: Cells) -> Abstract:
    """``x.pop()``."""
    check_own(r, x)
    if x.form is None:
        raise unknown(r, x)
    n = count(r, x)
    last = r.sizes.value(r.sizes.polynomial(n) - 1)
    if not r.sizes.proves(r.sizes.polynomial(n) - 1):
        bad = lt(r.b, n, constant(r.b, 1))
        r.b.emit(fail_if, (bad,), {"error": "IndexError", "message": "pop from empty list"})
    values = []
    for root in x.roots:
        rest, value = r.b.emit(prims.take, (r.state.versions[root], last), {"exact": True})
        values.append(value)
        places.set_version(r, root, rest)
    return made_of(r, x, values)


def clear(r: Reader, x: Cells) -> None:
    """``x.clear()``."""
    check_own(r, x)
    for root in x.roots:
        places.set_version(r, root, prims.truncate(r.b, r.state.versions[root], constant(r.b, 0), exact=True))


def alike(r: Reader, left: Cells, right: Cells) -> Cells:
    """A list of elements that those of both are; starts over where one of them is of another kind so far."""
    kinds = [kind_of(r, x) for x in (left, right)]
    both = [kind for kind in kinds if kind is not None]
    if not both:
        return left
    wanted = joined(r, both[0], both[-1])
    for x, kind in zip((left, right), kinds, strict=True):
        if kind != wanted:
            raise learn(r, x, wanted)
    return left


def like(r: Reader, old: Cells, values: Iterator[Value]) -> Cells:
    """A list of its own like another one, with other contents."""
    owner = Root("list", old.owner.name, r.b.span)
    r.sites[owner] = r.sites[old.owner]
    if old.owner in r.born:
        r.born[owner] = r.born[old.owner]
    if old.owner in r.sealed:
        r.sealed[owner] = None
    roots = tuple(Root("cells", None, r.b.span) for _ in old.roots)
    r.state.versions.update(zip(roots, values, strict=False))
    return replace(old, owner=owner, roots=roots)


def stack_types(x: Cells) -> tuple[StackType, ...]:
    """The types of the stacks behind a list."""
    return tuple(StackType(t) for t in x.types)
