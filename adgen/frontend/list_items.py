"""Methods of lists and stores into their elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import libcst as cst

from adgen.diagnostics import Span
from adgen.frontend import cell_loops, cells, nested, sequence_search
from adgen.frontend.abstract import Abstract, Cells, Grown, Known, Number, Slice, Tuple
from adgen.frontend.expressions import expression
from adgen.frontend.lists import check_own, list_item, new_list, row_position
from adgen.frontend.mutation import change
from adgen.frontend.operators import binary
from adgen.frontend.reader import Reader, describe
from adgen.frontend.state import Activation
from adgen.frontend.subscripts import index_value, subscript_items
from adgen.ir.types import DType, Kind

List = Tuple | Cells | Grown
_WRITE = "only its own elements can be replaced: `xs[i] = v` with an integer"


# -- methods ------------------------------------------------------------------------------------------------
def is_list(x: Abstract) -> bool:
    """Whether a value is a list of any kind."""
    return isinstance(x, Cells | Grown) or (isinstance(x, Tuple) and x.kind == "list")


def has_method(x: Abstract, name: str) -> bool:
    """Whether a value has a method that is known here: a list, or a tuple that is searched."""
    return is_list(x) or (isinstance(x, Tuple) and x.kind == "tuple" and name in ("index", "count"))


def method(r: Reader, act: Activation, node: cst.Call, base: Abstract) -> Abstract:
    """The result of ``xs.pop()``, ``xs.insert(i, v)`` and the like."""
    assert isinstance(node.func, cst.Attribute)
    assert isinstance(base, Tuple | Cells | Grown)
    name = node.func.attr.value
    low, high, options = METHODS[name]
    if any(a.star or (a.keyword is not None and a.keyword.value not in options) for a in node.args):
        reason = "it takes its arguments by position"
        raise r.refuse("AG205", act, node, function=f"list.{name}", reason=reason)
    given = [expression(r, act, a.value) for a in node.args if a.keyword is None]
    named = {a.keyword.value: expression(r, act, a.value) for a in node.args if a.keyword is not None}
    if not low <= len(given) <= high:
        raise r.refuse("AG205", act, node, function=f"list.{name}", reason=f"it got {len(given)} arguments")
    if isinstance(base, Tuple):
        with r.at(act, node):
            found = _of_known(r, base, name, given, named, isinstance(node.func.value, cst.Name))
        if found is not None:
            return found
    with r.at(act, node.func):
        if not isinstance(base, Cells):
            raise cells.instead(
                r, base.owner, r.error("AG115" if base.owner else "AG132", what=describe(r, base))
            )
    with r.at(act, node):
        return _of_cells(r, base, name, given, named)


def _of_known(
    r: Reader, base: Tuple, name: str, given: Sequence[Abstract], named: Mapping[str, Abstract], by_name: bool
) -> Abstract | None:
    """A method of a list of known length; None where it needs a length at run time.

    Lists inside others are not changed so: what a loop makes of them would not be seen.
    """
    if name == "copy":
        return new_list(r, base.items)
    if name == "count":
        return sequence_search.counted(r, base.items, given[0])
    if name == "index":
        return sequence_search.index(r, base.items, given[0])
    if name == "sort":
        in_order = sequence_search.ordered(r, base.items, named.get("key"), named.get("reverse"))
        return None if in_order is None else _changed(r, base, in_order)
    if not by_name or base.owner is None:
        return None
    items = list(base.items)
    match name, given:
        case "clear", []:
            return _changed(r, base, [])
        case "reverse", []:
            return _changed(r, base, items[::-1])
        case "insert", [Known(int() as at), item]:
            items.insert(at, item)
            return _changed(r, base, items)
        case "pop", [Known(int() as at)] if -len(items) <= at < len(items):
            found = items.pop(at)
            _changed(r, base, items)
            return found
        case "pop", [] if items:
            found = items.pop()
            _changed(r, base, items)
            return found
    return None


def _changed(r: Reader, base: Tuple, items: Sequence[Abstract]) -> Known:
    change(r, base, replace(base, items=tuple(items)))
    return Known(None)


def _of_cells(
    r: Reader, x: Cells, name: str, given: Sequence[Abstract], named: Mapping[str, Abstract]
) -> Abstract:
    match name:
        case "append":
            cells.append(r, x, given[0])
        case "extend":
            cell_loops.extend(r, x, given[0])
        case "clear":
            cells.clear(r, x)
        case "reverse":
            cell_loops.reverse(r, x)
        case "copy":
            return cells.copied(r, x)
        case "pop":
            if not given or given[0] == Known(-1):
                return cells.pop(r, x)
            return cell_loops.pop_at(r, x, index_value(r, given[0], r.b.span))
        case "insert":
            at = r.cast(index_value(r, given[0], r.b.span), DType.i64, Kind.py)
            cell_loops.insert(r, x, at, given[1])
        case "remove":
            cell_loops.pop_at(r, x, cell_loops.found_at(r, x, given[0], "remove"))
        case "index":
            return Number(cell_loops.found_at(r, x, given[0], "index"))
        case "count":
            return Number(cell_loops.counted(r, x, given[0]))
        case _:
            backward = bool(r.static(named.get("reverse", Known(False)), "an option of `sort`"))
            cell_loops.sort(r, x, named.get("key", Known(None)), backward)
    return Known(None)


METHODS: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "append": (1, 1, ()),
    "extend": (1, 1, ()),
    "pop": (0, 1, ()),
    "clear": (0, 0, ()),
    "copy": (0, 0, ()),
    "insert": (2, 2, ()),
    "remove": (1, 1, ()),
    "reverse": (0, 0, ()),
    "index": (1, 1, ()),
    "count": (1, 1, ()),
    "sort": (0, 0, ("key", "reverse")),
}
"""How many arguments a method takes, and which by name."""


def delete_item(r: Reader, base: List, item: Abstract, span: Span) -> None:
    """``del xs[i]``."""
    if isinstance(item, Slice):
        raise r.error("AG115", notes=["one element is deleted at a time: `del xs[i]`"])
    if isinstance(base, Cells):
        cell_loops.pop_at(r, base, index_value(r, item, span))
        return
    known = isinstance(base, Tuple) and isinstance(item, Known) and isinstance(item.value, int)
    if not known or not isinstance(base, Tuple) or base.owner is None:
        raise cells.instead(r, base.owner, r.error("AG115"))
    assert isinstance(item, Known)
    if not -len(base.items) <= item.value < len(base.items):
        raise r.error("AG237", span, index=item.value, size=len(base.items))
    items = list(base.items)
    del items[item.value]
    _changed(r, base, items)


# -- stores -------------------------------------------------------------------------------------------------
def store_item(r: Reader, act: Activation, target: cst.Subscript, base: List, found: Abstract) -> None:
    """``xs[i] = found``."""
    if isinstance(base, Tuple) and base.kind != "list":
        raise r.error("AG248" if base.kind == "tuple" else "AG115")
    items = subscript_items(r, act, target)
    _store(r, act, target, base, items, found)


def _only(r: Reader, items: Sequence[tuple[Abstract, Span]]) -> tuple[Abstract, Span]:
    """The one index of an element to write into."""
    if len(items) != 1 or isinstance(items[0][0], Slice):
        raise r.error("AG115", notes=[_WRITE])
    return items[0]


def _store(
    r: Reader,
    act: Activation,
    target: cst.Subscript,
    base: List,
    items: Sequence[tuple[Abstract, Span]],
    found: Abstract,
) -> None:
    item, span = _only(r, items)
    if isinstance(base, Cells):
        cells.store(r, base, index_value(r, item, span), found)
        return
    if isinstance(base, Grown) and base.owner is None:
        nested.store(r, base, row_position(r, base, item, span), found)
        return
    known = isinstance(base, Tuple) and isinstance(item, Known) and isinstance(item.value, int)
    if not known or not isinstance(base, Tuple) or base.owner is None:
        raise cells.instead(r, base.owner, r.error("AG115"))
    assert isinstance(item, Known)
    if not -len(base.items) <= item.value < len(base.items):
        raise r.error("AG237", span, index=item.value, size=len(base.items))
    kept = list(base.items)
    kept[item.value] = found
    change(r, base, replace(base, items=tuple(kept)))


def augment_item(
    r: Reader,
    act: Activation,
    target: cst.Subscript,
    base: List,
    symbol: str,
    items: Sequence[tuple[Abstract, Span]],
    node: cst.BaseExpression,
) -> None:
    """``xs[i] op= v``: of a number a new one; of an array, in place, which elements of a list are not."""
    from adgen.frontend.subscripts import tuple_item

    if isinstance(base, Tuple) and base.kind != "list":
        raise r.error("AG248" if base.kind == "tuple" else "AG115")
    item, span = _only(r, items)
    if isinstance(base, Tuple) and isinstance(item, Known):
        old = tuple_item(r, base, list(items))
    elif isinstance(base, Cells):
        old = cells.get(r, base, index_value(r, item, span))
    elif isinstance(base, Grown) and base.owner is None:
        old = list_item(r, base, [(item, span)])
    else:
        raise cells.instead(r, base.owner, r.error("AG115"))
    if not isinstance(old, Number | Known):
        raise r.error(
            "AG115", notes=["the elements of a list are not written into: write `xs[i] = xs[i] + v`"]
        )
    _store(r, act, target, base, items, binary(r, symbol, old, expression(r, act, node)))


def augment_list(r: Reader, act: Activation, name: str, base: List, symbol: str, value: Abstract) -> None:
    """``xs += values``: the list itself gets longer."""
    from adgen.frontend.lists import extend
    from adgen.frontend.sequences import static_items

    if symbol != "+":
        raise r.error("AG115", notes=["a list is extended by `+=`, and by nothing else in place"])
    if isinstance(base, Cells):
        cell_loops.extend(r, base, value)
        return
    items = static_items(r, value)
    if items is None:
        raise cells.instead(r, base.owner, r.error("AG115"))
    check_own(r, act, name, base)
    extend(r, act, name, items)


__all__ = ["METHODS", "augment_item", "augment_list", "delete_item", "has_method", "method", "store_item"]
