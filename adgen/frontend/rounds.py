"""The rounds of a loop, lowered until what they hand on keeps its types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

import libcst as cst

from adgen.diagnostics import UserError
from adgen.frontend.abstract import Abstract, Known, Number, Schedule
from adgen.frontend.carrying import Carried, carried_at_entry
from adgen.frontend.growing import Growth
from adgen.frontend.list_rounds import ListRound, hold
from adgen.frontend.liveness import (
    Names,
    exits,
    names_bound_in,
    statements,
)
from adgen.frontend.operators import negated
from adgen.frontend.reader import Reader
from adgen.frontend.sequences import Trip
from adgen.frontend.signals import Peel, Regrow, Unfounded
from adgen.frontend.state import BOUND, BROKE, CONTINUED, FLAGS, RESULT, RETURNED, Activation, State
from adgen.frontend.unbound import is_open
from adgen.frontend.unrolled import enter, leave
from adgen.ir.core import Node, Region, Value
from adgen.ir.types import I64
from adgen.primitives.elementwise import logical_and
from adgen.records import dataclass

_ROUNDS = 12


@dataclass(slots=True)
class Loop:
    """One loop being lowered: its names, its body, and what a round does."""

    act: Activation
    node: cst.For | cst.While
    assigned: Names
    head: Names
    after: Names
    leaves: bool
    runs: Callable[[], bool]
    ran: Callable[[], bool] = lambda: False
    counter: str | None = None
    counted: bool = False
    schedule: Schedule | None = None
    behind: Callable[[], None] | None = None
    saved: dict[str, Abstract] = field(default_factory=dict)

    @property
    def attrs(self) -> dict[str, object]:
        """Attributes of the loop in the program."""
        return {} if self.schedule is None else self.schedule.attrs


@dataclass(slots=True)
class Round:
    """One attempt at the loop: its regions' nodes, and the state behind the body."""

    nodes: list[Node]
    state: State
    finish: Callable[[], tuple[Value, ...]]


def lower(
    r: Reader, loop: Loop, attempt: Callable[[Carried], Round], rounds: Callable[[], Value] | None = None
) -> None:
    """Lower the loop until what it carries keeps its types, and set the state behind it."""
    outer = enter(r, loop.act)
    if loop.leaves:
        frame = r.state.frames[loop.act.key]
        frame.setdefault(RETURNED, Known(False))
    carried = carried_at_entry(r, loop.act, _candidates(r, loop), loop.node, loop.head | loop.after)
    carried.rounds = rounds
    here = (loop.act.key, loop.node)  # what a loop changed when the one around it was tried before
    carried.roots += [root for root in r.changed.get(here, ()) if root in r.state.versions]
    for _ in range(_ROUNDS):
        facts = r.sizes.facts()
        found = _attempted(r, loop, carried, attempt)
        asked: list[bool] = []

        def runs(asked: list[bool] = asked) -> bool:
            asked.append(loop.runs())
            return asked[-1]

        if not carried.widen(found.nodes, found.state, runs):
            break
        r.sizes.forget(facts)
        if any(asked):  # what decided on a name is asked of the arguments still
            loop.runs()
    else:
        raise r.refuse("AG233", loop.act, loop.node, name="a value", left="one type", right="others")
    r.changed[here] = tuple(carried.roots)
    results = found.finish()
    carried.leave(results, loop.ran())
    hold(r, found.state)
    leave(r, loop.act, outer)


def _attempted(r: Reader, loop: Loop, carried: Carried, attempt: Callable[[Carried], Round]) -> Round:
    """One attempt. Where a name is read that an earlier round binds, the first round is read on its own.

    In a ``while``, or where that does not help, a flag says whether the name is bound.
    """
    try:
        return attempt(carried)
    except UserError as error:
        if error.diagnostic.code != "AG206" or carried.waiting or not loop.assigned & loop.head:
            raise
        if loop.counted and loop.node not in r.peeled:
            r.peeled.add(loop.node)
            raise Peel from None
        carried.waiting = True
        try:
            return attempt(carried)
        except Unfounded:
            raise error from None


def _candidates(r: Reader, loop: Loop) -> dict[str, bool]:
    """Names a loop may carry; True for those that nothing reads before the body assigns them."""
    names: dict[str, bool] = {}
    frame = r.state.frames[loop.act.key]
    late = names_bound_in(loop.node.target) if isinstance(loop.node, cst.For) else frozenset()
    if late & loop.after & frame.keys() and not loop.ran():
        late -= loop.after
    for name in sorted(loop.assigned & (loop.head | loop.after), key=_order(r, loop)):
        names[name] = name not in frame or name in late
    for name in [n for n in names if is_open(frame, n)]:
        names[BOUND + name] = False
    if loop.counter is not None:
        names[loop.counter] = False
    ways = exits(statements(loop.node.body))
    if "break" in ways:
        names[BROKE] = False
    if "return" in ways:
        names[RETURNED] = False
        names[RESULT] = True
    return names


def _order(r: Reader, loop: Loop) -> Callable[[str], tuple[int, str]]:
    """Names in the order in which they were first bound, then by the alphabet."""
    known = {name: at for at, name in enumerate(r.state.frames[loop.act.key])}
    return lambda name: (known.get(name, len(known)), name)


def _body(r: Reader, loop: Loop) -> None:
    from adgen.frontend.statements import block

    block(r, loop.act, statements(loop.node.body), loop.head)
    r.state.frames[loop.act.key][CONTINUED] = Known(False)
    if loop.behind is not None:
        loop.behind()


def for_round(r: Reader, loop: Loop, carried: Carried, found: Trip, growth: Growth | None = None) -> Round:
    """One attempt at a round of a counted loop."""
    node = loop.node
    assert isinstance(node, cst.For)
    simple = node.target.value if isinstance(node.target, cst.Name) else None
    counter = Value(I64, simple if found.item is Number else None)
    params = carried.params()
    with r.branch(r.state, conditional=False) as (nodes, state):
        carried.enter(params)
        r.sizes.counters[counter] = (found.lo, found.hi, found.step_value or 0)
        r.counters.append(counter)
        r.loops[counter] = node
        r.rounds.append(node)
        try:
            if growth is not None:
                growth.enter(counter)
            round_ = ListRound(r, loop.act, loop.head)
            bind_item(r, loop, found, counter)
            _body(r, loop)
            if growth is not None and not growth.check(nodes):
                raise Regrow(growth)
            round_.check()
        finally:
            r.rounds.pop()
            r.counters.remove(counter)
            del r.sizes.counters[counter]

    def finish() -> tuple[Value, ...]:
        yields = carried.yields(nodes, state, params)
        region = Region((counter, *params), tuple(nodes), yields)
        bounds = (found.lo, found.hi, found.step)
        return r.b.for_loop(bounds, carried.inits(), region, loop.attrs, carried.hints())

    return Round(nodes, state, finish)


def while_round(
    r: Reader, loop: Loop, carried: Carried, test: Callable[[], Value], start: Callable[[], None]
) -> Round:
    """One attempt at a round of a loop with a test; ``start`` is what it begins with."""
    seen, params = carried.params(), carried.params()
    with r.branch(r.state, conditional=False) as (cond_nodes, _):
        carried.enter(seen)
        before = dict(r.state.versions)
        pred = _go_on(r, loop, test)
        if any(r.state.versions[root] is not version for root, version in before.items()):
            raise r.refuse("AG119", loop.act, loop.node, construct="that writes into an array in a test")
    known = dict(r.sizes.counters)
    r.rounds.append(loop.node)
    try:
        with r.branch(r.state, conditional=False) as (nodes, state):
            carried.enter(params)
            _assume_running(r, loop)
            start()
            round_ = ListRound(r, loop.act, loop.head)
            _body(r, loop)
            round_.check()
    finally:
        r.rounds.pop()
        r.sizes.counters = known

    def finish() -> tuple[Value, ...]:
        yields = carried.yields(nodes, state, params)
        cond = Region(seen, tuple(cond_nodes), (pred,))
        body = Region(params, tuple(nodes), yields)
        return r.b.while_loop(carried.inits(), cond, body, loop.attrs, carried.hints())

    return Round(nodes, state, finish)


def _go_on(r: Reader, loop: Loop, test: Callable[[], Value]) -> Value:
    """The condition of a ``while``: the test, and that no flag is set."""
    from adgen.frontend.statements import left

    if not loop.leaves:
        return test()
    status = left(r, loop.act)
    if status == Known(False):
        return test()
    go_on = r.value(negated(r, status))
    tested = test()
    op = r.b.defs.op(tested)
    if op is not None and op.prim.name == "const" and op.attr("value") is True:
        return go_on
    return logical_and(r.b, go_on, tested)


def _assume_running(r: Reader, loop: Loop) -> None:
    """Inside the body no flag is set."""
    frame = r.state.frames[loop.act.key]
    if loop.leaves:
        frame.update({name: Known(False) for name in FLAGS})


def bind_item(r: Reader, loop: Loop, found: Trip, k: Value) -> None:
    """Bind the target of a ``for`` to what it runs over, at a position."""
    from adgen.frontend.assignments import bind

    node = loop.node
    assert isinstance(node, cst.For)
    with r.at(loop.act, node.target):
        bind(r, loop.act, node.target, found.item(k))
