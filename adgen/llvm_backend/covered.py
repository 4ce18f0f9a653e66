"""What of a program kernels do not cover, decided before anything is compiled."""

from __future__ import annotations

from dataclasses import dataclass

from adgen.diagnostics.spans import Span
from adgen.ir.core import Func, Op, walk
from adgen.loops.lower import lower
from adgen.loops.rules import rule_for
from adgen.loops.state import Unsupported


@dataclass(frozen=True, slots=True)
class Gap:
    """A construct that kernels lack, why, and where it is."""

    name: str
    reason: str
    span: Span | None = None

    def __str__(self) -> str:
        return self.name


def coverage(func: Func) -> list[Gap]:
    """The constructs of a function that kernels lack; empty where it is covered."""
    found = [
        Gap(node.prim.name, f"kernels do not have {node.prim.name}", node.span)
        for node in walk(func.body)
        if isinstance(node, Op) and rule_for(node) is None
    ]
    if found:
        return found
    try:
        lower(func)
    except Unsupported as error:
        return [Gap(error.operation, error.reason, error.span)]
    return []
