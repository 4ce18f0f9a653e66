"""Sums of products in the body of a reversed loop over scalars, as fused multiply-adds.

A round of a loop over many numbers is bound by how many operations it has. What a recurrence waits for has
been seen to before (:mod:`adgen.autodiff.shorten`), and sums that run through the loop stay additions, which
products of matrices may stand for later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from adgen.autodiff.shorten import is_scalar
from adgen.ir.builder import Builder
from adgen.ir.core import Node, Op, Value, uses_of
from adgen.primitives.elementwise import add, cast, fma, mul, neg, sub


def fused(b: Builder, nodes: Sequence[Node], yields: Sequence[Value]) -> tuple[Node, ...]:
    """The nodes of a reversed body with products that one sum uses in that sum; they are dead themselves."""
    uses = Counter([*(v for node in nodes for v in uses_of(node)), *yields])
    products = {n.result: n for n in nodes if isinstance(n, Op) and n.prim is mul and is_scalar(n.result)}
    once = {v: op for v, op in products.items() if uses[v] == 1}
    fusing = _Fusing(b, once, running(nodes, yields))
    return tuple(part for node in nodes for part in fusing.node(node))


def running(nodes: Sequence[Node], yields: Sequence[Value]) -> set[Value]:
    """What the next round goes on with, and the sums that it is the last of."""
    running = set(yields)
    for node in reversed(nodes):
        if isinstance(node, Op) and node.prim in (add, sub, cast) and node.result in running:
            running.update(node.operands)
    return running


@dataclass(frozen=True, slots=True)
class _Fusing:
    b: Builder
    products: dict[Value, Op]
    running: set[Value]

    def node(self, node: Node) -> Sequence[Node]:
        """A node, or the operations that stand for it."""
        if not isinstance(node, Op) or node.prim not in (add, sub) or not is_scalar(node.result):
            return (node,)
        if node.result in self.running:
            return (node,)
        first, second = node.operands
        if second in self.products:
            return self._sum(node, self.products[second], first, negated=node.prim is sub)
        if first in self.products:
            return self._sum(node, self.products[first], second, lowered=node.prim is sub)
        return (node,)

    def _sum(
        self, op: Op, product: Op, other: Value, negated: bool = False, lowered: bool = False
    ) -> Sequence[Node]:
        x, y = product.operands
        with self.b.block() as made, self.b.at(op.span):
            x = neg(self.b, x) if negated else x
            fma(self.b, x, y, neg(self.b, other) if lowered else other, hint=op.result.hint)
        last = made[-1] if made else None
        if not isinstance(last, Op) or last.prim is not fma or last.result.any_type != op.result.any_type:
            return (op,)
        return (*made[:-1], replace(last, results=op.results))
