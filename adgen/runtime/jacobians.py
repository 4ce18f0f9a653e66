"""Jacobians whose mode goes by the sizes of a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

from adgen.autodiff.jacobians import FORWARD, REVERSE, surplus
from adgen.ir.dims import Dim
from adgen.runtime.derive import wrt_leaves
from adgen.runtime.guards import Guard
from adgen.runtime.plans import Plan
from adgen.runtime.traced import Traced

Executable = Callable[[list[Any]], Any]


def directed(traced: Traced, plan: Plan) -> Plan | Dim:
    """The plan with the mode that takes fewer rounds; where sizes decide, results less arguments."""
    wrt = [traced.func.params[k] for k in wrt_leaves(traced, plan.wrt)]
    more = surplus(wrt, traced.func.results[: traced.result.leaf_count])
    least, most = more.lower_bound(), (-more).lower_bound()
    known = {name for t in traced.leaf_types for d in t.dims for name in d.symbols()}
    if least is not None and least > 0:
        return replace(plan, direction=FORWARD)
    if (most is not None and most >= 0) or not known.issuperset(more.symbols()):
        return replace(plan, direction=REVERSE)
    return more


class BySize:
    """Both programs of a Jacobian, made when they are called: by columns where there are more rows."""

    def __init__(self, traced: Traced, plan: Plan, more: Dim, make: Callable[[Plan], Executable]) -> None:
        self.traced = traced
        self._plan = plan
        self._make = make
        self._more = more
        self._guard = Guard(traced.leaf_types, traced.leaf_names)

    def __call__(self, leaves: list[Any]) -> Any:
        """The Jacobian for these leaves."""
        more = self._more.evaluate(self._guard.sizes(leaves))
        return (self._forward if more > 0 else self._reverse)(leaves)

    @cached_property
    def _forward(self) -> Executable:
        return self._make(replace(self._plan, direction=FORWARD))

    @cached_property
    def _reverse(self) -> Executable:
        return self._make(replace(self._plan, direction=REVERSE))
