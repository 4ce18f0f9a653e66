"""Constants of a module evaluated from its text: literals, arithmetic on them, and arrays built from them."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.frontend.abstract import Module
from adgen.frontend.scope import Library, is_capturable


class NotConstant(Exception):
    """The expression is not built from literals."""


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
_ARRAY_FUNCTIONS = frozenset(
    [
        "array",
        "asarray",
        "zeros",
        "ones",
        "full",
        "arange",
        "linspace",
        "eye",
        "identity",
        "diag",
        "reshape",
        "transpose",
        "concatenate",
        "stack",
        "float64",
        "float32",
        "int64",
        "int32",
        "zeros_like",
        "ones_like",
        "full_like",
        "tile",
        "repeat",
        "outer",
        "logspace",
        "meshgrid",
        "tri",
        "tril",
        "triu",
        "sin",
        "cos",
        "tan",
        "exp",
        "log",
        "sqrt",
        "abs",
        "sum",
        "mean",
    ]
)
_METHODS = frozenset(["reshape", "astype", "copy", "ravel", "transpose", "sum", "mean"])
_BUILTINS = {
    "float": float,
    "int": int,
    "bool": bool,
    "complex": complex,
    "abs": abs,
    "len": len,
    "tuple": tuple,
    "list": list,
}
_LIMIT = 10_000_000


def evaluate(node: ast.expr, value_of: Callable[[str], Any]) -> Any:
    """The value of an expression. Raises NotConstant where the text alone does not show it."""
    try:
        found = _evaluate(node, value_of)
    except NotConstant:
        raise
    except Exception as error:
        raise NotConstant(str(error)) from None
    if not is_capturable(found):
        raise NotConstant(ast.unparse(node))
    return found


def _evaluate(node: ast.expr, value_of: Callable[[str], Any]) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Tuple(elts):
            return tuple(_evaluate(item, value_of) for item in elts)
        case ast.List(elts):
            return [_evaluate(item, value_of) for item in elts]
        case ast.Dict(keys, values) if all(isinstance(k, ast.Constant) for k in keys):
            named = zip(keys, values, strict=True)
            return {k.value: _evaluate(v, value_of) for k, v in named if isinstance(k, ast.Constant)}
        case ast.UnaryOp(op, operand):
            return _UNARY[type(op)](_evaluate(operand, value_of))
        case ast.BinOp(left, op, right) if type(op) in _BINARY:
            return _BINARY[type(op)](_evaluate(left, value_of), _evaluate(right, value_of))
        case ast.Name(name):
            return _settled(value_of(name))
        case ast.Attribute():
            return _settled(_attribute(node, value_of))
        case ast.Call():
            return _call(node, value_of)
        case ast.Subscript(value, index):
            return _evaluate(value, value_of)[_evaluate(index, value_of)]
    raise NotConstant(ast.unparse(node))


def _settled(found: Any) -> Any:
    """A constant or dtype of a library by its value."""
    if not isinstance(found, Library):
        if isinstance(found, Module):
            raise NotConstant(found.name)
        return found
    home, _, name = found.name.rpartition(".")
    value = _library_value(home, name)
    if isinstance(value, float | int) or name in _ARRAY_FUNCTIONS | {"bool_", "float", "int", "bool"}:
        return value
    raise NotConstant(found.name)


def _library_value(home: str, name: str) -> Any:
    if home == "numpy" and (
        name in _ARRAY_FUNCTIONS or name in ("pi", "e", "inf", "nan", "newaxis", "bool_")
    ):
        return getattr(np, name)
    if home == "math" and not name.startswith("_"):
        return getattr(math, name)
    if home == "builtins" and name in _BUILTINS:
        return _BUILTINS[name]
    raise NotConstant(f"{home}.{name}")


def _attribute(node: ast.Attribute, value_of: Callable[[str], Any]) -> Any:
    if isinstance(node.value, ast.Name):
        base = value_of(node.value.id)
        if isinstance(base, Module):
            return Library(f"{base.name}.{node.attr}")
    if node.attr == "T":
        return _evaluate(node.value, value_of).T
    raise NotConstant(ast.unparse(node))


def _call(node: ast.Call, value_of: Callable[[str], Any]) -> Any:
    function = _callee(node.func, value_of)
    args = [_evaluate(arg, value_of) for arg in node.args]
    named = {k.arg: _evaluate(k.value, value_of) for k in node.keywords if k.arg is not None}
    result = function(*args, **named)
    if isinstance(result, np.ndarray) and result.size > _LIMIT:
        raise NotConstant(ast.unparse(node))
    return result


def _callee(node: ast.expr, value_of: Callable[[str], Any]) -> Any:
    if isinstance(node, ast.Attribute) and node.attr in _METHODS:
        base = value_of(node.value.id) if isinstance(node.value, ast.Name) else None
        if not isinstance(base, Module):
            return getattr(_evaluate(node.value, value_of), node.attr)
    found = value_of(node.id) if isinstance(node, ast.Name) else None
    if isinstance(node, ast.Attribute):
        found = _attribute(node, value_of)
    if isinstance(found, Library):
        home, _, name = found.name.rpartition(".")
        value = _library_value(home, name)
        if callable(value):
            return value
    raise NotConstant(ast.unparse(node))
