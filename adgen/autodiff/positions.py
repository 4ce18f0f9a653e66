"""Numbers of rounds, and the places of a tape that belong to them."""

from __future__ import annotations

from adgen.ir.builder import Builder
from adgen.ir.core import Value
from adgen.ir.dims import ZERO, Dim
from adgen.primitives.elementwise import neg, sub
from adgen.primitives.extrema import maximum
from adgen.primitives.rounding import floor_divide
from adgen.primitives.sizes import constant, known_dim


def unwrapped(b: Builder, place: Value) -> Value:
    """An index before it is checked: one that is not negative stays what it is."""
    op = b.defs.op(place)
    return op.operands[0] if op is not None and op.prim.name == "wrap" else place


def affine(b: Builder, place: Value, counter: Value) -> Dim | None:
    """The dim d for which an index is counter + d."""
    place = unwrapped(b, place)
    if place is counter:
        return ZERO
    op = b.defs.op(place)
    if op is None or op.prim.name not in ("add", "sub"):
        return None
    inner, known = affine(b, op.operands[0], counter), known_dim(b, op.operands[1])
    if inner is None or known is None:
        return None
    return inner + known if op.prim.name == "add" else inner - known


def trip_count(b: Builder, lo: Value, hi: Value, step: Value) -> Value:
    """The number of iterations of ``range(lo, hi, step)``."""
    stride = known_dim(b, step)
    number = None if stride is None else stride.value
    if number == 1:
        count = sub(b, hi, lo)
    elif number == -1:
        count = sub(b, lo, hi)
    else:
        # ceil((hi - lo) / step) for either sign
        count = neg(b, floor_divide(b, sub(b, lo, hi), step))
    return at_least_zero(b, count)


def at_least_zero(b: Builder, count: Value) -> Value:
    """A number of iterations, none where it is negative."""
    known = known_dim(b, count)
    bound = None if known is None else known.lower_bound()
    if bound is not None and bound >= 0:
        return count
    return maximum(b, count, constant(b, 0))


def tape_position(b: Builder, counter: Value, lo: Value, step: Value) -> Value:
    """The number of the iteration, from 0, that a counter belongs to."""
    known = known_dim(b, step)
    stride = None if known is None else known.value
    if stride == 1:
        return sub(b, counter, lo)
    if stride == -1:
        return sub(b, lo, counter)
    return floor_divide(b, sub(b, counter, lo), step)
