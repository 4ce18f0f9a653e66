"""Decorators of nested functions: adgen's own are taken off, others are refused."""

from __future__ import annotations

import libcst as cst

from adgen.diagnostics import UserError
from adgen.frontend.abstract import Abstract, LibraryFunction, Module
from adgen.frontend.expressions import code_of, expression
from adgen.frontend.reader import Reader
from adgen.frontend.state import Activation


def check_nested(r: Reader, act: Activation, node: cst.FunctionDef) -> None:
    """Refuse decorators that adgen does not know, and asynchronous functions."""
    if node.asynchronous is not None:
        raise r.refuse("AG105", act, node, construct="async def")
    for decorator in node.decorators:
        inner = decorator.decorator
        called = inner.func if isinstance(inner, cst.Call) else inner
        if not _is_own(_evaluated(r, act, called)):
            raise r.refuse("AG117", act, inner, name=code_of(called))


def _evaluated(r: Reader, act: Activation, node: cst.BaseExpression) -> Abstract | None:
    try:
        return expression(r, act, node)
    except UserError:
        return None


def _is_own(found: Abstract | None) -> bool:
    if isinstance(found, Module):
        return found.name.startswith("adgen")
    return isinstance(found, LibraryFunction) and found.name.startswith("adgen.")
