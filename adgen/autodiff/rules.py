"""Applying a primitive's derivative rules: partials, vjp and jvp of one operation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import IntEnum

from adgen.analysis.activity import drawn_from, held_constant
from adgen.diagnostics import refuse
from adgen.diagnostics.errors import InternalError
from adgen.ir.builder import Builder
from adgen.ir.core import Op, Region, Value
from adgen.ir.types import DType, Type
from adgen.primitives.complexes import conj
from adgen.primitives.define import (
    ZERO,
    Absent,
    Contribution,
    Inactive,
    Later,
    Masked,
    Over,
    Partial,
    Primitive,
    Zero,
)
from adgen.primitives.elementwise import add, cast, div, mul, neg
from adgen.primitives.literals import known_number
from adgen.primitives.shape import broadcast
from adgen.primitives.sizes import constant
from adgen.primitives.strong import strong_div, strong_mul


def refuse_active_parameters(region: Region, active: set[Value]) -> None:
    """Raise where an active value is what a derivative is not known by.

    AG305: the distribution of a random draw. AG309: a parameter such as the order of a Bessel function.
    """
    for op in held_constant(region, active):
        raise refuse("AG309", op.span, name=op.attr("of"))
    for op in drawn_from(region, active):
        raise refuse("AG305", op.span, name=op.attr("name"))


class Strength(IntEnum):
    """What zeros of a tangent or cotangent stand for: how much they stay zero in what follows."""

    #: numbers like all others
    plain = 0
    #: what a choice (relu, maximum, clip) or an index left out: zero times an infinite slope is zero
    picked = 1
    #: the side of a ``where`` that was not taken: zero times whatever stands there is zero
    masked = 2


#: operations that choose among their operands
CHOICES = frozenset(("clip", "fmax", "fmin", "largest", "maximum", "minimum", "relu", "smallest"))
#: operations whose slope is infinite at a usual bound
STEEP = frozenset(("arccos", "arccosh", "arcsin", "arctanh", "cbrt", "pow", "powi", "root", "sqrt"))
_INFINITE = STEEP | {"log", "log10", "log1p", "log2"}
#: operations whose slope is finite wherever their operands are
_BOUNDED = CHOICES | {"abs", "arctan", "arcsinh", "cos", "erf", "erfc", "sigmoid", "sin", "softplus", "tanh"}


def guarded(name: str, strength: Strength) -> bool:
    """Whether zeros have to be kept in the products with the slopes of an operation."""
    if strength is Strength.masked:
        return name not in _BOUNDED
    return strength is Strength.picked and name in _INFINITE


def scaled(b: Builder, seed: Value, partial: Partial, strong: bool = False) -> Value | Zero:
    """A partial derivative times a tangent or cotangent, a ``strong`` one where its zeros stay zero."""
    if seed.type.is_complex or (isinstance(partial, Value) and known_number(b, partial) is not None):
        strong = False
    match partial:
        case Zero():
            return ZERO
        case Value():
            return (strong_mul if strong else mul)(b, seed, partial)
        case Over(denominator):
            return (strong_div if strong else div)(b, seed, denominator)
        case Later(build):
            return (strong_mul if strong else mul)(b, seed, build())
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


def contributions(
    b: Builder, op: Op, seed: Value, active: set[Value], strength: Strength
) -> Sequence[Contribution]:
    """What the cotangent of the only result adds to the cotangents of the operands that are active."""
    prim = op.prim
    assert isinstance(prim, Primitive)
    if callable(prim.vjp):
        return prim.vjp(b, op, seed)
    strong = guarded(prim.name, strength)
    if prim is mul and op.operands[0] is op.operands[1] and not strong and not seed.type.is_complex:
        twice = mul(b, spread_constant(b, 2.0, seed.type), seed)
        return [mul(b, twice, op.operands[0]), ZERO]
    return [
        scaled(b, seed, conjugate(b, p) if seed.type.is_complex else p, strong) if x in active else ZERO
        for x, p in zip(op.operands, _partials(b, prim, op), strict=True)
    ]


def chosen(b: Builder, op: Op, seed: Value) -> Sequence[Contribution]:
    """Contributions to the operands of a choice where the seed may be infinite, from a root of the choice.

    Nothing comes through to what was not chosen.
    """
    assert isinstance(op.prim, Primitive)
    found: list[Contribution] = []
    for share in _partials(b, op.prim, op):
        made = b.defs.op(share) if isinstance(share, Value) else None
        if made is not None and made.prim is cast and made.operands[0].type.dtype is DType.bool:
            found.append(Masked(seed, made.operands[0], True))
        else:
            found.append(strong_mul(b, share, seed) if isinstance(share, Value) else scaled(b, seed, share))
    return found


def conjugate(b: Builder, partial: Partial) -> Partial:
    """The partial derivative that a complex cotangent is multiplied by."""
    match partial:
        case Value():
            return conj(b, partial)
        case Over(denominator):
            return Over(conj(b, denominator))
    return partial


def tangent(b: Builder, op: Op, dots: Sequence[Value | Zero], strong: Collection[Value]) -> Value | Zero:
    """The tangent of the only result; zeros of the ``strong`` tangents stay zero."""
    prim = op.prim
    assert isinstance(prim, Primitive)
    if isinstance(prim.jvp, Inactive) or prim.inactive is not None:
        return ZERO
    if callable(prim.jvp):
        found: Value | Zero = prim.jvp(b, op, dots)
        return found
    return along(b, dots, _partials(b, prim, op), strong)


def along(
    b: Builder, dots: Sequence[Value | Zero], partials: Sequence[Partial], strong: Collection[Value]
) -> Value | Zero:
    """The sum of tangents times partial derivatives."""
    terms = [
        term
        for dot, p in zip(dots, partials, strict=True)
        if not isinstance(dot, Zero) and not isinstance(term := scaled(b, dot, p, dot in strong), Zero)
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
