"""Norms of vectors and matrices, and the condition number."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, Result, Table
from adgen.frontend.library.factorizations import singular_values, square_matrices
from adgen.frontend.library.operands import flat, floating, require, squared_length, with_kept_dims
from adgen.frontend.library.products import contracted
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind, Type
from adgen.primitives.complexes import magnitude
from adgen.primitives.elementwise import div, eq, gt, mul, ne, where
from adgen.primitives.extrema import max_, maximum, min_
from adgen.primitives.linear_algebra import inv
from adgen.primitives.literals import literal, scaled
from adgen.primitives.matrices import by_rows
from adgen.primitives.powers import order_root, power, powi, root
from adgen.primitives.reduce import sum_
from adgen.primitives.shape import transpose
from adgen.primitives.sizes import size_value

table = Table()
_FROBENIUS = Known("fro")
_TWO = Known(2)


# -- the two kinds --------------------------------------------------------------------------------------
def _euclidean(c: LibraryContext, x: Value, axes: tuple[int, ...]) -> Value:
    """The root of the sum of squares; derivative 0 at zero."""
    if len(axes) == x.type.rank and not x.type.is_complex:
        vector = flat(c, x)
        return root(c.b, contracted(c, vector, vector, "i", "i", ""))
    return root(c.b, sum_(c.b, squared_length(c, x), axes=axes))


def _of_vectors(c: LibraryContext, x: Value, axes: tuple[int, ...], kind: Any) -> Value:
    """The norm of order ``kind`` of the vectors along some axes."""
    b = c.b
    if kind == 2:
        return _euclidean(c, x, axes)
    if kind in (math.inf, -math.inf):
        sizes = magnitude(b, x)
        return max_(b, sizes, axes=axes, initial=0.0) if kind > 0 else min_(b, sizes, axes=axes)
    if kind == 0:
        return sum_(b, c.cast(ne(b, x, literal(b, x, 0)), x.type.dtype.real), axes=axes)
    sizes = magnitude(b, x)
    if kind == 1:
        return sum_(b, sizes, axes=axes)
    return _of_order(c, sizes, axes, kind)


def _of_order(c: LibraryContext, sizes: Value, axes: tuple[int, ...], order: float) -> Value:
    """The root of the sum of powers; nothing is differentiated where an element, or all, are zero."""
    b = c.b
    whole = float(order).is_integer()
    if order > 1:
        powers = _power(c, sizes, order, whole)
    else:
        none, one = eq(b, sizes, literal(b, sizes, 0)), literal(b, sizes, 1)
        at_zero = literal(b, sizes, 0.0 if order > 0 else math.inf)
        powers = where(b, none, at_zero, _power(c, where(b, none, one, sizes), order, whole))
    return order_root(b, sum_(b, powers, axes=axes), order=order)


def _power(c: LibraryContext, x: Value, order: float, whole: bool) -> Value:
    return powi(c.b, x, n=int(order)) if whole else power(c.b, x, literal(c.b, x, order))


def _of_matrices(c: LibraryContext, x: Value, kind: Any) -> Value | None:
    """The norm of order ``kind`` of the matrices in the last two dims; None where there is no such order."""
    b, last = c.b, x.type.rank - 1
    if kind == "fro":
        return _euclidean(c, x, (last - 1, last))
    if kind in ("nuc", 2, -2):
        values = singular_values(c, x)
        reductions: dict[Any, Callable[..., Value]] = {2: partial(max_, initial=0.0), -2: min_, "nuc": sum_}
        return reductions[kind](b, values, axes=(last - 1,))
    if kind not in (1, -1, math.inf, -math.inf):
        return None
    along = last - 1 if abs(kind) == 1 else last
    sums = sum_(b, magnitude(b, x), axes=(along,))
    axes = (last - 1,)
    return max_(b, sums, axes=axes, initial=0.0) if kind > 0 else min_(b, sums, axes=axes)


def _matrix_norm(c: LibraryContext, x: Value, axes: Sequence[int], ord: Abstract, kind: Any) -> Value:
    rest = tuple(k for k in range(x.type.rank) if k not in axes)
    perm = (*rest, *axes)
    moved = x if perm == tuple(range(x.type.rank)) else transpose(c.b, x, perm=perm)
    found = _of_matrices(c, moved, kind)
    if found is None:
        raise c.error("AG205", ord, function="np.linalg.norm", reason=f"matrices have no order {kind!r}")
    return found


def _is_order(kind: Any) -> bool:
    return isinstance(kind, int | float) and not isinstance(kind, bool)


def _kept(c: LibraryContext, y: Value, like: Type, axes: Sequence[int], keepdims: Abstract) -> Value:
    return with_kept_dims(c, y, like, axes) if c.static_bool(keepdims, "keepdims") else y


# -- numpy.linalg ---------------------------------------------------------------------------------------
def _axes(c: LibraryContext, axis: Abstract, rank: int) -> tuple[int, ...]:
    """The axes in the order in which they are given."""
    if c.is_none(axis):
        return tuple(range(rank))
    given = c.static(axis, "the axes of a norm")
    items = (given,) if isinstance(given, int) else tuple(given)
    return tuple(c.static_axis(Known(k), rank) for k in items)


@table.function("numpy.linalg.norm")
def norm(
    c: LibraryContext,
    x: Abstract,
    ord: Abstract = NONE,
    axis: Abstract = NONE,
    keepdims: Abstract = FALSE,
) -> Result:
    """Norms of vectors and matrices; derivative zero at zero."""
    value = floating(c, c.value(x, kind=Kind.np))
    axes = _axes(c, axis, value.type.rank)
    if c.is_none(ord) and (c.is_none(axis) or len(axes) <= 2):
        y = _euclidean(c, value, axes) if axes else magnitude(c.b, value)
        return _kept(c, y, value.type, axes, keepdims)
    require(c, len(axes) in (1, 2), "np.linalg.norm", x)
    kind = "fro" if c.is_none(ord) else c.static(ord, "the order of a norm")
    if len(axes) == 2:
        return _kept(c, _matrix_norm(c, value, axes, ord, kind), value.type, axes, keepdims)
    if not _is_order(kind):
        raise c.error("AG205", ord, function="np.linalg.norm", reason=f"vectors have no order {kind!r}")
    return _kept(c, _of_vectors(c, value, axes, kind), value.type, axes, keepdims)


@table.function("numpy.linalg.vector_norm")
def vector_norm(
    c: LibraryContext,
    x: Abstract,
    *,
    axis: Abstract = NONE,
    keepdims: Abstract = FALSE,
    ord: Abstract = _TWO,
) -> Result:
    """Norms of vectors, by default of all elements."""
    value = floating(c, c.value(x, kind=Kind.np))
    axes, kind = _axes(c, axis, value.type.rank), c.static(ord, "the order of a norm")
    if not _is_order(kind):
        raise c.error(
            "AG205", ord, function="np.linalg.vector_norm", reason=f"vectors have no order {kind!r}"
        )
    y = _of_vectors(c, value, axes, kind) if axes else magnitude(c.b, value)
    return _kept(c, y, value.type, axes, keepdims)


@table.function("numpy.linalg.matrix_norm")
def matrix_norm(
    c: LibraryContext, x: Abstract, *, keepdims: Abstract = FALSE, ord: Abstract = _FROBENIUS
) -> Result:
    """Norms of the matrices in the last two dims."""
    value = floating(c, c.value(x))
    require(c, value.type.rank >= 2, "np.linalg.matrix_norm", x)
    axes = (value.type.rank - 2, value.type.rank - 1)
    y = _matrix_norm(c, value, axes, ord, c.static(ord, "the order of a norm"))
    return _kept(c, y, value.type, axes, keepdims)


@table.function("numpy.linalg.cond")
def cond(c: LibraryContext, x: Abstract, p: Abstract = NONE) -> Result:
    """The condition number: a norm of a matrix times that of its inverse."""
    value = floating(c, c.value(x))
    require(c, value.type.rank >= 2, "np.linalg.cond", x)
    kind = 2 if c.is_none(p) else c.static(p, "the order of a norm")
    axes = (value.type.rank - 2, value.type.rank - 1)
    if kind in (2, -2):
        values = singular_values(c, value)
        high, low = (f(c.b, values, axes=(values.type.rank - 1,)) for f in (max_, min_))
        return div(c.b, high, low) if kind > 0 else div(c.b, low, high)
    matrix = square_matrices(c, value, "np.linalg.cond")
    over = inv(c.b, matrix)
    return mul(c.b, *(_matrix_norm(c, v, axes, p, kind) for v in (matrix, over)))


@table.function("numpy.linalg.matrix_rank")
def matrix_rank(
    c: LibraryContext,
    A: Abstract,
    tol: Abstract = NONE,
    hermitian: Abstract = FALSE,
    *,
    rtol: Abstract = NONE,
) -> Result:
    """The number of singular values above a limit; no derivative."""

    x, b = floating(c, c.value(A)), c.b
    c.static_bool(hermitian, "hermitian")
    if x.type.rank < 2:
        some = sum_(b, c.cast(ne(b, x, literal(b, x, 0)), DType.i64), axes=tuple(range(x.type.rank)))
        return c.cast(gt(b, some, literal(b, some, 0)), DType.i64, Kind.py)
    values = singular_values(c, x)
    last = values.type.rank - 1
    limit = _rank_limit(c, x, values, rtol) if c.is_none(tol) else c.promote(tol, values)[0]
    wide = by_rows(b, c.broadcast(limit, max_(b, values, axes=(last,), initial=0.0))[0], values.type)
    return sum_(b, c.cast(gt(b, values, wide), DType.i64), axes=(last,))


def _rank_limit(c: LibraryContext, x: Value, values: Value, rtol: Abstract) -> Value:
    """How large a singular value has to be to count: a part of the largest."""
    b, dtype = c.b, x.type.dtype
    if c.is_none(rtol):
        rows, columns = (size_value(b, d) for d in x.type.dims[-2:])
        size = c.cast(maximum(b, rows, columns), dtype, Kind.np)
        relative = scaled(b, float(np.finfo(dtype.numpy).eps), size)
    else:
        relative = c.promote(rtol, values)[0]
    return mul(b, *c.broadcast(relative, max_(b, values, axes=(values.type.rank - 1,), initial=0.0)))
