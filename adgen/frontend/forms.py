"""Functions that the frontend itself understands: sequences to loop over, ``len``, ``functools.partial``."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from adgen.frontend import cells
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Grown,
    Iterable,
    Known,
    LibraryFunction,
    Number,
    Partial,
    Slice,
    Tuple,
    UserFunction,
)
from adgen.frontend.calls import Arguments
from adgen.frontend.lists import new_list
from adgen.frontend.names import FORMS
from adgen.frontend.reader import Reader, describe
from adgen.frontend.state import Activation


def form(r: Reader, act: Activation, node: cst.Call, name: str, given: Arguments) -> Abstract:
    """The result of calling a function of the frontend."""
    short = name.partition(".")[2]
    if name == "functools.partial":
        return _partial(r, act, node, given)
    if name == "builtins.print":
        raise r.refuse("AG202", act, node.func, name="print")
    if short in ("checkpointed", "truncated"):
        raise r.refuse("AG401", act, node.func, name=name)
    if short == "zip" and isinstance(given.named.get("strict"), Known):
        short = "zip_strict" if given.named.pop("strict") == Known(True) else short
    items = [*given.positional, *given.named.values()]
    if given.named and not (short == "enumerate" and set(given.named) == {"start"}):
        raise r.error(
            "AG204", next(iter(given.keywords.values())), function=short, name=next(iter(given.named))
        )
    low, high = _COUNTS.get(short, (1, 1))
    if not low <= len(items) <= high:
        raise r.error("AG205", function=short, reason=f"it got {len(items)} arguments")
    return _formed(r, short, items)


_COUNTS = {
    "range": (1, 3),
    "enumerate": (1, 2),
    "zip": (1, 99),
    "zip_strict": (1, 99),
    "tuple": (0, 1),
    "list": (0, 1),
    "slice": (1, 3),
}


def _formed(r: Reader, short: str, items: list[Abstract]) -> Abstract:
    match short:
        case "range":
            bounds = [Known(0), *items] if len(items) == 1 else items
            return Iterable("range", (*bounds, *[Known(1)] * (3 - len(bounds))))
        case "enumerate":
            return Iterable("enumerate", (items[0], items[1] if len(items) > 1 else Known(0)))
        case "zip" | "zip_strict" | "reversed" | "unroll":
            return Iterable(short, tuple(items))
        case "slice":
            bounds = [Known(None), *items] if len(items) == 1 else items
            return Slice(bounds[0], bounds[1], bounds[2] if len(bounds) > 2 else Known(None))
        case "len":
            return _length(r, items[0])
        case "recompute":
            return items[0]
    return _sequence(r, short, items)


def _length(r: Reader, x: Abstract) -> Abstract:
    match x:
        case Tuple(items=items):
            return Known(len(items))
        case Cells():
            return Number(cells.count(r, x))
        case Known(str() as text):
            return Known(len(text))
        case Grown(count=count):
            return Known(count.value) if count.value is not None else Number(r.sizes.value(count))
        case Array():
            type_ = r.type_of(x)
            if type_ is not None and type_.rank:
                size = type_.dims[0]
                return Known(size.value) if size.value is not None else Number(r.sizes.value(size))
    raise r.error("AG234", operation="len", types=describe(r, x))


def _sequence(r: Reader, kind: str, items: list[Abstract]) -> Abstract:
    from adgen.frontend.sequences import static_items

    if not items:
        return new_list(r, ()) if kind == "list" else Tuple((), kind)
    if kind == "list" and cells.site_of(r) in r.elements:
        return cells.concatenated(r, items[0])
    if isinstance(items[0], Cells):
        return cells.copied(r, items[0])
    if isinstance(items[0], Grown):
        return replace(items[0], owner=None)
    found = static_items(r, items[0])
    if found is None and kind == "list":
        return cells.concatenated(r, items[0])
    if found is None:
        raise r.error("AG240", what="the length of a sequence")
    return new_list(r, found) if kind == "list" else Tuple(found, kind)


def _partial(r: Reader, act: Activation, node: cst.Call, given: Arguments) -> Abstract:
    function = given.positional[0] if given.positional else None
    library = isinstance(function, LibraryFunction) and function.name not in FORMS
    if not (library or isinstance(function, UserFunction | Partial)):
        raise r.refuse("AG205", act, node, function="partial", reason="it takes a function of its own")
    assert isinstance(function, UserFunction | Partial | LibraryFunction)
    return Partial(function, tuple(given.positional[1:]), tuple(given.named.items()))
