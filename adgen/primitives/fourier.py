"""Discrete Fourier transforms, of complex numbers and of real ones.

A transform is linear; its adjoint is the transform with the other sign and the same factor, which the other
norm names. The half spectrum of a real array leaves out what is the conjugate of the rest, so that its inner
bins stand for two: the adjoint of one transform is the other one with these bins halved or doubled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.dims import Dim
from adgen.ir.types import AnyType, DType, Type
from adgen.primitives.define import ZERO, Context, Contribution, Primitive, Sample, Speller, Text, Zero
from adgen.primitives.elementwise import cast, eq, logical_or, mul, where
from adgen.primitives.literals import literal, scaled
from adgen.primitives.shape import arange, broadcast
from adgen.primitives.sizes import size_value

#: the norm of the transform with the other sign that has the same factor
ADJOINT = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


def _operand(types: tuple[AnyType, ...], axes: Sequence[int], name: str) -> Type:
    (x,) = types
    assert isinstance(x, Type)
    if list(axes) != sorted(set(axes)) or any(not 0 <= a < x.rank for a in axes):
        raise TypeError(f"{name}: {tuple(axes)} are not axes of {x}")
    return x


def _norm_text(norm: str) -> str:
    return "" if norm == "backward" else f', norm="{norm}"'


# -- complex to complex ---------------------------------------------------------------------------------
def _fft_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    x = _operand(types, attrs["axes"], "fft")
    if not x.is_complex or attrs["norm"] not in ADJOINT:
        raise TypeError(f"fft of {x} with norm {attrs['norm']}")
    return (x,)


def _fft_eval(ctx: Context, x: Any) -> Any:
    axes, norm = ctx.attr("axes"), ctx.attr("norm")
    transform = np.fft.ifftn if ctx.attr("inverse") else np.fft.fftn
    return transform(x, axes=axes, norm=norm) if axes else x


def _unconverted(s: Speller) -> str:
    """The operand, without a conversion to complex numbers that the transform makes by itself."""
    text, folded = s.arg(0), s.folded(0)
    made = f".astype({s.dtype(s.arg_type(0).dtype)})"
    if folded is None or folded.prim.name != "cast" or not text.endswith(made):
        return text
    source = folded.operands[0].type.dtype
    same = source is s.arg_type(0).dtype.real or (source is DType.i64 and s.arg_type(0).dtype is DType.c128)
    if not same:
        return text
    text = text.removesuffix(made)
    return text[1:-1] if _in_parentheses(text) else text


def _in_parentheses(text: str) -> bool:
    """Whether one pair of parentheses is around all of a text."""
    depth = 0
    for k, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return text[0] == "(" and k == len(text) - 1
    return False


def _fft_spell(s: Speller) -> Text:
    axes, rank = s.op.attr("axes"), s.arg_type(0).rank
    if len(axes) == 1:
        name, where_ = "fft", "" if axes[0] == rank - 1 else f", axis={axes[0]}"
    elif axes == (rank - 2, rank - 1):
        name, where_ = "fft2", ""
    else:
        name, where_ = "fftn", "" if len(axes) == rank else f", axes={axes}"
    name = f"i{name}" if s.op.attr("inverse") else name
    return Text(f"np.fft.{name}({_unconverted(s)}{where_}{_norm_text(s.op.attr('norm'))})")


def _fft_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    axes, inverse = op.attr("axes"), not op.attr("inverse")
    return (fft(b, y_bar, axes=axes, inverse=inverse, norm=ADJOINT[op.attr("norm")]),)


def _fft_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    return ZERO if isinstance(dots[0], Zero) else fft(b, dots[0], **dict(op.attrs))


def _fft_sample(type_: str, axes: tuple[int, ...], inverse: bool = False, norm: str = "backward") -> Sample:
    return Sample((type_,), attrs=(("axes", axes), ("inverse", inverse), ("norm", norm)))


fft: Primitive = Primitive(
    name="fft",
    type_rule=_fft_type,
    eval=_fft_eval,
    spell=_fft_spell,
    doc="Fourier transform along ``axes``, ``inverse`` or not, with ``norm`` as in np.fft; the adjoint has "
    "the other sign and the same factor.",
    samples=(
        _fft_sample("c128[5]", (0,)),
        _fft_sample("c128[4]", (0,), True),
        _fft_sample("c128[4,3]", (0,), norm="ortho"),
        _fft_sample("c128[4,3]", (0, 1), True, "forward"),
        _fft_sample("c128[2,3,4]", (0, 2)),
        _fft_sample("c64[6]", (0,), norm="forward"),
        _fft_sample("c128[1]", (0,)),
    ),
    vjp=_fft_vjp,
    jvp=_fft_jvp,
    lower="fft",
    complex=True,
)


# -- real to half spectrum ------------------------------------------------------------------------------
def _replaced(dims: tuple[Dim, ...], axis: int, size: Dim) -> tuple[Dim, ...]:
    return (*dims[:axis], size, *dims[axis + 1 :])


def _fits(n: Dim, bins: Dim) -> bool:
    """Whether a half spectrum may have this many bins."""
    return n.value is None or bins.value is None or bins.value == n.value // 2 + 1


def _rfft_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    axis, bins = attrs["axis"], attrs["bins"]
    x = _operand(types, (axis,), "rfft")
    if not x.is_float or attrs["norm"] not in ADJOINT or not _fits(x.dims[axis], bins):
        raise TypeError(f"rfft of {x} to {bins} bins with norm {attrs['norm']}")
    return (Type(x.dtype.complex, _replaced(x.dims, axis, bins)),)


def _rfft_eval(ctx: Context, x: Any) -> Any:
    return np.fft.rfft(x, axis=ctx.attr("axis"), norm=ctx.attr("norm"))


def _rfft_spell(s: Speller) -> Text:
    axis = s.op.attr("axis")
    given = "" if axis == s.arg_type(0).rank - 1 else f", axis={axis}"
    return Text(f"np.fft.rfft({s.arg(0)}{given}{_norm_text(s.op.attr('norm'))})")


def _weighted(b: Builder, z: Value, axis: int, n: Dim, factor: float) -> Value:
    """A half spectrum, the bins that stand for two multiplied by a factor."""
    bins = arange(b, dim=z.type.dims[axis])
    length = broadcast(b, size_value(b, n), dims=bins.type.dims, axes=())
    edge = logical_or(b, eq(b, bins, literal(b, bins, 0)), eq(b, mul(b, literal(b, bins, 2), bins), length))
    ones = literal(b, cast(b, bins, dtype=z.type.dtype.real), 1)
    weights = where(b, edge, ones, scaled(b, factor, ones))
    return mul(b, z, cast(b, broadcast(b, weights, dims=z.type.dims, axes=(axis,)), dtype=z.type.dtype))


def _rfft_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    axis, n = op.attr("axis"), op.operands[0].type.dims[op.attr("axis")]
    halved = _weighted(b, y_bar, axis, n, 0.5)
    return (irfft(b, halved, axis=axis, n=n, norm=ADJOINT[op.attr("norm")]),)


def _rfft_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    return ZERO if isinstance(dots[0], Zero) else rfft(b, dots[0], **dict(op.attrs))


def _rfft_sample(type_: str, axis: int, bins: int, norm: str = "backward") -> Sample:
    return Sample((type_,), attrs=(("axis", axis), ("bins", Dim.const(bins)), ("norm", norm)))


rfft: Primitive = Primitive(
    name="rfft",
    type_rule=_rfft_type,
    eval=_rfft_eval,
    spell=_rfft_spell,
    doc="The half spectrum of real numbers along ``axis``: ``bins`` of it, half the length and one.",
    samples=(
        _rfft_sample("f64[5]", 0, 3),
        _rfft_sample("f64[6]", 0, 4, "ortho"),
        _rfft_sample("f64[4,3]", 0, 3, "forward"),
        _rfft_sample("f64[2,5]", 1, 3),
        _rfft_sample("f32[4]", 0, 3),
        _rfft_sample("f64[1]", 0, 1),
        _rfft_sample("f64[2]", 0, 2),
    ),
    vjp=_rfft_vjp,
    jvp=_rfft_jvp,
    lower="rfft",
)


# -- half spectrum to real ------------------------------------------------------------------------------
def _irfft_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    axis, n = attrs["axis"], attrs["n"]
    z = _operand(types, (axis,), "irfft")
    if not z.is_complex or attrs["norm"] not in ADJOINT or not _fits(n, z.dims[axis]):
        raise TypeError(f"irfft of {z} to length {n} with norm {attrs['norm']}")
    return (Type(z.dtype.real, _replaced(z.dims, axis, n)),)


def _irfft_eval(ctx: Context, z: Any) -> Any:
    (n,) = ctx.shape((ctx.attr("n"),))
    return np.fft.irfft(z, n, axis=ctx.attr("axis"), norm=ctx.attr("norm"))


def _irfft_spell(s: Speller) -> Text:
    axis, n = s.op.attr("axis"), s.op.attr("n")
    length = "" if n == (s.arg_type(0).dims[axis] - 1) * 2 else f", {s.dim(n)}"
    given = "" if axis == s.arg_type(0).rank - 1 else f", axis={axis}"
    return Text(f"np.fft.irfft({_unconverted(s)}{length}{given}{_norm_text(s.op.attr('norm'))})")


def _irfft_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    (z,), axis = op.operands, op.attr("axis")
    full = rfft(b, y_bar, axis=axis, bins=z.type.dims[axis], norm=ADJOINT[op.attr("norm")])
    return (_weighted(b, full, axis, op.attr("n"), 2.0),)


def _irfft_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    return ZERO if isinstance(dots[0], Zero) else irfft(b, dots[0], **dict(op.attrs))


def _irfft_sample(type_: str, axis: int, n: int, norm: str = "backward") -> Sample:
    return Sample((type_,), attrs=(("axis", axis), ("n", Dim.const(n)), ("norm", norm)))


irfft: Primitive = Primitive(
    name="irfft",
    type_rule=_irfft_type,
    eval=_irfft_eval,
    spell=_irfft_spell,
    doc="Real numbers of length ``n`` from half of their spectrum along ``axis``.",
    samples=(
        _irfft_sample("c128[3]", 0, 5),
        _irfft_sample("c128[4]", 0, 6, "ortho"),
        _irfft_sample("c128[3,2]", 0, 4, "forward"),
        _irfft_sample("c128[2,3]", 1, 5),
        _irfft_sample("c64[3]", 0, 4),
        _irfft_sample("c128[1]", 0, 1),
        _irfft_sample("c128[2]", 0, 2),
    ),
    vjp=_irfft_vjp,
    jvp=_irfft_jvp,
    lower="irfft",
    complex=True,
)

PRIMITIVES = (fft, rfft, irfft)
