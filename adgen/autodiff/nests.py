"""Loops in loops under a budget: those of a step get bytes of their own.

Where the tape of one step is too large, or grows as it goes (that of a ``while`` in a loop), the loops of a
step are under a budget themselves: that of the bytes which the states of the outer loop leave over. Steps are
then taped one at a time, in the reverse sweep alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import TypeVar

from adgen.autodiff.footprints import Costs, Known, Storage, alive_bytes, is_taped, state_bytes
from adgen.autodiff.positions import trip_count
from adgen.autodiff.segments import SCHEDULE, TURNED, Joint, Loop, loop_of, number, obstacle
from adgen.ir.builder import Builder, sorted_attrs
from adgen.ir.core import For, If, Node, Region, Value, While, regions_of
from adgen.ir.dims import Dim
from adgen.primitives.elementwise import add, mul
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.rounding import floor_divide
from adgen.primitives.sizes import size_value
from adgen.records import dataclass

_Loop = TypeVar("_Loop", For, While)


@dataclass(slots=True)
class Nest:
    """A loop whose steps have loops under a budget of ``part`` bytes, a symbol; ``inner`` are these."""

    loop: Loop
    part: str
    inner: list[Nested]

    def least(self, b: Builder, env: dict[Value, Value], known: Known) -> Value | None:
        """The bytes that the loops of a step need at least, where they are known."""
        found: list[tuple[bool, Value]] = []
        for inner in self.inner:
            inner.placed(env)
            least = inner.least(b, _outside(self.loop.node, known))
            if least is None:
                return None
            found.append((any(n.results == inner.node.results for n in self.loop.node.body.nodes), least))
        return least_of_all(b, found)

    def alive(self, known: Known) -> Dim:
        """The bytes of what else a step keeps until it is reversed."""
        return alive_bytes(self.loop.joint_step(), known)


@dataclass(slots=True)
class Nested:
    """A loop under a budget, with its ``nest`` where loops inside keep something of their steps."""

    loop: Loop
    nest: Nest | None

    @property
    def node(self) -> For | While:
        """The loop in the program."""
        return self.loop.node

    @property
    def grows(self) -> bool:
        """Whether nothing says before a step how much of it is kept."""
        return Storage.of(self.loop.joint_segment()) is None

    def placed(self, env: dict[Value, Value]) -> None:
        """Say what values from outside are now, as far as they are known."""
        node = self.node
        self.loop.env = dict(env)
        if isinstance(node, For):
            self.loop.lo, self.loop.step = (env.get(v, v) for v in (node.lo, node.step))

    def least(self, b: Builder, known: Known) -> Value | None:
        """The bytes that it needs at least, where they are known."""
        found = [v for v in (self._flat(b, known), self._nested(b, known)) if v is not None]
        return None if not found else found[0] if len(found) == 1 else minimum(b, *found)

    def _flat(self, b: Builder, known: Known) -> Value | None:
        """With whole steps taped."""
        storage = Storage.of(self.loop.joint_segment())
        if storage is None:
            return None if self.nest is not None else size_value(b, state_bytes(self.node))
        node, one = self.node, number(b, 1)
        if not storage.outside(known) or not _sizes_known(self.loop, known):
            return None
        if not storage.moves(self.loop):
            return Costs.of(b, self.loop, one).least(b)
        if not isinstance(node, For) or not all(known(v) for v in (node.lo, node.hi, node.step)):
            return None
        lo, hi, step = (self.loop.env.get(v, v) for v in (node.lo, node.hi, node.step))
        return Costs.of(b, self.loop, trip_count(b, lo, hi, step)).least(b)

    def _nested(self, b: Builder, known: Known) -> Value | None:
        """With the loops of a step under a budget."""
        if self.nest is None or not _sizes_known(self.loop, known):
            return None
        least = self.nest.least(b, self.loop.env, known)
        alive = state_bytes(self.node) + self.nest.alive(known)
        return None if least is None else add(b, size_value(b, alive), least)


def least_of_all(b: Builder, needs: Sequence[tuple[bool, Value]]) -> Value:
    """The bytes that loops of a block need at least, of which those that are its own share what others leave:
    these get equal parts."""
    count, zero = number(b, len(needs)), number(b, 0)
    own, others = ([v for here, v in needs if here is which] for which in (True, False))
    total = reduce(partial(add, b), own, zero)
    if not others:
        return total
    parts = mul(b, reduce(partial(maximum, b), others), count)
    if not own:
        return parts
    shared = add(b, mul(b, total, count), number(b, len(own) - 1))
    return maximum(b, parts, floor_divide(b, shared, number(b, len(own))))


def _sizes_known(loop: Loop, known: Known) -> bool:
    return all(known(s) for s in state_bytes(loop.node).symbols())


def _outside(node: Node, known: Known) -> Known:
    """What is known outside a node."""
    inside: set[Value | str] = set()

    def enter(region: Region) -> None:
        inside.update(region.params)
        for inner in region.nodes:
            inside.update(inner.results)
            attrs = dict(getattr(inner, "attrs", ()))
            inside.update([attrs["sym"]] if "sym" in attrs else [])
            for deeper in regions_of(inner):
                enter(deeper)

    for region in regions_of(node):
        enter(region)
    return lambda what: what not in inside and known(what)


# -- finding them ---------------------------------------------------------------------------------------
def nested_of(
    node: For | While, b: Builder, active: set[Value], joint: Joint, names: Callable[[], str], total: int
) -> Nested | None:
    """A loop under a budget, if it keeps something of its steps."""
    if not any(v in active for v in node.results) or obstacle(node) is not None:
        return None
    step = node.step if isinstance(node, For) else number(b, 1)
    loop = loop_of(node, b, active, joint, step)
    if not is_taped(loop.joint_segment()):
        return None
    loops = without_schedule(node.body.nodes)
    inner = [
        found for found in (nested_of(n, b, active, joint, names, total) for n in loops) if found is not None
    ]
    if not inner:
        return Nested(loop, None)
    part = names()
    marked = under_budget(node.body, Dim.symbol(part), total, {n.node for n in inner})
    return Nested(loop, Nest(loop_of(replace(node, body=marked), b, active, joint, step), part, inner))


def without_schedule(nodes: Sequence[Node]) -> list[For | While]:
    """The outermost loops of a block, in its branches too, that have no schedule."""
    found: list[For | While] = []
    for node in nodes:
        if isinstance(node, For | While):
            found += [] if "schedule" in dict(node.attrs) else [node]
        else:
            found += [loop for region in regions_of(node) for loop in without_schedule(region.nodes)]
    return found


def under_budget(region: Region, memory: Dim, total: int, loops: set[For | While]) -> Region:
    """A region with some of its loops under a budget; ``total`` is what the option said."""

    def marked(node: Node) -> Node:
        if isinstance(node, If):
            return replace(node, then=inside(node.then), orelse=inside(node.orelse))
        if not isinstance(node, For | While) or node not in loops:
            return node
        attrs = {**dict(node.attrs), "schedule": "budget", "memory": memory, "total": total}
        return replace(node, attrs=sorted_attrs(attrs))

    def inside(region: Region) -> Region:
        return replace(region, nodes=tuple(marked(node) for node in region.nodes))

    return inside(region)


def without_part(node: _Loop) -> _Loop:
    """A loop that turned out to keep nothing, without the bytes it was to have in a step of another loop; one
    that was to be turned, and cannot be, without that."""
    attrs = dict(node.attrs)
    if not isinstance(attrs.get("memory"), Dim) and attrs.get("schedule") != TURNED:
        return node
    return replace(node, attrs=tuple(a for a in node.attrs if a[0] not in SCHEDULE))
