"""Softmax and its logarithms: stable by subtracting the largest element, with exact derivatives.

``softmax`` and ``log_softmax`` have an attribute ``axis``, ``logsumexp`` has ``axes``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import AnyType, Type
from adgen.primitives.define import ZERO, Contribution, Primitive, Sample, Speller, Text, Zero
from adgen.primitives.elementwise import add, div, mul, sub, where
from adgen.primitives.exponential import exp, log
from adgen.primitives.extrema import max_
from adgen.primitives.literals import literal
from adgen.primitives.reduce import reduced_type, spread_back, sum_
from adgen.primitives.rounding import isfinite


def _along(b: Builder, op: Op, x: Value) -> Value:
    """The sum along the axis, repeated."""
    axes = (op.attr("axis"),)
    return spread_back(b, sum_(b, x, axes=axes), x.type, axes)


def _axis_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    (x,) = types
    assert isinstance(x, Type)
    if not 0 <= attrs["axis"] < x.rank:
        raise TypeError(f"{attrs['axis']} is no axis of {x}")
    return (x,)


def _spell(name: str, source: str) -> Any:
    def spell(s: Speller) -> Text:
        axis = s.op.attr("axis")
        given = f", {axis}" if axis != s.arg_type(0).rank - 1 else ""
        return Text(f"{s.helper(name, source)}({s.arg(0)}{given})")

    return spell


_ALONG_AXIS = (
    Sample(("f64[3,4]",), attrs=(("axis", 1),)),
    Sample(("f64[3,4]",), attrs=(("axis", 0),)),
    Sample(("f32[4]",), attrs=(("axis", 0),)),
    Sample(("f64[1]",), attrs=(("axis", 0),)),
    Sample(("f64[0,3]",), attrs=(("axis", 1),)),
    Sample(("f64[3]",), attrs=(("axis", 0),), values=((1000.0, 999.0, -1000.0),)),
)


def _shifted(b: Builder, x: Value, axes: tuple[int, ...]) -> tuple[Value, Value]:
    """The largest element over axes, and x without it."""
    largest = max_(b, x, axes=axes)
    return largest, sub(b, x, spread_back(b, largest, x.type, axes))


# -- softmax --------------------------------------------------------------------------------------------
_SOFTMAX = '''
def _softmax(x, axis=-1):
    """exp(x) / exp(x).sum(axis) without overflow."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
'''


def _softmax_eval(ctx: Any, x: Any) -> Any:
    axis = ctx.attr("axis")
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def _softmax_rule(b: Builder, op: Op, v: Value) -> Value:
    """y * (v - sum(v * y)): the derivative is symmetric, so this serves both modes."""
    y = op.result
    return mul(b, y, sub(b, v, _along(b, op, mul(b, v, y))))


def _softmax_expand(b: Builder, op: Op) -> Value:
    e = exp(b, _shifted(b, op.operands[0], (op.attr("axis"),))[1])
    return div(b, e, _along(b, op, e))


softmax = Primitive(
    name="softmax",
    type_rule=_axis_type,
    eval=_softmax_eval,
    spell=_spell("_softmax", _SOFTMAX),
    doc="exp(x) over its sum along ``axis``; adjoint y (y_bar - sum(y_bar y)).",
    samples=_ALONG_AXIS,
    vjp=lambda b, op, y_bar: (_softmax_rule(b, op, y_bar),),
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else _softmax_rule(b, op, dots[0]),
    lower="softmax",
    expand=_softmax_expand,
)

# -- log_softmax ----------------------------------------------------------------------------------------
_LOG_SOFTMAX = '''
def _log_softmax(x, axis=-1):
    """log(softmax(x)) without overflow or loss of digits."""
    z = x - x.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
'''


def _log_softmax_eval(ctx: Any, x: Any) -> Any:
    axis = ctx.attr("axis")
    z = x - np.max(x, axis=axis, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))


def _log_softmax_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    return (sub(b, y_bar, mul(b, exp(b, op.result), _along(b, op, y_bar))),)


def _log_softmax_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if isinstance(dots[0], Zero):
        return ZERO
    return sub(b, dots[0], _along(b, op, mul(b, exp(b, op.result), dots[0])))


def _log_softmax_expand(b: Builder, op: Op) -> Value:
    axes = (op.attr("axis"),)
    _, z = _shifted(b, op.operands[0], axes)
    return sub(b, z, spread_back(b, log(b, sum_(b, exp(b, z), axes=axes)), z.type, axes))


log_softmax = Primitive(
    name="log_softmax",
    type_rule=_axis_type,
    eval=_log_softmax_eval,
    spell=_spell("_log_softmax", _LOG_SOFTMAX),
    doc="log(softmax(x)) along ``axis``; adjoint y_bar - softmax(x) sum(y_bar).",
    samples=_ALONG_AXIS,
    vjp=_log_softmax_vjp,
    jvp=_log_softmax_jvp,
    lower="log_softmax",
    expand=_log_softmax_expand,
)

# -- logsumexp ------------------------------------------------------------------------------------------
_LOGSUMEXP = '''
def _logsumexp(x, axis=None):
    """log(exp(x).sum(axis)) without overflow."""
    m = x.max(axis=axis, keepdims=True, initial=-np.inf)
    m = np.where(np.isfinite(m), m, 0.0)
    return np.squeeze(m, axis) + np.log(np.exp(x - m).sum(axis=axis))
'''


def _logsumexp_eval(ctx: Any, x: Any) -> Any:
    axes = ctx.attr("axes")
    m = np.max(x, axis=axes, keepdims=True, initial=-np.inf)
    m = np.where(np.isfinite(m), m, np.zeros_like(m))
    return np.squeeze(m, axes) + np.log(np.sum(np.exp(x - m), axis=axes))


def _logsumexp_spell(s: Speller) -> Text:
    axes, rank = s.op.attr("axes"), s.arg_type(0).rank
    given = "" if len(axes) == rank else f", {axes[0] if len(axes) == 1 else axes}"
    return Text(f"{s.helper('_logsumexp', _LOGSUMEXP)}({s.arg(0)}{given})")


def _weights(b: Builder, op: Op) -> Value:
    """softmax(x) over the axes, from the result."""
    (x,) = op.operands
    return exp(b, sub(b, x, spread_back(b, op.result, x.type, op.attr("axes"))))


def _logsumexp_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    return (mul(b, _weights(b, op), spread_back(b, y_bar, op.operands[0].type, op.attr("axes"))),)


def _logsumexp_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if isinstance(dots[0], Zero):
        return ZERO
    return sum_(b, mul(b, _weights(b, op), dots[0]), axes=op.attr("axes"))


def _logsumexp_expand(b: Builder, op: Op) -> Value:
    (x,) = op.operands
    axes = op.attr("axes")
    largest = max_(b, x, axes=axes, initial=-math.inf)
    largest = where(b, isfinite(b, largest), largest, literal(b, largest, 0))
    z = sub(b, x, spread_back(b, largest, x.type, axes))
    return add(b, largest, log(b, sum_(b, exp(b, z), axes=axes)))


logsumexp = Primitive(
    name="logsumexp",
    type_rule=reduced_type,
    eval=_logsumexp_eval,
    spell=_logsumexp_spell,
    doc="log(sum(exp(x))) over ``axes``, which are dropped; adjoint softmax(x) y_bar.",
    samples=(
        Sample(("f64[3,4]",), attrs=(("axes", (1,)),)),
        Sample(("f64[3,4]",), attrs=(("axes", (0, 1)),)),
        Sample(("f32[4]",), attrs=(("axes", (0,)),)),
        Sample(("f64[1]",), attrs=(("axes", (0,)),)),
        Sample(("f64[0,3]",), attrs=(("axes", (1,)),)),
        Sample(("f64[3]",), attrs=(("axes", (0,)),), values=((1000.0, 999.0, -1000.0),)),
    ),
    vjp=_logsumexp_vjp,
    jvp=_logsumexp_jvp,
    lower="logsumexp",
    expand=_logsumexp_expand,
)

PRIMITIVES = (softmax, log_softmax, logsumexp)
