"""Loops: what they carry, found by lowering the body until the types no longer change.

A ``for`` whose body may break or return becomes a ``while`` on its counter. Loops over tuples, and those
marked by ``adgen.unroll``, are written out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from adgen.frontend.abstract import Abstract, Array, Cells, Grown, Iterable, Known, Number, Tuple
from adgen.frontend.cells import instead
from adgen.frontend.conditions import condition
from adgen.frontend.expressions import expression
from adgen.frontend.growing import ATTEMPTS, Growth, growth_of, lists_of_loop
from adgen.frontend.lists import owners_in
from adgen.frontend.liveness import (
    exits,
    leaves_loop,
    names_assigned,
    names_bound_in,
    names_named,
    statements,
)
from adgen.frontend.reader import Reader, describe
from adgen.frontend.rounds import Loop, bind_item, for_round, lower, while_round
from adgen.frontend.sequences import Trip, is_static, trip, trip_count
from adgen.frontend.signals import Peel, Regrow, Unfounded, Unroll
from adgen.frontend.state import RETURNED, Activation
from adgen.frontend.unrolled import items_of, unless_left, unrolled
from adgen.ir.core import Value
from adgen.ir.dims import Dim
from adgen.primitives.elementwise import add, lt
from adgen.primitives.sizes import constant


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
            items = items_of(r, over)
            unrolled(r, act, node, items)
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


# -- rolled -------------------------------------------------------------------------------------------------
def _counted(r: Reader, act: Activation, node: cst.For, found: Trip, over: Abstract) -> None:
    """A ``for`` with a counter; starts over unrolled or peeled where the body turns out to need it."""
    least = _rounds_less_one(r, found).value
    if found.step_value and least is not None and least < 0:
        unrolled(r, act, node, ())
        return
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
            items = items_of(r, over)
    except Peel:
        from adgen.frontend.peeling import peeled, peeled_if_run

        r.restore(before, entry)
        peel = peeled if _at_least_once(r, found) else peeled_if_run
        peel(r, act, node, found, lambda t: _rolled(r, act, node, t))
        return
    r.restore(before, entry)
    unrolled(r, act, node, items)


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
        lower(r, loop, lambda c: for_round(r, loop, c, found, growth), lambda: trip_count(r, found))
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
                lower(r, loop, lambda c: while_round(r, loop, c, test, again))
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
    lower(r, loop, lambda c: while_round(r, loop, c, holds, lambda: None))
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
        bind_item(r, loop, found, k if step_one else _offset(r, found, k))
        following = add(r.b, k, constant(r.b, 1))
        r.state.frames[loop.act.key][name] = Number(following)

    lower(r, loop, lambda c: while_round(r, loop, c, lambda: lt(r.b, counter(), limit), start))
    r.state.frames[loop.act.key].pop(name, None)


def _offset(r: Reader, found: Trip, k: Value) -> Value:
    lo, step = r.sizes.polynomial(found.lo), r.sizes.polynomial(found.step)
    return r.sizes.value(lo + step * r.sizes.polynomial(k))
