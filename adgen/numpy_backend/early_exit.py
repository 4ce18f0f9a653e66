"""Loops over a range that are left early: `for` and `break` for ``while not stopped and i < n``."""

from __future__ import annotations

from dataclasses import dataclass

from adgen.ir.core import Definitions, Func, Op, Value, While, walk
from adgen.numpy_backend.numbering import Numbering


@dataclass(frozen=True, slots=True)
class Counted:
    """A ``while`` that counts: positions of the counter and of the flag that ends it, the bound."""

    counter: int
    flag: int
    bound: Value


def counted_loops(func: Func, defs: Definitions, numbering: Numbering) -> dict[While, Counted]:
    """The loops of a function that are a range with an early exit."""
    found: dict[While, Counted] = {}
    for node in walk(func.body):
        if isinstance(node, While):
            counted = _counted(node, defs)
            if counted is not None and not numbering.uses.get(node.results[counted.counter]):
                found[node] = counted
    return found


def _counted(node: While, defs: Definitions) -> Counted | None:
    test = defs.op(node.cond.yields[0])
    if test is None or test.prim.name != "logical_and":
        return None
    running, below = (defs.op(v) for v in test.operands)
    if running is None or below is None or running.prim.name != "logical_not" or below.prim.name != "lt":
        return None
    params = list(node.cond.params)
    if running.operands[0] not in params or below.operands[0] not in params:
        return None
    counter, flag = params.index(below.operands[0]), params.index(running.operands[0])
    bound = below.operands[1]
    inside = {test, running, below}
    made = defs.op(bound)
    if made is not None and made.prim.name in ("const", "dim"):
        inside.add(made)
    if bound in params or any(n not in inside for n in node.cond.nodes):
        return None
    if not _adds_one(node, counter, defs) or not _is_false(node.inits[flag], defs):
        return None
    return Counted(counter, flag, bound)


def _adds_one(node: While, counter: int, defs: Definitions) -> bool:
    step = defs.op(node.body.yields[counter])
    if step is None or step.prim.name != "add" or step.operands[0] is not node.body.params[counter]:
        return False
    return step.result.hint is None and _constant(step.operands[1], defs) == 1


def _is_false(value: Value, defs: Definitions) -> bool:
    return _constant(value, defs) is False


def _constant(value: Value, defs: Definitions) -> object:
    op: Op | None = defs.op(value)
    return op.attr("value") if op is not None and op.prim.name == "const" else None
