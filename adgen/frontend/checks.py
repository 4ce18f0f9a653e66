"""``assert`` and ``raise``: decided now, made a condition on sizes, or checked where they stand."""

from __future__ import annotations

import builtins

import libcst as cst
import numpy as np

from adgen.frontend.abstract import Abstract, Class, Known, Module, Number
from adgen.frontend.expressions import code_of, expression
from adgen.frontend.operators import negated
from adgen.frontend.reader import Reader
from adgen.frontend.scope import UserClass
from adgen.frontend.state import RAISED, Activation
from adgen.ir.core import Value
from adgen.ir.types import I64
from adgen.primitives.checks import fail_if, nearest, remembered
from adgen.primitives.sizes import constant
from adgen.records import dataclass


def check(r: Reader, act: Activation, node: cst.Assert, test: Abstract) -> None:
    """An assertion that is not known to hold."""
    with r.at(act, node.test):
        if isinstance(test, Number) and not r.sizes.conditional and _about_sizes(r, test.value):
            return
    message = "" if node.msg is None else _message(r, act, node.msg)
    _fail(r, r.value(negated(r, test)), Failure("AssertionError", message))


@dataclass(frozen=True, slots=True)
class Failure:
    """What is raised: one of ``ERRORS``, its message, and the class where that is one of the user."""

    error: str
    message: str
    cls: str = ""


def fail(r: Reader, bad: Value, cls: type[Exception], message: str) -> None:
    """Fail here with an exception where ``bad`` is true."""
    _fail(r, bad, Failure(nearest(cls), message, remembered(cls)))


def _fail(r: Reader, bad: Value, raised: Failure) -> None:
    own = raised.cls or True
    r.b.emit(fail_if, (bad,), {"error": raised.error, "message": raised.message, "own": own})


def _message(r: Reader, act: Activation, node: cst.BaseExpression) -> str:
    """The text of a message: a string, or the source of what would compute one."""
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        found = expression(r, act, node)
        if isinstance(found, Known) and isinstance(found.value, str):
            return found.value
    text = code_of(node)
    return text.lstrip("fFrR").strip("\"'") if isinstance(node, cst.FormattedString) else text


def _about_sizes(r: Reader, test: Value) -> bool:
    """Whether a condition on sizes was made one on the arguments."""
    op = r.b.defs.op(test)
    if op is None:
        return False
    name = op.prim.name
    if name == "logical_and":
        return all(_about_sizes(r, v) for v in op.operands)
    if name not in ("eq", "lt", "le", "gt", "ge") or any(v.any_type != I64 for v in op.operands):
        return False
    left, right = (r.sizes.polynomial(v) for v in op.operands)
    if name == "eq":
        return left == right or (r.sizes.about_inputs(left - right) and r.sizes.unify(left, right))
    gap = right - left if name in ("lt", "le") else left - right
    return r.sizes.assume(gap - 1 if name in ("lt", "gt") else gap, "an assertion of the function")


# -- raise --------------------------------------------------------------------------------------------------
def raise_statement(r: Reader, act: Activation, node: cst.Raise) -> None:
    """Fail here; control does not go on."""
    _fail(r, constant(r.b, True), _raised(r, act, node))
    r.state.frames[act.key][RAISED] = Known(True)


def raise_if(r: Reader, act: Activation, node: cst.Raise, test: Abstract) -> None:
    """``if test: raise ...``."""
    _fail(r, r.value(test), _raised(r, act, node))


def _raised(r: Reader, act: Activation, node: cst.Raise) -> Failure:
    """What a ``raise`` gives. Raises AG118 for what is no exception."""
    found = node.exc
    named = found.func if isinstance(found, cst.Call) else found
    from_nothing = node.cause is None or (
        isinstance(node.cause.item, cst.Name) and node.cause.item.value == "None"
    )
    cls = _class(r, act, named) if named is not None and from_nothing else None
    if cls is None or not issubclass(cls.cls, Exception):
        notes = ["`raise` of an exception is accepted, without `from`"]
        raise r.refuse("AG118", act, node, construct="raise", notes=notes)
    given = found.args if isinstance(found, cst.Call) else ()
    message = ", ".join(_message(r, act, arg.value) for arg in given)
    error, known = nearest(cls.cls), isinstance(cls.definition, UserClass) and cls.definition.identity is None
    if cls.cls.__name__ == error and cls.cls.__module__ == "builtins":
        return Failure(error, message)
    if known:  # of a file that is not run there is no class to raise
        return Failure(error, f"{cls.name}: {message}" if message else cls.name)
    return Failure(error, message, remembered(cls.cls))


def _class(r: Reader, act: Activation, node: cst.BaseExpression) -> Class | None:
    """The class of an exception."""
    if isinstance(node, cst.Name) and node.value not in r.state.frames[act.key]:
        builtin = getattr(builtins, node.value, None)
        if isinstance(builtin, type) and issubclass(builtin, BaseException):
            return Class(builtin, None)
    if isinstance(node, cst.Attribute) and node.attr.value == "LinAlgError":
        return (
            Class(np.linalg.LinAlgError, None)
            if expression(r, act, node.value) == Module("numpy.linalg")
            else None
        )
    found = expression(r, act, node)
    return found if isinstance(found, Class) else None
