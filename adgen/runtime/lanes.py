"""Loops in lanes: for which options, and what is done where kernels do not cover the program then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from adgen.diagnostics import Span, UserError
from adgen.ir.core import Func
from adgen.records import dataclass
from adgen.runtime.options import Options
from adgen.runtime.stages import optimised, staged
from adgen.runtime.traced import Traced

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class InLanes:
    """A function with rounds of loops in lanes, and where these loops are."""

    traced: Traced
    places: tuple[Span | None, ...]


def in_lanes(traced: Traced, options: Options) -> InLanes | None:
    """The function with rounds of its loops in lanes, if kernels may and some loop has them.

    A budget counts what single rounds keep, so there it stays as it is; ``strict`` keeps the order of sums.
    """
    if options.backend == "numpy" or options.strict or options.fast_compile or options.budget is not None:
        return None
    from adgen.transform.lanes import in_lanes as changed

    places: list[Span | None] = []

    def stage(func: Func) -> Func:
        found, where = changed(func)
        places.extend(where)
        return found

    func = staged("lanes", stage, optimised(traced.func))
    return InLanes(replace(traced, func=func), tuple(places)) if places else None


def attempted(make: Callable[[Options], _T], options: Options) -> _T | None:
    """What ``make`` gives for kernels; None where a program in lanes has something they do not cover."""
    try:
        return make(replace(options, backend="llvm"))
    except UserError:
        return None
