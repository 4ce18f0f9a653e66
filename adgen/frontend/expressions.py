"""Expressions: from syntax to abstract values."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import libcst as cst

from adgen.frontend import fence
from adgen.frontend.abstract import Abstract, Array, Cells, Grown, Iterable, Known, Maybe, Tuple
from adgen.frontend.attributes import attribute
from adgen.frontend.mutation import current
from adgen.frontend.names import free_name
from adgen.frontend.operators import SYMBOLS, binary, unary
from adgen.frontend.optional import present, seen
from adgen.frontend.reader import Reader
from adgen.frontend.sequences import static_items
from adgen.frontend.signals import Unfounded
from adgen.frontend.state import Activation, Missing
from adgen.frontend.unbound import require


def expression(r: Reader, act: Activation, node: cst.BaseExpression) -> Abstract:
    """The abstract value of an expression that is used."""
    found = handed(r, act, node)
    if isinstance(found, Maybe):
        with r.at(act, node):
            return present(r, found)
    return found


def handed(r: Reader, act: Activation, node: cst.BaseExpression) -> Abstract:
    """The abstract value of an expression that is handed on, or compared to None, which it may be."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        code, construct = fence.refused(node)
        raise r.refuse(code, act, node, construct=construct)
    with r.at(act, node):
        found: Abstract = handler(r, act, node)
    return seen(r, found)


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
    found = _bound(r, r.state.frames[scope.key].get(name), name)
    require(r, r.state.frames[scope.key], name, scope is not act)
    return found


def _bound(r: Reader, found: Abstract | Missing | None, name: str) -> Abstract:
    if found is None:
        raise r.error("AG206", name=name)
    if isinstance(found, Missing) and found.waits:
        raise Unfounded
    if isinstance(found, Missing):
        raise found.error or r.error("AG206", name=name)
    return found


def _integer(r: Reader, act: Activation, node: cst.Integer) -> Abstract:
    return Known(int(node.value.replace("_", ""), 0) if not node.value.isdigit() else int(node.value))


def _float(r: Reader, act: Activation, node: cst.Float) -> Abstract:
    return Known(float(node.value.replace("_", "")))


def _imaginary(r: Reader, act: Activation, node: cst.Imaginary) -> Abstract:
    return Known(complex(node.value.replace("_", "")))


def _string(r: Reader, act: Activation, node: cst.SimpleString | cst.ConcatenatedString) -> Abstract:
    found = node.evaluated_value
    if not isinstance(found, str):
        raise r.refuse("AG119", act, node, construct="bytes or f-string")
    return Known(found)


#: sequences whose length may be known only at run time
_LONG = Array | Cells | Grown | Iterable


def _tuple(r: Reader, act: Activation, node: cst.Tuple | cst.List) -> Abstract:
    items: list[Abstract] = []
    parts: list[Abstract] = []
    before = r.changes
    for element in node.elements:
        if isinstance(element, cst.StarredElement):
            found = expression(r, act, element.value)
            rows = static_items(r, found) if isinstance(found, Tuple | Array | Grown | Iterable) else None
            if rows is None and (not isinstance(node, cst.List) or not isinstance(found, _LONG)):
                raise r.refuse("AG121", act, element, construct="element")
            if rows is None:
                parts += [Tuple(tuple(items)), found]
                items = []
            items.extend(rows or ())
        else:
            items.append(handed(r, act, element.value))
    if r.changes != before:
        items = [current(r, item) for item in items]
    if parts:
        from adgen.frontend.cell_loops import concatenated

        return concatenated(r, *parts, Tuple(tuple(items)))
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


# -- attributes, subscripts, calls --------------------------------------------------------------------------
def _attribute(r: Reader, act: Activation, node: cst.Attribute) -> Abstract:
    return attribute(r, expression(r, act, node.value), node.attr.value, code_of(node))


def code_of(node: cst.CSTNode) -> str:
    """The text of a node."""
    return cst.Module(()).code_for_node(node)


def _elsewhere(module: str, name: str) -> Callable[[Reader, Activation, Any], Abstract]:
    """A handler of a module that itself needs :func:`expression`."""

    def handler(r: Reader, act: Activation, node: Any) -> Abstract:
        found: Abstract = getattr(import_module(f"adgen.frontend.{module}"), name)(r, act, node)
        return found

    return handler


_HANDLERS: dict[type[cst.CSTNode], Callable[..., Any]] = {
    cst.Name: _name,
    cst.Integer: _integer,
    cst.Float: _float,
    cst.Imaginary: _imaginary,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _string,
    cst.FormattedString: _elsewhere("output", "formatted"),
    cst.Dict: _elsewhere("dicts", "display"),
    cst.Ellipsis: lambda r, act, node: Known(...),
    cst.Tuple: _tuple,
    cst.List: _tuple,
    cst.Lambda: _lambda,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.Comparison: _elsewhere("conditions", "comparison"),
    cst.BooleanOperation: _elsewhere("conditions", "boolean"),
    cst.IfExp: _elsewhere("conditions", "ternary"),
    cst.Attribute: _attribute,
    cst.Subscript: _elsewhere("subscripts", "subscript"),
    cst.Call: _elsewhere("calls", "call"),
    cst.NamedExpr: _elsewhere("assignments", "walrus"),
    cst.DictComp: _elsewhere("comprehensions", "comprehension"),
    cst.ListComp: _elsewhere("comprehensions", "comprehension"),
    cst.GeneratorExp: _elsewhere("comprehensions", "comprehension"),
}

__all__ = ["code_of", "expression", "handed"]
