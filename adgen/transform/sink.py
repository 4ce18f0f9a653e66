"""Contributions made on one side of a branch only are added there.

A cotangent that is zero on one side of an ``if`` and added into an array behind it ::

    if p: t = ...                      if p: x_bar[i] += ...
    else: t = 0.0
    x_bar[i] += t

costs an addition in either case, and hides which case contributes. The sum is the same but for the sign of
a zero, which no gradient promises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from adgen.ir.builder import Builder
from adgen.ir.core import For, If, Node, Op, Region, Value, While, operands_of, regions_of
from adgen.records import dataclass
from adgen.transform.fold import constant_of


def sink_additions(
    b: Builder, nodes: tuple[Node, ...], needed: Sequence[Value], mirror: dict[Node, Node]
) -> tuple[Node, ...]:
    """The nodes of a reverse sweep with additions of conditional values moved into their branches.

    ``b`` knows the constants; ``needed`` is what the block is for; ``mirror`` follows nodes that changed.
    """
    uses = Counter(needed)
    for node in nodes:
        _count(node, uses)
    return _Sink(b, uses, mirror).block(nodes)


def _count(node: Node, uses: Counter[Value]) -> None:
    uses.update(operands_of(node))
    for region in regions_of(node):
        uses.update(region.yields)
        for inner in region.nodes:
            _count(inner, uses)


@dataclass(frozen=True, slots=True)
class _Sink:
    b: Builder
    uses: Counter[Value]
    mirror: dict[Node, Node]

    def block(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """A block, branches first and then what is inside them."""
        left, done = list(nodes), []
        while left:
            node = left.pop(0)
            if isinstance(node, If):
                node = self._filled(node, left)
            done.append(self._inside(node))
        return tuple(done)

    def _inside(self, node: Node) -> Node:
        match node:
            case Op():
                return node
            case For() | While():
                new: Node = replace(node, body=self._region(node.body))
            case If():
                new = replace(node, then=self._region(node.then), orelse=self._region(node.orelse))
        return self._instead(node, new)

    def _region(self, region: Region) -> Region:
        return replace(region, nodes=self.block(region.nodes))

    def _instead(self, node: Node, new: Node) -> Node:
        if node in self.mirror:
            self.mirror[new] = self.mirror[node]
        return new

    def _filled(self, node: If, rest: list[Node]) -> If:
        """The branch with what can be moved into it taken from the nodes after it."""
        changed = True
        while changed:
            changed = False
            for op in self._candidates(node, rest):
                rest.remove(op)
                moved = self._moved(node, op)
                self._instead(node, moved)
                node, changed = moved, True
                break
        return node

    def _candidates(self, node: If, rest: list[Node]) -> Iterator[Op]:
        later: set[Value] = set()
        for op in rest:
            if isinstance(op, Op) and op.prim.name == "add_at" and self._fits(node, op, later):
                yield op
            later.update(op.results)

    def _fits(self, node: If, op: Op, later: set[Value]) -> bool:
        total, value, *places = op.operands
        if value not in node.results or self.uses[value] != 1 or self.uses[total] != 1:
            return False
        at = node.results.index(value)
        zeros = [constant_of(self.b, r.yields[at]) for r in (node.then, node.orelse)]
        mine = later | set(node.results)
        return 0.0 in zeros and total not in later and not any(v in mine for v in places)

    def _moved(self, node: If, op: Op) -> If:
        total, value, *places = op.operands
        at = node.results.index(value)
        mine = node.results.index(total) if total in node.results else None
        sides = []
        for region in (node.then, node.orelse):
            base = total if mine is None else region.yields[mine]
            sides.append(self._side(region, at, mine, _addition(op, base, region.yields[at], places)))
        results = _put(node.results, at, mine, op.result)
        return replace(node, then=sides[0], orelse=sides[1], results=results)

    def _side(self, region: Region, at: int, mine: int | None, op: Op) -> Region:
        if constant_of(self.b, op.operands[1]) == 0.0:
            return replace(region, yields=_put(region.yields, at, mine, op.operands[0]))
        yields = _put(region.yields, at, mine, op.result)
        self.uses[op.result] = 1
        return replace(region, nodes=(*region.nodes, op), yields=yields)


def _addition(op: Op, total: Value, value: Value, places: Sequence[Value]) -> Op:
    """The addition of another value to another array, with a result of its own."""
    result = Value(op.result.any_type, op.result.hint)
    return replace(op, operands=(total, value, *places), results=(result,))


def _put(values: tuple[Value, ...], at: int, mine: int | None, new: Value) -> tuple[Value, ...]:
    """Values with ``new`` instead of the one ``at`` a position and of the earlier total, ``mine``."""
    kept = [v for k, v in enumerate(values) if k not in (at, mine)]
    return (*kept, new)
