"""Growable tapes: what a loop of unknown length saves, last in, first out.

The adjoint of a push is a pop and the other way round, so tapes are closed under differentiation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.ir.types import AnyType, StackType, Type
from adgen.primitives.define import Absent, Context, Inactive, Prec, Primitive, Speller, Text

_STRUCTURAL = Absent("reverse and forward mode treat tapes as structure")
_IN_LOOPS = Absent("tested through loops of unknown length")


def _new_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    return (StackType(attrs["element"]),)


def _push_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    stack, value = types
    if not isinstance(stack, StackType) or stack.element != value:
        raise TypeError(f"cannot push {value} on {stack}")
    return (stack,)


def _pop_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    (stack,) = types
    if not isinstance(stack, StackType):
        raise TypeError(f"cannot pop from {stack}")
    return (stack, attrs["element"])


stack_new: Primitive = Primitive(
    name="stack_new",
    type_rule=_new_type,
    eval=lambda ctx: (),
    spell=Absent("a statement: name = []"),
    doc="An empty tape of elements of type ``element``.",
    samples=_IN_LOOPS,
    jvp=_STRUCTURAL,
    vjp=_STRUCTURAL,
    lower="stack_new",
    complex=True,
)

push: Primitive = Primitive(
    name="push",
    type_rule=_push_type,
    eval=lambda ctx, stack, value: (*stack, value),
    spell=Absent("a statement: name.append(value)"),
    doc="The tape with one more value on top.",
    samples=_IN_LOOPS,
    jvp=_STRUCTURAL,
    vjp=_STRUCTURAL,
    lower="push",
    consumes=(0,),
    complex=True,
)

#: ``element`` is the type of the value with the dims that are in scope here.
pop: Primitive = Primitive(
    name="pop",
    type_rule=_pop_type,
    eval=lambda ctx, stack: (stack[:-1], stack[-1]),
    spell=Absent("a statement: value = name.pop()"),
    doc="The tape without its top value, and that value.",
    samples=_IN_LOOPS,
    jvp=_STRUCTURAL,
    vjp=_STRUCTURAL,
    lower="pop",
    consumes=(0,),
    complex=True,
)


def _zeros_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    (stack,) = types
    if not isinstance(stack, StackType) or not isinstance(stack.element, Type):
        raise TypeError(f"no zeros like {stack}")
    return (stack,)


def _zeros_eval(ctx: Context, stack: Any) -> Any:
    if stack is None:
        return None
    rest, value = stack
    return (_zeros_eval(ctx, rest), value * 0 if isinstance(value, int | float) else np.zeros_like(value))


def _zeros_text(s: Speller) -> Text:
    stack = s.op.operands[0].any_type
    assert isinstance(stack, StackType)
    if stack.element.dims:
        return Text(f"[np.zeros_like(item) for item in {s.arg(0)}]")
    return Text(f"[0.0] * len({s.arg(0)})", Prec.MUL)


#: the derivative of a tape that does not vary, where it leaves the function that made it
stack_zeros: Primitive = Primitive(
    name="stack_zeros",
    type_rule=_zeros_type,
    eval=_zeros_eval,
    spell=_zeros_text,
    doc="A tape of as many zeros, of the same shapes.",
    samples=_IN_LOOPS,
    jvp=Inactive("it is constant"),
    vjp=Inactive("it is constant"),
    lower=Absent("only functions that call themselves need it"),
    complex=True,
)

PRIMITIVES = (stack_new, push, pop, stack_zeros)
