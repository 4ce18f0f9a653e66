"""Failing on purpose: what ``assert`` and ``raise`` of the user's function become."""

from __future__ import annotations

import builtins
from typing import Any

from adgen.ir.types import AnyType, DType, Type
from adgen.primitives.define import Absent, Context, Inactive, Primitive

#: exceptions that a function may raise
ERRORS = (
    "AssertionError",
    "ValueError",
    "TypeError",
    "RuntimeError",
    "ArithmeticError",
    "ZeroDivisionError",
    "OverflowError",
    "IndexError",
    "KeyError",
    "NotImplementedError",
    "MemoryError",
    "Exception",
)
_NOTHING = Inactive("it has no result")
_CLASSES: dict[str, type[Exception]] = {}


def nearest(cls: type[Exception]) -> str:
    """The one of ``ERRORS`` that an exception is; programs raise that."""
    return next(base.__name__ for base in cls.__mro__ if base.__name__ in ERRORS)


def remembered(cls: type[Exception]) -> str:
    """The name under which :func:`class_named` finds a class that is none of ``ERRORS``."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    while _CLASSES.setdefault(name, cls) is not cls:
        name += "'"
    return name


def class_named(name: str) -> type[Exception] | None:
    """A class that was remembered in this process."""
    return _CLASSES.get(name)


def _type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    (bad,) = types
    if not isinstance(bad, Type) or bad.rank or bad.dtype is not DType.bool:
        raise TypeError(f"fail_if takes a truth value, not {bad}")
    return ()


def _eval(ctx: Context, bad: Any) -> tuple[()]:
    if bad:
        error: type[Exception] = getattr(builtins, ctx.attr("error"))
        raise error(ctx.attr("message"))
    return ()


#: A statement: the printer writes ``if {0}:`` and, below it, ``raise error(message)``.
fail_if = Primitive(
    name="fail_if",
    type_rule=_type,
    eval=_eval,
    spell=Absent("a statement: if bad: raise error(message)"),
    doc="Raises ``error`` with ``message`` where its operand is true, and stays in its place. ``own`` says "
    "that the user's function raises it, and names the class where that is one of the user.",
    samples=Absent("it has no result; programs that assert and raise test it"),
    vjp=_NOTHING,
    jvp=_NOTHING,
    lower="fail_if",
    pinned=True,
)

PRIMITIVES = (fail_if,)
