"""Type annotations of generated code."""

from __future__ import annotations

from collections.abc import Mapping

from adgen.ir.types import AnyType, DType, Kind, StackType, TapeType, Type
from adgen.numpy_backend.dimtext import polynomial_text

_PYTHON = {
    DType.f64: "float",
    DType.c128: "complex",
    DType.c64: "complex",
    DType.i64: "int",
    DType.bool: "bool",
    DType.Generator: "np.random.Generator",
}


def scalar_type(dtype: DType) -> str:
    """The NumPy scalar class: ``np.float64``, ``np.bool_``."""
    return "np.bool_" if dtype is DType.bool else f"np.{dtype.numpy.name}"


def is_bytes(type_: StackType) -> bool:
    """Whether a stack is one of single bytes."""
    return type_.element == Type(DType.u8, (), Kind.py)


def type_text(type_: AnyType) -> str:
    """How a value of a type is annotated. ``np.float64`` is a ``float``, and a sum may start from one."""
    if isinstance(type_, TapeType):
        return "Any"
    if isinstance(type_, StackType):
        if is_bytes(type_):
            return "bytearray"
        return f"list[{type_text(type_.element)}]"
    if type_.kind is Kind.array:
        return f"NDArray[{scalar_type(type_.dtype)}]"
    if type_.kind is Kind.np and type_.dtype is not DType.f64:
        return scalar_type(type_.dtype)
    return _PYTHON.get(type_.dtype, "float" if type_.is_float else "int")


def shape_text(type_: Type, sizes: Mapping[str, str]) -> str:
    """How documentation describes a type: ``float64 (n, m)``, ``float64``, ``float``."""
    if type_.kind is Kind.py:
        return _PYTHON.get(type_.dtype, "float")
    if type_.kind is Kind.np:
        return type_.dtype.numpy.name
    return f"{type_.dtype.numpy.name} {dims_text(type_, sizes)}"


def dims_text(type_: Type, sizes: Mapping[str, str]) -> str:
    """The shape of a type, in the names that the code has for sizes: ``(n, m - 1)``."""
    dims = [polynomial_text(d, lambda s: sizes.get(s, s)).text for d in type_.dims]
    return f"({', '.join(dims)}{',' if type_.rank == 1 else ''})"
