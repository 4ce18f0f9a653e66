"""Counters of ``while`` loops: carried integers that grow by the same step in every round.

In round ``k`` such a value is ``start + k * step``, so a reversed loop, which counts its rounds, needs no
tape for it, nor for the indices, predicates and reads that follow from it. Loops that are left early are
``while`` loops in the IR: their loop variables are the usual case.
"""

from __future__ import annotations

from adgen.analysis.conditions import Facts, implied, known
from adgen.analysis.switches import enabled
from adgen.ir.core import Definitions, Func, If, Region, Value, While, captures, regions_of
from adgen.ir.types import I64
from adgen.records import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Induction:
    """The value in round ``k``, from 0, is ``start + k * step``; or minus, with ``falls``."""

    start: Value
    step: Value
    falls: bool = False


def inductions(func: Func) -> dict[Value, Induction]:
    """The parameters of loop bodies that count rounds."""
    found: dict[Value, Induction] = {}
    if enabled("counters"):
        _region(func.body, found)
    return found


def _region(region: Region, found: dict[Value, Induction]) -> None:
    for node in region.nodes:
        if isinstance(node, While):
            found.update(_counters(node))
        for inner in regions_of(node):
            _region(inner, found)


def _counters(node: While) -> dict[Value, Induction]:
    found = {}
    body = Definitions.of(node.body)
    for param, init, end in zip(node.body.params, node.inits, _handed_on(node), strict=True):
        op = body.op(end)
        if op is None or op.prim.name not in ("add", "sub") or param.any_type != I64:
            continue
        value, step = op.operands
        if value is not param and op.prim.name == "add":
            value, step = step, value
        if value is param and _is_fixed(step, body, node):
            found[param] = Induction(init, step, falls=op.prim.name == "sub")
    return found


def _handed_on(node: While) -> list[Value]:
    """What each round leaves to the next, if there is a next: sides of branches that end the loop are not."""
    rounds = Definitions.of(node.cond)
    ends = dict(zip(node.cond.params, node.body.yields, strict=True))
    body = Definitions.of(node.body)
    facts: Facts = {}
    for value, holds in implied(node.cond.yields[0], True, rounds).items():
        if value in ends:
            facts |= implied(ends[value], holds, body)
    return [_followed(v, facts, body) for v in node.body.yields]


def _followed(value: Value, facts: Facts, body: Definitions) -> Value:
    made = body.table.get(value)
    if not isinstance(made, If):
        return value
    holds = known(made.pred, facts, body)
    if holds is None:
        return value
    region = made.then if holds else made.orelse
    return _followed(region.yields[made.results.index(value)], facts, body)


def _is_fixed(step: Value, body: Definitions, node: While) -> bool:
    op = body.op(step)
    if op is not None:
        return op.prim.name == "const"
    return step.any_type == I64 and step in captures(node)
