"""What the elements of lists of run-time length are: their form, and the types of its leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from adgen.frontend import nested
from adgen.frontend.abstract import Abstract, Array, Form, Grown, Inner, Tuple
from adgen.frontend.open_sizes import opened
from adgen.frontend.promotion import join_types
from adgen.frontend.reader import Reader, describe
from adgen.ir.types import DType, Kind, Type
from adgen.records import dataclass

LEAF: Form = ("leaf",)


@dataclass(frozen=True, slots=True)
class Element:
    """What the elements of a list are: their form, and the types of its leaves."""

    form: Form
    types: tuple[Type, ...]
    guessed: bool = False


GUESS = Element(LEAF, (Type(DType.f64, (), Kind.py),), guessed=True)
"""What stands for the elements of a list to which nothing is ever appended: reading one fails in any case."""


def joined(r: Reader, one: Element, other: Element) -> Element:
    """The kind of element that both are. Raises AG115 where there is none."""
    if one.guessed != other.guessed:
        return other if one.guessed else one
    form = _joined_form(one.form, other.form)
    if form is None:
        raise _mixed(r, one, other)
    types = []
    for left, right in zip(one.types, other.types, strict=True):
        both = join_types(left, right)
        if both is None:
            raise _mixed(r, one, other)
        types.append(opened(r, both, right))
    return replace(one, form=form, types=tuple(types))


def _joined_form(one: Form, other: Form) -> Form | None:
    """The form of both; the numbers in their rows may be of other kinds."""
    if one == other:
        return one
    if one[0] == other[0] == "rows":
        inner = nested.joined(one[1], other[1])
        return None if inner is None else ("rows", inner)
    if one[0] == other[0] == "tuple" and one[:4] == other[:4] and len(one[4]) == len(other[4]):
        parts = tuple(_joined_form(a, b) for a, b in zip(one[4], other[4], strict=True))
        return None if None in parts else (*one[:4], parts)
    return None


def _mixed(r: Reader, one: Element, other: Element) -> Exception:
    shown = [", ".join(f"`{t}`" for t in e.types) for e in (one, other)]
    note = f"its elements are {shown[0]} and {shown[1]}; they have to be of one kind and shape"
    return r.error("AG115", notes=[note])


def element_of(r: Reader, x: Abstract) -> Element:
    """What a value is as an element. Raises AG115 for what a list of run-time length cannot hold."""
    types: list[Type] = []
    return Element(_form(r, x, types), tuple(types))


def _form(r: Reader, x: Abstract, types: list[Type]) -> Form:
    inner = nested.nested(x)
    if inner is not None and isinstance(x, Grown) and x.place is not None:
        types.append(_type_of(r, x.place))
        return ("rows", inner)
    if isinstance(x, Tuple) and x.items:
        return ("tuple", x.kind, x.keys, x.cls, tuple(_form(r, item, types) for item in x.items))
    found = r.type_of(x)
    if found is None:
        note = f"numbers, arrays and tuples of them can be elements, not {describe(r, x)}"
        raise r.error("AG115", notes=[note])
    types.append(found)
    return LEAF


def _type_of(r: Reader, place: Array) -> Type:
    found = r.type_of(place)
    assert found is not None
    return found


def leaves(form: Form, x: Abstract) -> Iterator[Abstract]:
    """The leaves of an element; of a list in it the row."""
    if form[0] != "tuple":
        yield x if not isinstance(x, Grown) or x.place is None else x.place
        return
    assert isinstance(x, Tuple)
    for part, item in zip(form[4], x.items, strict=True):
        yield from leaves(part, item)


def rebuilt(form: Form, values: Iterator[Abstract]) -> Abstract:
    """An element from its leaves."""
    if form[0] != "tuple":
        return next(values)
    _, kind, keys, cls, parts = form
    return Tuple(tuple(rebuilt(part, values) for part in parts), kind, keys, cls)


def inners(form: Form) -> Iterator[Inner | None]:
    """What is in the lists among the leaves of an element."""
    if form[0] != "tuple":
        yield form[1] if form[0] == "rows" else None
        return
    for part in form[4]:
        yield from inners(part)
