"""Loops that are written out: over tuples, and where a body needs to know its counter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import libcst as cst

from adgen.frontend.abstract import Abstract, Iterable, Known, Number
from adgen.frontend.joining import join_branches
from adgen.frontend.liveness import (
    statements,
)
from adgen.frontend.merging import both
from adgen.frontend.operators import negated
from adgen.frontend.reader import Reader
from adgen.frontend.sequences import static_items
from adgen.frontend.state import BROKE, CONTINUED, Activation
from adgen.ir.core import Region, walk
from adgen.records import dataclass


def items_of(r: Reader, over: Abstract) -> tuple[Abstract, ...]:
    """What a loop that is written out runs over. Raises AG240 where that is not known."""
    found = static_items(r, over)
    if found is None and isinstance(over, Iterable) and over.kind == "range":
        bounds = tuple(Known(r.static(x, "the bound of an unrolled loop")) for x in over.items)
        found = static_items(r, Iterable("range", bounds))
    if found is None:
        raise r.error("AG240", what="the number of rounds of an unrolled loop")
    return found


def unrolled(r: Reader, act: Activation, node: cst.For, items: tuple[Abstract, ...]) -> None:
    """A loop, round by round."""
    outer = enter(r, act)
    limit = _OpCount(r, act, node)
    _rounds(r, act, node, list(items), limit)
    leave(r, act, outer)


def _rounds(r: Reader, act: Activation, node: cst.For, items: list[Abstract], limit: _OpCount) -> None:
    from adgen.frontend.assignments import bind
    from adgen.frontend.statements import block, left

    body = statements(node.body)
    for at, item in enumerate(items):
        with r.at(act, node.target):
            bind(r, act, node.target, item)
        block(r, act, body, act.liveness.head[node])
        limit.check()
        frame = r.state.frames[act.key]
        frame[CONTINUED] = Known(False)
        status = left(r, act)
        if status == Known(True):
            return
        if isinstance(status, Number):
            if rest := items[at + 1 :]:
                go_on = partial(_rounds, r, act, node, rest, limit)
                unless_left(r, act, node, status, go_on)
            return


def unless_left(
    r: Reader, act: Activation, node: cst.For | cst.While, status: Number, go_on_with: Callable[[], None]
) -> None:
    """The rounds that are left, under the condition that the loop has not been left."""
    from adgen.frontend.statements import _settle

    def stay() -> None:
        _settle(r, act, False)
        go_on_with()

    with r.at(act, node):
        go_on = r.value(negated(r, status))
        sides = both(r, go_on, stay, lambda: _settle(r, act, True))
        join_branches(r, go_on, sides, act.key, act.liveness.head[node], r.b.span)


@dataclass(slots=True)
class _OpCount:
    """Refuses an unrolled loop that makes too many operations."""

    r: Reader
    act: Activation
    node: cst.For
    seen: int = 0
    made: int = 0

    def __post_init__(self) -> None:
        self.seen = len(self.r.b.nodes)

    def check(self) -> None:
        """Count what was appended since the last look."""
        fresh = self.r.b.nodes[self.seen :]
        self.seen += len(fresh)
        self.made += sum(1 for _ in walk(Region((), tuple(fresh), ())))
        if self.made > self.r.max_ops:
            raise self.r.refuse("AG131", self.act, self.node, limit=self.r.max_ops)


def enter(r: Reader, act: Activation) -> dict[str, Abstract]:
    """Set this loop's flags; those of the loop around it are put back by :func:`leave`."""
    frame = r.state.frames[act.key]
    outer = {name: frame.get(name, Known(False)) for name in (BROKE, CONTINUED)}
    frame.update({BROKE: Known(False), CONTINUED: Known(False)})
    return outer  # type: ignore[return-value]


def leave(r: Reader, act: Activation, outer: dict[str, Abstract]) -> None:
    """Put the flags of the loop around back."""
    r.state.frames[act.key].update(outer)
