"""Products, truth values and running sums over axes.

The derivative of a product with respect to one factor is the product of the others. It is made of running
products from both sides, without division, so zeros are exact at every order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.dims import product
from adgen.ir.types import AnyType, DType, Type
from adgen.primitives.complexes import conjugated
from adgen.primitives.define import (
    ZERO,
    Context,
    Contribution,
    Inactive,
    Primitive,
    Sample,
    Speller,
    Text,
    Zero,
)
from adgen.primitives.elementwise import add, mul
from adgen.primitives.recurrences import recurrence, scan
from adgen.primitives.reduce import reduced_type, spell_reduction, spread_back, sum_
from adgen.primitives.shape import reshape, transpose


# -- running over one axis ------------------------------------------------------------------------------
def _along_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    (x,) = types
    assert isinstance(x, Type)
    if not 0 <= attrs["axis"] < x.rank:
        raise TypeError(f"{attrs['axis']} is no axis of {x}")
    return (x,)


def _running(numpy: Callable[..., Any]) -> Callable[..., Any]:
    def evaluate(ctx: Context, x: Any) -> Any:
        axis = ctx.attr("axis")
        if not ctx.attr("reverse"):
            return numpy(x, axis=axis, dtype=x.dtype)
        return np.flip(numpy(np.flip(x, axis), axis=axis, dtype=x.dtype), axis)

    return evaluate


def _running_spell(function: str) -> Callable[[Speller], Text]:
    def spell(s: Speller) -> Text:
        axis, rank = s.op.attr("axis"), s.arg_type(0).rank
        given = "" if rank == 1 else f", axis={axis}"
        if not s.op.attr("reverse"):
            return Text(f"{function}({s.arg(0)}{given})")
        if rank == 1:
            return Text(f"{function}(np.flip({s.arg(0)}))[::-1]")
        return Text(f"np.flip({function}(np.flip({s.arg(0)}, {axis}){given}), {axis})")

    return spell


_ALONG_AXIS = (
    Sample(("f64[5]",), attrs=(("axis", 0), ("reverse", False))),
    Sample(("f64[3,4]",), attrs=(("axis", 0), ("reverse", False))),
    Sample(("f64[3,4]",), attrs=(("axis", 1), ("reverse", True))),
    Sample(("f64[5]",), attrs=(("axis", 0), ("reverse", True))),
    Sample(("f32[4]",), attrs=(("axis", 0), ("reverse", False))),
    Sample(("f64[0]",), attrs=(("axis", 0), ("reverse", False))),
    Sample(("f64[1]",), attrs=(("axis", 0), ("reverse", False))),
    Sample(("c128[3]",), attrs=(("axis", 0), ("reverse", False))),
)


def _cumsum_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    return (cumsum(b, y_bar, axis=op.attr("axis"), reverse=not op.attr("reverse")),)


def _cumsum_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    return ZERO if isinstance(dots[0], Zero) else cumsum(b, dots[0], **dict(op.attrs))


cumsum = Primitive(
    name="cumsum",
    type_rule=_along_type,
    eval=_running(np.cumsum),
    spell=_running_spell("np.cumsum"),
    doc="Running sum along ``axis``, from the end with ``reverse``; the adjoint runs the other way.",
    samples=_ALONG_AXIS,
    vjp=_cumsum_vjp,
    jvp=_cumsum_jvp,
    lower="cumsum",
    expand=lambda b, op: _expand_cumsum(b, op),
    complex=True,
)


# -- loops over the axis, for kernels -------------------------------------------------------------------
def _expand_cumsum(b: Builder, op: Op) -> Value:
    def step(cells: Sequence[Value], state: Value) -> tuple[Value, Value]:
        total = add(b, state, cells[0])
        return total, total

    return scan(b, op, 0, step)


def _expand_cumprod(b: Builder, op: Op) -> Value:
    def step(cells: Sequence[Value], state: Value) -> tuple[Value, Value]:
        total = mul(b, state, cells[0])
        return (state if op.attr("exclusive") else total), total

    return scan(b, op, 1, step)


# -- running products -----------------------------------------------------------------------------------
_CUMPROD_BEFORE = '''
def _cumprod_before(x, axis=0):
    """The product of the elements before each one along an axis."""
    x = np.moveaxis(x, axis, 0)
    y = np.ones_like(x)
    np.cumprod(x[:-1], axis=0, out=y[1:])
    return np.moveaxis(y, 0, axis)
'''


def _cumprod_before(x: Any, axis: int = 0, dtype: Any = None) -> Any:
    x = np.moveaxis(x, axis, 0)
    y = np.ones_like(x)
    np.cumprod(x[:-1], axis=0, out=y[1:])
    return np.moveaxis(y, 0, axis)


def _cumprod_eval(ctx: Context, x: Any) -> Any:
    return _running(_cumprod_before if ctx.attr("exclusive") else np.cumprod)(ctx, x)


def _cumprod_spell(s: Speller) -> Text:
    exclusive = s.op.attr("exclusive")
    return _running_spell(s.helper("_cumprod_before", _CUMPROD_BEFORE) if exclusive else "np.cumprod")(s)


def _others_before(b: Builder, op: Op) -> Value:
    """The product of the elements before each one."""
    if op.attr("exclusive"):
        return op.result
    return cumprod(b, *op.operands, axis=op.attr("axis"), reverse=op.attr("reverse"), exclusive=True)


def _cumprod_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    kind = "before" if op.attr("exclusive") else "between"
    where = {"axis": op.attr("axis"), "reverse": not op.attr("reverse"), "kind": kind}
    slopes = recurrence(b, conjugated(b, op.operands[0]), y_bar, **where)
    return (mul(b, conjugated(b, _others_before(b, op)), slopes),)


def _cumprod_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if isinstance(dots[0], Zero):
        return ZERO
    kind = "before" if op.attr("exclusive") else "after"
    where = {"axis": op.attr("axis"), "reverse": op.attr("reverse"), "kind": kind}
    return recurrence(b, op.operands[0], mul(b, _others_before(b, op), dots[0]), **where)


cumprod = Primitive(
    name="cumprod",
    type_rule=_along_type,
    eval=_cumprod_eval,
    spell=_cumprod_spell,
    doc="Running product along ``axis``, from the end with ``reverse``, without the element itself with "
    "``exclusive``; the adjoint is a linear recurrence, exact with zeros.",
    samples=(
        *(Sample(s.types, attrs=(*s.attrs, ("exclusive", False))) for s in _ALONG_AXIS),
        *(Sample(s.types, attrs=(*s.attrs, ("exclusive", True))) for s in _ALONG_AXIS),
        Sample(
            ("f64[4]",),
            attrs=(("axis", 0), ("reverse", False), ("exclusive", False)),
            values=((2.0, 0.0, 3.0, 0.0),),
        ),
    ),
    vjp=_cumprod_vjp,
    jvp=_cumprod_jvp,
    lower="cumprod",
    expand=_expand_cumprod,
    complex=True,
)


# -- products -------------------------------------------------------------------------------------------
def _others(b: Builder, x: Value, axes: tuple[int, ...]) -> Value:
    """For every element the product of the others that its product contains."""
    type_ = x.type
    if len(axes) == 1:
        return others_along(b, x, axes[0])
    kept = tuple(k for k in range(type_.rank) if k not in axes)
    perm = (*kept, *axes)
    moved = transpose(b, x, perm=perm)
    together = product(tuple(type_.dims[a] for a in axes))
    flat = reshape(b, moved, dims=(*(type_.dims[k] for k in kept), together))
    others = reshape(b, others_along(b, flat, len(kept)), dims=moved.type.dims)
    return transpose(b, others, perm=tuple(perm.index(k) for k in range(type_.rank)))


def others_along(b: Builder, x: Value, axis: int) -> Value:
    """For every element the product of the others along an axis."""
    before = cumprod(b, x, axis=axis, reverse=False, exclusive=True)
    return mul(b, before, cumprod(b, x, axis=axis, reverse=True, exclusive=True))


def _prod_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    (x,), axes = op.operands, op.attr("axes")
    return (mul(b, spread_back(b, y_bar, x.type, axes), conjugated(b, _others(b, x, axes))),)


def _prod_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if isinstance(dots[0], Zero):
        return ZERO
    axes = op.attr("axes")
    return sum_(b, mul(b, dots[0], _others(b, op.operands[0], axes)), axes=axes)


_OVER_AXES = (
    Sample(("f64[3,4]",), attrs=(("axes", (0,)),)),
    Sample(("f64[3,4]",), attrs=(("axes", (0, 1)),)),
    Sample(("f64[2,3,4]",), attrs=(("axes", (0, 2)),)),
    Sample(("f32[4]",), attrs=(("axes", (0,)),)),
    Sample(("f64[1]",), attrs=(("axes", (0,)),)),
    Sample(("f64[0,3]",), attrs=(("axes", (0,)),)),
    Sample(("c128[3,4]",), attrs=(("axes", (0,)),)),
)

prod = Primitive(
    name="prod",
    type_rule=reduced_type,
    eval=lambda ctx, x: np.prod(x, axis=ctx.attr("axes"), dtype=np.asarray(x).dtype),
    spell=lambda s: spell_reduction(s, "np.prod", "prod"),
    doc="Product over axes, which are dropped; by an element the product of the others, exact with zeros.",
    samples=(
        *_OVER_AXES,
        Sample(("f64[3]",), attrs=(("axes", (0,)),), values=((0.0, 2.0, 3.0),)),
        Sample(("f64[3]",), attrs=(("axes", (0,)),), values=((0.0, 2.0, 0.0),)),
    ),
    vjp=_prod_vjp,
    jvp=_prod_jvp,
    lower="prod",
    complex=True,
)


# -- truth values ---------------------------------------------------------------------------------------
def _truth_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    (reduced,) = reduced_type(types, attrs)
    assert isinstance(reduced, Type)
    if reduced.dtype is not DType.bool:
        raise TypeError(f"a truth value of {types[0]}")
    return (reduced,)


def _truth(name: str, numpy: Callable[..., Any], doc: str) -> Primitive:
    return Primitive(
        name=name,
        type_rule=_truth_type,
        eval=lambda ctx, x: numpy(x, axis=ctx.attr("axes")),
        spell=lambda s: spell_reduction(s, f"np.{name}", name),
        doc=doc,
        samples=(
            Sample(("bool[3]",), attrs=(("axes", (0,)),), values=((True, False, True),)),
            Sample(("bool[2,2]",), attrs=(("axes", (1,)),), values=(((True, True), (False, False)),)),
            Sample(("bool[0]",), attrs=(("axes", (0,)),), values=((),)),
        ),
        vjp=Inactive("a truth value has no derivative"),
        jvp=Inactive("a truth value has no derivative"),
        lower=name,
    )


any_ = _truth("any", np.any, "Whether one element over axes is true.")
all_ = _truth("all", np.all, "Whether every element over axes is true.")

PRIMITIVES = (cumsum, cumprod, prod, any_, all_)
