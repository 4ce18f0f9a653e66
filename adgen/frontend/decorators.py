"""Decorators of nested functions: adgen's own are taken off, those of the user are applied."""

from __future__ import annotations

import libcst as cst

from adgen.diagnostics import UserError
from adgen.frontend.abstract import Abstract, LibraryFunction, Module, Partial, UserFunction
from adgen.frontend.derivatives import TRANSFORMS
from adgen.frontend.expressions import code_of, expression
from adgen.frontend.reader import Reader
from adgen.frontend.state import Activation

_TRANSPARENT = ("functools.wraps", "functools.lru_cache", "functools.cache")
"""Decorators under which a function computes what it computes without them."""

_APPLIED = TRANSFORMS | {"adgen.custom_vjp", "adgen.custom_jvp"}
"""Decorators of adgen that make another function of what they stand over."""


def decorated(r: Reader, act: Activation, node: cst.FunctionDef) -> Abstract:
    """A nested function under its decorators. Raises AG117 for those adgen cannot read, and AG105."""
    from adgen.frontend.calls import Arguments, arguments, called, closure
    from adgen.frontend.forms import recomputed

    if node.asynchronous is not None:
        raise r.refuse("AG105", act, node, construct="async def")
    found: Abstract = closure(r, act, node, node.name.value)
    for decorator in reversed(node.decorators):
        inner = decorator.decorator
        function = _evaluated(r, act, inner.func if isinstance(inner, cst.Call) else inner)
        if isinstance(function, LibraryFunction) and function.name == "adgen.recompute":
            found = recomputed(r, found)
            continue
        if _is_own(function):
            continue
        applied = isinstance(function, LibraryFunction) and function.name in _APPLIED
        if not applied and not isinstance(function, UserFunction | Partial):
            name = code_of(inner.func if isinstance(inner, cst.Call) else inner)
            raise r.refuse("AG117", act, inner, name=name)
        if isinstance(inner, cst.Call) and applied:
            given = arguments(r, act, inner)
            given.positional.insert(0, found)
            found = called(r, expression(r, act, inner.func), given, code_of(inner))
        else:
            found = called(r, expression(r, act, inner), Arguments([found]), code_of(inner))
    return found


def _evaluated(r: Reader, act: Activation, node: cst.BaseExpression) -> Abstract | None:
    try:
        return expression(r, act, node)
    except UserError:
        return None


def _is_own(found: Abstract | None) -> bool:
    if isinstance(found, Module):
        return found.name.startswith("adgen")
    if not isinstance(found, LibraryFunction):
        return False
    return (found.name.startswith("adgen.") and found.name not in _APPLIED) or found.name in _TRANSPARENT
