"""Subscripts: of arrays, tuples, dicts and lists."""

from __future__ import annotations

import libcst as cst

from adgen.diagnostics import Span, UserError
from adgen.frontend import cell_loops, cells, indexing
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Grown,
    Known,
    LibraryFunction,
    Module,
    Namespace,
    Number,
    Slice,
    Tuple,
    UserFunction,
)
from adgen.frontend.expressions import expression
from adgen.frontend.reader import Reader, describe
from adgen.frontend.state import Activation
from adgen.ir.core import Value

JOINED = frozenset(["numpy.r_", "numpy.c_", "numpy.s_", "numpy.index_exp"])
"""What NumPy has to be subscripted, not called."""


def subscript_items(r: Reader, act: Activation, node: cst.Subscript) -> list[tuple[Abstract, Span]]:
    """The indices between the brackets with their places."""
    found: list[tuple[Abstract, Span]] = []
    for element in node.slice:
        span = act.source.span(element.slice)
        if isinstance(element.slice, cst.Slice):
            bounds = [
                Known(None) if part is None else expression(r, act, part)
                for part in (element.slice.lower, element.slice.upper, element.slice.step)
            ]
            found.append((Slice(*bounds), span))
        else:
            assert isinstance(element.slice, cst.Index)
            item = expression(r, act, element.slice.value)
            if isinstance(item, Tuple) and item.kind == "tuple" and len(node.slice) == 1:
                found.extend((part, span) for part in item.items)
            else:
                found.append((item, span))
    return found


def subscript(r: Reader, act: Activation, node: cst.Subscript) -> Abstract:
    """``base[index]``."""
    base = expression(r, act, node.value)
    return item_of(r, base, subscript_items(r, act, node))


def item_of(r: Reader, base: Abstract, items: list[tuple[Abstract, Span]]) -> Abstract:
    """``base[items]``."""
    match base:
        case Array():
            type_ = r.type_of(base)
            assert type_ is not None
            assert r.b.span is not None
            found = indexing.subscript(r, type_, items, r.b.span)
            return indexing.load(r, base, found)
        case Tuple():
            return _tuple_item(r, base, items)
        case Cells():
            return _list_item(r, base, items)
        case Grown():
            from adgen.frontend.lists import list_item

            return list_item(r, base, list(items))
        case Number(value) if not items and not value.type.is_py:
            return base
        case LibraryFunction(name=name) if name in JOINED:
            return _joined(r, base, [item for item, _ in items])
        case Module() | Namespace() | LibraryFunction() | UserFunction():
            raise r.error("AG129")
    raise r.error("AG234", operation="indexing", types=describe(r, base))


def _joined(r: Reader, base: LibraryFunction, items: list[Abstract]) -> Abstract:
    """What stands between the brackets of ``np.r_`` or ``np.c_``, put together; of ``np.s_``, itself."""
    from adgen.frontend.calls import Arguments, called
    from adgen.frontend.names import library_name

    if base.name in ("numpy.s_", "numpy.index_exp"):
        return items[0] if len(items) == 1 and base.name == "numpy.s_" else Tuple(tuple(items))
    given: list[Abstract] = []
    for item in items:
        if isinstance(item, Slice):
            start = Known(0) if item.start == Known(None) else item.start
            step = Known(1) if item.step == Known(None) else item.step
            item = called(
                r, library_name(r, "numpy.arange", "np.arange"), Arguments([start, item.stop, step])
            )
        given.append(item)
    return called(r, base, Arguments(given))


def _list_item(r: Reader, base: Cells, items: list[tuple[Abstract, Span]]) -> Abstract:
    """An element or a slice of a list of run-time length."""
    if len(items) != 1:
        raise r.error("AG235", count=len(items), rank=1)
    item, span = items[0]
    if isinstance(item, Slice):
        if all(x == Known(None) for x in (item.start, item.stop, item.step)):
            return cells.copied(r, base)
        return cell_loops.sliced(r, base, item, span)
    return cells.get(r, base, index_value(r, item, span))


def index_value(r: Reader, item: Abstract, span: Span | None) -> Value:
    """An integer that is an index."""
    value = r.value(item) if isinstance(item, Number | Known) and r.type_of(item) is not None else None
    if value is None or not value.type.dtype.is_integer or value.type.rank:
        raise r.error("AG236", span, what=describe(r, item))
    return value


def _tuple_item(r: Reader, base: Tuple, items: list[tuple[Abstract, Span]]) -> Abstract:
    try:
        return tuple_item(r, base, items)
    except UserError as error:
        if error.diagnostic.code == "AG240" and base.kind == "list":
            raise cells.instead(r, base.owner, error) from None
        raise


def _static_slice(r: Reader, item: Slice, span: Span) -> slice:
    """A slice of a tuple. Raises AG236 where a bound is no integer, or the step is zero."""
    parts = [r.static(x, "the bound of a slice", span) for x in (item.start, item.stop, item.step)]
    if any(isinstance(x, bool) or not isinstance(x, int | None) for x in parts):
        raise r.error("AG236", span, what="a slice with these bounds")
    if parts[2] == 0:
        raise r.error("AG236", span, what="a slice with this step")
    return slice(*parts)


def tuple_item(r: Reader, base: Tuple, items: list[tuple[Abstract, Span]]) -> Abstract:
    """An item or a slice of a tuple: the position has to be known."""
    if len(items) != 1:
        raise r.error("AG235", count=len(items), rank=1)
    (item, span) = items[0]
    if isinstance(item, Slice):
        chosen = base.items[_static_slice(r, item, span)]
        if base.kind == "list":
            from adgen.frontend.lists import new_list

            return new_list(r, chosen)
        return Tuple(chosen, base.kind)
    position = r.static(item, "the position in a tuple", span)
    if base.kind == "dict" and position in base.keys:
        return base.items[base.keys.index(position)]
    if isinstance(position, bool) or not isinstance(position, int) or base.kind == "dict":
        raise r.error("AG236", span, what=describe(r, item))
    if not -len(base.items) <= position < len(base.items):
        raise r.error("AG237", span, index=position, size=len(base.items))
    return base.items[position]
