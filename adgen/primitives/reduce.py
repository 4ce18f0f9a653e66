"""The sum over axes: linear, and the adjoint of broadcasting."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import AnyType, DType, Type
from adgen.primitives.define import ZERO, Contribution, Prec, Primitive, Sample, Speller, Text, Zero


def reduced_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    """The operand's type without the dims of attribute ``axes``."""
    (x,) = types
    assert isinstance(x, Type)
    axes = attrs["axes"]
    if list(axes) != sorted(set(axes)) or any(not 0 <= a < x.rank for a in axes):
        raise TypeError(f"{axes} are not axes of {x}")
    return (x.with_dims(*(d for k, d in enumerate(x.dims) if k not in axes)),)


def spread_back(b: Builder, y: Value, like: Type, axes: Sequence[int]) -> Value:
    """A reduced value repeated along the reduced axes."""
    from adgen.primitives.shape import broadcast

    kept = tuple(k for k in range(like.rank) if k not in axes)
    return broadcast(b, y, dims=like.dims, axes=kept)


def spell_reduction(s: Speller, function: str, method: str = "") -> Text:
    """``np.f(x)`` or ``np.f(x, axis=...)``; ``x.f(...)`` where the operand is an atom."""
    axes, rank = s.op.attr("axes"), s.arg_type(0).rank
    if not axes:
        return Text(s.arg(0), Prec.TERNARY)
    argument = "" if len(axes) == rank else f"axis={axes[0] if len(axes) == 1 else axes}"
    initial = dict(s.op.attrs).get("initial")
    if initial is not None:
        number = f"initial={initial!r}" if math.isfinite(initial) else "initial=-np.inf"
        argument = f"{argument}, {number}" if argument else number
    if method and s.folded(0) is None:
        return Text(f"{s.arg(0, Prec.ATOM)}.{method}({argument})")
    return Text(f"{function}({s.arg(0)}{', ' + argument if argument else ''})")


def _sum_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    return (spread_back(b, y_bar, op.operands[0].type, op.attr("axes")),)


sum_: Primitive = Primitive(
    name="sum",
    type_rule=reduced_type,
    eval=lambda ctx, x: np.sum(x, axis=ctx.attr("axes"), dtype=np.asarray(x).dtype),
    spell=lambda s: spell_reduction(s, "np.sum", "sum"),
    doc="Sum over axes; the reduced dims are dropped.",
    samples=(
        Sample(("f64[3,4]",), attrs=(("axes", (0,)),)),
        Sample(("f64[3,4]",), attrs=(("axes", (0, 1)),)),
        Sample(("f64[2,3,4]",), attrs=(("axes", (0, 2)),)),
        Sample(("f32[4]",), attrs=(("axes", (0,)),)),
        Sample(("f64[0,3]",), attrs=(("axes", (0,)),)),
        Sample(("c128[3,4]",), attrs=(("axes", (0,)),)),
    ),
    vjp=_sum_vjp,
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else sum_(b, dots[0], **dict(op.attrs)),
    lower="sum",
    complex=True,
)


def summed_up(b: Builder, x: Value, axes: Sequence[int]) -> Value:
    """The sum in a derivative: that of halves is made in single precision."""
    from adgen.primitives.elementwise import cast

    if x.type.dtype is not DType.f16:
        return sum_(b, x, axes=tuple(axes))
    return cast(b, sum_(b, cast(b, x, dtype=DType.f32), axes=tuple(axes)), dtype=DType.f16)


PRIMITIVES = (sum_,)
