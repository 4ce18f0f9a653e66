"""Loops whose first round is lowered on its own: a name changes its structure or is bound first there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from adgen.frontend.abstract import Abstract, Known, Number, Tuple
from adgen.frontend.joining import join_branches
from adgen.frontend.liveness import statements
from adgen.frontend.merging import both
from adgen.frontend.reader import Reader
from adgen.frontend.sequences import Trip
from adgen.frontend.state import CONTINUED, Activation
from adgen.frontend.unrolled import enter, leave, unless_left
from adgen.primitives.elementwise import lt


def peeled(r: Reader, act: Activation, node: cst.For, found: Trip, roll: Callable[[Trip], None]) -> None:
    """The first round on its own, then the rest as a loop."""
    from adgen.frontend.assignments import bind
    from adgen.frontend.statements import block, left

    outer = enter(r, act)
    with r.at(act, node.target):
        bind(r, act, node.target, _known(r, found.item(found.lo)))
    block(r, act, statements(node.body), act.liveness.head[node])
    r.state.frames[act.key][CONTINUED] = Known(False)
    status = left(r, act)

    def rest() -> None:
        with r.at(act, node):
            second = r.sizes.value(r.sizes.polynomial(found.lo) + r.sizes.polynomial(found.step))
            roll(replace(found, lo=second))

    if isinstance(status, Number):
        unless_left(r, act, node, status, rest)
    elif status == Known(False):
        rest()
    leave(r, act, outer)


def peeled_if_run(
    r: Reader, act: Activation, node: cst.For, found: Trip, roll: Callable[[Trip], None]
) -> None:
    """A peeled loop under the condition that it runs at all."""
    with r.at(act, node):
        bounds = (found.lo, found.hi) if (found.step_value or 0) > 0 else (found.hi, found.lo)
        runs = lt(r.b, *bounds)
        sides = both(r, runs, lambda: peeled(r, act, node, found, roll), lambda: None)
        join_branches(r, runs, sides, act.key, act.liveness.after[node], r.b.span)


def _known(r: Reader, x: Abstract) -> Abstract:
    """A number (or those of a tuple) as a constant where it is one."""
    match x:
        case Tuple(items=items):
            return replace(x, items=tuple(_known(r, item) for item in items))
        case Number(value):
            op = r.b.defs.op(value)
            if op is not None and op.prim.name == "const" and value.type.is_py:
                return Known(op.attr("value"))
    return x
