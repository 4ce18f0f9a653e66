"""``assert`` and ``raise``: decided now, made a condition on sizes, or checked where they stand."""

from __future__ import annotations

import libcst as cst

from adgen.frontend.abstract import Abstract, Known, Number
from adgen.frontend.expressions import code_of, expression
from adgen.frontend.operators import negated
from adgen.frontend.reader import Reader
from adgen.frontend.state import RAISED, Activation
from adgen.ir.core import Value
from adgen.ir.types import I64
from adgen.primitives.checks import ERRORS, fail_if
from adgen.primitives.sizes import constant


def check(r: Reader, act: Activation, node: cst.Assert, test: Abstract) -> None:
    """An assertion that is not known to hold."""
    with r.at(act, node.test):
        if isinstance(test, Number) and not r.sizes.conditional and _about_sizes(r, test.value):
            return
    message = "" if node.msg is None else _message(r, act, node.msg)
    _fail(r, r.value(negated(r, test)), "AssertionError", message)


def _fail(r: Reader, bad: Value, error: str, message: str) -> None:
    r.b.emit(fail_if, (bad,), {"error": error, "message": message, "own": True})


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
    error, message = _raised(r, act, node)
    _fail(r, constant(r.b, True), error, message)
    r.state.frames[act.key][RAISED] = Known(True)


def raise_if(r: Reader, act: Activation, node: cst.Raise, test: Abstract) -> None:
    """``if test: raise ...``."""
    error, message = _raised(r, act, node)
    _fail(r, r.value(test), error, message)


def _raised(r: Reader, act: Activation, node: cst.Raise) -> tuple[str, str]:
    """The exception's name and message. Raises AG118 for anything but a builtin exception."""
    found = node.exc
    name = found.func if isinstance(found, cst.Call) else found
    if not isinstance(name, cst.Name) or name.value not in ERRORS or node.cause is not None:
        notes = [f"`raise` of {', '.join(sorted(ERRORS))} is accepted, without `from`"]
        raise r.refuse("AG118", act, node, construct="raise", notes=notes)
    if isinstance(found, cst.Call) and found.args:
        texts = [_message(r, act, arg.value) for arg in found.args]
        return name.value, ", ".join(texts)
    return name.value, ""
