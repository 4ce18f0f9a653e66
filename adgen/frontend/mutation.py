"""Containers that change: dicts, lists and records keep an identity, and a change is seen by every name.

A container made by the function has an ``owner``. A changed one takes the place of the old one wherever
that is referred to: in names of this function and of those that called it, and inside other containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from adgen.frontend.abstract import Abstract, Iterable, Partial, Root, Tuple, UserFunction
from adgen.frontend.lists import owners_in
from adgen.frontend.nested import check_unsealed, note_made
from adgen.frontend.reader import Reader, describe
from adgen.frontend.state import BOUND, Binding, Closure, Missing, State

_B = TypeVar("_B", bound="Abstract | Missing")


def owned(r: Reader, x: Tuple) -> Tuple:
    """A container made here, which nothing else refers to yet."""
    owner = Root(x.kind, None, r.b.span)
    note_made(r, owner)
    return replace(x, owner=owner)


def change(r: Reader, old: Tuple, new: Tuple) -> Tuple:
    """Put ``new`` where ``old`` was referred to. Raises AG132 where that is not known."""
    if old.owner is None:
        raise r.error("AG132", what=describe(r, old))
    check_unsealed(r, old.owner)
    for names in r.state.frames.values():
        for name, bound in names.items():
            names[name] = _exchanged(bound, old.owner, new)
    r.changes += 1
    return new


def current(r: Reader, x: Abstract) -> Abstract:
    """A value computed before others changed the containers in it, as it is now."""
    for owner in dict.fromkeys(owners_in(x)):
        bindings = (bound for names in r.state.frames.values() for bound in names.values())
        found = next((t for bound in bindings for t in _of_owner(bound, owner)), None)
        if found is not None:
            x = _exchanged(x, owner, found)
    return x


def _of_owner(bound: Binding, owner: Root) -> Iterator[Tuple]:
    match bound:
        case Tuple(owner=mine, items=items):
            if mine is owner:
                yield bound
            for item in items:
                yield from _of_owner(item, owner)
        case Partial(positional=positional):
            for item in positional:
                yield from _of_owner(item, owner)


def with_item(base: Tuple, key: object, item: Abstract) -> Tuple:
    """A dict or record with an item set."""
    if key in base.keys:
        at = base.keys.index(key)
        return replace(base, items=(*base.items[:at], item, *base.items[at + 1 :]))
    return replace(base, items=(*base.items, item), keys=(*base.keys, key))


def without_item(base: Tuple, key: object) -> Tuple:
    """A dict or record with an item taken out."""
    kept = [at for at, k in enumerate(base.keys) if k != key]
    items, keys = tuple(base.items[at] for at in kept), tuple(base.keys[at] for at in kept)
    return replace(base, items=items, keys=keys)


def _exchanged(bound: _B, owner: Root, new: Tuple) -> _B:
    """A binding with one container in another state; the same object where that is not in it."""
    found: Binding = bound
    match bound:
        case Tuple(owner=mine, items=items):
            if mine is owner:
                found = new
            elif (inner := _all_exchanged(items, owner, new)) is not None:
                found = replace(bound, items=inner)
        case Partial(positional=positional, named=named):
            first = _all_exchanged(positional, owner, new)
            second = _all_exchanged(tuple(x for _, x in named), owner, new)
            if first is not None or second is not None:
                values = tuple(x for _, x in named) if second is None else second
                pairs = tuple((n, x) for (n, _), x in zip(named, values, strict=True))
                found = Partial(bound.function, positional if first is None else first, pairs)
        case Iterable(items=items):
            if (inner := _all_exchanged(items, owner, new)) is not None:
                found = replace(bound, items=inner)
        case UserFunction(definition=Closure(defaults=defaults)):
            if (inner := _all_exchanged(tuple(defaults.values()), owner, new)) is not None:
                given = dict(zip(defaults, inner, strict=True))
                found = UserFunction(bound.name, replace(bound.definition, defaults=given))
    return found  # type: ignore[return-value]


def _all_exchanged(items: tuple[Abstract, ...], owner: Root, new: Tuple) -> tuple[Abstract, ...] | None:
    """The items, exchanged; None where nothing changes."""
    found = tuple(_exchanged(item, owner, new) for item in items)
    return None if all(a is b for a, b in zip(items, found, strict=True)) else found


# -- where two states meet ------------------------------------------------------------------------------
def changed_names(before: State, after: State, key: int) -> list[tuple[int, str]]:
    """Names of other activations than ``key`` that mean something else afterwards."""
    return [
        (frame, name)
        for frame, names in before.frames.items()
        if frame != key and frame in after.frames
        for name, bound in names.items()
        if after.frames[frame].get(name) is not bound and not name.startswith(BOUND)
    ]


def sole(state: State, key: int, name: str, owner: Root | None) -> bool:
    """Whether one name is all that refers to a container, and only once."""
    if owner is None:
        return False
    count = 0
    for frame, names in state.frames.items():
        for other, bound in names.items():
            found = sum(o is owner for o in owners_in(bound))
            if found and (frame, other) != (key, name):
                return False
            count += found
    return count <= 1
