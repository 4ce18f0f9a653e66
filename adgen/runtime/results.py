"""From the flat results of a program to what the user gets: kinds, structure, memory of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.diagnostics import run_error
from adgen.ir.types import DType, Kind, Type
from adgen.runtime.trees import LEAF, TreeSpec

_PYTHON: dict[DType, type] = {DType.bool: bool, DType.f64: float, DType.c128: complex}


def converter(type_: Type) -> Callable[[Any], Any]:
    """What brings a value to the kind that its type says (most values have it already)."""
    if type_.kind is Kind.array:
        dtype = type_.dtype.numpy
        return lambda value: value if type(value) is np.ndarray else np.array(value, dtype)
    wanted: type = type_.dtype.numpy.type
    if type_.kind is Kind.py:
        wanted = _PYTHON.get(type_.dtype, int)
    return lambda value: value if type(value) is wanted else _converted(value, wanted)


def _converted(value: Any, wanted: type) -> Any:
    """A number of another type. Raises RunError for a complex one: Python's power of floats gives those."""
    if isinstance(value, complex) and not issubclass(wanted, complex):
        raise run_error(ValueError, "a negative number to a fractional power is complex")
    return wanted(value)


class Assembler:
    """Makes the result tree of a call from flat results. Arrays share memory with nothing."""

    def __init__(self, spec: TreeSpec, types: Sequence[Type]) -> None:
        self._spec = spec
        self._converters = tuple(converter(t) for t in types)
        self._arrays = tuple(i for i, t in enumerate(types) if t.kind is Kind.array)
        self._single = spec.kind == LEAF

    def __call__(self, flat: Sequence[Any], arguments: Sequence[Any]) -> Any:
        """The tree of the results in ``flat``; ``arguments`` are the leaves the program was called with."""
        values = [convert(value) for convert, value in zip(self._converters, flat, strict=True)]
        if self._arrays:
            own(values, self._arrays, arguments)
        return values[0] if self._single else self._spec.unflatten(values)


def own(values: list[Any], arrays: Sequence[int], arguments: Sequence[Any]) -> None:
    """Copy, in ``values``, the arrays that share memory with an argument or with an earlier result."""
    fresh: list[Any] = []
    for i in arrays:
        value = values[i]
        if value.base is not None or any(value is other for other in (*arguments, *fresh)):
            return _own_views(values, arrays, arguments)
        fresh.append(value)
    return None


def _own_views(values: list[Any], arrays: Sequence[int], arguments: Sequence[Any]) -> None:
    taken = {id(_owner(leaf)) for leaf in arguments if type(leaf) is np.ndarray}
    for i in arrays:
        owner = _owner(values[i])
        if id(owner) in taken or not values[i].flags.writeable:
            values[i] = values[i].copy()
        else:
            taken.add(id(owner))


def _owner(array: Any) -> Any:
    while isinstance(array, np.ndarray) and array.base is not None:
        array = array.base
    return array
