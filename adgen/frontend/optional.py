"""Values that are None on some paths: a flag, handed on with the value, says at run time which it is.

A test of the flag is remembered in the branch that it decides: there the name is the value, or None. Anywhere
else the value is taken as it is, after a check.
"""

from __future__ import annotations

from adgen.frontend.abstract import Abstract, Known, Maybe, Number
from adgen.frontend.lists import owners_in
from adgen.frontend.reader import Reader
from adgen.ir.core import Value
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import logical_not

_KEY = "absent"


def is_none(x: object) -> bool:
    """Whether something is the constant None."""
    return isinstance(x, Known) and x.value is None


def can_be_absent(x: Abstract) -> bool:
    """Whether a value can be handed on with a flag: numbers, arrays, and tuples of them."""
    return not isinstance(x, Known) and next(owners_in(x), None) is None


def seen(r: Reader, x: Abstract) -> Abstract:
    """A value as what is known of it here."""
    if not isinstance(x, Maybe):
        return x
    known = r.state.cache.get((_KEY, x.absent))
    return x if known is None else Known(None) if known else x.item


def present(r: Reader, x: Abstract, message: str = "unsupported operand: 'NoneType'") -> Abstract:
    """A value that is used: where it is None after all, that is a TypeError at run time."""
    found = seen(r, x)
    if not isinstance(found, Maybe):
        return found
    r.b.emit(fail_if, (found.absent,), {"error": "TypeError", "message": message})
    r.state.cache[_KEY, found.absent] = False
    return found.item


def absent(r: Reader, x: Abstract) -> Abstract:
    """Whether a value is None."""
    found = seen(r, x)
    return Number(found.absent) if isinstance(found, Maybe) else Known(is_none(found))


def has_value(r: Reader, x: Maybe) -> Value:
    """That a value is not None."""
    return logical_not(r.b, x.absent)


def learn(r: Reader, test: Value, outcome: bool) -> None:
    """Remember what the outcome of a test says of values that may be None."""
    r.state.cache[_KEY, test] = outcome
    op = r.b.defs.op(test)
    if op is None:
        return
    match op.prim.name:
        case "logical_not":
            learn(r, op.operands[0], not outcome)
        case "logical_and" if outcome:
            for part in op.operands:
                learn(r, part, True)
        case "logical_or" if not outcome:
            for part in op.operands:
                learn(r, part, False)
