"""Assignment: to names, tuples of names, elements and slices; augmented assignment in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from adgen.frontend import indexing, places
from adgen.frontend.abstract import Abstract, Array, Cells, Grown, Number, Tuple
from adgen.frontend.expressions import code_of, expression
from adgen.frontend.list_items import augment_item, augment_list, store_item
from adgen.frontend.masks import is_mask, store_where
from adgen.frontend.operators import SYMBOLS, binary
from adgen.frontend.reader import Reader, describe
from adgen.frontend.sequences import static_items
from adgen.frontend.state import BOUND, Activation
from adgen.frontend.subscripts import subscript_items
from adgen.ir.core import Value
from adgen.ir.types import DType
from adgen.primitives.elementwise import neg


def assign(r: Reader, act: Activation, node: cst.Assign) -> None:
    """``target = value``, with several targets from left to right."""
    found = expression(r, act, node.value)
    for target in node.targets:
        bind(r, act, target.target, found)


def annotated(r: Reader, act: Activation, node: cst.AnnAssign) -> None:
    """``target: annotation = value``."""
    if node.value is not None:
        bind(r, act, node.target, expression(r, act, node.value))


def bind(r: Reader, act: Activation, target: cst.BaseExpression, found: Abstract) -> None:
    """Assign to a name, a tuple of targets, an element or a slice."""
    match target:
        case cst.Name(value=name):
            r.give_name(found, name)
            frame = r.state.frames[act.key]
            frame[name] = found
            frame.pop(BOUND + name, None)
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            _unpack(r, act, target, elements, found)
        case cst.Subscript():
            with r.at(act, target):
                _store(r, act, target, found)
        case cst.Attribute(attr=cst.Name(value="flat" | "real")):
            with r.at(act, target):
                _overwrite(r, expression(r, act, target), r.value(found))
        case _:
            with r.at(act, target):
                raise r.error("AG122", construct=f"`{code_of(target)}`")


def _overwrite(r: Reader, place: Abstract, value: Value) -> None:
    """``x.flat = value`` and ``x.real = value``: all elements."""
    if not isinstance(place, Array):
        raise r.error("AG122", construct=f"an attribute of {describe(r, place)}")
    indexing.store_all(r, place, value)


def _unpack(
    r: Reader,
    act: Activation,
    target: cst.BaseExpression,
    elements: Sequence[cst.BaseElement],
    found: Abstract,
) -> None:
    for element in elements:
        if isinstance(element, cst.StarredElement):
            raise r.refuse("AG121", act, element, construct="target")
    with r.at(act, target):
        items = static_items(r, found) if isinstance(found, Tuple | Array | Grown) else None
        if items is None:
            raise r.error("AG234", operation="unpacking", types=describe(r, found))
        if len(items) != len(elements):
            raise r.error("AG239", count=len(items), names=len(elements))
    for element, item in zip(elements, items, strict=True):
        bind(r, act, element.value, item)


def _store(r: Reader, act: Activation, target: cst.Subscript, found: Abstract) -> None:
    """``a[index] = found``."""
    base = expression(r, act, target.value)
    if isinstance(base, Tuple | Cells | Grown):
        store_item(r, act, target, base, found)
        return
    if not isinstance(base, Array):
        raise r.error("AG122", construct=f"an element of {describe(r, base)}")
    places.check_writable(r, base)
    items = subscript_items(r, act, target)
    if len(items) == 1 and is_mask(r, items[0][0]):
        value = r.value(found)
        if not value.type.rank:
            store_where(r, base, items[0][0], value)
            return
    type_ = r.type_of(base)
    assert type_ is not None
    index = indexing.subscript(r, type_, items, act.source.span(target))
    indexing.store(r, base, index, r.value(found))


# -- augmented assignment -----------------------------------------------------------------------------------
def augmented(r: Reader, act: Activation, node: cst.AugAssign) -> None:
    """``target op= value``."""
    symbol = SYMBOLS[type(node.operator)]
    target = node.target
    if isinstance(target, cst.Subscript):
        _augment_element(r, act, target, symbol, node.value)
        return
    if not isinstance(target, cst.Name) and not _is_all_elements(target):
        raise r.refuse("AG122", act, target, construct=f"`{code_of(target)}`")
    old = expression(r, act, target)
    value = expression(r, act, node.value)
    if isinstance(old, Cells | Grown) or (isinstance(old, Tuple) and old.kind == "list"):
        with r.at(act, node):
            augment_list(r, act, code_of(target), old, symbol, value)
    elif isinstance(old, Array):
        with r.at(act, target):
            places.check_writable(r, old)
        _in_place(r, old, None, symbol, value)
    else:
        bind(r, act, target, binary(r, symbol, old, value))


def _is_all_elements(target: cst.BaseExpression) -> bool:
    """``x.real``, which is ``x``."""
    return isinstance(target, cst.Attribute) and target.attr.value == "real"


def _augment_element(
    r: Reader, act: Activation, target: cst.Subscript, symbol: str, node: cst.BaseExpression
) -> None:
    with r.at(act, target):
        base = expression(r, act, target.value)
        items = subscript_items(r, act, target)
        if isinstance(base, Tuple | Cells | Grown):
            augment_item(r, act, target, base, symbol, items, node)
            return
        if not isinstance(base, Array):
            raise r.error("AG122", construct=f"an element of {describe(r, base)}")
        places.check_writable(r, base)
        type_ = r.type_of(base)
        assert type_ is not None
        masked = len(items) == 1 and is_mask(r, items[0][0])
        index = None if masked else indexing.subscript(r, type_, items, act.source.span(target))
    value = expression(r, act, node)
    with r.at(act, target):
        if masked and _is_number(r, value):
            store_where(r, base, items[0][0], r.value(binary(r, symbol, base, value)))
            return
        if index is None:
            index = indexing.subscript(r, type_, items, act.source.span(target))
    _in_place(r, base, index, symbol, value)


def _is_number(r: Reader, x: Abstract) -> bool:
    found = r.type_of(x)
    return found is not None and not found.rank


def _in_place(r: Reader, base: Array, index: indexing.Subscript | None, symbol: str, value: Abstract) -> None:
    """``place symbol= value``: added where the index names no cell twice, else read, computed and stored."""
    type_ = r.type_of(base)
    assert type_ is not None
    whole = index is None
    if index is None:
        index = indexing.Subscript(places.full_index(type_.rank))
    amount = r.value(value)
    adds = symbol in ("+", "-") and not index.gathers and not index.newaxes
    if adds and _keeps_dtype(type_.dtype, amount.type):
        amount = neg(r.b, r.cast(amount, type_.dtype)) if symbol == "-" else amount
        indexing.store(r, base, index, amount, accumulate=True)
        return
    old = base if whole else indexing.load(r, base, index)
    result = r.value(binary(r, symbol, old, Number(amount) if not amount.type.rank else value))
    if whole and result.type == type_:
        places.replace_contents(r, base, result)
    else:
        indexing.store(r, base, index, result)


def _keeps_dtype(dtype: DType, other: Any) -> bool:
    """Whether adding a value of a type to an array of a dtype is computed in that dtype."""
    from adgen.frontend.promotion import common_dtype
    from adgen.ir.types import Kind, Type

    return dtype is not DType.bool and common_dtype((Type(dtype, (), Kind.np), other)) is dtype
