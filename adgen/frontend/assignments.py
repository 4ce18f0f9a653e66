"""Assignment: to names, tuples of names, elements and slices; augmented assignment in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from adgen.diagnostics import Span
from adgen.frontend import indexing, places
from adgen.frontend.abstract import Abstract, Array, Cells, Grown, Iterable, Number, Slice, Tuple
from adgen.frontend.attributes import attribute
from adgen.frontend.classes import is_frozen
from adgen.frontend.dicts import key_of, merged
from adgen.frontend.expressions import code_of, expression, handed
from adgen.frontend.list_items import augment_item, augment_list, delete_item, is_list, store_item
from adgen.frontend.lists import new_list
from adgen.frontend.masks import is_mask, store_where
from adgen.frontend.mutation import change, current, with_item, without_item
from adgen.frontend.operators import SYMBOLS, binary
from adgen.frontend.optional import present
from adgen.frontend.reader import Reader, describe
from adgen.frontend.sequences import static_items
from adgen.frontend.state import BOUND, Activation, Missing
from adgen.frontend.subscripts import subscript_items, tuple_item
from adgen.ir.core import Value
from adgen.ir.types import DType
from adgen.primitives.elementwise import neg


def assign(r: Reader, act: Activation, node: cst.Assign) -> None:
    """``target = value``, with several targets from left to right."""
    found = handed(r, act, node.value)
    for target in node.targets:
        bind(r, act, target.target, found)


def walrus(r: Reader, act: Activation, node: cst.NamedExpr) -> Abstract:
    """``name := value``: binds in the function, also from inside a comprehension."""
    found = handed(r, act, node.value)
    while act.parent is not None and act.parent.node is act.node:
        act = act.parent
    bind(r, act, node.target, found)
    return found


def annotated(r: Reader, act: Activation, node: cst.AnnAssign) -> None:
    """``target: annotation = value``."""
    if node.value is not None:
        bind(r, act, node.target, handed(r, act, node.value))


def bind(r: Reader, act: Activation, target: cst.BaseExpression, found: Abstract) -> None:
    """Assign to a name, a tuple of targets, an element or a slice."""
    if not isinstance(target, cst.Name):
        found = present(r, found)
    match target:
        case cst.Name(value=name):
            r.give_name(found, name)
            frame = r.state.frames[_home(act, name)]
            frame[name] = found
            frame.pop(BOUND + name, None)
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            _unpack(r, act, target, elements, found)
        case cst.Subscript():
            with r.at(act, target):
                _store(r, act, target, found)
        case cst.Attribute(attr=cst.Name(value="flat" | "real" | "imag")) if _is_array(r, act, target):
            with r.at(act, target):
                _overwrite(r, expression(r, act, target), r.value(found))
        case cst.Attribute(value=value, attr=attr):
            with r.at(act, target):
                set_attribute(r, expression(r, act, value), attr.value, found)
        case _:
            with r.at(act, target):
                raise r.error("AG122", construct=f"`{code_of(target)}`")


def _overwrite(r: Reader, place: Abstract, value: Value) -> None:
    """``x.flat = value`` and ``x.real = value``: all elements."""
    if not isinstance(place, Array):
        raise r.error("AG122", construct=f"an attribute of {describe(r, place)}")
    indexing.store_all(r, place, value)


def _home(act: Activation, name: str) -> int:
    """The activation that a name belongs to: this one, unless it is declared ``nonlocal``."""
    scope = act
    while name not in scope.local and scope.parent is not None:
        scope = scope.parent
    return scope.key if name in scope.local else act.key


def _unpack(
    r: Reader,
    act: Activation,
    target: cst.BaseExpression,
    elements: Sequence[cst.BaseElement],
    found: Abstract,
) -> None:
    with r.at(act, target):
        items = static_items(r, found) if isinstance(found, Tuple | Array | Grown | Iterable) else None
        if items is None:
            raise r.error("AG234", operation="unpacking", types=describe(r, found))
    starred = [at for at, e in enumerate(elements) if isinstance(e, cst.StarredElement)]
    if starred:
        items = _gathered(r, act, elements, starred, items)
    with r.at(act, target):
        if len(items) != len(elements):
            raise r.error("AG239", count=len(items), names=len(elements))
    for element, item in zip(elements, items, strict=True):
        bind(r, act, element.value, item)


def _gathered(
    r: Reader,
    act: Activation,
    elements: Sequence[cst.BaseElement],
    starred: list[int],
    items: tuple[Abstract, ...],
) -> tuple[Abstract, ...]:
    """The items with those of ``*rest`` in a list."""
    at, after = starred[0], len(elements) - starred[0] - 1
    if len(items) < len(elements) - 1:
        raise r.refuse("AG239", act, elements[at], count=len(items), names=f"at least {len(elements) - 1}")
    end = len(items) - after
    return (*items[:at], new_list(r, items[at:end]), *items[end:])


def _store(r: Reader, act: Activation, target: cst.Subscript, found: Abstract) -> None:
    """``a[index] = found``."""
    base = expression(r, act, target.value)
    if isinstance(base, Tuple) and base.kind == "dict":
        set_key(r, base, subscript_items(r, act, target), found)
        return
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


# -- containers ---------------------------------------------------------------------------------------------
def set_key(r: Reader, base: Tuple, items: Sequence[tuple[Abstract, Span]], found: Abstract) -> None:
    """``d[key] = found`` of a dict."""
    (item, span) = items[0] if len(items) == 1 else (None, None)
    if item is None or span is None or isinstance(item, Slice):
        raise r.error("AG113", span)
    change(r, base, with_item(base, key_of(r, item, span), found))


def set_attribute(r: Reader, base: Abstract, name: str, found: Abstract) -> None:
    """``base.name = found`` of a record that may change."""
    if not isinstance(base, Tuple) or base.cls is None:
        raise r.error("AG122", construct=f"an attribute of {describe(r, base)}")
    if base.kind == "namedtuple" or is_frozen(base.cls):
        raise r.error("AG133", name=name, cls=base.cls.__name__)
    change(r, base, with_item(base, name, found))


def delete(r: Reader, act: Activation, node: cst.Del) -> None:
    """``del name`` and ``del d[key]``."""
    targets = node.target.elements if isinstance(node.target, cst.Tuple | cst.List) else [node.target]
    for element in targets:
        target = element.value if isinstance(element, cst.BaseElement) else element
        with r.at(act, target):
            _delete(r, act, target)


def _delete(r: Reader, act: Activation, target: cst.BaseExpression) -> None:
    match target:
        case cst.Name(value=name) if name in act.local:
            expression(r, act, target)
            r.state.frames[act.key][name] = Missing()
        case cst.Subscript(value=value):
            base = expression(r, act, value)
            items = subscript_items(r, act, target)
            if is_list(base) and len(items) == 1:
                assert isinstance(base, Tuple | Cells | Grown)
                delete_item(r, base, *items[0])
                return
            if not isinstance(base, Tuple) or base.kind != "dict" or len(items) != 1:
                raise r.error("AG106")
            key = key_of(r, *items[0])
            if key not in base.keys:
                raise r.error("AG236", items[0][1], what=f"`{key!r}`")
            change(r, base, without_item(base, key))
        case _:
            raise r.error("AG106")


# -- augmented assignment -----------------------------------------------------------------------------------
def augmented(r: Reader, act: Activation, node: cst.AugAssign) -> None:
    """``target op= value``."""
    symbol = SYMBOLS[type(node.operator)]
    target = node.target
    if isinstance(target, cst.Subscript):
        _augment_element(r, act, target, symbol, node.value)
        return
    if isinstance(target, cst.Attribute) and not (_is_all_elements(target) and _is_array(r, act, target)):
        _augment_field(r, act, target, symbol, node.value)
        return
    if not isinstance(target, cst.Name | cst.Attribute):
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
    elif isinstance(old, Tuple) and old.kind == "dict" and symbol == "|":
        change(r, old, merged(r, old, value))
    else:
        bind(r, act, target, binary(r, symbol, old, value))


def _augment_field(
    r: Reader, act: Activation, target: cst.Attribute, symbol: str, node: cst.BaseExpression
) -> None:
    """``record.name symbol= value``."""
    with r.at(act, target):
        base = expression(r, act, target.value)
        old = attribute(r, base, target.attr.value, code_of(target))
    value = expression(r, act, node)
    if isinstance(old, Cells | Grown) or (isinstance(old, Tuple) and old.kind == "list"):
        with r.at(act, target):
            augment_list(r, act, code_of(target), old, symbol, value)
    elif isinstance(old, Array):
        with r.at(act, target):
            places.check_writable(r, old)
        _in_place(r, old, None, symbol, value)
    else:
        with r.at(act, target):
            set_attribute(r, current(r, base), target.attr.value, binary(r, symbol, old, value))


def _is_array(r: Reader, act: Activation, target: cst.BaseExpression) -> bool:
    """Whether an attribute is one of an array."""
    assert isinstance(target, cst.Attribute)
    return isinstance(expression(r, act, target.value), Array)


def _is_all_elements(target: cst.BaseExpression) -> bool:
    """``x.real``, which is ``x``."""
    return isinstance(target, cst.Attribute) and target.attr.value in ("real", "imag")


def _augment_element(
    r: Reader, act: Activation, target: cst.Subscript, symbol: str, node: cst.BaseExpression
) -> None:
    with r.at(act, target):
        base = expression(r, act, target.value)
        items = subscript_items(r, act, target)
        if isinstance(base, Tuple) and base.kind == "dict":
            _augment_key(r, act, (base, items), symbol, node)
            return
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


def _augment_key(
    r: Reader,
    act: Activation,
    place: tuple[Tuple, list[tuple[Abstract, Span]]],
    symbol: str,
    node: cst.BaseExpression,
) -> None:
    """``d[key] symbol= value`` of a dict."""
    base, items = place
    old = tuple_item(r, base, items)
    value = expression(r, act, node)
    if isinstance(old, Array):
        places.check_writable(r, old)
        _in_place(r, old, None, symbol, value)
    else:
        found = current(r, base)
        assert isinstance(found, Tuple)
        set_key(r, found, items, binary(r, symbol, old, value))


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
    if isinstance(old, Array):
        indexing.check_kind(r, result.type, type_.dtype)
    if whole and result.type == type_:
        places.replace_contents(r, base, result)
    else:
        indexing.store(r, base, index, result)


def _keeps_dtype(dtype: DType, other: Any) -> bool:
    """Whether adding a value of a type to an array of a dtype is computed in that dtype."""
    from adgen.frontend.promotion import common_dtype
    from adgen.ir.types import Kind, Type

    return dtype is not DType.bool and common_dtype((Type(dtype, (), Kind.np), other)) is dtype
