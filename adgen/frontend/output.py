"""Text for people: f-strings, ``print`` and logging, which a differentiated function leaves out."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from adgen.frontend.abstract import Abstract, Known, LibraryFunction, Message, Number
from adgen.frontend.expressions import code_of, expression
from adgen.frontend.reader import Reader
from adgen.frontend.scope import Unusable
from adgen.frontend.state import Activation
from adgen.ir.core import Value

_CONVERSIONS: dict[str, Callable[[object], str]] = {"r": repr, "s": str, "a": ascii}
_LOGGERS = frozenset(["logging", "logger", "log", "_logger", "_log", "LOGGER", "LOG"])
_LEVELS = frozenset(["debug", "info", "warning", "error", "critical", "exception", "log"])


def formatted(r: Reader, act: Activation, node: cst.FormattedString) -> Abstract:
    """An f-string: its text where everything in it is known, else only what is inside is read."""
    integers: list[Value] = []
    texts = [_text(r, act, part, integers) for part in node.parts]
    return Message(tuple(integers)) if None in texts else Known("".join(t for t in texts if t is not None))


def _text(
    r: Reader, act: Activation, part: cst.BaseFormattedStringContent, integers: list[Value]
) -> str | None:
    """The text of a part of an f-string; None where it is not known before the function runs."""
    if not isinstance(part, cst.FormattedStringExpression):
        assert isinstance(part, cst.FormattedStringText)
        return None if "\\" in part.value else part.value.replace("{{", "{").replace("}}", "}")
    found = expression(r, act, part.expression)
    specs = [_text(r, act, inner, integers) for inner in part.format_spec or ()]
    if isinstance(found, Number) and found.value.type.is_py and found.value.type.dtype.is_integer:
        known = r.sizes.polynomial(found.value).value
        if known is None:
            integers.append(found.value)
        else:
            found = Known(known)
    if not isinstance(found, Known) or None in specs or part.equal is not None:
        return None
    value = found.value if part.conversion is None else _CONVERSIONS[part.conversion](found.value)
    try:
        return format(value, "".join(spec for spec in specs if spec is not None))
    except (TypeError, ValueError):
        return None


def output_statement(r: Reader, act: Activation, node: cst.Call) -> bool:
    """Leave out ``print(...)`` and calls of loggers, with a remark; False for any other call."""
    if not (_prints(r, act, node) or _logs(act, node)):
        return False
    for argument in node.args:
        expression(r, act, argument.value)
    r.remark("AG322", act.source.span(node), name=code_of(node.func))
    return True


def _prints(r: Reader, act: Activation, node: cst.Call) -> bool:
    if not isinstance(node.func, cst.Name) or node.func.value != "print":
        return False
    found = expression(r, act, node.func)
    return isinstance(found, LibraryFunction) and found.name == "builtins.print"


def _logs(act: Activation, node: cst.Call) -> bool:
    """Whether a call is of a logger: a name that is usual for one, and means nothing else here."""
    func = node.func
    if not isinstance(func, cst.Attribute) or not isinstance(func.value, cst.Name):
        return False
    name, scope = func.value.value, act
    if name not in _LOGGERS or func.attr.value not in _LEVELS:
        return False
    while scope.parent is not None:
        if name in scope.local:
            return False
        scope = scope.parent
    found = None if name in scope.local else scope.environment.resolve(name)
    return found is not None and (name == "logging" or isinstance(found, Unusable))
