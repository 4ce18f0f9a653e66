"""Expressions: from syntax to abstract values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from adgen.diagnostics import Span
from adgen.frontend import fence, indexing, merging
from adgen.frontend.abstract import (
    Abstract,
    Array,
    DTypeObject,
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
from adgen.frontend.attributes import attribute
from adgen.frontend.names import free_name
from adgen.frontend.operators import SYMBOLS, binary, negated, truth, unary
from adgen.frontend.reader import Reader, describe
from adgen.frontend.state import Activation, Missing
from adgen.ir.core import Node, Op, Value
from adgen.ir.types import DType, Kind
from adgen.primitives.elementwise import logical_and, logical_or, where


def expression(r: Reader, act: Activation, node: cst.BaseExpression) -> Abstract:
    """The abstract value of an expression."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        code, construct = fence.refused(node)
        raise r.refuse(code, act, node, construct=construct)
    with r.at(act, node):
        found: Abstract = handler(r, act, node)
    return found


# -- atoms --------------------------------------------------------------------------------------------------
def _name(r: Reader, act: Activation, node: cst.Name) -> Abstract:
    name = node.value
    if name in ("True", "False", "None"):
        return Known({"True": True, "False": False, "None": None}[name])
    scope = act
    while name not in scope.local:
        if scope.parent is None:
            return free_name(r, scope.environment, name)
        scope = scope.parent
    return _bound(r, r.state.frames[scope.key].get(name), name)


def _bound(r: Reader, found: Abstract | Missing | None, name: str) -> Abstract:
    if found is None:
        raise r.error("AG206", name=name)
    if isinstance(found, Missing):
        raise found.error or r.error("AG206", name=name)
    return found


def _integer(r: Reader, act: Activation, node: cst.Integer) -> Abstract:
    return Known(int(node.value.replace("_", ""), 0) if not node.value.isdigit() else int(node.value))


def _float(r: Reader, act: Activation, node: cst.Float) -> Abstract:
    return Known(float(node.value.replace("_", "")))


def _string(r: Reader, act: Activation, node: cst.SimpleString | cst.ConcatenatedString) -> Abstract:
    found = node.evaluated_value
    if not isinstance(found, str):
        raise r.refuse("AG119", act, node, construct="bytes or f-string")
    return Known(found)


def _formatted(r: Reader, act: Activation, node: cst.FormattedString) -> Abstract:
    from adgen.frontend.output import formatted

    return formatted(r, act, node)


def _dict(r: Reader, act: Activation, node: cst.Dict) -> Abstract:
    from adgen.frontend.dicts import display

    return display(r, act, node)


def _tuple(r: Reader, act: Activation, node: cst.Tuple | cst.List) -> Abstract:
    items: list[Abstract] = []
    for element in node.elements:
        if isinstance(element, cst.StarredElement):
            found = expression(r, act, element.value)
            if not isinstance(found, Tuple):
                raise r.refuse("AG121", act, element, construct="element")
            items.extend(found.items)
        else:
            items.append(expression(r, act, element.value))
    if isinstance(node, cst.List):
        from adgen.frontend.lists import new_list

        return new_list(r, tuple(items))
    return Tuple(tuple(items))


def _lambda(r: Reader, act: Activation, node: cst.Lambda) -> Abstract:
    from adgen.frontend.calls import closure

    return closure(r, act, node, "<lambda>")


# -- operators ----------------------------------------------------------------------------------------------
def _unary(r: Reader, act: Activation, node: cst.UnaryOperation) -> Abstract:
    return unary(r, node.operator, expression(r, act, node.expression))


def _binary(r: Reader, act: Activation, node: cst.BinaryOperation) -> Abstract:
    left = expression(r, act, node.left)
    right = expression(r, act, node.right)
    return binary(r, SYMBOLS[type(node.operator)], left, right)


def _comparison(r: Reader, act: Activation, node: cst.Comparison) -> Abstract:
    left = expression(r, act, node.left)
    return _chain(r, act, node, left, 0)


def _chain(r: Reader, act: Activation, node: cst.Comparison, left: Abstract, at: int) -> Abstract:
    target = node.comparisons[at]
    right = expression(r, act, target.comparator)
    found = compare(r, SYMBOLS[type(target.operator)], left, right)
    if at + 1 == len(node.comparisons):
        return found
    return _logical(r, found, lambda: _chain(r, act, node, right, at + 1), conjunction=True)


def compare(r: Reader, symbol: str, left: Abstract, right: Abstract) -> Abstract:
    """``left symbol right`` of a comparison; identity and membership only where they are decided now."""
    if symbol in ("is", "is not"):
        same = _identical(left, right)
        if same is None:
            raise r.error("AG120", operator=symbol)
        return Known(same == (symbol == "is"))
    if symbol in ("in", "not in"):
        if not isinstance(left, Known) or not isinstance(right, Tuple):
            raise r.error("AG120", operator=symbol)
        items = [Known(k) for k in right.keys] if right.kind == "dict" else right.items
        if not all(isinstance(item, Known) for item in items):
            raise r.error("AG120", operator=symbol)
        values = [item.value for item in items if isinstance(item, Known)]
        return Known((left.value in values) == (symbol == "in"))
    if symbol in ("==", "!="):
        for one, other in ((left, right), (right, left)):
            if (
                isinstance(one, Known)
                and not isinstance(one.value, int | float)
                and not isinstance(other, Known)
            ):
                return Known(symbol == "!=")
        if isinstance(left, DTypeObject) and isinstance(right, DTypeObject):
            return Known((left == right) == (symbol == "=="))
    return binary(r, symbol, left, right)


def _identical(left: Abstract, right: Abstract) -> bool | None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Known) and (one.value is None or isinstance(one.value, bool)):
            if isinstance(other, Known):
                return one.value is other.value
            return False if one.value is None else None
    return None


def _boolean(r: Reader, act: Activation, node: cst.BooleanOperation) -> Abstract:
    left = expression(r, act, node.left)
    conjunction = isinstance(node.operator, cst.And)
    return _logical(r, left, lambda: expression(r, act, node.right), conjunction)


def _logical(r: Reader, left: Abstract, right: Callable[[], Abstract], conjunction: bool) -> Abstract:
    """``left and right`` (or ``or``): the right side is evaluated only where it decides."""
    test = truth(r, left)
    if isinstance(test, Known):
        return right() if test.value == conjunction else left
    pred = r.value(test)

    def keep() -> Abstract:
        return left

    if _is_bool(r, left):
        with r.branch(r.state) as (nodes, _):
            other = right()
        if _is_bool(r, other) and _harmless(nodes):
            r.splice(nodes)
            prim = logical_and if conjunction else logical_or
            return Number(prim(r.b, pred, r.cast(r.value(other), DType.bool, Kind.py)))
    return choose(r, pred, right, keep) if conjunction else choose(r, pred, keep, right)


def _is_bool(r: Reader, x: Abstract) -> bool:
    found = r.type_of(x)
    return found is not None and not found.rank and found.dtype is DType.bool


# -- one of two ---------------------------------------------------------------------------------------------
def _ternary(r: Reader, act: Activation, node: cst.IfExp) -> Abstract:
    with r.at(act, node.test):
        test = truth(r, expression(r, act, node.test))
    if isinstance(test, Known):
        return expression(r, act, node.body if test.value else node.orelse)
    return choose(
        r,
        r.value(test),
        lambda: expression(r, act, node.body),
        lambda: expression(r, act, node.orelse),
    )


def choose(r: Reader, pred: Value, then: Callable[[], Abstract], orelse: Callable[[], Abstract]) -> Abstract:
    """The value of a conditional expression: a selection where both sides are harmless, else a branch."""
    found: list[Abstract] = []
    sides = merging.both(r, pred, lambda: found.append(then()), lambda: found.append(orelse()))
    try:
        skeleton, leaves = merging._aligned(r, sides, found[0], found[1], "")
    except merging.Unjoinable as problem:
        left, right = (
            merging._said(r, s, x) for s, x in zip(sides, (problem.left, problem.right), strict=True)
        )
        raise r.error("AG232", name="the value", left=left, right=right) from None
    changed = any(
        s.state.versions[root] is not version for s in sides for root, version in r.state.versions.items()
    )
    if not changed and all(_harmless(s.nodes) for s in sides) and all(not leaf.type.rank for leaf in leaves):
        for side in sides:
            r.splice(side.nodes)
        values = [_selected(r, pred, leaf) for leaf in leaves]
    elif changed:
        raise r.error("AG119", construct="that writes into an array on one path only")
    else:
        values = list(merging.emit_if(r, pred, sides, leaves))
    for side in sides:
        for root, version in side.state.versions.items():
            r.state.versions.setdefault(root, version)
    shared = merging._sharing(r, sides, -1, "", (found[0], found[1]))
    return merging.rebuild(r, skeleton, iter(values), shared)


def _selected(r: Reader, pred: Value, leaf: merging.Leaf) -> Value:
    left, right = (merging.convert(r, x, leaf.type) for x in (leaf.left, leaf.right))
    return left if left is right else where(r.b, pred, left, right)


_HARMLESS = frozenset(
    [
        "const",
        "dim",
        "read",
        "reshape",
        "transpose",
        "broadcast",
        "add",
        "sub",
        "mul",
        "neg",
        "lt",
        "le",
        "gt",
        "ge",
        "eq",
        "ne",
        "logical_and",
        "logical_or",
        "logical_not",
        "where",
        "cast",
    ]
)


def _harmless(nodes: list[Node]) -> bool:
    """Whether nodes can run although nobody needs their result: cheap, and never raising."""
    return all(isinstance(n, Op) and n.prim.name in _HARMLESS and _scalar(n) for n in nodes)


def _scalar(op: Op) -> bool:
    return all(not v.type.rank for v in op.results)


# -- attributes, subscripts, calls --------------------------------------------------------------------------
def _attribute(r: Reader, act: Activation, node: cst.Attribute) -> Abstract:
    return attribute(r, expression(r, act, node.value), node.attr.value, code_of(node))


def code_of(node: cst.CSTNode) -> str:
    """The text of a node."""
    return cst.Module(()).code_for_node(node)


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


def _subscript(r: Reader, act: Activation, node: cst.Subscript) -> Abstract:
    base = expression(r, act, node.value)
    items = subscript_items(r, act, node)
    match base:
        case Array():
            type_ = r.type_of(base)
            assert type_ is not None
            found = indexing.subscript(r, type_, items, act.source.span(node))
            return indexing.load(r, base, found)
        case Tuple():
            return tuple_item(r, base, items)
        case Grown():
            from adgen.frontend.lists import list_item

            return list_item(r, base, list(items))
        case Number() | Known():
            raise r.error("AG235", count=len(items), rank=0)
        case Module() | Namespace() | LibraryFunction() | UserFunction():
            raise r.error("AG129")
    raise r.error("AG234", operation="indexing", types=describe(r, base))


def tuple_item(r: Reader, base: Tuple, items: list[tuple[Abstract, Span]]) -> Abstract:
    """An item or a slice of a tuple: the position has to be known."""
    (item, span) = items[0]
    if len(items) != 1:
        raise r.error("AG235", count=len(items), rank=1)
    if isinstance(item, Slice):
        parts = [r.static(x, "the bound of a slice", span) for x in (item.start, item.stop, item.step)]
        chosen = base.items[slice(*parts)]
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


def _call(r: Reader, act: Activation, node: cst.Call) -> Abstract:
    from adgen.frontend.calls import call

    return call(r, act, node)


def _comprehension(r: Reader, act: Activation, node: cst.ListComp | cst.GeneratorExp) -> Abstract:
    from adgen.frontend.comprehensions import comprehension

    return comprehension(r, act, node)


_HANDLERS: dict[type[cst.CSTNode], Callable[..., Any]] = {
    cst.Name: _name,
    cst.Integer: _integer,
    cst.Float: _float,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _string,
    cst.FormattedString: _formatted,
    cst.Dict: _dict,
    cst.Ellipsis: lambda r, act, node: Known(...),
    cst.Tuple: _tuple,
    cst.List: _tuple,
    cst.Lambda: _lambda,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.Comparison: _comparison,
    cst.BooleanOperation: _boolean,
    cst.IfExp: _ternary,
    cst.Attribute: _attribute,
    cst.Subscript: _subscript,
    cst.Call: _call,
    cst.ListComp: _comprehension,
    cst.GeneratorExp: _comprehension,
}

__all__ = ["choose", "compare", "expression", "negated"]
