"""Segments that the reverse sweep evaluates again: nothing between their ends is kept.

The forward sweep runs a segment as it stands. In the reverse sweep its joint program is run on the values
that came in, so these are all that is needed of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from adgen.autodiff.segments import Joint, Second, Totals, Values, known
from adgen.diagnostics.errors import refuse
from adgen.ir.builder import Builder
from adgen.ir.core import Func, Node, Op, Region, Value, regions_of, uses_of, walk
from adgen.ir.types import Type
from adgen.primitives.segments import segment
from adgen.transform.rebuild import Copy


class Segment:
    """The nodes of a segment; ``results`` and ``inputs`` are what varies of what goes out of it and in."""

    def __init__(self, nodes: Sequence[Node], used: set[Value], active: set[Value]) -> None:
        self._nodes = tuple(nodes[1:-1])
        made = {v for node in self._nodes for v in node.results}
        needed = dict.fromkeys(v for node in self._nodes for v in uses_of(node) if v not in made)
        within = {p for node in walk(Region((), self._nodes, ())) for r in regions_of(node) for p in r.params}
        inside = made | within | {v for n in walk(Region((), self._nodes, ())) for v in n.results}
        self.results = tuple(v for n in self._nodes for v in n.results if v in used and v in active)
        self.inputs = tuple(v for v in needed if v in active and v not in inside)
        self._name = nodes[0].attr("name") if isinstance(nodes[0], Op) else ""
        self._refuse(nodes[0], needed)

    def _refuse(self, begin: Node, needed: dict[Value, None]) -> None:
        if any(isinstance(n, Op) and n.prim.name == "draw" for n in walk(Region((), self._nodes, ()))):
            reason = "what is evaluated again would draw other random numbers"
            raise refuse("AG405", begin.span, reason=reason)
        if not all(isinstance(v.any_type, Type) for v in (*needed, *self.results)):
            raise refuse("AG405", begin.span, reason="a list goes in or out of what is evaluated again")

    def second(self, env: dict[Value, Value], joint: Joint) -> Second:
        """The segment again and its reverse; ``env`` says what values from outside are now."""
        count, places = len(self.results), range(len(self.inputs))

        def run(b: Builder, seeds: Values, totals: Totals) -> Values:
            body = Region(self.inputs, self._nodes, self.results)
            sums = [k for k in places if totals[k] is not None]
            func = joint(Func("segment", body), places, range(count), sums)
            given = [env.get(v, v) for v in self.inputs]
            params = zip(func.params, (*given, *seeds, *known(totals)), strict=True)
            copy = _Again(b, {**env, **dict(params)}, self._nodes)
            b.emit(segment, (), {"edge": "begin", "name": self._name, "again": True})
            copy.emit(b, func.body.nodes)
            b.emit(segment, (), {"edge": "end", "name": self._name, "again": True})
            return copy.values(func.results[count:])

        return run


class _Again(Copy):
    """Emits nodes once more. Sizes that the first run found are what they were."""

    def __init__(self, b: Builder, env: dict[Value, Value], nodes: Sequence[Node]) -> None:
        super().__init__(b, env)
        self._known = {n.attr("sym") for n in nodes if isinstance(n, Op) and n.prim.name == "bind_dim"}

    def emit(self, b: Builder, nodes: Sequence[Node]) -> None:
        """Emit nodes."""
        kept = [n for n in nodes if not self._is_known(n)]
        super().emit(b, kept)

    def _is_known(self, node: Node) -> bool:
        return isinstance(node, Op) and node.prim.name == "bind_dim" and node.attr("sym") in self._known
