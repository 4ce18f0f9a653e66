"""Methods of lists and stores into their elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from adgen.diagnostics import Span
from adgen.frontend import cells
from adgen.frontend.abstract import Abstract, Cells, Grown, Known, Number, Slice, Tuple
from adgen.frontend.expressions import expression
from adgen.frontend.lists import check_own
from adgen.frontend.mutation import change
from adgen.frontend.operators import binary
from adgen.frontend.reader import Reader
from adgen.frontend.state import Activation
from adgen.frontend.subscripts import index_value, subscript_items

List = Tuple | Cells | Grown
_WRITE = "only its own elements can be replaced: `xs[i] = v` with an integer"


# -- methods ------------------------------------------------------------------------------------------------
def method(r: Reader, act: Activation, node: cst.Call) -> Abstract | None:
    """The result of ``xs.append(v)``, ``xs.pop()`` and the like; None for what is no list's method."""
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value not in _METHODS:
        return None
    base = expression(r, act, node.func.value)
    if not isinstance(base, Cells | Grown) and not (isinstance(base, Tuple) and base.kind == "list"):
        return None
    name = node.func.attr.value
    with r.at(act, node.func):
        if not isinstance(base, Cells):
            raise cells.instead(r, base.owner, r.error("AG115"))
    if any(a.star or a.keyword is not None for a in node.args):
        raise r.refuse(
            "AG205", act, node, function=f"list.{name}", reason="it takes its arguments by position"
        )
    given = [expression(r, act, a.value) for a in node.args]
    low, high, change = _METHODS[name]
    if not low <= len(given) <= high:
        raise r.refuse("AG205", act, node, function=f"list.{name}", reason=f"it got {len(given)} arguments")
    with r.at(act, node):
        return change(r, base, given)


def _append(r: Reader, x: Cells, given: Sequence[Abstract]) -> Abstract:
    cells.append(r, x, given[0])
    return Known(None)


def _extend(r: Reader, x: Cells, given: Sequence[Abstract]) -> Abstract:
    cells.extend(r, x, given[0])
    return Known(None)


def _pop(r: Reader, x: Cells, given: Sequence[Abstract]) -> Abstract:
    if given and given[0] != Known(-1):
        raise r.error("AG115", notes=["`pop` takes the last element only"])
    return cells.pop(r, x)


def _clear(r: Reader, x: Cells, given: Sequence[Abstract]) -> Abstract:
    cells.clear(r, x)
    return Known(None)


def _copy(r: Reader, x: Cells, given: Sequence[Abstract]) -> Abstract:
    return cells.copied(r, x)


def _refused(r: Reader, x: Cells, given: Sequence[Abstract]) -> Abstract:
    raise r.error("AG115", notes=["elements are appended, popped from the end, and replaced"])


_METHODS: dict[str, tuple[int, int, Callable[[Reader, Cells, Sequence[Abstract]], Abstract]]] = {
    "append": (1, 1, _append),
    "extend": (1, 1, _extend),
    "pop": (0, 1, _pop),
    "clear": (0, 0, _clear),
    "copy": (0, 0, _copy),
    "insert": (2, 2, _refused),
    "remove": (1, 1, _refused),
    "reverse": (0, 0, _refused),
    "sort": (0, 0, _refused),
}


# -- stores -------------------------------------------------------------------------------------------------
def store_item(r: Reader, act: Activation, target: cst.Subscript, base: List, found: Abstract) -> None:
    """``xs[i] = found``."""
    if isinstance(base, Tuple) and base.kind != "list":
        raise r.error("AG248" if base.kind == "tuple" else "AG115")
    items = subscript_items(r, act, target)
    _store(r, act, target, base, items, found)


def _store(
    r: Reader,
    act: Activation,
    target: cst.Subscript,
    base: List,
    items: Sequence[tuple[Abstract, Span]],
    found: Abstract,
) -> None:
    (item, span) = items[0]
    if len(items) != 1 or isinstance(item, Slice):
        raise r.error("AG115", notes=[_WRITE])
    if isinstance(base, Cells):
        cells.store(r, base, index_value(r, item, span), found)
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
    (item, span) = items[0]
    if len(items) != 1 or isinstance(item, Slice):
        raise r.error("AG115", notes=[_WRITE])
    if isinstance(base, Tuple) and isinstance(item, Known):
        old = tuple_item(r, base, list(items))
    elif isinstance(base, Cells):
        old = cells.get(r, base, index_value(r, item, span))
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
        cells.extend(r, base, value)
        return
    items = static_items(r, value)
    if items is None:
        raise cells.instead(r, base.owner, r.error("AG115"))
    check_own(r, act, name, base)
    extend(r, act, name, items)


__all__ = ["augment_item", "augment_list", "method", "store_item"]
