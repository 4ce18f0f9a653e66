"""Operands of the loop-level program: named scalars, literals, slots, and the memory of arrays."""

from __future__ import annotations

from typing import Any

from adgen.ir.dims import Dim
from adgen.ir.types import DType
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Ref:
    """A named scalar, defined by exactly one statement."""

    name: str
    dtype: DType

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Lit:
    """A literal scalar."""

    value: Any
    dtype: DType

    def __str__(self) -> str:
        return repr(self.value) if self.dtype in _PLAIN else f"{self.value!r}:{self.dtype.value}"


_PLAIN = (DType.i64, DType.f64, DType.bool)


Operand = Ref | Lit


@dataclass(frozen=True, slots=True)
class Slot:
    """A scalar variable."""

    name: str
    dtype: DType

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class InParam:
    """The caller's array, read only."""

    position: int


@dataclass(frozen=True, slots=True)
class InResult:
    """An output array of the caller."""

    position: int


@dataclass(frozen=True, slots=True)
class InArena:
    """The workspace; slots are numbered, their offsets follow from the sizes."""

    slot: int


@dataclass(frozen=True, slots=True)
class OnHeap:
    """Allocated where its size is known, freed when the kernel ends."""


@dataclass(frozen=True, slots=True)
class OnStack:
    """A growable tape: elements are addressed from its bottom."""


@dataclass(frozen=True, slots=True)
class AtPointer:
    """Wherever a pointer variable points: arrays that loops exchange."""

    variable: int


Place = InParam | InResult | InArena | OnHeap | OnStack | AtPointer


@dataclass(frozen=True, slots=True, eq=False)
class Buffer:
    """Contiguous elements; `size` is their number."""

    name: str
    dtype: DType
    size: Dim

    def __str__(self) -> str:
        return self.name
