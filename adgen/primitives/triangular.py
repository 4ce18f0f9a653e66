"""Triangular systems and the LU decomposition, as scipy.linalg computes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Gather, Indexer, Op, Point, Value
from adgen.ir.types import I64, AnyType, DType, Kind, Type
from adgen.primitives.define import (
    ZERO,
    Absent,
    Context,
    Contribution,
    Inactive,
    Primitive,
    Routine,
    Sample,
    Speller,
    Text,
    Zero,
)
from adgen.primitives.elementwise import add, cast, neg, sub
from adgen.primitives.indexing import read, write
from adgen.primitives.linear_algebra import SQUARE_SAMPLES, Dots, positive, square_type, well
from adgen.primitives.literals import literal
from adgen.primitives.matrices import (
    diagonal_matrix,
    diagonal_of,
    lower_part,
    matmul,
    summed,
    turned,
    upper_part,
)
from adgen.primitives.shape import arange, empty
from adgen.primitives.sizes import constant, size_value


# -- triangular systems ---------------------------------------------------------------------------------
def _type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a, x = square_type(types, "solve_triangular"), types[1]
    if not isinstance(x, Type) or x.dims[:-1] != a.dims[:-1] or x.dtype is not a.dtype:
        raise TypeError(f"solve_triangular: {a} does not fit {x}")
    return (x,)


def _options(op: Op) -> dict[str, Any]:
    return {"lower": op.attr("lower"), "unit_diagonal": op.attr("unit")}


def _eval(ctx: Context, a: Any, x: Any) -> Any:
    import scipy.linalg

    if not x.size:
        return np.zeros_like(x)
    return scipy.linalg.solve_triangular(a, x, **_options(ctx.op))


def _spell(s: Speller) -> Text:
    given = [f"{name}=True" for name, on in _options(s.op).items() if on]
    return Text(f"scipy.linalg.solve_triangular({', '.join([s.arg(0), s.arg(1), *given])})")


def _triangle(b: Builder, op: Op, x: Value) -> Value:
    """The part of a matrix that the operation reads."""
    return (lower_part if op.attr("lower") else upper_part)(b, x, strict=op.attr("unit"))


def _vjp(b: Builder, op: Op, x_bar: Value) -> Sequence[Contribution]:
    (a, _), x = op.operands, op.result
    b_bar = solve_triangular(b, turned(b, a), x_bar, lower=not op.attr("lower"), unit=op.attr("unit"))
    return (neg(b, _triangle(b, op, matmul(b, b_bar, turned(b, x)))), b_bar)


def _jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    a_dot, b_dot = dots
    moved = ZERO if isinstance(a_dot, Zero) else neg(b, matmul(b, _triangle(b, op, a_dot), op.result))
    right = summed(b, b_dot, moved)
    return ZERO if isinstance(right, Zero) else solve_triangular(b, op.operands[0], right, **dict(op.attrs))


def _routine(op: Op) -> Routine:
    """By columns a matrix in memory is the transposed one, whose other triangle is read."""
    uplo, diagonal = ("'U'" if op.attr("lower") else "'L'"), ("'U'" if op.attr("unit") else "'N'")
    return Routine(
        "lapack.trtrs",
        "(m,m),(m,n)->(m,n)",
        (uplo, "'T'", diagonal, "m", "n", "t0", "+m", "r0", "+m", "info"),
        starts=((0, 1),),
        fails=("LinAlgError", "singular matrix"),
    )


def _samples() -> tuple[Sample, ...]:
    def sample(types: tuple[str, str], value: Any, lower: bool, unit: bool, smooth: bool = True) -> Sample:
        attrs = (("lower", lower), ("unit", unit))
        return Sample(types, attrs=attrs, values=None if value is None else (value, None), smooth=smooth)

    return (
        sample(("f64[3,3]", "f64[3,2]"), well(3), True, False),
        sample(("f64[3,3]", "f64[3,2]"), well(3), False, False),
        sample(("f64[3,3]", "f64[3,1]"), well(3), True, True),
        sample(("f64[1,1]", "f64[1,2]"), ((2.0,),), False, False),
        sample(("f32[2,2]", "f32[2,3]"), well(2), True, False),
        sample(("f64[2,3,3]", "f64[2,3,2]"), (well(3), positive(3)), False, True),
        sample(("f64[0,0]", "f64[0,2]"), None, True, False, smooth=False),
    )


solve_triangular: Primitive = Primitive(
    name="solve_triangular",
    type_rule=_type,
    eval=_eval,
    spell=_spell,
    doc="The solution of a x = b, of which the ``lower`` or the upper triangle of a is read, without its "
    "diagonal where that is a ``unit`` one.",
    samples=_samples(),
    vjp=_vjp,
    jvp=_jvp,
    lower=_routine,
)


# -- the LU decomposition -------------------------------------------------------------------------------
def _lu_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    a = square_type(types, "lu")
    return (a, Type(DType.i32, a.dims[:-1], Kind.array))


def _lu_eval(ctx: Context, a: Any) -> Any:
    import scipy.linalg

    if not a.size:
        return np.zeros_like(a), np.zeros(a.shape[:-1], np.int32)
    packed, pivots = scipy.linalg.lu_factor(a)
    return packed, pivots.astype(np.int32)


def rows_by(b: Builder, x: Value, order: Value) -> Value:
    """The rows of a matrix in another order."""
    return read(b, x, order, index=Indexer((Gather(), Full())))


def inverse_order(b: Builder, order: Value) -> Value:
    """Where each position went."""
    room = empty(b, dims=order.type.dims, dtype=DType.i64)
    return write(b, room, arange(b, dim=order.type.dims[0]), order, index=Indexer((Gather(),)))


def _moved_rows(b: Builder, x: Value, pivots: Value, back: bool = False) -> Value:
    order = row_order(b, pivots)
    return rows_by(b, x, inverse_order(b, order) if back else order)


def _lu_vjp(b: Builder, op: Op, seeds: Dots) -> Sequence[Contribution]:
    """For P a = L U: the cotangent of P a, its rows moved back."""
    packed, pivots = op.results
    bar = seeds[0]
    if isinstance(bar, Zero):
        return (ZERO,)
    back = turned(b, packed)
    left = lower_part(b, matmul(b, _unit_lower(b, packed, turn=True), lower_part(b, bar, True)), True)
    right = upper_part(b, matmul(b, upper_part(b, bar), turned(b, upper_part(b, packed))))
    inner = solve_triangular(b, back, add(b, left, right), lower=False, unit=True)
    turned_inner = solve_triangular(b, packed, turned(b, inner), lower=False, unit=False)
    return (_moved_rows(b, turned(b, turned_inner), pivots, back=True),)


def _unit_lower(b: Builder, packed: Value, turn: bool = False) -> Value:
    """L, whose diagonal of ones is not stored."""
    ones = diagonal_matrix(b, literal(b, diagonal_of(b, packed), 1), packed.type)
    full = add(b, lower_part(b, packed, strict=True), ones)
    return turned(b, full) if turn else full


def _lu_jvp(b: Builder, op: Op, dots: Dots) -> tuple[Value | Zero, Value | Zero]:
    (packed, pivots), (a_dot,) = op.results, dots
    if isinstance(a_dot, Zero):
        return (ZERO, ZERO)
    moved = _moved_rows(b, a_dot, pivots)
    left = solve_triangular(b, packed, moved, lower=True, unit=True)
    inner = turned(b, solve_triangular(b, turned(b, packed), turned(b, left), lower=True, unit=False))
    lower = matmul(b, _unit_lower(b, packed), lower_part(b, inner, strict=True))
    upper = matmul(b, upper_part(b, inner), upper_part(b, packed))
    return (add(b, lower_part(b, lower, strict=True), upper_part(b, upper)), ZERO)


def _lu_expand(b: Builder, op: Op) -> tuple[Value, Value]:
    """LAPACK counts rows from 1."""
    packed, pivots = b.emit(getrf, op.operands, {})
    return packed, sub(b, pivots, literal(b, pivots, 1))


getrf: Primitive = Primitive(
    name="getrf",
    type_rule=_lu_type,
    eval=lambda ctx, a: (lambda packed, pivots: (packed, pivots + np.int32(1)))(*_lu_eval(ctx, a)),
    spell=Absent("only kernels call it"),
    doc="As lu, with rows counted from 1.",
    samples=Absent("lu is made of it"),
    vjp=Absent("the derivative is that of lu"),
    jvp=Absent("the derivative is that of lu"),
    lower=Routine("lapack.getrf", "(n,n)->(n,n),(n)", ("n", "n", "r0", "+n", "r1", "info"), starts=((0, 0),)),
)

lu: Primitive = Primitive(
    name="lu",
    type_rule=_lu_type,
    eval=_lu_eval,
    spell=lambda s: Text(f"scipy.linalg.lu_factor({s.arg(0)})"),
    doc="L below the diagonal and U in one matrix, and which row each row was exchanged with.",
    samples=tuple(s for s in SQUARE_SAMPLES if len(s.types[0]) == len("f64[n,n]")),
    vjp=_lu_vjp,
    jvp=_lu_jvp,
    lower="lu",
    expand=_lu_expand,
)

_ORDER = '''
def _row_order(pivots):
    """The order of rows after exchanging each with another one in turn."""
    order = np.arange(len(pivots))
    for k, other in enumerate(pivots):
        order[[k, other]] = order[[other, k]]
    return order
'''


def _order_eval(ctx: Context, pivots: Any) -> Any:
    order = np.arange(len(pivots))
    for k, other in enumerate(pivots):
        order[[k, other]] = order[[other, k]]
    return order


def _order_expand(b: Builder, op: Op) -> Value:
    (pivots,), type_ = op.operands, op.result.type
    k, order = Value(I64, "k"), Value(type_, "order")
    cell = Indexer((Point(),))

    def body() -> Sequence[Value]:
        other = cast(b, read(b, pivots, k, index=cell), dtype=DType.i64, kind=Kind.py)
        mine, theirs = read(b, order, k, index=cell), read(b, order, other, index=cell)
        return (write(b, write(b, order, theirs, k, index=cell), mine, other, index=cell),)

    region = b.region((k, order), body)
    bounds = (constant(b, 0), size_value(b, type_.dims[0]), constant(b, 1))
    return b.for_loop(bounds, (arange(b, dim=type_.dims[0]),), region)[0]


row_order: Primitive = Primitive(
    name="row_order",
    type_rule=lambda types, attrs: (types[0].with_dtype(DType.i64),),  # type: ignore[union-attr]
    eval=_order_eval,
    spell=lambda s: Text(f"{s.helper('_row_order', _ORDER)}({s.arg(0)})"),
    doc="The order of rows after exchanging each with another one in turn.",
    samples=(
        Sample(("i32[3]",), values=((2, 1, 2),)),
        Sample(("i32[0]",), values=((),)),
    ),
    vjp=Inactive("an order has no derivative"),
    jvp=Inactive("an order has no derivative"),
    lower="row_order",
    expand=_order_expand,
)

PRIMITIVES = (solve_triangular, getrf, lu, row_order)
