"""Loops: what they carry, found by lowering the body until the types no longer change.

A ``for`` whose body may break or return becomes a ``while`` on its counter. Loops over tuples, and those
marked by ``adgen.unroll``, are written out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import libcst as cst

from adgen.diagnostics import UserError
from adgen.frontend.abstract import Abstract, Array, Cells, Grown, Iterable, Known, Number, Schedule, Tuple
from adgen.frontend.carrying import Carried, carried_at_entry
from adgen.frontend.cells import instead
from adgen.frontend.conditions import condition
from adgen.frontend.expressions import expression
from adgen.frontend.growing import ATTEMPTS, Growth, growth_of, lists_of_loop
from adgen.frontend.joining import join_branches
from adgen.frontend.list_rounds import ListRound, hold
from adgen.frontend.lists import owners_in
from adgen.frontend.liveness import (
    Names,
    exits,
    leaves_loop,
    names_assigned,
    names_bound_in,
    names_named,
    statements,
)
from adgen.frontend.merging import both
from adgen.frontend.operators import negated
from adgen.frontend.reader import Reader, describe
from adgen.frontend.sequences import Trip, is_static, static_items, trip, trip_count
from adgen.frontend.signals import Peel, Regrow, Unfounded, Unroll
from adgen.frontend.state import BOUND, BROKE, CONTINUED, FLAGS, RESULT, RETURNED, Activation, State
from adgen.frontend.unbound import is_open
from adgen.ir.core import Node, Region, Value, walk
from adgen.ir.dims import Dim
from adgen.ir.types import BOOL, I64
from adgen.primitives.elementwise import add, gt, logical_and, lt
from adgen.primitives.sizes import constant

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


def for_statement(r: Reader, act: Activation, node: cst.For) -> None:
    """A ``for`` loop."""
    with r.at(act, node.iter):
        over = expression(r, act, node.iter)
        schedule = None
        if isinstance(over, Iterable) and over.kind == "scheduled":
            over, known = over.items
            assert isinstance(known, Known)
            schedule = known.value
        unroll = isinstance(over, Iterable) and over.kind == "unroll"
        if unroll:
            assert isinstance(over, Iterable)
            over = over.items[0]
        _refuse_growing(r, act, node, over)
        if unroll or is_static(over):
            items = _items(r, over)
            _unrolled(r, act, node, items)
            return
        found = trip(r, over)
        if found is None:
            raise r.error("AG123", what=describe(r, over))
    # The loop goes on with the arrays it began with, whatever their names stand for in the meantime.
    name = f"$over{len(r.running)}_{act.source.row(node.iter)}"
    r.state.frames[act.key][name] = Tuple(_arrays_in(over))
    lists = {root: r.state.versions[root] for x in _lists_in(over) for root in x.roots}
    try:
        _counted(r, act, node, replace(found, schedule=schedule), over)
    finally:
        r.state.frames[act.key].pop(name, None)
    if any(r.state.versions[root] is not version for root, version in lists.items()):
        raise r.refuse("AG115", act, node, notes=["the loop changes the list it runs over"])


def _lists_in(over: Abstract) -> tuple[Cells, ...]:
    if isinstance(over, Iterable | Tuple):
        return tuple(x for item in over.items for x in _lists_in(item))
    return (over,) if isinstance(over, Cells) else ()


def _arrays_in(over: Abstract) -> tuple[Abstract, ...]:
    if isinstance(over, Iterable | Tuple):
        return tuple(array for item in over.items for array in _arrays_in(item))
    return (over,) if isinstance(over, Array) else ()


def _refuse_growing(r: Reader, act: Activation, node: cst.For, over: Abstract) -> None:
    """Refuse a loop over a list that it appends to."""
    grown = [bound.owner for bound in lists_of_loop(r, act, node).values()]
    if any(owner in grown for owner in owners_in(over)):
        raise r.refuse("AG115", act, node, notes=["the loop appends to the list it runs over"])


def _items(r: Reader, over: Abstract) -> tuple[Abstract, ...]:
    found = static_items(r, over)
    if found is None and isinstance(over, Iterable) and over.kind == "range":
        bounds = tuple(Known(r.static(x, "the bound of an unrolled loop")) for x in over.items)
        found = static_items(r, Iterable("range", bounds))
    if found is None:
        raise r.error("AG240", what="the number of rounds of an unrolled loop")
    return found


# -- written out --------------------------------------------------------------------------------------------
def _unrolled(r: Reader, act: Activation, node: cst.For, items: tuple[Abstract, ...]) -> None:
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


# -- rolled -------------------------------------------------------------------------------------------------
def _counted(r: Reader, act: Activation, node: cst.For, found: Trip, over: Abstract) -> None:
    """A ``for`` with a counter; starts over unrolled or peeled where the body turns out to need it."""
    before = r.state
    entry = before.fork()
    try:
        with r.at(act, node):
            _rolled(r, act, node, found)
        return
    except Unfounded:
        r.restore(before, entry)
        return
    except Unroll as signal:
        if signal.counter not in r.counters_of(node):
            raise
        with r.at(act, node.iter):
            items = _items(r, over)
    except Peel:
        from adgen.frontend.peeling import peeled, peeled_if_run

        r.restore(before, entry)
        peel = peeled if _at_least_once(r, found) else peeled_if_run
        peel(r, act, node, found, lambda t: _rolled(r, act, node, t))
        return
    r.restore(before, entry)
    _unrolled(r, act, node, items)


def _at_least_once(r: Reader, found: Trip) -> bool:
    """Whether a loop runs at all: provably, or by an assumption about the arguments."""
    return r.sizes.assume(_rounds_less_one(r, found), "the loop runs at least once")


def _rounds_less_one(r: Reader, found: Trip) -> Dim:
    """A size that is not negative where a loop runs at all."""
    lo, hi = r.sizes.polynomial(found.lo), r.sizes.polynomial(found.hi)
    if not found.step_value:
        return Dim.const(-1)
    return (hi - lo if found.step_value > 0 else lo - hi) - 1


def _rolled(r: Reader, act: Activation, node: cst.For, found: Trip) -> None:
    """A counted loop; with lists that grow in it, lowered until it is known how they do."""
    grown = lists_of_loop(r, act, node)
    if not grown:
        _carry_for(r, act, node, found)
        return
    if not found.step_value or leaves_loop(statements(node.body)):
        raise _unknown_rounds(r, act, node, grown)
    count = trip_count(r, found)
    if not (found.step_value == 1 and r.sizes.polynomial(found.lo).value == 0):
        zero, one = constant(r.b, 0), constant(r.b, 1)
        item = lambda k, inner=found: inner.item(_offset(r, inner, k))  # noqa: E731
        found = Trip(zero, count, one, 1, item, found.schedule)
    growth = growth_of(r, act, node, grown, count)
    outer, mark = dict(r.growing), len(r.appended)
    for _ in range(ATTEMPTS):
        saved = r.state.fork()
        del r.appended[mark:]
        try:
            growth.begin()
            _carry_for(r, act, node, found, growth)
            return
        except Regrow as signal:
            if signal.growth is not growth:
                raise
            r.restore(r.state, saved)
        finally:
            r.growing = dict(outer)
    raise _unknown_rounds(r, act, node, grown)


def _unknown_rounds(
    r: Reader, act: Activation, node: cst.For | cst.While, grown: dict[str, Tuple | Grown]
) -> Exception:
    notes = ["how often the loop runs, and what a round appends, has to be known before it starts"]
    error: Exception = r.refuse("AG115", act, node, notes=notes)
    for bound in grown.values():
        error = instead(r, bound.owner, error)
    return error


def _carry_for(r: Reader, act: Activation, node: cst.For, found: Trip, growth: Growth | None = None) -> None:
    body = statements(node.body)
    loop = Loop(
        act,
        node,
        names_assigned(body) | names_bound_in(node.target),
        act.liveness.head[node],
        act.liveness.after[node],
        leaves_loop(body),
        lambda: _at_least_once(r, found),
        lambda: r.sizes.proves(_rounds_less_one(r, found)),
        counted=bool(found.step_value),
        schedule=found.schedule,
    )
    if loop.leaves:
        _for_as_while(r, loop, found)
    else:
        _lower(r, loop, lambda c: _for_round(r, loop, c, found, growth), lambda: trip_count(r, found))
        if growth is not None:
            growth.leave()


def while_statement(r: Reader, act: Activation, node: cst.While) -> None:
    """A ``while`` loop; the body of ``while True`` runs at least once, and may be the only way out."""
    grown = lists_of_loop(r, act, node)
    if grown:
        raise _unknown_rounds(r, act, node, grown)
    body = statements(node.body)
    named = names_named(node.test)
    forever = isinstance(node.test, cst.Name | cst.Integer) and node.test.value in ("True", "1")
    loop = Loop(
        act,
        node,
        names_assigned(body) | named,
        act.liveness.head[node],
        act.liveness.after[node],
        leaves_loop(body),
        lambda: forever,
        lambda: forever,
    )

    def test() -> Value:
        with r.at(act, node.test):
            r.schedule = None
            found = r.value(condition(r, act, node.test))
            loop.schedule, r.schedule = r.schedule, None
            return found

    def again() -> None:
        if named:
            test()

    before, entry = r.state, r.state.fork()
    try:
        with r.at(act, node):
            if named and loop.leaves:
                _tested_behind(r, loop, test)
            else:
                _lower(r, loop, lambda c: _while_round(r, loop, c, test, again))
                again()
    except Unfounded:
        if forever:
            raise
        r.restore(before, entry)
        return
    if forever and "break" not in exits(body):
        r.state.frames[act.key][RETURNED] = Known(True)


def _tested_behind(r: Reader, loop: Loop, test: Callable[[], Value]) -> None:
    """A ``while`` whose test binds names and that may be left: tested before it and behind each round."""
    act, node = loop.act, loop.node
    assert isinstance(node, cst.While)
    name = f"$test{len(r.running)}_{act.source.span(node).line}"
    loop.counter = name

    def again() -> None:
        r.state.frames[act.key][name] = Number(test())

    def behind() -> None:
        from adgen.frontend.statements import left

        status = left(r, act)
        if status == Known(False):
            again()
        elif isinstance(status, Number):
            unless_left(r, act, node, status, again)

    def holds() -> Value:
        found = r.state.frames[act.key][name]
        assert isinstance(found, Known | Number)
        return r.value(found)

    again()
    loop.behind = behind
    _lower(r, loop, lambda c: _while_round(r, loop, c, holds, lambda: None))
    r.state.frames[act.key].pop(name, None)


def _for_as_while(r: Reader, loop: Loop, found: Trip) -> None:
    """A ``for`` that may be left: a ``while`` on a counter and the flags."""
    node = loop.node
    assert isinstance(node, cst.For)
    step_one = found.step_value == 1
    count = found.hi if step_one else trip_count(r, found)
    name = f"$counter{len(r.running)}_{loop.act.source.row(node)}"
    frame = r.state.frames[loop.act.key]
    frame[name] = Number(found.lo) if step_one else Known(0)
    loop.counter = name
    limit = count

    def counter() -> Value:
        bound = r.state.frames[loop.act.key][name]
        assert isinstance(bound, Known | Number)
        return r.value(bound)

    def start() -> None:
        k = counter()
        r.sizes.counters[k] = (found.lo if step_one else constant(r.b, 0), limit, 1)
        _bind_item(r, loop, found, k if step_one else _offset(r, found, k))
        following = add(r.b, k, constant(r.b, 1))
        r.state.frames[loop.act.key][name] = Number(following)

    _lower(r, loop, lambda c: _while_round(r, loop, c, lambda: lt(r.b, counter(), limit), start))
    r.state.frames[loop.act.key].pop(name, None)


def _offset(r: Reader, found: Trip, k: Value) -> Value:
    lo, step = r.sizes.polynomial(found.lo), r.sizes.polynomial(found.step)
    return r.sizes.value(lo + step * r.sizes.polynomial(k))


def _bind_item(r: Reader, loop: Loop, found: Trip, k: Value) -> None:
    from adgen.frontend.assignments import bind

    node = loop.node
    assert isinstance(node, cst.For)
    with r.at(loop.act, node.target):
        bind(r, loop.act, node.target, found.item(k))


# -- to a fixed point ---------------------------------------------------------------------------------------
@dataclass(slots=True)
class Round:
    """One attempt at the loop: its regions' nodes, and the state behind the body."""

    nodes: list[Node]
    state: State
    finish: Callable[[], tuple[Value, ...]]


def _lower(
    r: Reader, loop: Loop, attempt: Callable[[Carried], Round], rounds: Callable[[], Value] | None = None
) -> None:
    """Lower the loop until what it carries keeps its types, and set the state behind it."""
    outer = enter(r, loop.act)
    if loop.leaves:
        frame = r.state.frames[loop.act.key]
        frame.setdefault(RETURNED, Known(False))
    carried = carried_at_entry(r, loop.act, _candidates(r, loop), loop.node, loop.head | loop.after)
    carried.rounds = rounds
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


def _for_round(r: Reader, loop: Loop, carried: Carried, found: Trip, growth: Growth | None = None) -> Round:
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
        try:
            if growth is not None:
                growth.enter(counter)
            round_ = ListRound(r, loop.act, loop.head)
            _bind_item(r, loop, found, counter)
            _body(r, loop)
            if growth is not None and not growth.check(nodes):
                raise Regrow(growth)
            round_.check()
        finally:
            r.counters.remove(counter)
            del r.sizes.counters[counter]

    def finish() -> tuple[Value, ...]:
        yields = carried.yields(nodes, state, params)
        region = Region((counter, *params), tuple(nodes), yields)
        bounds = (found.lo, found.hi, found.step)
        return r.b.for_loop(bounds, carried.inits(), region, loop.attrs, carried.hints())

    return Round(nodes, state, finish)


def _while_round(
    r: Reader, loop: Loop, carried: Carried, test: Callable[[], Value], start: Callable[[], None]
) -> Round:
    seen, params = carried.params(), carried.params()
    with r.branch(r.state, conditional=False) as (cond_nodes, _):
        carried.enter(seen)
        before = dict(r.state.versions)
        pred = _go_on(r, loop, test)
        if any(r.state.versions[root] is not version for root, version in before.items()):
            raise r.refuse("AG119", loop.act, loop.node, construct="that writes into an array in a test")
    known = dict(r.sizes.counters)
    try:
        with r.branch(r.state, conditional=False) as (nodes, state):
            carried.enter(params)
            _assume_running(r, loop)
            start()
            round_ = ListRound(r, loop.act, loop.head)
            _body(r, loop)
            round_.check()
    finally:
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


__all__ = ["BOOL", "UserError", "for_statement", "gt", "while_statement"]
