"""Where a live function and its parameters stand in their file, for diagnostics about calls.

Used only when something is refused, so it reads the source again with ``ast`` and gives up quietly: a message
without a place is better than none.
"""

from __future__ import annotations

import ast
import linecache
from types import FunctionType

from adgen.diagnostics import Span

Definition = ast.FunctionDef | ast.Lambda


def name_place(function: FunctionType) -> Span | None:
    """The name in ``def name(...)``; the word ``lambda`` of a lambda."""
    node = _definition(function)
    if node is None:
        return None
    file = function.__code__.co_filename
    if isinstance(node, ast.Lambda):
        return _span(file, node.lineno, node.col_offset, len("lambda"))
    start = _line(file, node.lineno).find(node.name, node.col_offset + len("def "))
    return None if start < 0 else _span(file, node.lineno, start, len(node.name))


def parameter_place(function: FunctionType, name: str) -> Span | None:
    """A parameter's name in the list of parameters."""
    node = _definition(function)
    if node is None:
        return None
    arguments = node.args
    for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if arg.arg == name:
            file = function.__code__.co_filename
            column = len(_line(file, arg.lineno).encode()[: arg.col_offset].decode(errors="replace"))
            return _span(file, arg.lineno, column, len(name))
    return None


def _definition(function: FunctionType) -> Definition | None:
    """The node whose body holds the code's lines, found in the file's syntax tree."""
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return None
    fitting = [node for node in ast.walk(tree) if isinstance(node, Definition) and _fits(node, function)]
    if len(fitting) > 1 and function.__name__ == "<lambda>":
        return _by_columns(fitting, function)
    return fitting[0] if fitting else None


def _fits(node: Definition, function: FunctionType) -> bool:
    first = function.__code__.co_firstlineno
    if isinstance(node, ast.Lambda):
        return function.__name__ == "<lambda>" and node.lineno == first
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return node.name == function.__code__.co_name and start == first


def _by_columns(fitting: list[Definition], function: FunctionType) -> Definition | None:
    """Of several lambdas on a line, the one in whose body the code's instructions stand."""
    places = {(p[0], p[2]) for p in function.__code__.co_positions() if p[0] is not None and p[2] is not None}
    for node in fitting:
        assert isinstance(node, ast.Lambda)
        body = node.body
        start, end = (body.lineno, body.col_offset), (body.end_lineno or 0, body.end_col_offset or 0)
        if any(start <= place < end for place in places):
            return node
    return None


def _line(file: str, number: int) -> str:
    return linecache.getline(file, number)


def _span(file: str, line: int, column: int, width: int) -> Span:
    return Span.from_columns0(file, line, column, line, column + width)
