"""Shapes: broadcast, reshape, transpose, concatenation, and arrays made from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Indexer, Op, Range, Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.dims import ZERO as DIM_ZERO
from adgen.ir.types import AnyType, DType, Kind, Type
from adgen.primitives.define import (
    ZERO,
    Absent,
    Context,
    Contribution,
    Inactive,
    Prec,
    Primitive,
    Sample,
    Speller,
    Text,
    Zero,
)
from adgen.primitives.indexing import read, zeros_of
from adgen.primitives.sizes import size_value

_THREE, _FOUR, _TWO = Dim.const(3), Dim.const(4), Dim.const(2)


def _typed(t: AnyType) -> Type:
    assert isinstance(t, Type)
    return t


# -- broadcast ------------------------------------------------------------------------------------------
def _broadcast_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    x, dims, axes = _typed(types[0]), attrs["dims"], attrs["axes"]
    if len(axes) != x.rank or list(axes) != sorted(set(axes)):
        raise TypeError(f"broadcast of {x} needs one axis per dim, got {axes}")
    for d, axis in zip(x.dims, axes, strict=True):
        if d not in (dims[axis], ONE):
            raise TypeError(f"cannot broadcast {x} to {tuple(map(str, dims))}")
    return (x.with_dims(*dims),)


def _spread(ctx: Context, x: Any) -> Any:
    x, shape = np.asarray(x), ctx.shape()
    lifted = np.reshape(x, _aligned_shape(x.shape, ctx.attr("axes"), len(shape)))
    return np.broadcast_to(lifted, shape)


def _aligned_shape(shape: Sequence[int], axes: Sequence[int], rank: int) -> tuple[int, ...]:
    result = [1] * rank
    for axis, size in zip(axes, shape, strict=True):
        result[axis] = size
    return tuple(result)


def _broadcast_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    from adgen.primitives.reduce import summed_up

    x, dims, axes = op.operands[0].type, op.attr("dims"), op.attr("axes")
    stretched = [a for a, d in zip(axes, x.dims, strict=True) if d == ONE and dims[a] != ONE]
    summed = tuple(a for a in range(len(dims)) if a not in axes or a in stretched)
    x_bar = summed_up(b, y_bar, summed) if summed else y_bar
    return (reshape(b, x_bar, dims=x.dims) if stretched else x_bar,)


broadcast: Primitive = Primitive(
    name="broadcast",
    type_rule=_broadcast_type,
    eval=_spread,
    spell=lambda s: Text(f"np.broadcast_to({s.arg(0)}, {s.shape(s.op.attr('dims'))})"),
    doc="Axis k of the operand becomes axis axes[k] of the result; other axes and axes of length 1 repeat.",
    samples=(
        Sample(("f64[4]",), attrs=(("axes", (1,)), ("dims", (_THREE, _FOUR)))),
        Sample(("f64[3,1]",), attrs=(("axes", (0, 1)), ("dims", (_THREE, _FOUR)))),
        Sample(("f64",), attrs=(("axes", ()), ("dims", (_THREE,)))),
        Sample(("f64",), attrs=(("axes", ()), ("dims", (DIM_ZERO,))), smooth=False),
    ),
    vjp=_broadcast_vjp,
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else broadcast(b, dots[0], **dict(op.attrs)),
    lower="broadcast",
    view=True,
    cheap=True,
    complex=True,
)


# -- reshape --------------------------------------------------------------------------------------------
def _reshape_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    return (_typed(types[0]).with_dims(*attrs["dims"]),)


def _reshape_spell(s: Speller) -> Text:
    source = s.arg(0, Prec.ATOM)
    if not s.op.result.type.rank:
        return Text(f"{source}.item()" if s.op.result.type.is_py else f"{source}.reshape(())[()]")
    if not s.arg_type(0).rank and s.arg_type(0).kind is not Kind.array:
        return Text(f"np.reshape({s.arg(0)}, {s.shape(s.op.attr('dims'))})")
    return Text(f"{source}.reshape({s.shape(s.op.attr('dims'))})")


#: Element counts must agree; where the dims do not prove it, evaluation checks it.
reshape: Primitive = Primitive(
    name="reshape",
    type_rule=_reshape_type,
    eval=lambda ctx, x: np.reshape(x, ctx.shape()),
    spell=_reshape_spell,
    doc="The same elements in row-major order with other dims: attribute dims.",
    samples=(
        Sample(("f64[3,4]",), attrs=(("dims", (Dim.const(12),)),)),
        Sample(("f64[12]",), attrs=(("dims", (_TWO, _THREE, _TWO)),)),
        Sample(("f64[1]",), attrs=(("dims", ()),)),
    ),
    vjp=lambda b, op, y_bar: (_reshaped(b, y_bar, op.operands[0].type),),
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else reshape(b, dots[0], **dict(op.attrs)),
    lower="reshape",
    view=True,
    cheap=True,
    complex=True,
)


def _reshaped(b: Builder, x: Value, like: Type) -> Value:
    return reshape(b, x, dims=like.dims)


# -- transpose ------------------------------------------------------------------------------------------
def _transpose_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    x, perm = _typed(types[0]), attrs["perm"]
    if sorted(perm) != list(range(x.rank)):
        raise TypeError(f"{perm} is no permutation of the axes of {x}")
    return (x.with_dims(*(x.dims[p] for p in perm)),)


def _transpose_spell(s: Speller) -> Text:
    perm = s.op.attr("perm")
    if perm == tuple(reversed(range(len(perm)))):
        return Text(f"{s.arg(0, Prec.ATOM)}.T")
    return Text(f"{s.arg(0, Prec.ATOM)}.transpose({', '.join(map(str, perm))})")


def _inverse(perm: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(range(len(perm)), key=perm.__getitem__))


transpose: Primitive = Primitive(
    name="transpose",
    type_rule=_transpose_type,
    eval=lambda ctx, x: np.transpose(x, ctx.attr("perm")),
    spell=_transpose_spell,
    doc="Axis k of the result is axis perm[k] of the operand.",
    samples=(
        Sample(("f64[3,4]",), attrs=(("perm", (1, 0)),)),
        Sample(("f64[2,3,4]",), attrs=(("perm", (1, 2, 0)),)),
    ),
    vjp=lambda b, op, y_bar: (transpose(b, y_bar, perm=_inverse(op.attr("perm"))),),
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else transpose(b, dots[0], **dict(op.attrs)),
    lower="transpose",
    view=True,
    cheap=True,
    complex=True,
)


# -- concat ---------------------------------------------------------------------------------------------
def _concat_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    arrays, axis = [_typed(t) for t in types], attrs["axis"]
    first = arrays[0]
    total = sum((t.dims[axis] for t in arrays), DIM_ZERO)
    for t in arrays[1:]:
        same = t.dims[:axis] == first.dims[:axis] and t.dims[axis + 1 :] == first.dims[axis + 1 :]
        if not same or t.dtype is not first.dtype or t.rank != first.rank:
            raise TypeError(f"concat: {' and '.join(map(str, arrays))} do not fit along axis {axis}")
    return (first.with_dims(*first.dims[:axis], total, *first.dims[axis + 1 :]),)


def _concat_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    axis, start, parts = op.attr("axis"), DIM_ZERO, []
    for operand in op.operands:
        size = operand.type.dims[axis]
        access = tuple(Range(size) if k == axis else Full() for k in range(operand.type.rank))
        parts.append(read(b, y_bar, size_value(b, start), index=Indexer(access)))
        start = start + size
    return parts


def _concat_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if all(isinstance(d, Zero) for d in dots):
        return ZERO
    pairs = zip(dots, op.operands, strict=True)
    return concat(b, *(zeros_of(b, v.type) if isinstance(d, Zero) else d for d, v in pairs), **dict(op.attrs))


concat: Primitive = Primitive(
    name="concat",
    type_rule=_concat_type,
    eval=lambda ctx, *arrays: np.concatenate(arrays, axis=ctx.attr("axis")),
    spell=lambda s: Text(
        f"np.concatenate(({', '.join(s.arg(k) for k in range(len(s.op.operands)))}"
        f"{',)' if len(s.op.operands) == 1 else ')'}"
        f"{', axis=' + str(s.op.attr('axis')) if s.op.attr('axis') else ''})"
    ),
    doc="Arrays one after the other along an axis.",
    samples=(
        Sample(("f64[2,3]", "f64[4,3]"), attrs=(("axis", 0),)),
        Sample(("f64[2,1]", "f64[2,3]", "f64[2,0]"), attrs=(("axis", 1),)),
    ),
    vjp=_concat_vjp,
    jvp=_concat_jvp,
    lower="concat",
    complex=True,
)


# -- arrays made from nothing ---------------------------------------------------------------------------
def _full_spell(s: Speller) -> Text:
    shape, dtype = s.shape(s.op.attr("dims")), s.op.result.type.dtype
    folded = s.folded(0)
    given = folded.attr("value") if folded is not None and folded.prim.name == "const" else None
    suffix = "" if dtype is DType.f64 else f", dtype={s.dtype(dtype)}"
    if given is not None and given == 0 and not str(given).startswith("-"):
        return Text(f"np.zeros({shape}{suffix})")
    if given is not None and given == 1:
        return Text(f"np.ones({shape}{suffix})")
    return Text(f"np.full({shape}, {s.arg(0)}{suffix})")


def _full_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    if _typed(types[0]).rank:
        raise TypeError("full takes a scalar")
    return (Type(_typed(types[0]).dtype, tuple(attrs["dims"]), Kind.array),)


def _full_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    from adgen.primitives.reduce import sum_

    return (sum_(b, y_bar, axes=tuple(range(y_bar.type.rank))),)


full: Primitive = Primitive(
    name="full",
    type_rule=_full_type,
    eval=lambda ctx, x: np.full(ctx.shape(), x),
    spell=_full_spell,
    doc="A new array filled with a scalar, in storage of its own.",
    samples=(Sample(("np.f64",), attrs=(("dims", (_THREE, _TWO)),)), Sample(("f64",), attrs=(("dims", ()),))),
    vjp=_full_vjp,
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else full(b, dots[0], **dict(op.attrs)),
    lower="full",
    complex=True,
)

_UNKNOWN = Inactive("the contents are not a function of any argument")

empty: Primitive = Primitive(
    name="empty",
    type_rule=lambda types, attrs: (Type(attrs["dtype"], tuple(attrs["dims"]), Kind.array),),
    eval=lambda ctx: np.zeros(ctx.shape(), ctx.attr("dtype").numpy),
    spell=lambda s: Text(
        f"np.empty({s.shape(s.op.attr('dims'))}"
        f"{'' if s.op.attr('dtype') is DType.f64 else ', dtype=' + s.dtype(s.op.attr('dtype'))})"
    ),
    doc="A new array whose contents are not read before they are written.",
    samples=(Sample((), attrs=(("dims", (_THREE,)), ("dtype", DType.f64)), smooth=False),),
    vjp=_UNKNOWN,
    jvp=_UNKNOWN,
    lower="empty",
)

_ON_DISK = '''
def _on_disk(shape, dtype=np.float64):
    """An array in a file that has no name, and is gone with the array."""
    import tempfile

    if 0 in np.atleast_1d(shape):
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile(prefix="adgen") as file:
        return np.asarray(np.memmap(file, dtype, "w+", shape=shape))
'''


def _spell_on_disk(s: Speller) -> Text:
    dtype = "" if s.op.attr("dtype") is DType.f64 else ", " + s.dtype(s.op.attr("dtype"))
    return Text(f"{s.helper('_on_disk', _ON_DISK)}({s.shape(s.op.attr('dims'))}{dtype})")


on_disk: Primitive = Primitive(
    name="on_disk",
    type_rule=empty.type_rule,
    eval=empty.eval,
    spell=_spell_on_disk,
    doc="A new array as `empty` gives it, in a file.",
    samples=empty.samples,
    vjp=_UNKNOWN,
    jvp=_UNKNOWN,
    lower=Absent("kernels keep nothing in files"),
)

arange: Primitive = Primitive(
    name="arange",
    type_rule=lambda types, attrs: (Type(DType.i64, (attrs["dim"],), Kind.array),),
    eval=lambda ctx: np.arange(ctx.attr("dim").evaluate(ctx.sizes), dtype=np.int64),
    spell=lambda s: Text(f"np.arange({s.dim(s.op.attr('dim'))})"),
    doc="0, 1, ... up to a dim.",
    samples=(Sample((), attrs=(("dim", _FOUR),)),),
    vjp=_UNKNOWN,
    jvp=_UNKNOWN,
    lower="arange",
    cheap=True,
)

copy: Primitive = Primitive(
    name="copy",
    type_rule=lambda types, attrs: types,
    eval=lambda ctx, x: np.array(x),
    spell=lambda s: Text(f"{s.arg(0, Prec.ATOM)}.copy()"),
    doc="The same array in storage of its own.",
    samples=(Sample(("f64[3,2]",)),),
    vjp=lambda b, op, y_bar: (y_bar,),
    jvp=lambda b, op, dots: dots[0],
    lower="copy",
    complex=True,
)


PRIMITIVES = (broadcast, reshape, transpose, concat, full, empty, on_disk, arange, copy)
