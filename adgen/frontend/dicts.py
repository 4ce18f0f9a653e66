"""Dicts with constant keys: displays, comprehensions, methods that read them and methods that change them."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import libcst as cst

from adgen.diagnostics import Span
from adgen.frontend.abstract import Abstract, Array, Grown, Known, LibraryFunction, Number, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE
from adgen.frontend.library_context import CallContext
from adgen.frontend.mutation import change, owned, with_item, without_item
from adgen.frontend.reader import Reader, describe
from adgen.frontend.sequences import static_items
from adgen.frontend.state import Activation

KEYS = (str, int, float, bool, type(None), Enum)
"""What a key may be; besides tuples of these."""


def new_dict(r: Reader, found: dict[Any, Abstract]) -> Tuple:
    """A dict made here."""
    return owned(r, Tuple(tuple(found.values()), "dict", tuple(found)))


def display(r: Reader, act: Activation, node: cst.Dict) -> Abstract:
    """``{key: value, **others}``; keys are constants known when the function is read."""
    from adgen.frontend.expressions import expression

    found: dict[Any, Abstract] = {}
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            key = key_of(r, expression(r, act, element.key), act.source.span(element.key))
            found[key] = expression(r, act, element.value)
        else:
            with r.at(act, element.value):
                found |= pairs_of(r, expression(r, act, element.value))
    return new_dict(r, found)


def key_of(r: Reader, x: Abstract, span: Span | None = None) -> Any:
    """The constant that a key is. Raises AG113 where it is none."""
    if isinstance(x, Array | Grown) or (isinstance(x, Number) and not x.value.type.dtype.is_integer):
        raise r.error("AG113", span)
    found = x.value if isinstance(x, Known) else r.static(x, "the key of a dict", span)
    parts = found if isinstance(found, tuple) else (found,)
    if not all(isinstance(part, KEYS) for part in parts):
        raise r.error("AG113", span)
    return found


def pairs_of(r: Reader, x: Abstract) -> dict[Any, Abstract]:
    """The items of a dict, or of a sequence of pairs."""
    if isinstance(x, Tuple) and x.kind == "dict":
        return dict(zip(x.keys, x.items, strict=True))
    rows = None if isinstance(x, Grown) else static_items(r, x)
    if rows is None or not all(isinstance(row, Tuple) and len(row.items) == 2 for row in rows):
        raise r.error("AG234", operation="a dict", types=describe(r, x))
    return {key_of(r, row.items[0]): row.items[1] for row in rows if isinstance(row, Tuple)}


def made(r: Reader, given: list[Abstract], named: dict[str, Abstract]) -> Abstract:
    """``dict(mapping, **named)``."""
    found = pairs_of(r, given[0]) if given else {}
    return new_dict(r, {**found, **named})


def merged(r: Reader, left: Tuple, right: Abstract) -> Tuple:
    """``left | right``, as a state of ``left``."""
    found = left
    for key, item in pairs_of(r, right).items():
        found = with_item(found, key, item)
    return found


def method(base: Tuple, name: str) -> LibraryFunction | None:
    """A method of a dict."""
    found = _METHODS.get(name)
    return None if found is None else LibraryFunction(f"dict.{name}", found, base)


# -- methods that read ------------------------------------------------------------------------------------
def _dict(of: Abstract) -> Tuple:
    assert isinstance(of, Tuple)
    return of


def _keys(c: LibraryContext, of: Abstract) -> Abstract:
    return Tuple(tuple(Known(key) for key in _dict(of).keys))


def _values(c: LibraryContext, of: Abstract) -> Abstract:
    return Tuple(_dict(of).items)


def _items(c: LibraryContext, of: Abstract) -> Abstract:
    rows = zip(_dict(of).keys, _dict(of).items, strict=True)
    return Tuple(tuple(Tuple((Known(k), x)) for k, x in rows))


def _get(c: LibraryContext, of: Abstract, key: Abstract, default: Abstract = NONE, /) -> Abstract:
    wanted = c.static(key, "the key of a dict")
    return _dict(of).items[_dict(of).keys.index(wanted)] if wanted in _dict(of).keys else default


def _copy(c: LibraryContext, of: Abstract) -> Abstract:
    return owned(_reader(c), _dict(of))


# -- methods that change ----------------------------------------------------------------------------------
def _reader(c: LibraryContext) -> Reader:
    assert isinstance(c, CallContext)
    return c.r


def _update(c: LibraryContext, of: Abstract, other: Abstract = NONE, /, **named: Abstract) -> Abstract:
    r = _reader(c)
    found = _dict(of) if c.is_none(other) else merged(r, _dict(of), other)
    for key, item in named.items():
        found = with_item(found, key, item)
    change(r, _dict(of), found)
    return NONE


def _setdefault(c: LibraryContext, of: Abstract, key: Abstract, default: Abstract = NONE, /) -> Abstract:
    wanted = c.static(key, "the key of a dict")
    if wanted in _dict(of).keys:
        return _dict(of).items[_dict(of).keys.index(wanted)]
    change(_reader(c), _dict(of), with_item(_dict(of), wanted, default))
    return default


def _pop(c: LibraryContext, of: Abstract, key: Abstract, *default: Abstract) -> Abstract:
    wanted = c.static(key, "the key of a dict")
    if wanted not in _dict(of).keys:
        if not default:
            raise c.error("AG236", key, what=f"`{wanted!r}`")
        return default[0]
    change(_reader(c), _dict(of), without_item(_dict(of), wanted))
    return _dict(of).items[_dict(of).keys.index(wanted)]


def _clear(c: LibraryContext, of: Abstract) -> Abstract:
    base = _dict(of)
    change(_reader(c), base, Tuple((), "dict", (), None, base.owner))
    return NONE


_METHODS: dict[str, Callable[..., Abstract]] = {
    "keys": _keys,
    "values": _values,
    "items": _items,
    "get": _get,
    "copy": _copy,
    "update": _update,
    "setdefault": _setdefault,
    "pop": _pop,
    "clear": _clear,
}


__all__ = ["display", "method"]
