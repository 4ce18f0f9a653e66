"""Looking for numbers in sequences of known length, and putting them in order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from adgen.frontend.abstract import Abstract, Array, Known, Number, Tuple
from adgen.frontend.operators import binary, truth
from adgen.frontend.reader import Reader
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import add, eq, logical_or, where
from adgen.primitives.sizes import constant

NETWORK = 24
"""The longest sequence of numbers known only at run time that is sorted by comparing neighbours."""


def equal(r: Reader, item: Abstract, other: Abstract) -> Abstract:
    """Whether two items are equal: a constant, or a number of dtype bool. Raises AG120 for arrays."""
    from adgen.frontend.conditions import compare

    if isinstance(item, Array | Tuple) or isinstance(other, Array | Tuple):
        if isinstance(item, Tuple) and isinstance(other, Tuple):
            return truth(r, binary(r, "==", item, other))
        raise r.error("AG120", operator="in")
    return truth(r, compare(r, "==", item, other))


def contained(r: Reader, items: Sequence[Abstract], item: Abstract) -> Abstract:
    """``item in items``."""
    total: Value | None = None
    for other in items:
        same = equal(r, other, item)
        if same == Known(True):
            return same
        if isinstance(same, Number):
            total = same.value if total is None else logical_or(r.b, total, same.value)
    return Known(False) if total is None else Number(total)


def counted(r: Reader, items: Sequence[Abstract], item: Abstract) -> Abstract:
    """``items.count(item)``."""
    found = [equal(r, other, item) for other in items]
    known = sum(x == Known(True) for x in found)
    open_ = [r.cast(x.value, DType.i64, Kind.py) for x in found if isinstance(x, Number)]
    if not open_:
        return Known(known)
    total = constant(r.b, known)
    for one in open_:
        total = add(r.b, total, one)
    return Number(total)


def index(r: Reader, items: Sequence[Abstract], item: Abstract) -> Abstract:
    """``items.index(item)``; fails at run time where there is none."""
    candidates: list[tuple[int, Abstract]] = []
    for at, other in enumerate(items):
        same = equal(r, other, item)
        if same != Known(False):
            candidates.append((at, same))
        if same == Known(True):
            break
    if candidates and candidates[0][1] == Known(True):
        return Known(candidates[0][0])
    sure = bool(candidates) and candidates[-1][1] == Known(True)
    missing = constant(r.b, len(items))
    found = constant(r.b, candidates.pop()[0]) if sure else missing
    for at, same in reversed(candidates):
        found = where(r.b, r.value(same), constant(r.b, at), found)
    if not sure:
        bad = eq(r.b, found, missing)
        r.b.emit(fail_if, (bad,), {"error": "ValueError", "message": "list.index(x): x not in list"})
    return Number(found)


# -- order --------------------------------------------------------------------------------------------------
def ordered(
    r: Reader, items: Sequence[Abstract], key: Abstract | None, reverse: Abstract | None
) -> tuple[Abstract, ...] | None:
    """The items in order; None for what only a list at run time can be sorted as."""
    from adgen.frontend.higher import applied

    keys = items if key is None or key == Known(None) else [applied(r, key, item) for item in items]
    backward = bool(r.static(reverse or Known(False), "an option of `sorted`"))
    if all(isinstance(k, Known) for k in keys) or any(_is_static(r, k) for k in keys):
        return _by_constants(r, items, keys, backward)
    numbers = [r.type_of(k) for k in keys]
    if len(items) > NETWORK or any(t is None or t.rank for t in numbers):
        return None
    return _by_neighbours(r, items, keys, backward)


def _is_static(r: Reader, key: Abstract) -> bool:
    """Whether a key is a text or a tuple, whose order has to be known now."""
    return isinstance(key, Tuple) or (isinstance(key, Known) and not isinstance(key.value, int | float))


def _by_constants(
    r: Reader, items: Sequence[Abstract], keys: Sequence[Abstract], backward: bool
) -> tuple[Abstract, ...]:
    values = [r.static(k, "what `sorted` sorts by") for k in keys]
    try:
        order = sorted(range(len(items)), key=lambda at: values[at], reverse=backward)
    except TypeError as error:
        raise r.error("AG205", function="sorted", reason=str(error)) from None
    return tuple(items[at] for at in order)


def _by_neighbours(
    r: Reader, items: Sequence[Abstract], keys: Sequence[Abstract], backward: bool
) -> tuple[Abstract, ...] | None:
    """Neighbours exchanged until all are in order, equal ones never: what is moved keeps its derivative."""
    columns = [(k, item) for k, item in zip(keys, items, strict=True)]
    if any(r.type_of(item) is None or r.type_of(item).rank for item in items):  # type: ignore[union-attr]
        return None
    symbol = ">" if backward else "<"
    for last in range(len(columns) - 1, 0, -1):
        for at, after in pairwise(range(last + 1)):
            swapped = truth(r, binary(r, symbol, columns[after][0], columns[at][0]))
            columns[at], columns[after] = _exchanged(r, swapped, columns[at], columns[after])
    return tuple(item for _, item in columns)


def _exchanged(
    r: Reader, test: Abstract, one: tuple[Abstract, Abstract], other: tuple[Abstract, Abstract]
) -> tuple[tuple[Abstract, Abstract], tuple[Abstract, Abstract]]:
    """The two in their order, exchanged where the test holds."""
    if isinstance(test, Known):
        return (other, one) if test.value else (one, other)
    pred = r.value(test)
    low = tuple(_selected(r, pred, b, a) for a, b in zip(one, other, strict=True))
    high = tuple(_selected(r, pred, a, b) for a, b in zip(one, other, strict=True))
    return (low[0], low[1]), (high[0], high[1])


def _selected(r: Reader, pred: Value, left: Abstract, right: Abstract) -> Abstract:
    from adgen.frontend.promotion import promote

    first, second = r.value(left), r.value(right)
    if first.type != second.type:
        python = first.type.is_py and second.type.is_py
        first, second = promote(r, [first, second])
        if python:
            first, second = (r.cast(v, v.type.dtype, Kind.py) for v in (first, second))
    return Number(where(r.b, pred, first, second))
