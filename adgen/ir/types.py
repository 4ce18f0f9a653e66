"""Types of values: a dtype, dims, and for rank 0 the kind of scalar.

>>> str(array("f64", "n", "m-2")), str(py("f64")), str(np_scalar("f32")), str(array("f64"))
('f64[n,m-2]', 'f64', 'np.f32', 'f64[]')
"""

from __future__ import annotations

import builtins
import enum
from dataclasses import replace
from typing import Any

import numpy as np

from adgen.ir.dims import Dim, as_dim
from adgen.records import dataclass


class DType(enum.Enum):
    """Element types, named as in signatures."""

    bool = "bool"
    i8 = "i8"
    i16 = "i16"
    i32 = "i32"
    i64 = "i64"
    u8 = "u8"
    u16 = "u16"
    u32 = "u32"
    u64 = "u64"
    f16 = "f16"
    f32 = "f32"
    f64 = "f64"
    c64 = "c64"
    c128 = "c128"
    #: no numbers at all: a generator of random numbers, only ever a scalar
    Generator = "Generator"

    @property
    def numpy(self) -> np.dtype[Any]:
        """The NumPy dtype."""
        return _NUMPY[self]

    @property
    def is_float(self) -> builtins.bool:
        """Whether values of this dtype are differentiable: floats and complex numbers."""
        return self.value[0] in "fc"

    @property
    def is_complex(self) -> builtins.bool:
        """Whether values have an imaginary part."""
        return self.value[0] == "c"

    @property
    def real(self) -> DType:
        """The dtype of real and imaginary parts (of real numbers: their own)."""
        return _PARTS.get(self, self)

    @property
    def complex(self) -> DType:
        """The dtype of complex numbers with such parts."""
        return DType.c64 if self in (DType.f16, DType.f32, DType.c64) else DType.c128

    @property
    def python(self) -> DType:
        """The dtype of the Python numbers that hold such values."""
        wide = {"i": DType.i64, "u": DType.u64 if self is DType.u64 else DType.i64}
        wide |= {"f": DType.f64, "c": DType.c128}
        return wide.get(self.value[0], self)

    @property
    def is_integer(self) -> builtins.bool:
        """Whether this is a signed or unsigned integer."""
        return self.value[0] in "iu"

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self.numpy.itemsize


_FAMILIES = {"f": "float", "i": "int", "u": "uint", "c": "complex"}
_NUMPY: dict[DType, np.dtype[Any]] = {
    d: np.dtype(bool if d is DType.bool else _FAMILIES[d.value[0]] + d.value[1:])
    for d in DType
    if d is not DType.Generator
}
_PARTS = {DType.c64: DType.f32, DType.c128: DType.f64}
_BY_NUMPY = {dtype: key for key, dtype in _NUMPY.items()}
_NUMPY[DType.Generator] = np.dtype(object)


def dtype_of(dtype: np.dtype[Any] | type) -> DType | None:
    """Our name of a NumPy dtype, or None where it is not supported."""
    return _BY_NUMPY.get(np.dtype(dtype))


class Kind(enum.Enum):
    """What a rank-0 value is at run time; arrays of higher rank are always ``array``."""

    py = "py"
    np = "np"
    array = "array"


@dataclass(frozen=True, slots=True)
class Type:
    """An array or scalar type."""

    dtype: DType
    dims: tuple[Dim, ...] = ()
    kind: Kind = Kind.array

    def __post_init__(self) -> None:
        if self.dims and self.kind is not Kind.array:
            raise ValueError("only rank 0 has a scalar kind")

    @property
    def rank(self) -> int:
        """Number of dims."""
        return len(self.dims)

    @property
    def is_float(self) -> bool:
        """Whether values are differentiable."""
        return self.dtype.is_float

    @property
    def is_complex(self) -> bool:
        """Whether values have an imaginary part."""
        return self.dtype.is_complex

    @property
    def is_py(self) -> bool:
        """Whether this is a Python scalar: weak in promotion, raising on division by zero."""
        return self.kind is Kind.py

    def with_dims(self, *dims: Dim | int) -> Type:
        """The same dtype with other dims; rank 0 becomes a NumPy scalar."""
        return Type(self.dtype, tuple(as_dim(d) for d in dims), Kind.array if dims else Kind.np)

    def with_dtype(self, dtype: DType) -> Type:
        """The same dims and kind with another dtype."""
        return replace(self, dtype=dtype)

    def __str__(self) -> str:
        if self.kind is Kind.py:
            return self.dtype.value
        if self.kind is Kind.np:
            return f"np.{self.dtype.value}"
        return f"{self.dtype.value}[{','.join(str(d) for d in self.dims)}]"


@dataclass(frozen=True, slots=True)
class TapeType:
    """What one call of a function keeps for its reverse sweep: handed on whole, opened by the callee only."""

    def __str__(self) -> str:
        return "tape"

    @property
    def dims(self) -> tuple[Dim, ...]:
        """A tape has no dims that anybody outside can see."""
        return ()

    @property
    def is_float(self) -> bool:
        """Whether what is in it may have a derivative."""
        return True


@dataclass(frozen=True, slots=True)
class StackType:
    """A growable last-in first-out store of values of one type (a tape of unknown length)."""

    element: Type | TapeType

    def __str__(self) -> str:
        return f"stack<{self.element}>"


AnyType = Type | StackType | TapeType


def is_half(type_: AnyType) -> bool:
    """Whether numbers of 16 bits occur."""
    inner = type_.element if isinstance(type_, StackType) else type_
    return isinstance(inner, Type) and inner.dtype is DType.f16


def py(dtype: str | DType) -> Type:
    """A Python scalar type."""
    return Type(DType(dtype), (), Kind.py)


def np_scalar(dtype: str | DType) -> Type:
    """A NumPy scalar type."""
    return Type(DType(dtype), (), Kind.np)


def array(dtype: str | DType, *dims: str | int | Dim) -> Type:
    """An array type; dims may be given as text."""
    return Type(DType(dtype), tuple(Dim.parse(d) if isinstance(d, str) else as_dim(d) for d in dims))


I64 = py(DType.i64)
F64 = py(DType.f64)
C128 = py(DType.c128)
BOOL = py(DType.bool)
GENERATOR = py(DType.Generator)
