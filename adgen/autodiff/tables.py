"""Rounds that fill a table are made again from the table, not kept.

Dynamic programs, recurrences over arrays and trajectories store what they compute, and compute it from cells
that are final (:mod:`adgen.analysis.settled`). What such a round computes besides follows from the table: the
numbers on the way to a cell are computed again, and a loop over final cells (a running maximum, a sum, a
selection of the best) runs once more when its round is reversed. It keeps what it carries for as long as that
takes, in a tape of its own length. A step of the function is computed once more at most for each loop around
it that runs again, and nothing is kept of it but the table.

This holds for numbers with a name, too: the table is what the user's code keeps of a round.
"""

from __future__ import annotations

from collections.abc import Iterator

from adgen.analysis.switches import enabled
from adgen.autodiff.homes import Homes, Path, ends_of, is_number
from adgen.ir.core import For, If, Node, Op, Region, Value
from adgen.ir.types import Type

#: reductions to a number, done again where a table is at hand
_REDUCTIONS = frozenset({"max", "min", "argmax", "argmin", "sum"})


class Tables:
    """Side table of a primal, filled on demand: what the reverse sweep has or makes again without a tape."""

    def __init__(self, homes: Homes) -> None:
        self._homes = homes
        self._found: dict[Value, bool] = {}
        self._loops: dict[For, bool] = {}
        self._nests: dict[Node, bool] = {}

    def at_hand(self, value: Value) -> bool:
        """Whether a value costs no tape: it is there, or made again of what is final."""
        if value not in self._found:
            found = self._homes.free(value)
            self._found[value] = found or (enabled("tables") and self._made_again(value))
        return self._found[value]

    def runs_again(self, node: For) -> bool:
        """Whether a loop runs again, in a round of the loop around it."""
        if node not in self._loops:
            self._loops[node] = enabled("tables") and self._replayable(node)
        return self._loops[node]

    # -- values -----------------------------------------------------------------------------------------
    def _made_again(self, value: Value) -> bool:
        path, maker = self._homes.path[value], self._homes.defs.table.get(value)
        if not isinstance(value.any_type, Type) or not self._in_table(path):
            return False
        if isinstance(maker, Op):
            return self._cheap(maker) and all(self.at_hand(v) for v in self.inputs(maker))
        if isinstance(maker, If):
            parts = (maker.pred, *ends_of(maker, value))
            return is_number(value) and all(self.at_hand(v) for v in parts)
        node, number = path[-1]
        if maker is None and isinstance(node, For) and not number:
            return value in node.carried and self.runs_again(node)
        return isinstance(maker, For) and self.runs_again(maker)

    def inputs(self, op: Op) -> Iterator[Value]:
        """What an operation takes when it is done again: of a read of final cells, the places."""
        if self._homes.settled.source(op) is None:
            yield from op.operands
            return
        for view in self._homes.settled.views(op):
            yield from view.operands[1:]

    def _cheap(self, op: Op) -> bool:
        if self._homes.settled.source(op) is not None or self._homes.recomputable(op):
            return True
        if len(op.results) != 1 or op.prim.pinned:
            return False
        if op.prim.name in _REDUCTIONS:
            return is_number(op.result) and op.operands[0].type.rank == 1
        elementwise = bool(getattr(op.prim, "elementwise", False))
        return elementwise and (is_number(op.result) or op.result.hint is None)

    def _in_table(self, path: Path) -> bool:
        """Whether the outermost loop around fills a table, and reads what it has filled."""
        if not path or not isinstance(path[0][0], For):
            return False
        nest = path[0][0]
        if nest not in self._nests:
            self._nests[nest] = self._fills(nest)
        return self._nests[nest]

    def _fills(self, nest: For) -> bool:
        settled = self._homes.settled
        reads = (n for n in self._homes.defs.table.values() if isinstance(n, Op) and n.prim.name == "read")
        return any(
            _starts(self._homes.path[op.result], nest) and settled.source(op) in nest.results for op in reads
        )

    # -- loops ------------------------------------------------------------------------------------------
    def _replayable(self, node: For) -> bool:
        """What it begins with may be saved: a number a run, not one a round."""
        home = self._homes.path[node.counter][:-1]
        bounds = all(self.at_hand(v) for v in (node.lo, node.hi, node.step))
        whole = self._in_table(home) and bounds and self._numbers(node)
        return whole and self._block(node.body, set(node.body.params))

    def _numbers(self, node: For) -> bool:
        return bool(node.carried) and all(is_number(v) for v in node.carried)

    def _region(self, region: Region, local: set[Value], node: For) -> bool:
        """Whether a region of a loop takes nothing from outside but what is at hand."""
        taken = (node.lo, node.hi, node.step, *node.inits)
        inner = local | set(region.params)
        return self._all(taken, local) and self._block(region, inner)

    def _block(self, region: Region, local: set[Value]) -> bool:
        local = set(local)
        for node in region.nodes:
            if not self._node(node, local):
                return False
            local.update(node.results)
        return self._all(region.yields, local)

    def _node(self, node: Node, local: set[Value]) -> bool:
        match node:
            case Op():
                return (
                    node.prim.name != "bind_dim" and self._cheap(node) and self._all(self.inputs(node), local)
                )
            case For():
                return self._numbers(node) and self._region(node.body, local, node)
            case If():
                sides = (self._block(node.then, local), self._block(node.orelse, local))
                return all(sides) and self._all((node.pred,), local) and all(map(is_number, node.results))
        return False

    def _all(self, values: Iterator[Value] | tuple[Value, ...], local: set[Value]) -> bool:
        return all(v in local or self.at_hand(v) for v in values)


def _starts(path: Path, nest: Node) -> bool:
    return bool(path) and path[0][0] is nest
