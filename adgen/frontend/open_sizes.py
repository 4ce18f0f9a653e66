"""Sizes that change from round to round, or between elements, are left open, and read where needed."""

from __future__ import annotations

from dataclasses import replace

from adgen.frontend.promotion import with_dims
from adgen.frontend.reader import Reader
from adgen.ir.core import Value
from adgen.ir.dims import OPEN, Dim
from adgen.ir.types import Type
from adgen.primitives.opening import extent, open_axes, seal, unseal


def opened(r: Reader, old: Type, new: Type) -> Type:
    """A type with those sizes left open that change: between a round and the next, or between elements."""
    dims = (
        a if a != OPEN and (_may_equal(r, b - a) or _equals(r, a, b)) else OPEN
        for a, b in zip(old.dims, new.dims, strict=True)
    )
    return replace(old, dims=tuple(dims))


def _may_equal(r: Reader, gap: Dim) -> bool:
    """Whether two sizes that differ by ``gap`` are meant to be equal: arguments are then required to fit.

    A gap that is zero for empty arguments only is none to ask for.
    """
    signs = {coefficient > 0 for _, coefficient in gap.terms}
    return not signs or (gap.value is None and r.sizes.about_inputs(gap) and len(signs) == 2)


def _equals(r: Reader, old: Dim, new: Dim) -> bool:
    """Whether a size that follows from those of arguments is another one, in this call.

    Half of nothing, and half of one rounded up, are what they were: that says nothing of larger sizes.
    """
    size = _in_this_call(r, new)
    return size is not None and size > 1 and size == _in_this_call(r, old)


def _in_this_call(r: Reader, size: Dim) -> int | None:
    """A size that follows from those of arguments, in the call that the program is made for."""
    found: dict[str, int] = {}
    for symbol in size.symbols():
        known = r.sizes.call.get(symbol) if symbol in r.sizes.inputs else _quotient(r, symbol)
        if known is None:
            return None
        found[symbol] = known
    return size.evaluate(found)


def _quotient(r: Reader, symbol: str) -> int | None:
    """The value of a symbol that stands for a part of other sizes."""
    value = r.sizes.unknowns.get(symbol) or r.sizes.defined.get(symbol)
    op = None if value is None else r.b.defs.op(value)
    if op is None or op.prim.name != "floor_divide":
        return None
    left, right = (_in_this_call(r, r.sizes.polynomial(v)) for v in op.operands)
    return None if left is None or not right else left // right


def closed(r: Reader, value: Value) -> Value:
    """An array of open dims with the sizes it has."""
    if not isinstance(value.any_type, Type) or not open_axes(value.type):
        return value
    dims = tuple(
        r.sizes.dim_of(extent(r.b, value, axis=k), "size") if d == OPEN else d
        for k, d in enumerate(value.type.dims)
    )
    return unseal(r.b, value, hint=value.hint, dims=dims, exact=True)


def sized(r: Reader, value: Value, type_: Type) -> Value:
    """A value with the dims of a type, of which some may be open."""
    axes = open_axes(type_)
    if not axes:
        return with_dims(r, value, type_.dims)
    dims = [value.type.dims[k] if k in axes else d for k, d in enumerate(type_.dims)]
    return seal(r.b, with_dims(r, value, dims), axes=axes)


def in_scope(r: Reader, type_: Type) -> Type:
    """A type with those sizes left open that are not known here."""
    return replace(type_, dims=tuple(d if r.sizes.in_scope(d) else OPEN for d in type_.dims))
