"""Names that are bound on some paths only: a flag, carried like a name, says at run time whether they are.

A flag is there only where it is open; a name without one is bound if the frame has it.
"""

from __future__ import annotations

from collections.abc import Mapping

from adgen.frontend.abstract import Abstract, Grown, Known, Number, Tuple
from adgen.frontend.operators import negated
from adgen.frontend.reader import Reader
from adgen.frontend.state import BOUND, Binding, Missing
from adgen.primitives.checks import fail_if

Frame = dict[str, Binding]


def is_bound(frame: Mapping[str, Binding], name: str) -> Abstract:
    """Whether a name has a value: a constant, or a number that says so at run time."""
    found = frame.get(BOUND + name)
    if isinstance(found, Known | Number):
        return found
    return Known(name in frame and not isinstance(frame[name], Missing))


def is_open(frame: Mapping[str, Binding], name: str) -> bool:
    """Whether it is known only at run time if a name has a value."""
    return isinstance(is_bound(frame, name), Number)


def at_end(frame: Mapping[str, Binding], name: str) -> Binding | None:
    """What a frame has for a name at the end of a loop's body; a flag that is not there is true."""
    return frame.get(name, Known(True) if name.startswith(BOUND) else None)


def may_be_open(x: Binding | None) -> bool:
    """Whether a binding can be handed on from a path that has it to one that does not."""
    match x:
        case None | Missing() | Grown():
            return False
        case Tuple(items=items):
            return all(may_be_open(item) for item in items)
    return True


def open_flags(left: Frame, right: Frame, live: frozenset[str]) -> None:
    """Put down on both sides of a branch whether the live names have values, where that differs."""
    for name in [n for n in dict.fromkeys([*left, *right]) if n in live]:
        sides = (is_bound(left, name), is_bound(right, name))
        given = [frame.get(name) for frame in (left, right)]
        if sides[0] == sides[1] and isinstance(sides[0], Known):
            continue
        lost = any(isinstance(x, Missing) and x.error is not None for x in given)
        if lost or not all(x is None or isinstance(x, Missing) or may_be_open(x) for x in given):
            continue
        left[BOUND + name], right[BOUND + name] = sides


def require(r: Reader, frame: Frame, name: str, free: bool) -> None:
    """Fail at run time where a name that is read has no value."""
    flag = frame.get(BOUND + name)
    if not isinstance(flag, Number):
        return
    message = f"cannot access local variable '{name}' where it is not associated with a value"
    error = "UnboundLocalError"
    if free:
        error = "NameError"
        message = f"cannot access free variable '{name}' where it is not associated with a value"
        message += " in enclosing scope"
    bad = r.value(negated(r, flag))
    r.b.emit(fail_if, (bad,), {"error": error, "message": message})
    frame.pop(BOUND + name)
