"""Dicts with constant keys: displays, and the methods that read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from adgen.frontend.abstract import Abstract, Known, LibraryFunction, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE
from adgen.frontend.reader import Reader
from adgen.frontend.state import Activation


def display(r: Reader, act: Activation, node: cst.Dict) -> Abstract:
    """``{key: value, ...}``; keys are strings or integers known from the source."""
    from adgen.frontend.expressions import expression

    found: dict[Any, Abstract] = {}
    for element in node.elements:
        if not isinstance(element, cst.DictElement):
            raise r.refuse("AG113", act, node)
        key = expression(r, act, element.key)
        if not isinstance(key, Known) or type(key.value) not in (str, int):
            raise r.refuse("AG113", act, element.key)
        found[key.value] = expression(r, act, element.value)
    return Tuple(tuple(found.values()), "dict", tuple(found))


def method(base: Tuple, name: str) -> LibraryFunction | None:
    """A method that reads a dict."""
    found = _METHODS.get(name)
    return None if found is None else LibraryFunction(f"dict.{name}", found, base)


def _keys(c: LibraryContext, of: Abstract) -> Abstract:
    assert isinstance(of, Tuple)
    return Tuple(tuple(Known(key) for key in of.keys))


def _values(c: LibraryContext, of: Abstract) -> Abstract:
    assert isinstance(of, Tuple)
    return Tuple(of.items)


def _items(c: LibraryContext, of: Abstract) -> Abstract:
    assert isinstance(of, Tuple)
    return Tuple(tuple(Tuple((Known(k), x)) for k, x in zip(of.keys, of.items, strict=True)))


def _get(c: LibraryContext, of: Abstract, key: Abstract, default: Abstract = NONE, /) -> Abstract:
    assert isinstance(of, Tuple)
    wanted = c.static(key, "the key of a dict")
    return of.items[of.keys.index(wanted)] if wanted in of.keys else default


_METHODS: dict[str, Callable[..., Abstract]] = {
    "keys": _keys,
    "values": _values,
    "items": _items,
    "get": _get,
}

__all__ = ["display", "method"]
