"""Forward mode of functions that are called: the function with tangents beside its arguments and results.

What travels as one tape has one tape of tangents: those of everything in it that can have one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field, replace

from adgen.analysis.activity import varied
from adgen.autodiff.adjoints import Adjoints
from adgen.autodiff.bundles import Bundles, free_name, grouping
from adgen.ir.calls import calls_in
from adgen.ir.core import Func
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Pushed:
    """A function with tangents: its name, and the results of the original call that have a tangent."""

    name: str
    outputs: tuple[int, ...]


Build = Callable[[Func, Sequence[int], Sequence[int] | None, "Tangents"], tuple[Func, tuple[int, ...]]]


@dataclass(slots=True)
class Tangents:
    """The functions with tangents made so far; ``build`` differentiates one."""

    table: dict[str, Func]
    build: Build
    adjoints: Adjoints
    known: dict[tuple[str, tuple[int, ...]], Pushed] = field(default_factory=dict)
    made: list[Func] = field(default_factory=list)

    def of(self, name: str, varying: tuple[int, ...]) -> tuple[Pushed, tuple[int, ...]]:
        """The function for a call in which these arguments vary, and those for which it takes tangents."""
        callee = self.table[name]
        taped = callee.takes or callee.gives
        which = Bundles.taken(callee).varying() if taped else _settled(callee, varying)
        if (name, which) not in self.known:
            self._make(callee, which)
        return self.known[name, which], which

    def _make(self, callee: Func, which: tuple[int, ...]) -> None:
        inputs, outputs = Bundles.taken(callee), Bundles.given(callee)
        every = outputs.varying()
        taken = (*self.table, *(p.name for p in self.known.values()))
        pushed = Pushed(free_name(f"{callee.name}_jvp", taken), every)
        self.known[callee.name, which] = pushed
        found, _ = self.build(callee, inputs.positions(which), outputs.positions(every), self)
        takes = grouping((*inputs.sizes, *inputs.derived(which)))
        gives = grouping((*outputs.sizes, *outputs.derived(every)))
        self.made.append(replace(found, name=pushed.name, takes=takes, gives=gives))


def _settled(callee: Func, varying: tuple[int, ...]) -> tuple[int, ...]:
    """The arguments that vary in a call or in the calls that the function makes of itself."""
    which = set(varying)
    while True:
        found = varied(callee.body, [callee.params[k] for k in which])
        own = [op for op in calls_in(callee.body) if op.attr("callee") == callee.name]
        more = {k for op in own for k, v in enumerate(op.operands) if v in found}
        if more <= which:
            return tuple(sorted(which))
        which |= more
