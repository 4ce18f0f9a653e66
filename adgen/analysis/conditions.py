"""What follows from a condition: truth values of others, where it holds or does not."""

from __future__ import annotations

from collections.abc import Mapping

from adgen.ir.core import Definitions, Value
from adgen.ir.types import DType, Type

Facts = dict[Value, bool]


def known(value: Value, facts: Mapping[Value, bool], defs: Definitions) -> bool | None:
    """The truth value that follows from facts, if one does."""
    if value in facts:
        return facts[value]
    op = defs.op(value)
    if op is None or not isinstance(value.any_type, Type) or value.type.dtype is not DType.bool:
        return None
    match op.prim.name:
        case "const":
            return bool(op.attr("value"))
        case "cast" if op.operands[0].type.dtype is DType.bool and not value.type.rank:
            return known(op.operands[0], facts, defs)
        case "logical_not":
            found = known(op.operands[0], facts, defs)
            return None if found is None else not found
        case "logical_and" | "logical_or" as name:
            sides = [known(v, facts, defs) for v in op.operands]
            deciding = name == "logical_or"
            if deciding in sides:
                return deciding
            return None if None in sides else not deciding
    return None


def implied(value: Value, holds: bool, defs: Definitions) -> Facts:
    """What is known where a condition holds, or does not."""
    facts = {value: holds}
    op = defs.op(value)
    if op is None:
        return facts
    match op.prim.name:
        case "logical_not":
            facts |= implied(op.operands[0], not holds, defs)
        case "cast" if op.operands[0].type.dtype is DType.bool:
            facts |= implied(op.operands[0], holds, defs)
        case "logical_and" if holds:
            facts |= implied(op.operands[0], True, defs) | implied(op.operands[1], True, defs)
        case "logical_or" if not holds:
            facts |= implied(op.operands[0], False, defs) | implied(op.operands[1], False, defs)
    return facts
