"""The last step of lowering: the user's names go onto the values, dead code goes."""

from __future__ import annotations

from collections.abc import Mapping

from adgen.ir.builder import Builder
from adgen.ir.core import Func, Op, Value
from adgen.transform.dce import eliminate_dead_code
from adgen.transform.rebuild import Rebuild, rebuilt


class _Named(Rebuild):
    """Gives every value that has none the name found for it."""

    def __init__(self, names: Mapping[Value, str]) -> None:
        super().__init__(Builder())
        self._names = names

    def fresh(self, value: Value) -> Value:
        """A new value with its name."""
        self.env[value] = Value(value.any_type, self._names.get(value, value.hint))
        return self.env[value]

    def op(self, op: Op) -> None:
        """Emit an operation, its results named."""
        hints = [self._names.get(v, v.hint) for v in op.results]
        found = self.b.emit(op.prim, self.values(op.operands), self.attrs(op.attrs), hints, op.span)
        self.env.update(zip(op.results, found, strict=True))


def finished(func: Func, names: Mapping[Value, str]) -> Func:
    """``func`` with names and without what nothing needs."""
    return rebuilt(eliminate_dead_code(func), _Named(names))
