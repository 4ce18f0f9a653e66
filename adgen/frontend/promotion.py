"""Common dtypes (NEP 50), casts, and common dims (broadcasting, made explicit)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from adgen.ir.core import Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import DType, Kind, Type, dtype_of
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import cast as cast_
from adgen.primitives.elementwise import gt, logical_or, lt
from adgen.primitives.shape import broadcast as broadcast_
from adgen.primitives.shape import reshape
from adgen.primitives.sizes import constant

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader


def number_class(dtype: DType) -> int:
    """Truth values, integers, floats, complex numbers: what the kind of a Python number says of a dtype."""
    return 3 if dtype.is_complex else 2 if dtype.is_float else int(dtype is not DType.bool)


_WEAK = (DType.bool, DType.i64, DType.f64, DType.c128)


def common_dtype(types: Sequence[Type]) -> DType | None:
    """The dtype NumPy computes in; Python scalars are weak. None where it is one we do not have."""
    strong = [t.dtype for t in types if not t.is_py]
    weak = max((number_class(t.dtype) for t in types if t.is_py), default=-1)
    if not strong:
        return _WEAK[weak]
    joined = dtype_of(np.result_type(*(d.numpy for d in strong)))
    if joined is None or weak <= number_class(joined):
        return joined
    return joined.complex if weak == 3 else _WEAK[weak]


_HALVES = (DType.i8, DType.u8, DType.bool)
_SINGLES = (DType.i16, DType.u16)


def float_dtype(types: Sequence[Type]) -> DType | None:
    """The dtype of ``np.sin`` or ``np.hypot`` of operands; None where it is one we do not have.

    That is the smallest float that holds each of them; Python numbers are weak.
    """
    joined = common_dtype(types)
    if joined is None or joined.is_float:
        return joined
    strong = [t.dtype for t in types if not t.is_py] if any(not t.is_py for t in types) else [joined]
    if any(t.is_py and number_class(t.dtype) > number_class(d) for t in types for d in strong):
        strong.append(joined)
    if not all(d in (*_HALVES, *_SINGLES) for d in strong):
        return DType.f64
    return DType.f32 if any(d in _SINGLES for d in strong) else DType.f16


def cast(r: Reader, value: Value, dtype: DType, kind: Kind | None = None) -> Value:
    """``value`` in another dtype and, at rank 0, of another kind; Python numbers asked for are wide."""
    found = value.type
    dtype = dtype.python if kind is Kind.py and not found.rank else dtype
    kind = found.kind if kind is None or found.rank else kind
    if found.dtype is dtype and found.kind is kind:
        return value
    if found.is_complex and not dtype.is_complex:
        raise r.error("AG256", dtype=dtype.numpy.name)
    if found.is_py and found.dtype is DType.i64 and dtype.is_integer and dtype is not DType.i64:
        _check_range(r, value, dtype)
    op = r.b.defs.op(value)
    if op is not None and op.prim.name == "const" and kind is not Kind.array:
        number = op.attr("value")
        if not dtype.is_integer or not isinstance(number, float):
            return constant(r.b, number, Type(dtype, (), kind))
    return cast_(r.b, value, dtype=dtype) if kind is found.kind else cast_(r.b, value, dtype=dtype, kind=kind)


def _check_range(r: Reader, value: Value, dtype: DType) -> None:
    """Python integers do not wrap: one that a dtype cannot hold is an OverflowError."""
    bounds = np.iinfo(dtype.numpy)
    least, largest = int(bounds.min), int(bounds.max)
    op = r.b.defs.op(value)
    if op is not None and op.prim.name == "const":
        number = op.attr("value")
        if not least <= number <= largest:
            raise r.error("AG246", value=f"`{number}`", dtype=dtype.value)
        return
    bad = lt(r.b, value, constant(r.b, least))
    if largest < np.iinfo(np.int64).max:
        bad = logical_or(r.b, bad, gt(r.b, value, constant(r.b, largest)))
    message = f"Python integer out of bounds for {dtype.numpy.name}"
    r.b.emit(fail_if, (bad,), {"error": "OverflowError", "message": message})


def promote(
    r: Reader, values: Sequence[Value], to_float: bool = False, strong: bool = False
) -> tuple[Value, ...]:
    """The values in one dtype; with ``strong`` Python numbers count as the arrays NumPy makes of them."""
    types = [Type(v.type.dtype, (), Kind.np) if strong else v.type for v in values]
    dtype = (float_dtype if to_float else common_dtype)(types)
    if dtype is None:
        raise r.error("AG238", dtype="of more than 64 bits")
    return tuple(cast(r, v, dtype) for v in values)


def broadcast(r: Reader, values: Sequence[Value]) -> tuple[Value, ...]:
    """The values with one common shape."""
    rank = max(v.type.rank for v in values)
    dims = tuple(_common_dim(r, values, rank - axis) for axis in range(rank))
    return tuple(stretch(r, v, dims) for v in values)


def _common_dim(r: Reader, values: Sequence[Value], from_right: int) -> Dim:
    result = ONE
    for v in values:
        if v.type.rank < from_right:
            continue
        size = v.type.dims[-from_right]
        if size != ONE:
            result = size if result == ONE else r.sizes.same(result, size, values)
    return result


def stretch(r: Reader, value: Value, dims: Sequence[Dim]) -> Value:
    """``value`` with the given dims, by one broadcast."""
    dims = tuple(dims)
    if value.type.dims == dims:
        return value
    offset = len(dims) - value.type.rank
    kept = [d if d == ONE else dims[offset + k] for k, d in enumerate(value.type.dims)]
    value = with_dims(r, value, kept)
    if value.type.dims == dims:
        return value
    return broadcast_(r.b, value, dims=dims, axes=tuple(range(offset, len(dims))))


def with_dims(r: Reader, value: Value, dims: Sequence[Dim]) -> Value:
    """``value`` with dims that are known or checked to be equal to its own.

    A reshape checks the number of elements: taken one dim at a time, it checks every dim.
    """
    for axis, (old, new) in enumerate(zip(value.type.dims, dims, strict=True)):
        if new == old:
            continue
        if r.sizes.same(new, old, (value,), dims) != old:
            changed = (*value.type.dims[:axis], new, *value.type.dims[axis + 1 :])
            value = reshape(r.b, value, dims=changed)
    return value


def join_types(left: Type, right: Type) -> Type | None:
    """The type of a name that is ``left`` on one path and ``right`` on another; dims are those of ``left``.

    None where the ranks differ: numbers and arrays are never joined.
    """
    if left.rank != right.rank:
        return None
    if DType.Generator in (left.dtype, right.dtype):
        return left if left == right else None
    dtype = common_dtype((left, right))
    if dtype is None:
        return None
    if left.rank:
        return Type(dtype, left.dims)
    kinds = {left.kind, right.kind}
    kind = left.kind if len(kinds) == 1 else Kind.np
    return Type(dtype, (), kind)
