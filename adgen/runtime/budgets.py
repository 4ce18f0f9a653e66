"""The option ``memory``: which loops it is for, and what is said where it is too little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

from adgen.analysis.amounts import Sizes
from adgen.diagnostics import Span, diagnose
from adgen.diagnostics.errors import RunMemoryError, refuse
from adgen.ir.calls import is_call
from adgen.ir.core import Definitions, Func, Op, Value, walk
from adgen.ir.dims import Dim
from adgen.ir.types import I64, Type
from adgen.records import dataclass
from adgen.runtime.guards import EntryRefusal
from adgen.runtime.options import Options
from adgen.runtime.traced import Traced
from adgen.transform.budget import with_budget


def within_budget(traced: Traced, options: Options) -> Traced:
    """The function with its loops under the budget of the options."""
    if options.budget is None:
        return traced
    _refuse_recursion(traced.func, options.budget)
    return replace(traced, func=with_budget(traced.func, options.budget))


def _refuse_recursion(func: Func, memory: int) -> None:
    """Raise AG406 for functions that call themselves: every level keeps a tape."""
    for node in walk(func.body):
        if isinstance(node, Op) and is_call(node) and any(_is_float(v) for v in node.results):
            reason = f"`{node.attr('callee')}` calls itself, and keeps a tape for every call"
            raise refuse("AG406", node.span, memory=memory, reason=reason)


def _is_float(value: Value) -> bool:
    return not isinstance(value.any_type, Type) or value.type.is_float


class TooLittleMemory(EntryRefusal, RunMemoryError):
    """A budget that no schedule fits."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Bytes as arguments say them: a number, the ``size`` of a leaf along an axis (None: the leaf itself), or
    an operation on amounts."""

    op: str
    parts: tuple[Any, ...]

    def evaluate(self, leaves: Sequence[Any]) -> int:
        """The number for these leaves."""
        if self.op == "number":
            return int(self.parts[0])
        if self.op == "size":
            leaf, axis = self.parts
            return int(leaves[leaf]) if axis is None else int(leaves[leaf].shape[axis])
        found: list[int] = [part.evaluate(leaves) for part in self.parts]
        match self.op:
            case "maximum":
                return max(found)
            case "minimum":
                return min(found)
            case "floor_divide":
                return found[0] // found[1]
            case "mul":
                return prod(found)
            case "sub":
                return found[0] - sum(found[1:])
            case "neg":
                return -found[0]
        return sum(found)


_OPERATIONS = frozenset({"add", "sub", "mul", "neg", "maximum", "minimum", "floor_divide"})


@dataclass(frozen=True, slots=True)
class Needs:
    """What a budget has to be enough for: bytes, where arguments say them, and the formula as text."""

    name: str
    memory: int
    least: Amount | None
    text: str

    def missed(self, leaves: Sequence[Any], place: Span | None) -> TooLittleMemory:
        """AG709, with the bytes that these arguments need."""
        text, notes = f"more than {self.memory}", []
        if self.least is not None:
            least = self.least.evaluate(leaves)
            text = str(least)
            notes.append(f"that is {least - self.memory} bytes more than they may take")
            notes += [f"in general {self.text}"] if self.text != text else []
        return TooLittleMemory(
            diagnose("AG709", place, name=self.name, memory=self.memory, least=text, notes=notes)
        )


def needs_of(func: Func, check: Op) -> Needs | None:
    """What a check of a program says of the program's budget, if it is for that."""
    memory, least = check.attr("memory"), check.attr("needs")
    if memory is None:
        return None
    amount = None if least is None else _Amounts(func).of_dim(least)
    return Needs(func.name, memory, amount, "" if least is None else Sizes(func, None).text(least))


class _Amounts:
    """Integers of a program as amounts, where the arguments say them."""

    def __init__(self, func: Func) -> None:
        self._leaves = {param: leaf for leaf, param in enumerate(func.params)}
        self._defs = Definitions.of(func.body)
        self._axes: dict[str, tuple[int, int]] = {}
        for leaf, param in enumerate(func.params):
            for axis, d in enumerate(param.type.dims if isinstance(param.any_type, Type) else ()):
                if d.symbols() and d == Dim.symbol(d.symbols()[0]):
                    self._axes.setdefault(d.symbols()[0], (leaf, axis))
        ops = [n for n in walk(func.body) if isinstance(n, Op) and n.prim.name == "bind_dim"]
        self._bound = {op.attr("sym"): op.operands[0] for op in ops}

    def of_dim(self, dim: Dim) -> Amount | None:
        """A polynomial of sizes."""
        sums = [self._product(names, count) for names, count in dim.terms]
        return None if None in sums else Amount("add", tuple(sums))

    def _product(self, names: Sequence[str], count: int) -> Amount | None:
        factors = [self._size(name) for name in names]
        return None if None in factors else Amount("mul", (Amount("number", (count,)), *factors))

    def _size(self, name: str) -> Amount | None:
        if name in self._axes:
            return Amount("size", self._axes[name])
        return self._of(self._bound[name]) if name in self._bound else None

    def _of(self, value: Value) -> Amount | None:
        if value in self._leaves and value.any_type == I64:
            return Amount("size", (self._leaves[value], None))
        op = self._defs.op(value)
        if op is None:
            return None
        if op.prim.name == "const":
            return Amount("number", (int(op.attr("value")),))
        if op.prim.name == "dim":
            return self.of_dim(op.attr("dim"))
        if op.prim.name not in _OPERATIONS:
            return None
        parts = [self._of(v) for v in op.operands]
        return None if None in parts else Amount(op.prim.name, tuple(parts))
