"""Reverse mode of functions that are called: a forward and a backward function for each.

The forward function gives the results and a tape, the backward function takes the tape and cotangents. Both
call those of the inner calls, so a function that calls itself has derivatives that call themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from adgen.analysis.activity import useful, varied
from adgen.autodiff.bundles import Bundles, free_name, grouping
from adgen.autodiff.custom import Rule
from adgen.ir.calls import TAPE, calls_in
from adgen.ir.core import Func, Op, Value
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.autodiff.reverse import Split


@dataclass(frozen=True, slots=True)
class Pair:
    """Names of the two functions; ``wrt`` are arguments with a gradient, ``outputs`` seeded results."""

    forward: str
    backward: str
    wrt: tuple[int, ...]
    outputs: tuple[int, ...]


Build = Callable[[Func, Sequence[int], Sequence[int], "Adjoints"], "Split"]
_Key = tuple[str, tuple[int, ...], tuple[int, ...]]


@dataclass(slots=True)
class Adjoints:
    """The pairs made so far; ``build`` splits the derivative of one function.

    ``rules`` are those of the user that were transposed.
    """

    table: dict[str, Func]
    build: Build
    pairs: dict[_Key, Pair] = field(default_factory=dict)
    made: list[Func] = field(default_factory=list)
    rules: dict[str, Rule] = field(default_factory=dict)

    def pair(self, call: Op, active: set[Value]) -> Pair:
        """The functions for a call some of whose arguments and results are active."""
        callee = self.table[call.attr("callee")]
        key = (callee.name, *self._which(callee, call, active))
        if key not in self.pairs:
            self._make(callee, key)
        return self.pairs[key]

    def _which(self, callee: Func, call: Op, active: set[Value]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        if self.taped(call):
            return Bundles.taken(callee).varying(), Bundles.given(callee).varying()
        wrt = {k for k, v in enumerate(call.operands) if v in active}
        outputs = {k for k, v in enumerate(call.results) if v in active}
        return _settled(callee, wrt, outputs)

    def taped(self, call: Op) -> bool:
        """Whether a call leaves or takes a tape, and is reversed whatever varies."""
        callee = self.table[call.attr("callee")]
        return bool(callee.takes or callee.gives)

    def _make(self, callee: Func, key: _Key) -> None:
        _, wrt, outputs = key
        taken = [n for p in self.pairs.values() for n in (p.forward, p.backward)] + [*self.table]
        forward = free_name(f"{callee.name}_forward", taken)
        backward = free_name(f"{callee.name}_backward", taken)
        self.pairs[key] = Pair(forward, backward, wrt, outputs)
        params, results = Bundles.taken(callee), Bundles.given(callee)
        halves = self.build(callee, params.positions(wrt), results.positions(outputs), self)
        saved = len(halves.residuals)
        whole = (*results.sizes, saved)
        gives = grouping(params.derived(wrt))
        takes = (saved, *results.derived(outputs))
        self.made += [
            replace(halves.forward, name=forward, takes=callee.takes, gives=whole),
            replace(halves.backward, name=backward, takes=takes, gives=gives),
        ]


def _settled(callee: Func, wrt: set[int], outputs: set[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Arguments and results that are active in a call or in the calls that the function makes of itself."""
    params, results = Bundles.taken(callee), Bundles.given(callee)
    while True:
        active = varied(callee.body, [callee.params[p] for p in params.positions(wrt)])
        active &= useful(callee.body, [callee.results[p] for p in results.positions(outputs)])
        own = [op for op in calls_in(callee.body) if op.attr("callee") == callee.name]
        more = {k for op in own for k, v in enumerate(op.operands) if v in active}
        seeds = {k for op in own for k, v in enumerate(op.results) if v in active}
        if more <= wrt and seeds <= outputs:
            return tuple(sorted(wrt)), tuple(sorted(outputs))
        wrt, outputs = wrt | more, outputs | seeds


def tape_of(call: Op) -> Value:
    """The tape that a call leaves."""
    return Value(TAPE, f"{call.attr('callee')}_tape")
