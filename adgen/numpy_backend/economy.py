"""Whether ``grad`` may simply call ``value_and_grad``: only where the value costs next to nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from adgen.ir.core import Func, If, Op, Region, regions_of, walk
from adgen.ir.types import Type


def value_is_cheap(joint: Func, alone: Func) -> bool:
    """Whether the work of ``joint`` that ``alone`` (the gradients without the value) spares is negligible.

    It is where it grows more slowly with the sizes than the work that is left: a sum over the residuals
    beside products of matrices.
    """
    return _spared_degree(joint, alone) < max((d for _, d in _operations(alone.body, 0)), default=0)


def _spared_degree(joint: Func, alone: Func) -> int:
    kept = Counter(n.prim.name for n in walk(alone.body) if isinstance(n, Op))
    degree = 0
    for op, found in _operations(joint.body, 0):
        if kept[op.prim.name]:
            kept[op.prim.name] -= 1
        else:
            degree = max(degree, found)
    return degree


def _operations(region: Region, depth: int) -> Iterator[tuple[Op, int]]:
    """Each operation with the degree of its cost as a polynomial in the sizes and trip counts."""
    for node in region.nodes:
        if isinstance(node, Op):
            yield node, depth + _degree(node)
        for inner in regions_of(node):
            yield from _operations(inner, depth + (not isinstance(node, If)))


def _degree(op: Op) -> int:
    if op.prim.name == "contract":
        return len(set(op.attr("spec")) - set(",->"))
    ranks = [v.type.rank for v in (*op.operands, *op.results) if isinstance(v.any_type, Type)]
    return 0 if op.prim.view else max(ranks, default=0)
