"""Applying a primitive's derivative rules: partials, vjp and jvp of one operation."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.analysis.activity import drawn_from, held_constant
from adgen.diagnostics import refuse
from adgen.diagnostics.errors import InternalError
from adgen.ir.builder import Builder
from adgen.ir.core import Op, Region, Value
from adgen.ir.types import Type
from adgen.primitives.complexes import conj
from adgen.primitives.define import (
    ZERO,
    Absent,
    Contribution,
    Inactive,
    Later,
    Over,
    Partial,
    Primitive,
    Zero,
)
from adgen.primitives.elementwise import add, div, mul, neg
from adgen.primitives.shape import broadcast
from adgen.primitives.sizes import constant


def refuse_active_parameters(region: Region, active: set[Value]) -> None:
    """Raise where an active value is what a derivative is not known by.

    AG305: the distribution of a random draw. AG309: a parameter such as the order of a Bessel function.
    """
    for op in held_constant(region, active):
        raise refuse("AG309", op.span, name=op.attr("of"))
    for op in drawn_from(region, active):
        raise refuse("AG305", op.span, name=op.attr("name"))


def scaled(b: Builder, seed: Value, partial: Partial) -> Value | Zero:
    """A partial derivative times a tangent or cotangent."""
    match partial:
        case Zero():
            return ZERO
        case Value():
            return mul(b, seed, partial)
        case Over(denominator):
            return div(b, seed, denominator)
        case Later(build):
            return mul(b, seed, build())
        case _ if partial == 0.0:
            return ZERO
        case _ if partial == 1.0:
            return seed
        case _ if partial == -1.0:
            return neg(b, seed)
        case _:
            return mul(b, seed, spread_constant(b, float(partial), seed.type))


def spread_constant(b: Builder, number: float, like: Type) -> Value:
    """A number repeated to the dims of a type."""
    scalar = constant(b, number, like.with_dims() if like.rank else like)
    return broadcast(b, scalar, dims=like.dims, axes=()) if like.rank else scalar


def contributions(b: Builder, op: Op, seed: Value, active: set[Value]) -> Sequence[Contribution]:
    """What the cotangent of the only result adds to the cotangents of the operands that are active."""
    prim = op.prim
    assert isinstance(prim, Primitive)
    if callable(prim.vjp):
        return prim.vjp(b, op, seed)
    return [
        scaled(b, seed, conjugate(b, p) if seed.type.is_complex else p) if x in active else ZERO
        for x, p in zip(op.operands, _partials(b, prim, op), strict=True)
    ]


def conjugate(b: Builder, partial: Partial) -> Partial:
    """The partial derivative that a complex cotangent is multiplied by."""
    match partial:
        case Value():
            return conj(b, partial)
        case Over(denominator):
            return Over(conj(b, denominator))
    return partial


def tangent(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    """The tangent of the only result."""
    prim = op.prim
    assert isinstance(prim, Primitive)
    if isinstance(prim.jvp, Inactive) or prim.inactive is not None:
        return ZERO
    if callable(prim.jvp):
        found: Value | Zero = prim.jvp(b, op, dots)
        return found
    return along(b, dots, _partials(b, prim, op))


def along(b: Builder, dots: Sequence[Value | Zero], partials: Sequence[Partial]) -> Value | Zero:
    """The sum of tangents times partial derivatives."""
    terms = [
        term
        for dot, p in zip(dots, partials, strict=True)
        if not isinstance(dot, Zero) and not isinstance(term := scaled(b, dot, p), Zero)
    ]
    total: Value | Zero = ZERO
    for term in terms:
        total = term if isinstance(total, Zero) else add(b, total, term)
    return total


def _partials(b: Builder, prim: Primitive, op: Op) -> Sequence[Partial]:
    if prim.partials is None or isinstance(prim.partials, Inactive):
        reason = prim.vjp.reason if isinstance(prim.vjp, Absent) else "it has no rule"
        raise InternalError(f"{prim.name} cannot be differentiated here: {reason}")
    return prim.partials(b, op.results[0], *op.operands, **dict(op.attrs))
