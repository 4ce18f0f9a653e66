"""Banded systems, as scipy.linalg.solve_banded computes them.

Row r of the bands holds the diagonal ``upper - r``: element (i, j) of the matrix is bands[upper + i - j, j].
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Gather, Indexer, Op, Point, Value
from adgen.ir.dims import Dim
from adgen.ir.types import AnyType, DType, Kind, Type
from adgen.primitives.define import (
    ZERO,
    Absent,
    Context,
    Contribution,
    Primitive,
    Routine,
    Sample,
    Speller,
    Text,
    Zero,
)
from adgen.primitives.elementwise import add, ge, logical_and, lt, mul, neg, sub, where
from adgen.primitives.extrema import maximum, minimum
from adgen.primitives.indexing import read, zeros_of
from adgen.primitives.linear_algebra import Dots
from adgen.primitives.literals import literal
from adgen.primitives.matrices import summed
from adgen.primitives.reduce import sum_
from adgen.primitives.shape import arange, broadcast, concat
from adgen.primitives.sizes import constant, size_value
from adgen.primitives.stacking import stack


def _type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    bands, right = types
    if not isinstance(bands, Type) or not isinstance(right, Type) or bands.dtype is not right.dtype:
        raise TypeError(f"solve_banded: {bands} does not fit {right}")
    rows = Dim.const(attrs["lower"] + attrs["upper"] + 1)
    if bands.rank != 2 or right.rank != 2 or bands.dims != (rows, right.dims[0]):
        raise TypeError(f"solve_banded: {bands} does not fit {right}")
    return (right,)


def moved_along(b: Builder, x: Value, by: int) -> Value:
    """Element j + by of the first dim at place j; zeros where there is none."""
    if not by:
        return x
    size = x.type.dims[0]
    places = add(b, arange(b, dim=size), _number(b, size, by))
    low, high = literal(b, places, 0), broadcast(b, size_value(b, size), dims=(size,), axes=())
    inside = logical_and(b, ge(b, places, low), lt(b, places, high))
    last = sub(b, high, literal(b, high, 1))
    safe = maximum(b, minimum(b, places, last), low)
    index = Indexer((Gather(), *(Full() for _ in x.type.dims[1:])), once=False)
    found = read(b, x, safe, index=index)
    mask = broadcast(b, inside, dims=x.type.dims, axes=(0,))
    return where(b, mask, found, literal(b, found, 0))


def _number(b: Builder, size: Dim, value: int) -> Value:
    return broadcast(b, constant(b, value), dims=(size,), axes=())


def row_of(b: Builder, bands: Value, r: int) -> Value:
    """One row of the bands."""
    return read(b, bands, constant(b, r), index=Indexer((Point(), Full())))


def _transposed(b: Builder, bands: Value, lower: int, upper: int) -> Value:
    """The bands of the transposed matrix: its row r is the row lower + upper - r, moved."""
    last = lower + upper
    rows = [moved_along(b, row_of(b, bands, last - r), r - lower) for r in range(last + 1)]
    return stack(b, *rows, axis=0)


def _outer_bands(b: Builder, op: Op, left: Value, right: Value) -> Value:
    """The bands of left @ right.T."""
    lower, upper = op.attr("lower"), op.attr("upper")
    rows = [
        sum_(b, mul(b, moved_along(b, left, r - upper), right), axes=(1,)) for r in range(lower + upper + 1)
    ]
    return stack(b, *rows, axis=0)


def times_banded(b: Builder, bands: Value, x: Value, lower: int, upper: int) -> Value:
    """The banded matrix times x."""
    total: Value | None = None
    for r in range(lower + upper + 1):
        row = broadcast(b, row_of(b, bands, r), dims=x.type.dims, axes=(0,))
        term = moved_along(b, mul(b, row, x), upper - r)
        total = term if total is None else add(b, total, term)
    assert total is not None
    return total


def _vjp(b: Builder, op: Op, x_bar: Value) -> Sequence[Contribution]:
    lower, upper = op.attr("lower"), op.attr("upper")
    back = _transposed(b, op.operands[0], lower, upper)
    b_bar = solve_banded(b, back, x_bar, lower=upper, upper=lower)
    return (neg(b, _outer_bands(b, op, b_bar, op.result)), b_bar)


def _jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    bands_dot, b_dot = dots
    total = b_dot
    if not isinstance(bands_dot, Zero):
        moved = times_banded(b, bands_dot, op.result, op.attr("lower"), op.attr("upper"))
        total = summed(b, total, neg(b, moved))
    return ZERO if isinstance(total, Zero) else solve_banded(b, op.operands[0], total, **dict(op.attrs))


def _eval(ctx: Context, bands: Any, right: Any) -> Any:
    import scipy.linalg

    if not right.size:
        return np.zeros_like(right)
    return scipy.linalg.solve_banded((ctx.attr("lower"), ctx.attr("upper")), bands, right)


def _spell(s: Speller) -> Text:
    counts = f"({s.op.attr('lower')}, {s.op.attr('upper')})"
    return Text(f"scipy.linalg.solve_banded({counts}, {s.arg(0)}, {s.arg(1)})")


def _expand(b: Builder, op: Op) -> Value:
    """LAPACK wants room for more bands above."""
    (bands, right), lower = op.operands, op.attr("lower")
    if lower:
        room = bands.type.with_dims(Dim.const(lower), bands.type.dims[1])
        bands = concat(b, zeros_of(b, room), bands, axis=0)
    return b.emit(_gbsv, (bands, right), dict(op.attrs))[0]


def _gbsv_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    bands, right = types
    assert isinstance(bands, Type)
    return (right, bands, Type(DType.i32, bands.dims[1:], Kind.array))


def _gbsv_eval(ctx: Context, bands: Any, right: Any) -> Any:
    import scipy.linalg.lapack

    if not right.size:
        return right, bands, np.zeros(bands.shape[1], np.int32)
    packed, pivots, x, _ = scipy.linalg.lapack.dgbsv(ctx.attr("lower"), ctx.attr("upper"), bands, right)
    return x, packed, pivots.astype(np.int32)


_OF_BANDED = Absent("solve_banded is made of it")

_gbsv: Primitive = Primitive(
    name="gbsv",
    type_rule=_gbsv_type,
    eval=_gbsv_eval,
    spell=Absent("only kernels call it"),
    doc="The solution of a banded system, its factors and the exchanges of rows.",
    samples=_OF_BANDED,
    vjp=_OF_BANDED,
    jvp=_OF_BANDED,
    lower=lambda op: Routine(
        "lapack.gbsv",
        "(l,n),(n,k)->(n,k),(l,n),(n)",
        ("n", str(op.attr("lower")), str(op.attr("upper")), "k", "r1", "+l", "r2", "r0", "+n", "info"),
        starts=((0, 1), (1, 0)),
        fails=("LinAlgError", "singular matrix"),
    ),
)


def _samples() -> tuple[Sample, ...]:
    def sample(lower: int, upper: int, n: int, k: int, dtype: str = "f64") -> Sample:
        rows = lower + upper + 1
        value = np.sin(7.3 * np.arange(rows, rows + rows * n)).reshape(rows, n)
        value[upper] += 4.0
        attrs = (("lower", lower), ("upper", upper))
        types = (f"{dtype}[{rows},{n}]", f"{dtype}[{n},{k}]")
        return Sample(types, values=(value.tolist(), None), attrs=attrs)

    return (
        sample(1, 1, 4, 2),
        sample(1, 2, 5, 1),
        sample(2, 0, 4, 1),
        sample(0, 0, 1, 2),
        sample(1, 1, 3, 1, "f32"),
    )


solve_banded: Primitive = Primitive(
    name="solve_banded",
    type_rule=_type,
    eval=_eval,
    spell=_spell,
    doc="The solution of a x = b for a matrix given by its diagonals: ``lower``, one, and ``upper`` of them.",
    samples=_samples(),
    vjp=_vjp,
    jvp=_jvp,
    lower="solve_banded",
    expand=_expand,
)

PRIMITIVES = (solve_banded, _gbsv)
