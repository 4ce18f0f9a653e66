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
        a if a != OPEN and _may_equal(r, b - a) else OPEN for a, b in zip(old.dims, new.dims, strict=True)
    )
    return replace(old, dims=tuple(dims))


def _may_equal(r: Reader, gap: Dim) -> bool:
    """Whether two sizes that differ by ``gap`` are meant to be equal: arguments are then required to fit.

    A gap that is zero for empty arguments only is none to ask for.
    """
    signs = {coefficient > 0 for _, coefficient in gap.terms}
    return not signs or (gap.value is None and r.sizes.about_inputs(gap) and len(signs) == 2)


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
