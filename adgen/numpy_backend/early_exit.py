"""Loops over a range that are left early: `for` and `break` for ``while not stopped and i < n``."""

from __future__ import annotations

from adgen.ir.core import Definitions, Func, Node, Op, Value, While, walk
from adgen.ir.types import I64
from adgen.numpy_backend.numbering import Numbering
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """A ``while`` that counts: the position of the counter, and the bound."""

    counter: int
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
    params = list(node.cond.params)
    parts, inside = _parts(node.cond.yields[0], defs)
    tests = [part for part in parts if part.prim.name == "lt" and part.operands[0] in params]
    flags = [part for part in parts if part not in tests]
    if len(tests) != 1 or not all(_is_unset(part, node, defs) for part in flags):
        return None
    (below,) = tests
    counter, bound = params.index(below.operands[0]), below.operands[1]
    made = defs.op(bound)
    if made is not None and made.prim.name in ("const", "dim"):
        inside.add(made)
    inside |= {n for part in flags for n in _all_of(part, defs)}
    if below.operands[0].any_type != I64 or bound in params or any(n not in inside for n in node.cond.nodes):
        return None
    return Counted(counter, bound) if _adds_one(node, counter, defs) else None


def _parts(value: Value, defs: Definitions) -> tuple[list[Op], set[Node]]:
    """The operations whose results have to be true together, and all that make up the condition."""
    op = defs.op(value)
    if op is None:
        return [], set()
    if op.prim.name != "logical_and":
        return [op], {op}
    sides = [_parts(v, defs) for v in op.operands]
    return [*sides[0][0], *sides[1][0]], {op, *sides[0][1], *sides[1][1]}


def _is_unset(part: Op, node: While, defs: Definitions) -> bool:
    """Whether a part says that a flag is not set (or several), which does hold where the loop begins."""
    params = list(node.cond.params)
    made = _all_of(part, defs)
    if part.prim.name != "logical_not" or any(
        op.prim.name not in ("logical_not", "logical_or") for op in made
    ):
        return False
    flags = [v for op in made for v in op.operands if defs.op(v) is None]
    return all(v in params and _is_false(node.inits[params.index(v)], defs) for v in flags)


def _all_of(part: Op, defs: Definitions) -> list[Op]:
    """An operation of a condition and those that it is made of."""
    inner = [
        op for v in part.operands if (op := defs.op(v)) is not None and op.prim.name.startswith("logical")
    ]
    return [part, *(op for one in inner for op in _all_of(one, defs))]


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
