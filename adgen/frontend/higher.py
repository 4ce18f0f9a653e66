"""Functions on sequences of known length: ``map``, ``any``, ``sorted``, ``reduce``, ``itertools``."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adgen.diagnostics import Span
from adgen.frontend import cell_loops
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Grown,
    Iterable,
    Known,
    LibraryFunction,
    Number,
    Slice,
    Tuple,
)
from adgen.frontend.operators import BINARY_FUNCTIONS, binary, negated, truth
from adgen.frontend.reader import Reader
from adgen.frontend.sequences import static_items
from adgen.ir.types import DType, Kind
from adgen.primitives.elementwise import logical_and, logical_or

if TYPE_CHECKING:
    from adgen.frontend.calls import Arguments

Items = tuple[Abstract, ...]


def items_of(r: Reader, x: Abstract) -> Items:
    """The items of a sequence. Raises AG240 where their number is not known."""
    found = static_items(r, x)
    if found is None:
        raise r.error("AG240", what="the length of a sequence")
    return found


def applied(r: Reader, function: Abstract, *given: Abstract) -> Abstract:
    """The result of a function of the program."""
    from adgen.frontend.calls import Arguments, called

    return called(r, function, Arguments(list(given)), "the function", r.b.span)


def _takes(r: Reader, given: Arguments, function: str, low: int, high: int = 99, *named: str) -> Items:
    """The positional arguments, if their number and the keywords are right."""
    wrong = next((name for name in given.named if name not in named), None)
    if wrong is not None:
        raise r.error("AG204", given.keywords.get(wrong), function=function, name=wrong)
    if not low <= len(given.positional) <= high:
        raise r.error("AG205", function=function, reason=f"it got {len(given.positional)} arguments")
    return tuple(given.positional)


# -- builtins ---------------------------------------------------------------------------------------------
def _map(r: Reader, given: Arguments) -> Abstract:
    function, *sequences = _takes(r, given, "map", 2)
    columns = [items_of(r, x) for x in sequences]
    return Tuple(tuple(applied(r, function, *row) for row in zip(*columns, strict=False)))


def _filter(r: Reader, given: Arguments) -> Abstract:
    function, sequence = _takes(r, given, "filter", 2, 2)
    kept = []
    for item in items_of(r, sequence):
        test = truth(r, item if function == Known(None) else applied(r, function, item))
        if not isinstance(test, Known):
            raise r.error("AG240", what="the condition of `filter`")
        if test.value:
            kept.append(item)
    return Tuple(tuple(kept))


def _quantified(name: str, conjunction: bool) -> Callable[[Reader, Arguments], Abstract]:
    def apply(r: Reader, given: Arguments) -> Abstract:
        (sequence,) = _takes(r, given, name, 1, 1)
        if isinstance(sequence, Array):
            return _of_array(r, name, sequence)
        total: Abstract = Known(conjunction)
        for item in items_of(r, sequence):
            test = truth(r, item)
            if isinstance(test, Known):
                if test.value != conjunction:
                    return Known(not conjunction)
                continue
            prim = logical_and if conjunction else logical_or
            both = isinstance(total, Number)
            total = Number(prim(r.b, r.value(total), r.value(test))) if both else test
        return total

    return apply


def _of_array(r: Reader, name: str, x: Array) -> Abstract:
    """``any(x)`` of an array of numbers."""
    from adgen.frontend.library_context import context_of
    from adgen.frontend.names import library_name

    type_ = r.type_of(x)
    if type_ is None or type_.rank != 1:
        raise r.error("AG241", type=f"`{type_}`")
    found = applied(r, library_name(r, f"numpy.{name}", name), x)
    return Number(context_of(r).cast(r.value(found), DType.bool, Kind.py))


def _sorted(r: Reader, given: Arguments) -> Abstract:
    from adgen.frontend.lists import new_list
    from adgen.frontend.sequence_search import ordered

    (sequence,) = _takes(r, given, "sorted", 1, 1, "key", "reverse")
    key, reverse = given.named.get("key", Known(None)), given.named.get("reverse", Known(False))
    known = None if isinstance(sequence, Cells) else static_items(r, sequence)
    items = None if known is None else ordered(r, known, key, reverse)
    if items is not None:
        return new_list(r, items)
    made = cell_loops.concatenated(r, sequence if known is None else Tuple(known, "list"))
    cell_loops.sort(r, made, key, bool(r.static(reverse, "an option of `sorted`")))
    return made


def extremum(r: Reader, function: LibraryFunction, given: Arguments) -> Abstract:
    """``max`` and ``min`` with a ``key``, or with a ``default`` for nothing."""
    from adgen.frontend.conditions import choose
    from adgen.frontend.forms import length

    short = function.name.rpartition(".")[2]
    positional = _takes(r, given, short, 1, 99, "key", "default")
    key, default = given.named.get("key", Known(None)), given.named.get("default")
    if len(positional) == 1 and default is not None:
        some = truth(r, length(r, positional[0]))
        rest = replace(given, named={"key": key} if key != Known(None) else {})
        if isinstance(some, Known):
            return extremum(r, function, rest) if some.value else default
        return choose(r, r.value(some), lambda: extremum(r, function, rest), lambda: default)
    if key == Known(None):
        return applied(r, function, *positional)
    items = items_of(r, positional[0]) if len(positional) == 1 else positional
    if not items:
        raise r.error("AG205", function=short, reason="there is nothing in it")
    best, by = items[0], applied(r, key, items[0])
    for item in items[1:]:
        measure = applied(r, key, item)
        test = truth(r, binary(r, ">" if short == "max" else "<", measure, by))
        if isinstance(test, Known):
            best, by = (item, measure) if test.value else (best, by)
            continue
        pred, old, before = r.value(test), best, by
        best = choose(r, pred, lambda item=item: item, lambda old=old: old)  # type: ignore[misc]
        by = choose(r, pred, lambda measure=measure: measure, lambda before=before: before)  # type: ignore[misc]
    return best


def _next(r: Reader, given: Arguments) -> Abstract:
    """The first item of an iterator that nothing else refers to, so that nobody sees it move on."""
    from adgen.frontend.checks import fail
    from adgen.frontend.conditions import choose
    from adgen.frontend.forms import length
    from adgen.frontend.subscripts import item_of

    x, *default = _takes(r, given, "next", 1, 2)
    bound = (b for names in r.state.frames.values() for b in names.values())
    if any(b is x for b in bound) or not isinstance(x, Iterable | Tuple | Cells | Grown | Array):
        raise r.error("AG240", what="how far an iterator is, when `next` is called")
    over = x.items[0] if isinstance(x, Iterable) and x.kind == "iter" else x
    items = static_items(r, over) if not isinstance(over, Cells) else None
    if items is not None:
        if items or default:
            return items[0] if items else default[0]
        raise r.error("AG205", function="next", reason="there is nothing in it")
    if isinstance(over, Iterable) or r.b.span is None:
        raise r.error("AG240", what="the length of a sequence")
    some = truth(r, length(r, over))
    zero: list[tuple[Abstract, Span]] = [(Known(0), r.b.span)]
    if default:
        return choose(r, r.value(some), lambda: item_of(r, over, zero), lambda: default[0])
    fail(r, r.value(negated(r, some)), StopIteration, "")
    return item_of(r, over, zero)


def _slice(r: Reader, given: Arguments) -> Abstract:
    parts = _takes(r, given, "slice", 1, 3)
    start, stop, step = (Known(None), *parts, Known(None)) if len(parts) == 1 else (*parts, Known(None))[:3]
    return Slice(start, stop, step)


def _dict(r: Reader, given: Arguments) -> Abstract:
    from adgen.frontend.dicts import made

    _takes(r, given, "dict", 0, 1, *given.named)
    return made(r, given.positional, given.named)


# -- functools and operator -------------------------------------------------------------------------------
def _reduce(r: Reader, given: Arguments) -> Abstract:
    function, sequence, *start = _takes(r, given, "functools.reduce", 2, 3)
    items = [*start, *items_of(r, sequence)]
    if not items:
        raise r.error("AG205", function="functools.reduce", reason="there is nothing in it")
    total = items[0]
    for item in items[1:]:
        total = applied(r, function, total, item)
    return total


def _operator(name: str, symbol: str) -> Callable[[Reader, Arguments], Abstract]:
    def apply(r: Reader, given: Arguments) -> Abstract:
        from adgen.frontend.conditions import compare

        left, right = _takes(r, given, f"operator.{name}", 2, 2)
        return compare(r, symbol, left, right) if symbol in ("==", "!=") else binary(r, symbol, left, right)

    return apply


def _negative(r: Reader, given: Arguments) -> Abstract:
    (x,) = _takes(r, given, "operator.neg", 1, 1)
    return binary(r, "*", Known(-1), x)


def _not(r: Reader, given: Arguments) -> Abstract:
    (x,) = _takes(r, given, "operator.not_", 1, 1)
    return negated(r, truth(r, x))


# -- itertools --------------------------------------------------------------------------------------------
def _rows(rows: Sequence[Items] | itertools.product[Items]) -> Tuple:
    return Tuple(tuple(Tuple(tuple(row)) for row in rows))


def _product(r: Reader, given: Arguments) -> Abstract:
    parts = _takes(r, given, "itertools.product", 0, 99, "repeat")
    times = r.static(given.named.get("repeat", Known(1)), "the number of repetitions")
    return Iterable("product", parts * int(times))


def _ndindex(r: Reader, given: Arguments) -> Abstract:
    """``np.ndindex(n, m)`` or of a shape: every index, the last one running fastest."""
    parts = _takes(r, given, "np.ndindex", 0)
    if len(parts) == 1 and isinstance(parts[0], Tuple):
        parts = parts[0].items
    return Iterable("product", tuple(Iterable("range", (Known(0), n, Known(1))) for n in parts))


def _chain(r: Reader, given: Arguments) -> Abstract:
    parts = _takes(r, given, "itertools.chain", 0)
    return Tuple(tuple(item for part in parts for item in items_of(r, part)))


def _pairwise(r: Reader, given: Arguments) -> Abstract:
    from adgen.frontend import indexing

    (sequence,) = _takes(r, given, "itertools.pairwise", 1, 1)
    type_ = r.type_of(sequence)
    if isinstance(sequence, Array) and type_ is not None and type_.rank and r.b.span is not None:
        behind = [(Slice(Known(1), Known(None), Known(None)), r.b.span)]
        index = indexing.subscript(r, type_, behind, r.b.span)
        return Iterable("zip", (sequence, indexing.load(r, sequence, index)))
    return _rows(tuple(itertools.pairwise(items_of(r, sequence))))


def _accumulate(r: Reader, given: Arguments) -> Abstract:
    sequence, *function = _takes(r, given, "itertools.accumulate", 1, 2, "func", "initial")
    function += [given.named["func"]] if "func" in given.named else []
    items = list(items_of(r, sequence))
    if given.named.get("initial", Known(None)) != Known(None):
        items.insert(0, given.named["initial"])
    found = items[:1]
    for item in items[1:]:
        last = found[-1]
        found.append(applied(r, function[0], last, item) if function else binary(r, "+", last, item))
    return Tuple(tuple(found))


def _zip_longest(r: Reader, given: Arguments) -> Abstract:
    parts = _takes(r, given, "itertools.zip_longest", 0, 99, "fillvalue")
    fill = given.named.get("fillvalue", Known(None))
    return _rows(tuple(itertools.zip_longest(*(items_of(r, x) for x in parts), fillvalue=fill)))


def _choices(
    name: str, function: Callable[[Items, int], object], least: int = 2
) -> Callable[[Reader, Arguments], Abstract]:
    def apply(r: Reader, given: Arguments) -> Abstract:
        sequence, *count = _takes(r, given, f"itertools.{name}", least, 2, "r")
        count += [given.named["r"]] if "r" in given.named else []
        items = items_of(r, sequence)
        number = r.static(count[0], "the number of items") if count else len(items)
        if not isinstance(number, int) or number < 0:
            raise r.error("AG205", function=f"itertools.{name}", reason=f"it cannot choose {number} items")
        return _rows(tuple(function(items, number)))  # type: ignore[arg-type]

    return apply


def _islice(r: Reader, given: Arguments) -> Abstract:
    sequence, *bounds = _takes(r, given, "itertools.islice", 2, 4)
    known = [r.static(x, "the bound of a slice") for x in bounds]
    return Tuple(tuple(itertools.islice(items_of(r, sequence), *known)))


def _starmap(r: Reader, given: Arguments) -> Abstract:
    function, sequence = _takes(r, given, "itertools.starmap", 2, 2)
    return Tuple(tuple(applied(r, function, *items_of(r, row)) for row in items_of(r, sequence)))


def _repeat(r: Reader, given: Arguments) -> Abstract:
    x, *times = _takes(r, given, "itertools.repeat", 1, 2, "times")
    times += [given.named["times"]] if "times" in given.named else []
    if not times:
        raise r.error("AG240", what="the length of a sequence")
    number = r.static(times[0], "the length of a sequence")
    if not isinstance(number, int):
        raise r.error("AG205", function="itertools.repeat", reason="it repeats a whole number of times")
    return binary(r, "*", Tuple((x,)), Known(number))


FORMS: dict[str, Callable[[Reader, Arguments], Abstract]] = {
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.any": _quantified("any", conjunction=False),
    "builtins.all": _quantified("all", conjunction=True),
    "builtins.sorted": _sorted,
    "builtins.next": _next,
    "builtins.slice": _slice,
    "builtins.dict": _dict,
    "functools.reduce": _reduce,
    **{f"operator.{name}": _operator(name, symbol) for name, symbol in BINARY_FUNCTIONS.items()},
    "operator.neg": _negative,
    "operator.not_": _not,
    "numpy.ndindex": _ndindex,
    "itertools.product": _product,
    "itertools.chain": _chain,
    "itertools.pairwise": _pairwise,
    "itertools.accumulate": _accumulate,
    "itertools.zip_longest": _zip_longest,
    "itertools.combinations": _choices("combinations", itertools.combinations),
    "itertools.permutations": _choices("permutations", itertools.permutations, 1),
    "itertools.combinations_with_replacement": _choices(
        "combinations_with_replacement", itertools.combinations_with_replacement
    ),
    "itertools.islice": _islice,
    "itertools.starmap": _starmap,
    "itertools.repeat": _repeat,
}
