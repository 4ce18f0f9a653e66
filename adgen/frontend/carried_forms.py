"""The form of what a loop carries: names, what they hold, and the values that stand for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field

from adgen.frontend import cells, merging
from adgen.frontend.abstract import Abstract, Array, Cells, Grown, Known, Maybe, Number, Root, Tuple
from adgen.frontend.carried_places import Places
from adgen.frontend.merging import Leaf, Unjoinable
from adgen.frontend.optional import is_none
from adgen.frontend.reader import Reader
from adgen.frontend.state import (
    Binding,
    Missing,
)
from adgen.ir.core import Value
from adgen.ir.types import BOOL, AnyType
from adgen.records import dataclass


@dataclass(slots=True)
class Name:
    """One carried name: its form, the types of its leaves, and what they start from (None: from zeros).

    A name of an array keeps to that array until a round turns out to bind another.
    """

    key: int
    name: str
    entry: Binding | None
    skeleton: object
    types: list[AnyType]
    starts: list[Abstract | Value | None]
    late: bool
    gone: Missing | None = None
    at_entry: dict[Root, None] = field(default_factory=dict)
    at_end: dict[Root, None] = field(default_factory=dict)


def form_of(
    r: Reader, x: Abstract, placed: Callable[[Array], Places] | None = None
) -> tuple[object, list[Leaf]]:
    """The form of a binding: everything that has a type is a leaf; arrays may be ``placed``."""
    if isinstance(x, Tuple):
        parts = [form_of(r, item, placed) for item in x.items]
        return ("tuple", x, [p[0] for p in parts]), [leaf for p in parts for leaf in p[1]]
    if isinstance(x, Maybe):
        inner, found = form_of(r, x.item, placed)
        return ("optional", inner), [Leaf(Number(x.absent), None, BOOL, None), *found]
    if placed is not None and isinstance(x, Array):
        places = placed(x)
        found = [Leaf(start, None, type_, None) for type_, start in places.parts()]
        places.width = len(found)
        return ("places", places), found
    type_ = r.type_of(x)
    if type_ is None:
        return x, []
    return ("leaf",), [Leaf(x, None, type_, None)]


def places_in(skeleton: object) -> list[Places]:
    """The places of a form."""
    match skeleton:
        case ("places", Places() as places):
            return [places]
        case ("tuple", _, list() as parts):
            return [places for part in parts for places in places_in(part)]
        case ("optional", inner):
            return places_in(inner)
    return []


def is_placeable(x: Binding | None) -> bool:
    """Whether a binding has arrays in it, and no lists of run-time length."""
    if isinstance(x, Maybe):
        return is_placeable(x.item)
    parts = x.items if isinstance(x, Tuple) else (x,)
    if any(isinstance(part, Cells | Grown | Missing) for part in parts):
        return False
    return any(is_placeable(part) for part in parts) if isinstance(x, Tuple) else isinstance(x, Array)


def placed_ends(skeleton: object, end: Abstract) -> Iterator[tuple[Places, Array]]:
    """The places of a form, with what they are at the end of a round."""
    match skeleton:
        case ("places", Places() as places) if isinstance(end, Array):
            yield places, end
        case ("optional", inner):
            yield from placed_ends(inner, end.item if isinstance(end, Maybe) else end)
        case ("tuple", _, list() as parts) if isinstance(end, Tuple) and len(end.items) == len(parts):
            for part, item in zip(parts, end.items, strict=True):
                yield from placed_ends(part, item)


def refit(item: Name) -> None:
    """Put down what a name carries, after its places have grown."""
    old = iter(list(zip(item.types, item.starts, strict=True)))
    new = [part for part in _refitted(item.skeleton, old)]
    item.types, item.starts = [t for t, _ in new], [s for _, s in new]


def _refitted(
    skeleton: object, old: Iterator[tuple[AnyType, Abstract | Value | None]]
) -> Iterator[tuple[AnyType, Abstract | Value | None]]:
    match skeleton:
        case ("places", Places() as places):
            for _ in range(places.width):
                next(old)
            found = places.parts()
            places.width = len(found)
            yield from found
        case ("leaf",):
            yield next(old)
        case ("optional", inner):
            yield next(old)
            yield from _refitted(inner, old)
        case ("cells", Cells() as like):
            for _ in like.roots:
                yield next(old)
        case ("tuple", _, list() as parts):
            for part in parts:
                yield from _refitted(part, old)


def types_of(r: Reader, skeleton: object, end: Abstract) -> Iterator[AnyType | None]:
    """Types of the leaves of ``end`` in the order of a skeleton, None where it has no value.

    Raises Unjoinable where the forms differ.
    """
    match skeleton:
        case ("optional", inner):
            yield BOOL
            if is_none(end):
                yield from [None] * width_of(inner)
            else:
                yield from types_of(r, inner, end.item if isinstance(end, Maybe) else end)
            return
        case ("places", Places() as places) if isinstance(end, Array):
            yield from (type_ for type_, _ in places.parts())
            return
        case ("tuple", Tuple() as like, list() as parts) if isinstance(end, Tuple):
            if not merging.same_form(like, end):
                raise Unjoinable(end, end)
            for part, item in zip(parts, end.items, strict=True):
                yield from types_of(r, part, item)
            return
    for x in ends_of(r, skeleton, end):
        if isinstance(x, Value):
            yield x.any_type
            continue
        assert x is not None
        found = r.type_of(x)
        if found is None:
            raise Unjoinable(end, end)
        yield found


def width_of(skeleton: object) -> int:
    """How many values a form holds."""
    match skeleton:
        case ("leaf",):
            return 1
        case ("places", Places(width=width)):
            return width
        case ("optional", inner):
            return 1 + width_of(inner)
        case ("cells", Cells() as like):
            return len(like.roots)
        case ("tuple", _, list() as parts):
            return sum(width_of(part) for part in parts)
    return 0


def ends_of(r: Reader, skeleton: object, end: Abstract) -> Iterator[Abstract | Value | None]:
    """What a round hands on for a form; None where it has no value."""
    match skeleton:
        case ("optional", inner):
            yield Number(end.absent) if isinstance(end, Maybe) else Known(is_none(end))
            if is_none(end):
                yield from [None] * width_of(inner)
            else:
                yield from ends_of(r, inner, end.item if isinstance(end, Maybe) else end)
        case ("cells", Cells() as like):
            if not isinstance(end, Cells):
                raise Unjoinable(end, end)
            cells.alike(r, like, end)
            yield from (r.state.versions[root] for root in end.roots)
        case ("places", Places() as places):
            if not isinstance(end, Array):
                raise Unjoinable(end, end)
            yield from places.ends(r, end)
        case ("leaf",):
            yield end
        case ("tuple", Tuple() as like, list() as parts):
            if not isinstance(end, Tuple) or not merging.same_form(like, end):
                raise Unjoinable(end, end)
            for part, item in zip(parts, end.items, strict=True):
                yield from ends_of(r, part, item)
        case _:
            if skeleton != end:
                raise Unjoinable(end, end)


def has_form(skeleton: object, end: Abstract) -> bool:
    """Whether a binding without leaves is what a skeleton without leaves stands for."""
    match skeleton:
        case ("tuple", Tuple(items=items), list() as parts) if isinstance(end, Tuple):
            pairs = zip(parts, end.items, strict=True)
            return len(items) == len(end.items) and all(has_form(p, x) for p, x in pairs)
        case ("places", _):
            return isinstance(end, Array)
        case ("optional", _):
            return True
    return skeleton == end
