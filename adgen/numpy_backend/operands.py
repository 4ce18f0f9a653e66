"""What NumPy does by itself: broadcasts and conversions of operands that need not be written.

An expression may be printed *loosely*: with fewer dims than it means, where the expression around it
broadcasts. ``covered`` says for each dim of the meaning whether the printed text has it.
"""

from __future__ import annotations

import numpy as np

from adgen.ir.core import Op, Value
from adgen.ir.types import DType, Type
from adgen.numpy_backend.folding import Folding
from adgen.primitives.define import Infix, Prefix
from adgen.records import dataclass

_PROMOTING = ("add", "sub", "mul", "div", "maximum", "minimum", "lt", "le", "gt", "ge", "eq", "ne")
_RAISING = ("div", "floor_divide", "mod", "pow")
_OF_PYTHON = (DType.f64, DType.c128, DType.i64, DType.bool)
_SAMPLES = {"f": 1.0, "i": 1, "u": 1, "b": True, "c": 1j}


@dataclass(frozen=True, slots=True)
class Operand:
    """How an operand is printed: ``value`` whose axis k is axis ``axes[k]`` of what is meant."""

    value: Value
    axes: tuple[int, ...]
    rank: int
    strong: bool = False

    @property
    def lift(self) -> str:
        """The index that puts the axes where they belong."""
        if not self.axes:
            return ""
        marks = [":" if k in self.axes else "None" for k in range(self.axes[0], self.rank)]
        return f"[{', '.join(marks)}]" if "None" in marks else ""


class Operands:
    """Decides for each operation which of its operands' broadcasts and casts are left to NumPy."""

    def __init__(self, folding: Folding) -> None:
        self._folding = folding
        self._plans: dict[Op, tuple[Operand, ...]] = {}
        self._covered: dict[Value, tuple[bool, ...]] = {}

    def plan(self, op: Op) -> tuple[Operand, ...]:
        """The operands of an elementwise operation."""
        if op not in self._plans:
            self._plans[op] = self._planned(op)
        return self._plans[op]

    def plain(self, value: Value) -> Operand:
        """The operand as it stands."""
        return Operand(value, tuple(range(value.type.rank)), value.type.rank)

    def loose(self, value: Value, casts: bool) -> Operand:
        """The operand without the broadcasts (and casts) that are folded into it."""
        axes, rank, first = tuple(range(value.type.rank)), value.type.rank, value
        while (op := self._folding.op(value)) is not None:
            if op.prim.name == "broadcast":
                axes = tuple(axes[a] for a in op.attr("axes"))
            elif not (casts and op.prim.name == "cast" and keeps_values(op, value is not first)):
                break
            value = op.operands[0]
        return Operand(value, axes, rank)

    # -- dims -------------------------------------------------------------------------------------------
    def covered(self, value: Value) -> tuple[bool, ...]:
        """Which dims the printed text of a value really has."""
        if value not in self._covered:
            op = self._folding.op(value)
            if op is None or not getattr(op.prim, "elementwise", False):
                self._covered[value] = (True,) * value.type.rank
            else:
                self._covered[value] = self.covered_by(op)
        return self._covered[value]

    def covered_by(self, op: Op) -> tuple[bool, ...]:
        """Which dims of its result the printed text of an elementwise operation has."""
        dims = op.result.type.dims
        found = [False] * len(dims)
        for operand in self.plan(op):
            inner = (True,) * len(operand.axes) if operand.lift else self.covered(operand.value)
            for k, axis in enumerate(operand.axes):
                found[axis] = found[axis] or (inner[k] and operand.value.type.dims[k] == dims[axis])
        return tuple(found)

    # -- dtypes -----------------------------------------------------------------------------------------
    def _planned(self, op: Op) -> tuple[Operand, ...]:
        first = 1 if op.prim.name == "where" else 0
        kept = [self.loose(v, casts=False) for v in op.operands]
        peeled = [self.loose(v, casts=True) for v in op.operands]
        chosen = list(kept)
        if op.prim.name in _PROMOTING or first:
            for k in range(first, len(op.operands)):
                trial = [*chosen]
                trial[k] = peeled[k]
                if trial[k].value is not chosen[k].value and self._same_result(op, trial[first:], first):
                    chosen = trial
        types = [v.type for v in op.operands[first:]]
        rounds = types[0].dtype not in _OF_PYTHON and not op.result.type.is_py
        if op.prim.name != "cast" and (rounds or not types[-1].is_py or self._raises(op)):
            chosen = self._strengthened(op, chosen, first)
        return tuple(chosen)

    def _raises(self, op: Op) -> bool:
        """Whether Python would raise where NumPy gives inf or nan."""
        if op.prim.name not in _RAISING or op.result.type.is_py:
            return False
        divisor = self._folding.op(op.operands[1])
        return divisor is None or divisor.prim.name != "const"

    def _same_result(self, op: Op, operands: list[Operand], first: int) -> bool:
        """Whether NumPy (Python for Python scalars) gets the operation's dtype from these operands."""
        wanted = op.operands[first].type
        types = [o.value.type for o in operands]
        if all(v.type.is_py for v in op.operands[first:]):
            if not all(t.is_py for t in types):
                return False
            return op.prim.name == "div" or any(t.dtype is wanted.dtype for t in types)
        if all(self.is_weak(o.value) for o in operands):
            return False
        return promoted(types, [self.is_weak(o.value) for o in operands]) == wanted.dtype.numpy

    def is_weak(self, value: Value) -> bool:
        """Whether the printed text is a Python scalar."""
        if value.type.is_py:
            return True
        op = self._folding.op(value)
        return op is not None and op.prim.name == "const"

    def _python_text(self, value: Value) -> bool:
        """Whether the printed text, inner operations included, is computed by Python."""
        op = self._folding.op(value)
        if self.is_weak(value) or op is None or value.type.rank:
            return self.is_weak(value)
        if not isinstance(getattr(op.prim, "spell", None), Infix | Prefix):
            return False
        return all(self._python_text(o.value) and not o.strong for o in self.plan(op))

    def _strengthened(self, op: Op, chosen: list[Operand], first: int) -> list[Operand]:
        """Where all operands would be Python scalars, one gets the NumPy type that the result has."""
        weak_text = self._python_text if self._raises(op) else self.is_weak
        weak = [weak_text(o.value) for o in chosen[first:]]
        wanted = op.operands[first].type.dtype
        computed_by_numpy = not isinstance(getattr(op.prim, "spell", None), Infix | Prefix)
        if not all(weak) or (computed_by_numpy and wanted in _OF_PYTHON):
            return chosen
        ranked = sorted(range(first, len(chosen)), key=lambda k: chosen[k].value.type.is_py)
        one = chosen[ranked[0]]
        chosen[ranked[0]] = Operand(one.value, one.axes, one.rank, strong=True)
        return chosen


def keeps_values(cast: Op, inner: bool) -> bool:
    """Whether a conversion is one that NumPy does by itself: an ``inner`` one must not round."""
    source, target = cast.operands[0].type.dtype, cast.result.type.dtype
    if target is source:
        return True
    if target is DType.bool or (source.is_float and not target.is_float):
        return False
    return not inner or target.itemsize >= source.itemsize


def promoted(types: list[Type], weak: list[bool]) -> np.dtype[np.generic]:
    """The dtype NumPy computes in for operands of these types."""
    samples = [
        _SAMPLES[t.dtype.numpy.kind] if is_weak else t.dtype.numpy
        for t, is_weak in zip(types, weak, strict=True)
    ]
    return np.result_type(*samples)
