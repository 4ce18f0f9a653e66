"""Binomial checkpointing: how far to advance, and how many steps run again (Griewank and Walther 2000).

With s states b(s, r) = C(s + r, s) steps can be reversed by at most r runs of each.
"""

from __future__ import annotations

from adgen.autodiff.segments import number
from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.ir.types import I64
from adgen.primitives.elementwise import add, eq, logical_and, lt, mul, sub, where
from adgen.primitives.extrema import minimum
from adgen.primitives.rounding import floor_divide


def _repeated(b: Builder, steps: Value, slots: Value) -> tuple[Value, Value, Value]:
    """The least r that is enough for these steps with several slots, b(s, r), and b(s, r - 1)."""
    one = number(b, 1)
    runs, reach, before = (Value(I64, name) for name in ("runs", "reach", "before"))

    def more() -> tuple[Value]:
        return (logical_and(b, lt(b, reach, steps), lt(b, one, slots)),)

    cond = b.region((runs, reach, before), more)
    runs_, reach_, before_ = (Value(I64, name) for name in ("runs", "reach", "before"))

    def body() -> tuple[Value, ...]:
        following = add(b, runs_, one)
        return (following, floor_divide(b, mul(b, reach_, add(b, slots, following)), following), reach_)

    region = b.region((runs_, reach_, before_), body)
    start = (one, add(b, slots, one), one)
    found = b.while_loop(start, cond, region, hints=["runs", "reach", "before"])
    return found[0], found[1], found[2]


def advance(b: Builder, steps: Value, free: Value) -> Value:
    """How far to advance before the next state is kept, so that the fewest steps are run again.

    min(b(s, r-1), steps - b(s-1, r-1)) is one of the best distances.
    """
    one = number(b, 1)
    slots = add(b, free, one, hint="slots")
    runs, _, before = _repeated(b, steps, slots)
    less = sub(b, add(b, slots, runs), one)
    short = floor_divide(b, mul(b, before, slots), less)
    best = minimum(b, before, sub(b, steps, short))
    return where(b, lt(b, number(b, 0), free), best, sub(b, steps, one), hint="far")


def runs_again(b: Builder, steps: Value, slots: Value) -> Value:
    """How many steps run again, of some that are reversed with some slots."""
    one = number(b, 1)
    runs, reach, _ = _repeated(b, steps, slots)
    several = sub(b, mul(b, runs, steps), floor_divide(b, mul(b, reach, runs), add(b, slots, one)))
    single = floor_divide(b, mul(b, steps, sub(b, steps, one)), number(b, 2))
    return where(b, eq(b, slots, one), single, several)
