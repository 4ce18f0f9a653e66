"""Integers that are known to be small: those that are saved take four bytes each instead of eight.

The range of an integer follows from what makes it: constants, choices among them, remainders by constants,
positions of extremes in axes of known length, integers of narrower types, sums and products of such.
"""

from __future__ import annotations

from adgen.ir.core import Definitions, If, Op, Value
from adgen.ir.dims import product
from adgen.ir.types import DType, Type

Range = tuple[int, int]

_NARROW = {
    DType.bool: (0, 1),
    DType.i8: (-(2**7), 2**7 - 1),
    DType.i16: (-(2**15), 2**15 - 1),
    DType.i32: (-(2**31), 2**31 - 1),
    DType.u8: (0, 2**8 - 1),
    DType.u16: (0, 2**16 - 1),
}
_FOLLOWED = frozenset(
    {"where", "mod", "cast", "broadcast", "reshape", "add", "sub", "mul", "minimum", "maximum"}
)
_POSITIONS = frozenset({"argmax", "argmin", "argsort"})


def fits_in_four_bytes(value: Value, defs: Definitions) -> bool:
    """Whether an integer of eight bytes always fits in four."""
    if not isinstance(value.any_type, Type) or value.type.dtype is not DType.i64:
        return False
    found = range_of(value, defs)
    low, high = _NARROW[DType.i32]
    return found is not None and low <= found[0] and found[1] <= high


def range_of(value: Value, defs: Definitions, depth: int = 8) -> Range | None:
    """The least and the greatest integer that a value may be, where that is known."""
    if isinstance(value.any_type, Type) and value.type.dtype in _NARROW:
        return _NARROW[value.type.dtype]
    node = defs.table.get(value)
    if depth == 0 or node is None:
        return None
    if isinstance(node, If):
        k = node.results.index(value)
        return _either(*(range_of(r.yields[k], defs, depth - 1) for r in (node.then, node.orelse)))
    return _of_op(node, defs, depth) if isinstance(node, Op) else None


def _of_op(op: Op, defs: Definitions, depth: int) -> Range | None:
    name = op.prim.name
    if name == "const" and op.attr("dtype").is_integer:
        return int(op.attr("value")), int(op.attr("value"))
    if name in _POSITIONS:
        cells = product(op.operands[0].type.dims).value
        return None if cells is None else (0, cells)
    if name not in (
        "where",
        "mod",
        "cast",
        "broadcast",
        "reshape",
        "add",
        "sub",
        "mul",
        "minimum",
        "maximum",
    ):
        return None
    operands = op.operands[1:] if name == "where" else op.operands
    if any(v.type.is_float for v in operands):
        return None
    parts = [range_of(v, defs, depth - 1) for v in operands]
    if name == "mod":
        by = parts[1]
        return (0, by[1] - 1) if by is not None and by[0] > 0 else None
    if any(p is None for p in parts):
        return None
    known = [p for p in parts if p is not None]
    return known[0] if len(known) == 1 else _combined(name, known[0], known[1])


def _either(left: Range | None, right: Range | None) -> Range | None:
    if left is None or right is None:
        return None
    return min(left[0], right[0]), max(left[1], right[1])


def _combined(name: str, left: Range, right: Range) -> Range | None:
    match name:
        case "where":
            return _either(left, right)
        case "add":
            return left[0] + right[0], left[1] + right[1]
        case "sub":
            return left[0] - right[1], left[1] - right[0]
        case "mul":
            ends = [a * b for a in left for b in right]
            return min(ends), max(ends)
    choose = min if name == "minimum" else max
    return choose(left[0], right[0]), choose(left[1], right[1])
