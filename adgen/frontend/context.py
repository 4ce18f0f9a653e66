"""What a library function may ask of the frontend.

Operators, ``len``, ``range``, ``enumerate``, ``zip``, ``reversed``, subscripts and stores belong to the
frontend itself; everything else that is called or read by name (``numpy.*``, ``math.*``, ``adgen.*``, the
builtin functions of numbers, methods and attributes under ``numpy.ndarray.``) is an entry of the library.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from adgen.diagnostics.errors import UserError
from adgen.frontend.abstract import Abstract, Array, Grown, Index, Step
from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.ir.dims import Dim
from adgen.ir.types import DType, Kind, Type
from adgen.primitives.define import Primitive


class LibraryContext(Protocol):
    """The frontend as library functions see it. Methods raise the diagnostic themselves on a bad argument."""

    @property
    def b(self) -> Builder:
        """The builder."""

    # -- to values ---------------------------------------------------------------------------------------
    def value(self, x: Abstract | Value, kind: Kind | None = None) -> Value:
        """The value of a number, constant, array, or (as ``np.asarray`` does) of a tuple of them.

        With ``kind`` a rank-0 value is cast to that kind (``Kind.np`` for results of NumPy functions).
        """

    def cast(self, value: Value, dtype: DType, kind: Kind | None = None) -> Value:
        """``value`` in another dtype (and rank-0 kind); itself where nothing changes."""

    def promote(
        self, *xs: Abstract | Value, to_float: bool = False, strong: bool = False
    ) -> tuple[Value, ...]:
        """Values of one common dtype by NEP 50: Python scalars are weak. Kinds and dims stay.

        ``to_float`` takes integers and booleans to the float dtype that ``np.sin`` would compute in. With
        ``strong`` Python scalars count as the arrays that ``np.asarray`` makes of them.
        """

    def broadcast(self, *values: Value) -> tuple[Value, ...]:
        """The values stretched to common dims by explicit operations (NumPy's rules)."""

    def elementwise(
        self,
        prim: Primitive,
        *xs: Abstract | Value,
        to_float: bool = False,
        python: bool = False,
        **attrs: Any,
    ) -> Value:
        """Promote, broadcast and apply ``prim``.

        Without ``python`` a rank-0 result is a NumPy scalar even of Python numbers, as for ``np.sin(1.0)``;
        with it Python numbers stay Python numbers (operators, ``math.*``, ``abs``).
        """

    def natural(self, value: Value, message: str) -> None:
        """Integers that must not be negative: made known where they could be, else checked at run time."""

    # -- known at build time -----------------------------------------------------------------------------
    def static(self, x: Abstract, what: str) -> Any:
        """The Python constant (or tuple of constants) that ``x`` is, demanding it of the caller if need be.

        ``what`` completes "... has to be known when the function is transformed".
        """

    def static_int(self, x: Abstract, what: str) -> int:
        """As :meth:`static`, an int."""

    def static_bool(self, x: Abstract, what: str) -> bool:
        """As :meth:`static`, a bool."""

    def static_axis(self, x: Abstract, rank: int) -> int:
        """One axis, counted from 0."""

    def static_axes(self, x: Abstract, rank: int) -> tuple[int, ...]:
        """Axes in increasing order, each once; None stands for all."""

    def dtype(self, x: Abstract) -> DType | None:
        """The dtype an argument names (``np.float32``, ``float``, ``'f8'``, ``x.dtype``); None for None."""

    def is_none(self, x: Abstract) -> bool:
        """Whether the argument is None."""

    # -- shapes ------------------------------------------------------------------------------------------
    def dims(self, x: Abstract) -> tuple[Dim, ...]:
        """The dims a shape argument names: an integer or a tuple of integers, known or computed."""

    def size(self, x: Abstract) -> Dim:
        """The dim an integer names, known or computed. Raises AG234 for a tuple."""

    def items(self, x: Abstract) -> tuple[Abstract, ...]:
        """The elements of a tuple argument (of an array with a known first dim: its rows)."""

    def same_dim(self, left: Dim, right: Dim, *xs: Abstract | Value) -> Dim:
        """A dim equal to both: provably, by an entry assumption, or by a run-time guard."""

    def with_dims(self, value: Value, dims: Sequence[Dim]) -> Value:
        """``value`` of the same rank with dims equal to ``dims`` (a guard where that is not provable)."""

    def assume(self, size: Dim, reason: str) -> bool:
        """Whether ``size`` may be taken as non-negative: proved, or an assumption about the arguments."""

    def length(self, size: Dim) -> Dim:
        """``size``, or 0 where it is negative: the length of what ends before it begins."""

    def count(self, value: Value) -> Dim:
        """An integer as a length, 0 where it is negative; the same that an array of that size has."""

    # -- arrays as places --------------------------------------------------------------------------------
    def view(self, x: Abstract, step: Step) -> Abstract:
        """A view of an array: what NumPy returns as a view has to be made by this, never by a value."""

    def reshaped(self, x: Array, dims: tuple[Dim, ...]) -> Array:
        """An array in other dims of the same number of elements: a view or a copy, as NumPy makes it."""

    def read_only(self, x: Abstract, value: Value) -> Abstract:
        """``value``, elements of ``x``, as an array that NumPy makes a read-only view of ``x``."""

    def contiguous(self, x: Array) -> Array:
        """An array in C order: itself, or a copy."""

    def in_order(self, x: Abstract, ordered: bool) -> Abstract:
        """``x``, a new array, noted to be in C order or in another one."""

    def is_ordered(self, x: Abstract) -> bool:
        """Whether a new array like ``x`` is in C order."""

    def fresh(self, value: Value) -> Abstract:
        """A new array with these contents: what NumPy copies (results that are values are fresh already)."""

    def store(self, target: Array, value: Abstract | Value) -> None:
        """Overwrite all of ``target``, as ``target[...] = value`` does: for ``out=`` and ``np.copyto``."""

    def update(self, target: Array, value: Value) -> None:
        """Make ``value`` (of exactly the type of ``target``) the new contents: for ``np.add.at``."""

    def cells(self, target: Array, indices: Abstract) -> Index:
        """What ``target[indices]`` selects; every occurrence of an index counts."""

    def add_to(self, target: Array, index: Index, value: Value) -> None:
        """Add to the cells that an index selects, cast and stretched as NumPy does."""

    def put(self, target: Array, index: Index, value: Value) -> None:
        """Overwrite the cells that an index selects, cast and stretched as NumPy does."""

    def fitting(self, value: Value, type_: Type) -> Value:
        """``value`` as cells of a type can take it: cast and stretched, never cut down."""

    def positions(self, mask: Value) -> tuple[Value, ...]:
        """Where a mask is true: one index array per dim."""

    def not_empty(self, x: Grown) -> None:
        """Have a list that was filled in a loop checked for having elements."""

    # -- refusals ----------------------------------------------------------------------------------------
    def error(self, code: str, x: Abstract | None = None, **fields: Any) -> UserError:
        """The diagnostic to raise, at the argument ``x`` where it is one, else at the call."""

    def remark(self, code: str, x: Abstract | None = None, **fields: Any) -> None:
        """Record a remark."""
