"""Assertions: decided now, or about sizes, which become conditions on the arguments; others are refused."""

from __future__ import annotations

import libcst as cst

from adgen.frontend.abstract import Abstract, Number
from adgen.frontend.reader import Reader
from adgen.frontend.state import Activation
from adgen.ir.core import Value
from adgen.ir.types import I64


def check(r: Reader, act: Activation, node: cst.Assert, test: Abstract) -> None:
    """An assertion that is not known to hold."""
    with r.at(act, node.test):
        holds = isinstance(test, Number) and not r.sizes.conditional and _about_sizes(r, test.value)
    if not holds:
        raise r.refuse("AG118", act, node, construct="assert (of a computed condition)")


def _about_sizes(r: Reader, test: Value) -> bool:
    """Whether a condition on sizes was made one on the arguments."""
    op = r.b.defs.op(test)
    if op is None:
        return False
    name = op.prim.name
    if name == "logical_and":
        return all(_about_sizes(r, v) for v in op.operands)
    if name not in ("eq", "lt", "le", "gt", "ge") or any(v.any_type != I64 for v in op.operands):
        return False
    left, right = (r.sizes.polynomial(v) for v in op.operands)
    if name == "eq":
        return left == right or (r.sizes.about_inputs(left - right) and r.sizes.unify(left, right))
    gap = right - left if name in ("lt", "le") else left - right
    return r.sizes.assume(gap - 1 if name in ("lt", "gt") else gap, "an assertion of the function")
