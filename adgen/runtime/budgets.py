"""The option ``memory``: which loops it is for, and what is said where it is too little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adgen.diagnostics import Span, diagnose
from adgen.diagnostics.errors import RunMemoryError
from adgen.ir.core import Func, Op
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.runtime.guards import EntryRefusal
from adgen.runtime.options import Options
from adgen.runtime.traced import Traced
from adgen.transform.budget import with_budget


def within_budget(traced: Traced, options: Options) -> Traced:
    """The function with its loops under the budget of the options."""
    if options.budget is None:
        return traced
    return replace(traced, func=with_budget(traced.func, options.budget))


class TooLittleMemory(EntryRefusal, RunMemoryError):
    """A budget that no schedule fits."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a budget has to be enough for: bytes in terms of sizes, where these are known on entry.

    ``homes`` says where the sizes are found: an argument's leaf, and an axis of it (None: the leaf itself).
    """

    name: str
    memory: int
    least: Dim | None
    homes: Mapping[str, tuple[int, int | None]]

    def missed(self, leaves: Sequence[Any], place: Span | None) -> TooLittleMemory:
        """AG709, with the bytes that these arguments need."""
        text, notes = f"more than {self.memory}", []
        if self.least is not None and all(s in self.homes for s in self.least.symbols()):
            least = self.least.evaluate({s: _size(leaves, *self.homes[s]) for s in self.least.symbols()})
            text = str(least)
            notes.append(f"that is {least - self.memory} bytes more than they may take")
            notes += [f"in general {self.least}"] if self.least.value is None else []
        elif self.least is not None:
            text = str(self.least)
        return TooLittleMemory(
            diagnose("AG709", place, name=self.name, memory=self.memory, least=text, notes=notes)
        )


def _size(leaves: Sequence[Any], leaf: int, axis: int | None) -> int:
    return int(leaves[leaf]) if axis is None else leaves[leaf].shape[axis]


def needs_of(func: Func, check: Op) -> Needs | None:
    """What a check of a program says of the program's budget, if it is for that."""
    memory, least = check.attr("memory"), check.attr("needs")
    if memory is None:
        return None
    homes: dict[str, tuple[int, int | None]] = {}
    for leaf, param in enumerate(func.params):
        for axis, d in enumerate(param.type.dims if isinstance(param.any_type, Type) else ()):
            if d.symbols() and d == Dim.symbol(d.symbols()[0]):
                homes.setdefault(d.symbols()[0], (leaf, axis))
    for node in func.body.nodes:
        if isinstance(node, Op) and node.prim.name == "bind_dim" and node.operands[0] in func.params:
            homes[node.attr("sym")] = (func.params.index(node.operands[0]), None)
    return Needs(func.name, memory, least, homes)
