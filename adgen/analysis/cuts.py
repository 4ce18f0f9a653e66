"""Where a derivative ends that looks as if it went on: for remarks, not for correctness."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from adgen.analysis.activity import passes_derivative, useful, varied
from adgen.ir.core import Func, Op, Value, walk
from adgen.records import dataclass

MEANT = frozenset({"stop_gradient"})
"""Operations whose very purpose is to have no derivative."""


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """``ops`` are piecewise constant, between inputs and result; ``unused`` do not reach the result."""

    ops: tuple[Op, ...]
    unused: tuple[Value, ...]


def find_cuts(func: Func, inputs: Sequence[Value], outputs: Collection[Value]) -> Cuts:
    """The cuts between some parameters and some results of a function."""
    reached = varied(func.body, inputs)
    wanted = useful(func.body, outputs)
    ops = tuple(
        node
        for node in walk(func.body)
        if isinstance(node, Op)
        and not passes_derivative(node)
        and node.prim.name not in MEANT
        and any(v in reached for v in node.operands)
        and any(v in wanted for v in node.results)
    )
    return Cuts(ops, tuple(v for v in inputs if v not in wanted))
