"""Functions that the frontend itself understands: sequences to loop over, ``len``, ``functools.partial``."""

from __future__ import annotations

from collections.abc import Callable

from adgen.diagnostics import Span
from adgen.frontend import cell_loops, cells, custom, directional, higher, records, reflection, schedules
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Class,
    Derivative,
    Grown,
    Instance,
    Iterable,
    Known,
    LibraryFunction,
    Number,
    Partial,
    Slice,
    Tuple,
    UserFunction,
)
from adgen.frontend.attributes import member
from adgen.frontend.calls import Arguments
from adgen.frontend.lists import new_list
from adgen.frontend.names import FORMS
from adgen.frontend.nested import own
from adgen.frontend.reader import Reader, describe


def form(r: Reader, name: str, given: Arguments, at: Span | None = None) -> Abstract:
    """The result of calling a function of the frontend, whose name stands ``at`` a place."""
    short = name.rpartition(".")[2]
    if name in _FORMS:
        return _FORMS[name](r, given)
    if name == "builtins.print" or name in _CLASSES:
        raise r.error("AG202", at, name=short)
    if short in ("checkpointed", "truncated"):
        return schedules.marked(r, short, given)
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
        case "zip" | "zip_strict" | "reversed" | "unroll" | "iter":
            return Iterable(short, tuple(items))
        case "slice":
            bounds = [Known(None), *items] if len(items) == 1 else items
            return Slice(bounds[0], bounds[1], bounds[2] if len(bounds) > 2 else Known(None))
        case "len":
            return length(r, items[0])
        case "recompute":
            return recomputed(r, items[0])
    return _sequence(r, short, items)


def recomputed(r: Reader, function: Abstract) -> Abstract:
    """A function whose calls the reverse sweep evaluates again."""
    if isinstance(function, Tuple | Instance):
        function = member(r, function, "__call__") or function
    if isinstance(function, LibraryFunction | Derivative):
        return function  # one operation, of which nothing inside is kept, or a program of its own
    if not isinstance(function, UserFunction | Partial | Class):
        raise r.error("AG213", name="the argument of `adgen.recompute`")
    return Partial(function, recomputed=True)


def length(r: Reader, x: Abstract) -> Abstract:
    """``len(x)``."""
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
        return cell_loops.concatenated(r, items[0])
    if isinstance(items[0], Cells):
        return cells.copied(r, items[0])
    if isinstance(items[0], Grown):
        return own(r, items[0])
    found = static_items(r, items[0])
    if found is None and kind == "list":
        return cell_loops.concatenated(r, items[0])
    if found is None:
        raise r.error("AG240", what="the length of a sequence")
    return new_list(r, found) if kind == "list" else Tuple(found, kind)


def _partial(r: Reader, given: Arguments) -> Abstract:
    function = given.positional[0] if given.positional else None
    library = isinstance(function, LibraryFunction) and function.name not in FORMS
    if not (library or isinstance(function, UserFunction | Partial | Class)):
        raise r.error("AG205", function="partial", reason="it takes a function of its own")
    assert isinstance(function, UserFunction | Partial | LibraryFunction | Class)
    return Partial(function, tuple(given.positional[1:]), tuple(given.named.items()))


_CLASSES = FORMS & frozenset(
    [
        *(f"builtins.{name}" for name in ("object", "set", "frozenset", "bytes")),
        *(
            f"numpy.{name}"
            for name in ("generic", "number", "floating", "complexfloating", "integer", "inexact")
        ),
        *(f"numbers.{name}" for name in ("Number", "Complex", "Real", "Integral")),
    ]
)
"""Classes that a value can be tested for, but that are not called."""

_FORMS: dict[str, Callable[[Reader, Arguments], Abstract]] = {
    "functools.partial": _partial,
    **records.FORMS,
    **reflection.FORMS,
    **higher.FORMS,
    **custom.FORMS,
    **directional.FORMS,
}
