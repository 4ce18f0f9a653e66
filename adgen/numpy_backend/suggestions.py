"""Names for values that the user did not name: `y_i` for `y[i]`, `sin_x` for `np.sin(x)`."""

from __future__ import annotations

from adgen.ir.core import Definitions, Full, Func, Op, Point, Value, walk
from adgen.ir.types import BOOL, I64, Type
from adgen.numpy_backend.dimtext import Integers
from adgen.numpy_backend.folding import Folding

_LONGEST = 14
_PLAIN = ("neg", "read", "transpose", "reshape", "broadcast", "cast", "copy")


def suggestions(func: Func, folding: Folding) -> dict[Value, str]:
    """A name for each unnamed value that has an obvious one."""
    names = _Names(folding)
    found = names.found
    for node in walk(func.body):
        if isinstance(node, Op) and len(node.results) == 1 and node.result.hint is None:
            name = names.of(node)
            if name and len(name) <= _LONGEST:
                found[node.result] = name
    return found


class _Names:
    def __init__(self, folding: Folding) -> None:
        self._defs: Definitions = folding.defs
        self._integers = Integers(folding.defs, lambda v: v.hint is not None)
        self.found: dict[Value, str] = {}

    def of(self, op: Op) -> str | None:
        """What a colleague would call the result."""
        name = op.prim.name
        if name == "read":
            return self._element(op)
        if name in ("powi", "square"):
            power = op.attr("n", 2)
            return self._after(op, {2: "{}_squared", 3: "{}_cubed"}.get(power, f"{{}}_to_{power}"))
        if name in ("sum", "max", "min"):
            return self._after(op, f"{{}}_{name}")
        if name in ("reshape", "cast", "copy"):
            return self.found.get(op.operands[0])
        if name == "logical_not":
            return self._after(op, "not_{}")
        if len(op.operands) == 1 and getattr(op.prim, "elementwise", False) and name not in ("cast", "neg"):
            return self._after(op, f"{name}_{{}}")
        if not op.results or not isinstance(op.results[0].any_type, Type):
            return None
        if op.result.type.dtype is BOOL.dtype:
            return "mask" if op.result.type.rank else "found"
        return "k" if op.result.any_type == I64 else None

    def _after(self, op: Op, pattern: str) -> str | None:
        value = op.operands[0]
        hint = value.hint or self.found.get(value)
        while hint is None and (inner := self._defs.op(value)) is not None and inner.prim.name in _PLAIN:
            value = inner.operands[0]
            hint = value.hint or self.found.get(value)
        return pattern.format(hint) if hint else None

    def _element(self, op: Op) -> str | None:
        """``y_i`` of ``y[i]``, ``y_prev`` of ``y[i - 1]``."""
        array = op.operands[0].hint
        access = op.attr("index").access
        points = [a for a in access if isinstance(a, Point)]
        if array is None or not points or not all(isinstance(a, Point | Full) for a in access):
            return None
        marks = []
        for value in op.operands[1:]:
            mark = self._mark(value)
            if mark is None:
                return None
            marks.append(mark)
        return f"{array}_{''.join(marks) if all(len(m) == 1 for m in marks) else '_'.join(marks)}"

    def _mark(self, value: Value) -> str | None:
        place = self._integers.polynomial(value)
        if place.value is not None:
            return str(place.value) if place.value >= 0 else None
        symbols = place.symbols()
        known = self._integers.values.get(symbols[0]) if len(symbols) == 1 else None
        hint = known.hint if known is not None else None
        offset = [c for m, c in place.terms if not m]
        if hint is None or len(place.terms) > 2 or any(c != 1 for m, c in place.terms if m):
            return None
        return {(): hint, (-1,): "prev", (1,): "next"}.get(tuple(offset))
