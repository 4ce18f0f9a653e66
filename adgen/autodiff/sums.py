"""Carried values that a loop only adds to or stores into: running sums, and arrays that are filled.

Steps that run again need nothing of them, so they are no part of a state that is kept.
"""

from __future__ import annotations

from adgen.ir.core import For, If, Node, Op, Region, Value, While, captures, uses_of


def is_sum(node: For | While, k: int) -> bool:
    """Whether a loop only adds to a carried value, or only stores into it, and reads nothing of it."""
    if isinstance(node, While) and _users(node.cond, node.cond.params[k]):
        return False
    return _runs_to(node.body, node.carried[k], node.body.yields[k])


def _users(region: Region, value: Value) -> list[Node | None]:
    """The nodes of a region that use a value; None for the region's end."""
    found: list[Node | None] = [n for n in region.nodes if value in uses_of(n)]
    return found + [None] * region.yields.count(value)


def _runs_to(region: Region, value: Value, end: Value) -> bool:
    """Whether all that happens to a value in a region are additions and stores, up to ``end``."""
    while True:
        users = _users(region, value)
        if len(users) != 1:
            return False
        (node,) = users
        if node is None:
            return value is end
        following = _added_to(node, value)
        if following is None:
            return False
        value = following


def _added_to(node: Node, value: Value) -> Value | None:
    """The running sum behind a node that adds to ``value``."""
    match node:
        case Op() if node.prim.name == "add" and node.operands.count(value) == 1:
            return node.result
        case Op() if node.prim.name in ("sub", "add_at", "write") and node.operands.index(value) == 0:
            return node.result if node.operands.count(value) == 1 else None
        case For() | While() if node.inits.count(value) == 1 and value not in captures(node):
            k = node.inits.index(value)
            return node.results[k] if is_sum(node, k) else None
        case If():
            sides = (node.then, node.orelse)
            ends = [
                k for k in range(len(node.results)) if all(_runs_to(r, value, r.yields[k]) for r in sides)
            ]
            return node.results[ends[0]] if len(ends) == 1 else None
    return None
