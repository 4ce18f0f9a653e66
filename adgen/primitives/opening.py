"""Arrays whose sizes change from round to round: what a loop carries, or a list holds, has open dims.

``seal`` forgets sizes, ``unseal`` gives an array of open dims the sizes it has, which ``extent`` reads.
Nothing else is done with an array of open dims, but for tangents and cotangents: they are open too, zero is
one number that stands for any size, and sums stretch it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.ir.dims import OPEN
from adgen.ir.types import I64, AnyType, DType, Type
from adgen.primitives.define import ZERO, Absent, Inactive, Prec, Primitive, Speller, Text, Zero

_IN_PROGRAMS = Absent("programs with arrays of changing sizes test it")
_NOT_IN_KERNELS = Absent("memory of kernels is sized before a loop runs")
_COUNT = Inactive("a length has no derivative")


def _array(types: tuple[AnyType, ...]) -> Type:
    found = types[0]
    if not isinstance(found, Type) or not found.rank:
        raise TypeError(f"{found} has no dims")
    return found


def _seal_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    source, axes = _array(types), attrs["axes"]
    return (source.with_dims(*(OPEN if k in axes else d for k, d in enumerate(source.dims))),)


def _unseal_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    source, dims = _array(types), attrs["dims"]
    if len(dims) != source.rank or any(
        d not in (OPEN, new) for d, new in zip(source.dims, dims, strict=True)
    ):
        raise TypeError(f"{source} does not have the dims {', '.join(map(str, dims))}")
    return (source.with_dims(*dims),)


def open_axes(type_: Type) -> tuple[int, ...]:
    """The axes whose size is left open."""
    return tuple(k for k, d in enumerate(type_.dims) if d == OPEN)


_SIZED = '''
def _sized(array, shape, dtype=np.float64):
    """The array; zeros where it is the zero of any shape."""
    return array if np.ndim(array) else np.zeros(shape, dtype)
'''


def _unseal_spell(s: Speller) -> Text:
    if s.op.attr("exact"):
        return Text(s.arg(0, Prec.ATOM))
    type_ = s.op.result.type
    dtype = "" if type_.dtype is DType.f64 else f", {s.dtype(type_.dtype)}"
    return Text(f"{s.helper('_sized', _SIZED)}({s.arg(0)}, {s.shape(type_.dims)}{dtype})")


def _nothing_spell(s: Speller) -> Text:
    dtype = s.op.result.type.dtype
    return Text("np.zeros(())" if dtype is DType.f64 else f"np.zeros((), {s.dtype(dtype)})")


seal: Primitive = Primitive(
    name="seal",
    type_rule=_seal_type,
    eval=lambda ctx, x: x,
    spell=lambda s: Text(s.arg(0, Prec.ATOM)),
    doc="The same array with the sizes of ``axes`` left open. Linear.",
    samples=_IN_PROGRAMS,
    lower=_NOT_IN_KERNELS,
    vjp=lambda b, op, bar: (unseal(b, bar, dims=op.operands[0].type.dims),),
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else seal(b, dots[0], axes=op.attr("axes")),
    view=True,
    complex=True,
)

unseal: Primitive = Primitive(
    name="unseal",
    type_rule=_unseal_type,
    eval=lambda ctx, x: np.array(np.broadcast_to(x, ctx.shape())),
    spell=_unseal_spell,
    doc="An array of open dims with its sizes; ``exact`` unless it may be the zero of any size. Linear.",
    samples=_IN_PROGRAMS,
    lower=_NOT_IN_KERNELS,
    vjp=lambda b, op, bar: (seal(b, bar, axes=open_axes(op.operands[0].type)),),
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else unseal(b, dots[0], dims=op.attr("dims")),
    view=True,
    complex=True,
)

extent: Primitive = Primitive(
    name="extent",
    type_rule=lambda types, attrs: (I64,),
    eval=lambda ctx, x: int(np.shape(x)[ctx.attr("axis")]),
    spell=lambda s: Text(f"{s.arg(0, Prec.ATOM)}.shape[{s.op.attr('axis')}]"),
    doc="The size of an array of open dims along ``axis``.",
    samples=_IN_PROGRAMS,
    lower=_NOT_IN_KERNELS,
    vjp=_COUNT,
    jvp=_COUNT,
    complex=True,
)

open_zero: Primitive = Primitive(
    name="open_zero",
    type_rule=lambda types, attrs: (attrs["type"],),
    eval=lambda ctx: np.zeros((), ctx.op.result.type.dtype.numpy),
    spell=_nothing_spell,
    doc="The zero of an array of open dims, whatever its size.",
    samples=_IN_PROGRAMS,
    lower=_NOT_IN_KERNELS,
    vjp=Inactive("it is zero"),
    jvp=Inactive("it is zero"),
)

PRIMITIVES = (seal, unseal, extent, open_zero)
