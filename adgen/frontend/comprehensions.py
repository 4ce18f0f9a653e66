"""Comprehensions over sequences of known length: read as tuples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from adgen.frontend.abstract import Abstract, Known, Tuple
from adgen.frontend.dicts import key_of, new_dict
from adgen.frontend.expressions import expression
from adgen.frontend.lists import new_list
from adgen.frontend.liveness import names_bound_in
from adgen.frontend.operators import truth
from adgen.frontend.reader import Reader
from adgen.frontend.sequences import static_items
from adgen.frontend.state import Activation


def comprehension(
    r: Reader, act: Activation, node: cst.ListComp | cst.GeneratorExp | cst.DictComp
) -> Abstract:
    """The items of a comprehension, one after the other."""
    from dataclasses import replace

    names = frozenset(_targets(node.for_in))
    inner = replace(act, key=r.activations, parent=act, local=names)
    r.activations += 1
    r.state.frames[inner.key] = {}
    if isinstance(node, cst.DictComp):
        rounds = [_pair(r, inner, node) for _ in _rounds(r, inner, node.for_in)]
        r.state.frames.pop(inner.key)
        return new_dict(r, dict(rounds))
    items = tuple(expression(r, inner, node.elt) for _ in _rounds(r, inner, node.for_in))
    r.state.frames.pop(inner.key)
    return new_list(r, items) if isinstance(node, cst.ListComp) else Tuple(items)


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
    found = truth(r, expression(r, act, clause.test))
    if not isinstance(found, Known):
        raise r.refuse("AG112", act, clause.test, construct="comprehension with a computed condition")
    return bool(found.value)
