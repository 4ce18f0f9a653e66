"""Boolean indexing: a mask means the positions where it is true, as many as there turn out to be."""

from __future__ import annotations

from collections.abc import Hashable

from adgen.frontend import places
from adgen.frontend.abstract import Abstract, Array
from adgen.frontend.promotion import with_dims
from adgen.frontend.reader import Reader
from adgen.ir.core import Value
from adgen.ir.dims import Dim, product
from adgen.ir.types import I64, DType, Kind, Type
from adgen.primitives.elementwise import where
from adgen.primitives.literals import literal
from adgen.primitives.positions import mask_positions
from adgen.primitives.reduce import sum_
from adgen.primitives.rounding import floor_divide, mod
from adgen.primitives.shape import broadcast, reshape
from adgen.primitives.sizes import size_value

_DEPTH = 8


def positions(r: Reader, mask: Value) -> Value:
    """The positions of the true elements of a mask in C order; the same for the same computation."""
    key = ("positions", _computation(r, mask, _DEPTH))
    found = r.state.cache.get(key)
    if isinstance(found, Value):
        return found
    if mask.type.rank != 1:
        mask = reshape(r.b, mask, dims=(product(mask.type.dims),))
    count = sum_(r.b, r.cast(mask, DType.i64), axes=(0,))
    size = r.sizes.dim_of(r.cast(count, DType.i64, Kind.py), "count")
    found = mask_positions(r.b, mask, dim=size)
    r.state.cache[key] = found
    return found


def _computation(r: Reader, value: Value, depth: int) -> Hashable:
    """What two values have in common that are computed in the same way."""
    op = r.b.defs.op(value)
    if op is None or depth == 0 or op.prim.pinned or len(op.results) != 1 or not op.operands:
        return value if op is None or op.operands else (op.prim.name, op.attrs)
    return (op.prim.name, tuple(_computation(r, v, depth - 1) for v in op.operands), op.attrs)


def coordinates(r: Reader, mask: Value) -> tuple[Value, ...]:
    """One index array per dim of a mask."""
    flat, dims = positions(r, mask), mask.type.dims
    if len(dims) == 1:
        return (flat,)
    key = ("coordinates", flat)
    found = r.state.cache.get(key)
    if isinstance(found, tuple):
        return found
    parts = tuple(_coordinate(r, flat, dims, axis) for axis in range(len(dims)))
    r.state.cache[key] = parts
    return parts


def _coordinate(r: Reader, flat: Value, dims: tuple[Dim, ...], axis: int) -> Value:
    stride = product(dims[axis + 1 :])
    index = flat if stride.value == 1 else floor_divide(r.b, flat, _like(r, flat, stride))
    return index if axis == 0 else mod(r.b, index, _like(r, flat, dims[axis]))


def _like(r: Reader, x: Value, size: Dim) -> Value:
    if size.value is not None:
        return literal(r.b, x, size.value)
    return broadcast(r.b, r.cast(size_value(r.b, size), I64.dtype, Kind.np), dims=x.type.dims, axes=())


def is_mask(r: Reader, x: Abstract) -> bool:
    """Whether an index is an array of truth values."""
    found = r.type_of(x) if isinstance(x, Array) else None
    return found is not None and found.dtype is DType.bool and found.rank > 0


def fitted(r: Reader, mask: Abstract, type_: Type) -> Value:
    """The value of a mask whose dims are the first ones of what it selects from."""
    value = r.value(mask)
    if value.type.rank > type_.rank:
        raise r.error("AG235", count=value.type.rank, rank=type_.rank)
    return with_dims(r, value, type_.dims[: value.type.rank])


def store_where(r: Reader, base: Array, mask: Abstract, new: Value) -> None:
    """``base[mask] = new`` for a number, or for an array of the type of ``base`` that is taken there."""
    from adgen.frontend import indexing

    type_ = r.type_of(base)
    assert type_ is not None
    chosen = fitted(r, mask, type_)
    if chosen.type.rank < type_.rank:
        chosen = broadcast(r.b, chosen, dims=type_.dims, axes=tuple(range(chosen.type.rank)))
    value = indexing.fit(r, new, type_.dtype, type_.dims)
    places.replace_contents(r, base, where(r.b, chosen, value, r.value(base)))
