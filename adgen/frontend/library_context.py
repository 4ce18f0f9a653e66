"""The frontend as one call of a library function sees it: :class:`LibraryContext` made real."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.diagnostics import Span, UserError
from adgen.frontend import layout, places, promotion
from adgen.frontend.abstract import (
    Abstract,
    Array,
    DTypeObject,
    Grown,
    Index,
    Known,
    LibraryFunction,
    Number,
    Step,
    Tuple,
)
from adgen.frontend.indexing import Subscript, fit, store, store_all, subscript
from adgen.frontend.lists import not_empty
from adgen.frontend.masks import coordinates
from adgen.frontend.reader import Reader, describe, has_value
from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.ir.dims import Dim, as_dim
from adgen.ir.types import DType, Kind, Type, dtype_of
from adgen.primitives.checks import fail_if
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import lt
from adgen.primitives.extrema import maximum
from adgen.primitives.literals import literal
from adgen.primitives.reductions import any_
from adgen.primitives.sizes import constant
from adgen.records import dataclass

_BUILTIN_DTYPES = {
    "builtins.float": DType.f64,
    "builtins.int": DType.i64,
    "builtins.bool": DType.bool,
    "builtins.complex": DType.c128,
}


@dataclass(frozen=True, slots=True)
class CallContext:
    """One call: ``spans`` says where each argument stands."""

    r: Reader
    name: str
    span: Span | None
    spans: tuple[tuple[Abstract, Span], ...] = ()

    @property
    def b(self) -> Builder:
        """The builder."""
        return self.r.b

    # -- to values ----------------------------------------------------------------------------------------
    def value(self, x: Abstract | Value, kind: Kind | None = None) -> Value:
        """See :class:`adgen.frontend.context.LibraryContext`, as for all methods here."""
        if not isinstance(x, Value) and not has_value(x):
            raise self.error("AG234", x, operation=_short(self.name), types=describe(self.r, x))
        value = self.r.value(x)
        if kind is None or value.type.rank:
            return value
        return self.r.cast(value, value.type.dtype, kind)

    def cast(self, value: Value, dtype: DType, kind: Kind | None = None) -> Value:
        """Convert."""
        return self.r.cast(value, dtype, kind)

    def promote(
        self, *xs: Abstract | Value, to_float: bool = False, strong: bool = False
    ) -> tuple[Value, ...]:
        """To one dtype."""
        return promotion.promote(self.r, [self.value(x) for x in xs], to_float, strong)

    def broadcast(self, *values: Value) -> tuple[Value, ...]:
        """To one shape."""
        return promotion.broadcast(self.r, values)

    def elementwise(
        self,
        prim: Primitive,
        *xs: Abstract | Value,
        to_float: bool = False,
        python: bool = False,
        **attrs: Any,
    ) -> Value:
        """Promote, broadcast, apply."""
        values = self.broadcast(*self.promote(*xs, to_float=to_float))
        if self.name.startswith("scipy.special.") and values[0].type.dtype is DType.f16:
            values = tuple(self.cast(v, DType.f64) for v in values)
        if not python and all(v.type.is_py for v in values):
            values = (self.r.cast(values[0], values[0].type.dtype, Kind.np), *values[1:])
        return prim(self.b, *values, **attrs)

    def natural(self, value: Value, message: str) -> None:
        """Fail at run time where an integer is negative, unless it cannot be."""
        if not value.type.rank:
            if self.r.sizes.proves(self.r.sizes.polynomial(self.r.cast(value, DType.i64, Kind.py))):
                return
            if value.type.is_py:
                self.r.demand(value)
        bad = lt(self.b, value, literal(self.b, value, 0))
        if value.type.rank:
            bad = any_(self.b, bad, axes=tuple(range(value.type.rank)))
        self.b.emit(fail_if, (bad,), {"error": "ValueError", "message": message})

    # -- known at build time --------------------------------------------------------------------------------
    def static(self, x: Abstract, what: str) -> Any:
        """A constant."""
        return self.r.static(x, what, self._span_of(x))

    def static_int(self, x: Abstract, what: str) -> int:
        """A constant int."""
        found = self.static(x, what)
        if isinstance(found, bool) or not isinstance(found, int):
            raise self.error("AG240", x, what=f"{what} (an integer)")
        if not Known(found).fits:
            raise self.error("AG234", x, operation=_short(self.name), types="integers of more than 64 bits")
        return found

    def static_bool(self, x: Abstract, what: str) -> bool:
        """A constant bool."""
        return bool(self.static(x, what))

    def static_axis(self, x: Abstract, rank: int) -> int:
        """One axis."""
        axis = self.static_int(x, "an axis")
        if not -rank <= axis < rank:
            raise self.error("AG231", None, axis=axis, rank=rank)
        return axis % rank

    def static_axes(self, x: Abstract, rank: int) -> tuple[int, ...]:
        """Several axes."""
        if self.is_none(x):
            return tuple(range(rank))
        if isinstance(x, Tuple):
            axes = [self.static_axis(item, rank) for item in x.items]
            if len(set(axes)) < len(axes):
                raise self.error("AG249", x, axes=tuple(axes))
            return tuple(sorted(axes))
        return (self.static_axis(x, rank),)

    def dtype(self, x: Abstract) -> DType | None:
        """A dtype argument."""
        match x:
            case Known(None):
                return None
            case DTypeObject(dtype):
                return dtype
            case LibraryFunction(name=name) if name in _BUILTIN_DTYPES:
                return _BUILTIN_DTYPES[name]
        found = self.static(x, "a dtype")
        named = _named_dtype(found)
        if named is None:
            raise self.error("AG238", x, dtype=str(found))
        return named

    def is_none(self, x: Abstract) -> bool:
        """Whether it is None."""
        return isinstance(x, Known) and x.value is None

    # -- shapes ---------------------------------------------------------------------------------------------
    def dims(self, x: Abstract) -> tuple[Dim, ...]:
        """A shape argument."""
        items = x.items if isinstance(x, Tuple) else (x,)
        return tuple(self._dim(item) for item in items)

    def size(self, x: Abstract) -> Dim:
        """A number of elements."""
        if isinstance(x, Tuple):
            raise self.error("AG234", x, operation=_short(self.name), types=f"the size {describe(self.r, x)}")
        return self._dim(x)

    def _dim(self, x: Abstract) -> Dim:
        if isinstance(x, Known) and isinstance(x.value, int):
            if x.value < 0 or not x.fits:
                raise self.error("AG234", x, operation=_short(self.name), types=f"the size {x.value}")
            return as_dim(int(x.value))
        value = self.value(x)
        if value.type.rank or not value.type.dtype.is_integer:
            raise self.error("AG234", x, operation=_short(self.name), types=f"the shape `{value.type}`")
        return self.r.sizes.dim_of(self.r.cast(value, DType.i64, Kind.py))

    def items(self, x: Abstract) -> tuple[Abstract, ...]:
        """The elements of a sequence."""
        from adgen.frontend.sequences import static_items

        found = static_items(self.r, x)
        if found is None:
            raise self.error("AG240", x, what="the length of a sequence")
        return found

    def same_dim(self, left: Dim, right: Dim, *xs: Abstract | Value) -> Dim:
        """Equal dims."""
        return self.r.sizes.same(left, right, [self.r.value(x) for x in xs])

    def with_dims(self, value: Value, dims: Sequence[Dim]) -> Value:
        """Equal dims."""
        return promotion.with_dims(self.r, value, dims)

    def assume(self, size: Dim, reason: str) -> bool:
        """Not negative."""
        return self.r.sizes.assume(size, reason)

    def length(self, size: Dim) -> Dim:
        """Clamped at 0."""
        if size.value is not None:
            return as_dim(max(size.value, 0))
        if self.assume(size, f"a length of {size} elements is not negative"):
            return size
        clamped = maximum(self.b, self.r.sizes.value(size), constant(self.b, 0))
        return self.r.sizes.dim_of(clamped, "length")

    def count(self, value: Value) -> Dim:
        """Clamped at 0."""
        size = self.r.sizes.polynomial(value)
        unknown = any(s in self.r.sizes.unknowns for s in size.symbols())
        return self.r.sizes.count_of(value) if unknown else self.length(size)

    # -- places ---------------------------------------------------------------------------------------------
    def view(self, x: Abstract, step: Step) -> Abstract:
        """A view."""
        if isinstance(x, Array):
            return Array(x.root, (*x.path, step))
        found = self.r.new_array(self.r.cast(self.r.value(x), self.value(x).type.dtype, Kind.array), "local")
        return Array(found.root, (step,))

    def reshaped(self, x: Array, dims: tuple[Dim, ...]) -> Array:
        """A view or a copy."""
        return layout.reshaped(self.r, x, dims)

    def read_only(self, x: Abstract, value: Value) -> Abstract:
        """Read only."""
        return layout.read_only(self.r, x, value) if isinstance(x, Array) else self.fresh(value)

    def contiguous(self, x: Array) -> Array:
        """Itself or a copy."""
        found = layout.is_contiguous(self.r, x)
        return layout.copied(self.r, x, x, found) if isinstance(found, layout.Copied) else x

    def in_order(self, x: Abstract, ordered: bool) -> Abstract:
        """A note."""
        if isinstance(x, Array):
            layout.mark(self.r, x, ordered)
        return x

    def is_ordered(self, x: Abstract) -> bool:
        """In C order."""
        if not isinstance(x, Array):
            return True
        return layout.keeps_order(self.r, x)

    def fresh(self, value: Value) -> Abstract:
        """A new array."""
        return self.r.wrap(value)

    def store(self, target: Array, value: Abstract | Value) -> None:
        """Overwrite."""
        store_all(self.r, target, self.r.value(value))

    def update(self, target: Array, value: Value) -> None:
        """New contents."""
        places.replace_contents(self.r, target, value)

    def cells(self, target: Array, indices: Abstract) -> Index:
        """What a subscript selects, its index arrays taken to repeat themselves."""
        type_ = self.r.type_of(target)
        assert type_ is not None
        span = self._span_of(indices) or self.span or Span("", 1, 0, 1, 0)
        items = indices.items if isinstance(indices, Tuple) and indices.kind == "tuple" else (indices,)
        with self.r.b.at(span):
            found = subscript(self.r, type_, [(item, span) for item in items], span)
        if found.newaxes:
            raise self.error("AG236", indices, what="np.newaxis")
        return found.index

    def add_to(self, target: Array, index: Index, value: Value) -> None:
        """Add."""
        store(self.r, target, Subscript(index), value, accumulate=True)

    def put(self, target: Array, index: Index, value: Value) -> None:
        """Overwrite."""
        store(self.r, target, Subscript(index), value)

    def fitting(self, value: Value, type_: Type) -> Value:
        """Cast and stretch."""
        return fit(self.r, value, type_.dtype, type_.dims)

    def positions(self, mask: Value) -> tuple[Value, ...]:
        """One index array per dim."""
        return coordinates(self.r, mask)

    def not_empty(self, x: Grown) -> None:
        """At least one element."""
        not_empty(self.r, x, _short(self.name))

    # -- refusals ----------------------------------------------------------------------------------------
    def error(self, code: str, x: Abstract | None = None, **fields: Any) -> UserError:
        """A diagnostic."""
        return self.r.error(code, self._span_of(x), **fields)

    def remark(self, code: str, x: Abstract | None = None, **fields: Any) -> None:
        """A remark."""
        self.r.remark(code, self._span_of(x), **fields)

    def _span_of(self, x: Abstract | None) -> Span | None:
        for argument, span in self.spans:
            if argument is x:
                return span
        return self.span


def _named_dtype(found: Any) -> DType | None:
    try:
        return dtype_of(np.dtype(found))
    except TypeError:
        return None


def _short(name: str) -> str:
    return name.replace("numpy.ndarray.", "").replace("numpy.", "np.").replace("builtins.", "")


def context_of(r: Reader, name: str = "an operator") -> CallContext:
    """A context at the place where lowering is."""
    return CallContext(r, name, r.b.span)


def results_of(r: Reader, found: Any) -> Abstract:
    """What a library function returned, as one abstract value."""
    match found:
        case Value():
            return r.wrap(found)
        case None:
            return Known(None)
        case tuple() if hasattr(found, "_fields"):
            items = tuple(results_of(r, item) for item in found)
            return Tuple(items, "namedtuple", found._fields, type(found))
        case tuple():
            return Tuple(tuple(results_of(r, item) for item in found))
    known: Abstract = found
    return known


def type_text(type_: Type | None) -> str:
    """A type in a message."""
    return f"`{type_}`"


__all__ = ["CallContext", "Number", "context_of", "results_of"]
