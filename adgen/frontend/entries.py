"""The table of library functions: how one is registered and looked up.

A family file of :mod:`adgen.frontend.library` holds one :class:`Table`::

    table = Table()

    @table.function("numpy.sum", "numpy.ndarray.sum")
    def sum_(c: LibraryContext, a: Abstract, axis: Abstract = NONE, *, keepdims: Abstract = FALSE) -> Result:
        ...

    @table.attribute("numpy.ndarray.T")
    def transposed(c: LibraryContext, a: Abstract) -> Result:
        ...

    table.constant("numpy.pi", math.pi)

Arguments arrive as abstract values, bound by the function's own Python signature: a keyword it does not name
is the user's error, so options that are not supported are simply left out of the signature. Defaults are
abstract values too. A result is an ``ir.Value`` (a new array or number), an abstract value (the argument
itself, a view made by ``c.view``), a Python tuple of results, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

from adgen.frontend.abstract import Abstract, DTypeObject, Known, Module
from adgen.ir.core import Value
from adgen.ir.types import DType
from adgen.records import dataclass

NONE = Known(None)
FALSE = Known(False)
TRUE = Known(True)

Result = Value | Abstract | tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A library function by its qualified name; ``attribute`` marks one that is read, not called."""

    name: str
    function: Callable[..., Result]
    attribute: bool = False


Found = Entry | Known | DTypeObject | Module


@dataclass(slots=True)
class Table:
    """One family of library names."""

    entries: dict[str, Found] = field(default_factory=dict)

    def function(self, *names: str) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
        """Register a function (or a method, ``numpy.ndarray.sum``: the array is the first argument)."""
        return self._register(names, attribute=False)

    def attribute(self, *names: str) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
        """Register an attribute of arrays and NumPy scalars, computed when it is read."""
        return self._register(names, attribute=True)

    def constant(self, name: str, value: Any) -> None:
        """Register a constant such as ``numpy.pi`` (``numpy.newaxis`` is None)."""
        self._add(name, Known(value))

    def dtype(self, name: str, dtype: DType) -> None:
        """Register a dtype such as ``numpy.float32``."""
        self._add(name, DTypeObject(dtype))

    def module(self, name: str) -> None:
        """Register a namespace such as ``numpy.linalg``."""
        self._add(name, Module(name))

    def _register(
        self, names: tuple[str, ...], attribute: bool
    ) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
        def register(function: Callable[..., Result]) -> Callable[..., Result]:
            for name in names:
                self._add(name, Entry(name, function, attribute))
            return function

        return register

    def _add(self, name: str, found: Found) -> None:
        if name in self.entries:
            raise ValueError(f"library name {name} is registered twice")
        self.entries[name] = found


def documented(function: Callable[..., Result], doc: str) -> Callable[..., Result]:
    """A function made for several entries, with the summary that the coverage page shows."""
    function.__doc__ = doc
    return function


def merge(*tables: Table) -> dict[str, Found]:
    """All families in one dict. Raises ValueError on a name that two families have."""
    merged = Table()
    for table in tables:
        for name, found in table.entries.items():
            merged._add(name, found)
    return merged.entries
