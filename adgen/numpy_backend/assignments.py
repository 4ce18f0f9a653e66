"""Assignments that happen at once, written in an order that keeps them right."""

from __future__ import annotations

import re

from adgen.ir.core import Node
from adgen.records import dataclass

_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Assignment:
    """``target = text``; ``augmented`` is a shorter statement that does the same.

    ``origin`` is the operation that computes the value, where it is written out here.
    """

    target: str
    text: str
    augmented: str | None = None
    origin: Node | None = None

    def reads(self, name: str) -> bool:
        """Whether the right-hand side mentions a variable."""
        return name in _NAME.findall(self.text)


def in_order(assignments: list[Assignment]) -> list[tuple[str, Node | None]]:
    """Lines that do all the assignments as if at once.

    >>> [line for line, _ in in_order([Assignment("a", "b"), Assignment("b", "a + b")])]
    ['a, b = b, a + b']
    >>> [line for line, _ in in_order([Assignment("a", "b"), Assignment("b", "c")])]
    ['a = b', 'b = c']
    """
    lines: list[tuple[str, Node | None]] = []
    pending = list(assignments)
    while pending:
        ready = next(
            (a for a in pending if not any(o.reads(a.target) for o in pending if o is not a)),
            None,
        )
        if ready is None:
            targets = ", ".join(a.target for a in pending)
            lines.append((f"{targets} = {', '.join(a.text for a in pending)}", None))
            return lines
        lines.append((ready.augmented or f"{ready.target} = {ready.text}", ready.origin))
        pending.remove(ready)
    return lines
