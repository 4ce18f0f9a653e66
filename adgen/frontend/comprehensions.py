"""Comprehensions: read as tuples where it is known what they run over, else as the loop that they are."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from adgen.frontend.abstract import Abstract, Known, Tuple
from adgen.frontend.conditions import condition
from adgen.frontend.dicts import key_of, new_dict
from adgen.frontend.expressions import expression
from adgen.frontend.lists import new_list
from adgen.frontend.liveness import Liveness, names_bound_in, names_read
from adgen.frontend.reader import Reader
from adgen.frontend.sequences import static_items
from adgen.frontend.state import BROKE, CONTINUED, RETURNED, Activation, Missing


def comprehension(
    r: Reader, act: Activation, node: cst.ListComp | cst.GeneratorExp | cst.DictComp
) -> Abstract:
    """The items of a comprehension, one after the other."""
    names = frozenset(_targets(node.for_in))
    inner = replace(act, key=r.activations, parent=act, local=names)
    r.activations += 1
    r.state.frames[inner.key] = {}
    if not isinstance(node, cst.DictComp) and not _is_static(r, inner, node.for_in):
        found = looped(r, inner, node)
        r.state.frames.pop(inner.key)
        return found
    if isinstance(node, cst.DictComp):
        rounds = [_pair(r, inner, node) for _ in _rounds(r, inner, node.for_in)]
        r.state.frames.pop(inner.key)
        return new_dict(r, dict(rounds))
    items = tuple(expression(r, inner, node.elt) for _ in _rounds(r, inner, node.for_in))
    r.state.frames.pop(inner.key)
    return new_list(r, items) if isinstance(node, cst.ListComp) else Tuple(items)


def _is_static(r: Reader, act: Activation, clause: cst.CompFor) -> bool:
    """Whether the elements of a comprehension are known one by one: what it runs over, and its conditions."""
    from adgen.frontend.assignments import bind

    with r.branch(r.state):
        over = expression(r, act, clause.iter)
        items = static_items(r, over)
        if items is None:
            return False
        for item in items:
            bind(r, act, clause.target, item)
            if not all(isinstance(condition(r, act, test.test), Known) for test in clause.ifs):
                return False
            if clause.inner_for_in is not None and not _is_static(r, act, clause.inner_for_in):
                return False
    return True


# -- as a loop ----------------------------------------------------------------------------------------------
def looped(r: Reader, act: Activation, node: cst.ListComp | cst.GeneratorExp) -> Abstract:
    """The loop that a comprehension stands for: it appends to a list of its own."""
    from adgen.frontend.loops import for_statement

    made: list[cst.CSTNode] = []
    name = "found"
    while name in names_read(node) or name in act.local:
        name += "_"
    call = cst.Call(cst.Attribute(cst.Name(name), cst.Name("append")), [cst.Arg(node.elt)])
    loop = _loop(node.for_in, cst.Expr(call), made)
    made += [call, call.func, *call.func.children, call.args[0]]
    place = act.source.positions[node]
    positions = ChainMap(dict.fromkeys(made, place), dict(act.source.positions))
    end = cst.SimpleStatementLine([cst.Return(cst.Name(name))])
    function = cst.FunctionDef(cst.Name(name), cst.Parameters(), cst.IndentedBlock([loop, end]))
    inner = replace(
        act,
        source=replace(act.source, positions=positions),
        local=act.local | {name},
        liveness=Liveness.of(function),
    )
    flags = {RETURNED: Known(False), BROKE: Known(False), CONTINUED: Known(False)}
    r.state.frames[inner.key] = {name: new_list(r, ()), **flags}
    for_statement(r, inner, loop)
    found = r.state.frames[inner.key][name]
    assert not isinstance(found, Missing)
    return found


def _loop(clause: cst.CompFor, body: cst.Expr, made: list[cst.CSTNode]) -> cst.For:
    """The ``for`` of a clause, with its conditions and the clauses inside it."""
    statement: cst.BaseStatement = cst.SimpleStatementLine([body])
    made.append(body)
    if clause.inner_for_in is not None:
        statement = _loop(clause.inner_for_in, body, made)
    for test in reversed(clause.ifs):
        statement = cst.If(test.test, cst.IndentedBlock([statement]))
        made.append(statement)
    loop = cst.For(clause.target, clause.iter, cst.IndentedBlock([statement]))
    made.append(loop)
    return loop


# -- one by one ---------------------------------------------------------------------------------------------
def _pair(r: Reader, act: Activation, node: cst.DictComp) -> tuple[Any, Abstract]:
    key = key_of(r, expression(r, act, node.key), act.source.span(node.key))
    return key, expression(r, act, node.value)


def _targets(clause: cst.CompFor) -> Iterator[str]:
    yield from names_bound_in(clause.target)
    if clause.inner_for_in is not None:
        yield from _targets(clause.inner_for_in)


def _rounds(r: Reader, act: Activation, clause: cst.CompFor) -> Iterator[None]:
    from adgen.frontend.assignments import bind

    over = expression(r, act, clause.iter)
    items = static_items(r, over)
    if items is None:
        raise r.error("AG112", construct="comprehension")
    for item in items:
        bind(r, act, clause.target, item)
        if not all(_holds(r, act, test) for test in clause.ifs):
            continue
        if clause.inner_for_in is None:
            yield
        else:
            yield from _rounds(r, act, clause.inner_for_in)


def _holds(r: Reader, act: Activation, clause: cst.CompIf) -> bool:
    found = condition(r, act, clause.test)
    if not isinstance(found, Known):
        raise r.refuse("AG112", act, clause.test, construct="comprehension with a computed condition")
    return bool(found.value)
