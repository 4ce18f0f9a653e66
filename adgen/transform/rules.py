"""Rules of the user taken off a program: what is left is what it computes."""

from __future__ import annotations

from collections.abc import Iterable

from adgen.ir.builder import Builder
from adgen.ir.calls import RULED, SCHEDULED, is_ruled, named_in
from adgen.ir.core import Func, Op
from adgen.transform.rebuild import Rebuild, rebuilt


class _Bare(Rebuild):
    """Emits a program with the values that rules are for instead of the rules."""

    def __init__(self, name: str) -> None:
        super().__init__(Builder())
        self._name = name

    def op(self, op: Op) -> None:
        """Emit an operation; a rule is gone."""
        if op.prim.name == self._name:
            self.env.update(zip(op.results, self.values(op.operands[: len(op.results)]), strict=True))
        else:
            super().op(op)


def has_rules(funcs: Iterable[Func]) -> bool:
    """Whether derivatives of any of these functions come from rules of the user."""
    return any(is_ruled(op) for func in funcs for op in named_in(func.body))


def without_rules(func: Func) -> Func:
    """``func`` as it is computed, when nothing of it will be differentiated any more."""
    return rebuilt(func, _Bare(RULED))


def without_schedules(func: Func) -> Func:
    """A derivative without the operations that stood for checkpointed loops."""
    return rebuilt(func, _Bare(SCHEDULED))
