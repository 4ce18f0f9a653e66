"""Rules of the user taken off a program: what is left is what it computes."""

from __future__ import annotations

from collections.abc import Iterable

from adgen.ir.builder import Builder
from adgen.ir.calls import HELD, RULED, SCHEDULED
from adgen.ir.core import Func, Op, walk
from adgen.transform.rebuild import Rebuild, rebuilt


class _Bare(Rebuild):
    """Emits a program with the values that rules are for instead of the rules."""

    def __init__(self, *names: str) -> None:
        super().__init__(Builder())
        self._names = names

    def op(self, op: Op) -> None:
        """Emit an operation; a rule is gone."""
        if op.prim.name in self._names:
            self.env.update(zip(op.results, self.values(op.operands[: len(op.results)]), strict=True))
        else:
            super().op(op)


def has_rules(funcs: Iterable[Func]) -> bool:
    """Whether derivatives of any of these functions come from rules of the user."""
    nodes = (node for func in funcs for node in walk(func.body))
    return any(isinstance(node, Op) and node.prim.name in (RULED, HELD) for node in nodes)


def without_rules(func: Func) -> Func:
    """``func`` as it is computed, when nothing of it will be differentiated any more."""
    return rebuilt(func, _Bare(RULED, HELD))


def without_schedules(func: Func) -> Func:
    """A derivative without the operations that stood for checkpointed loops."""
    return rebuilt(func, _Bare(SCHEDULED))
