"""Text for people: f-strings, ``print`` and logging, which a differentiated function leaves out."""

from __future__ import annotations

import libcst as cst

from adgen.frontend.abstract import Abstract, LibraryFunction, Message
from adgen.frontend.expressions import code_of, expression
from adgen.frontend.reader import Reader
from adgen.frontend.scope import Unusable
from adgen.frontend.state import Activation

_LOGGERS = frozenset(["logging", "logger", "log", "_logger", "_log", "LOGGER", "LOG"])
_LEVELS = frozenset(["debug", "info", "warning", "error", "critical", "exception", "log"])


def formatted(r: Reader, act: Activation, node: cst.FormattedString) -> Abstract:
    """An f-string: what is inside is read, the text itself is not made."""
    for part in _parts(node):
        expression(r, act, part.expression)
    return Message()


def _parts(node: cst.FormattedString) -> list[cst.FormattedStringExpression]:
    found = [p for p in node.parts if isinstance(p, cst.FormattedStringExpression)]
    inner = [p for part in found for p in part.format_spec or ()]
    return [*found, *(p for p in inner if isinstance(p, cst.FormattedStringExpression))]


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
