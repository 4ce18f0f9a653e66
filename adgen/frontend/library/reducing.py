"""Sums, means, extrema and other functions that run over axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, Result, Table, documented
from adgen.frontend.library.operands import (
    count_of,
    counting,
    flat,
    floating,
    is_integer_tuple,
    truth,
    with_kept_dims,
)
from adgen.frontend.library.slicing import part
from adgen.frontend.library.ufuncs import select
from adgen.ir.core import Value
from adgen.ir.types import DType, Kind
from adgen.primitives import extrema, reductions
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import div, logical_not, mul, ne, sub
from adgen.primitives.literals import literal
from adgen.primitives.powers import root
from adgen.primitives.reduce import spread_back, sum_
from adgen.primitives.rounding import isnan

table = Table()
_ZERO = Known(0)
_ONE = Known(1)
_MINUS_ONE = Known(-1)


def over_axes(
    c: LibraryContext, prim: Primitive, x: Value, axis: Abstract, keepdims: Abstract = FALSE
) -> Value:
    """``prim`` over axes; of a scalar the scalar, as a NumPy scalar."""
    axes = c.static_axes(axis, x.type.rank)
    if not axes:
        return c.value(c.fresh(x) if x.type.rank else x, kind=Kind.np)
    y = prim(c.b, x, axes=axes)
    return with_kept_dims(c, y, x.type, axes) if c.static_bool(keepdims, "keepdims") else y


def in_dtype(c: LibraryContext, x: Value, dtype: Abstract) -> Value:
    """``x`` in the dtype an argument asks for."""
    wanted = c.dtype(dtype)
    return x if wanted is None else c.cast(x, wanted)


# -- sums and products ----------------------------------------------------------------------------------
@table.function("numpy.sum", "numpy.ndarray.sum")
def sum_over(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = NONE,
    dtype: Abstract = NONE,
    *,
    keepdims: Abstract = FALSE,
) -> Result:
    """The sum over axes."""
    return over_axes(c, sum_, counting(c, in_dtype(c, c.value(a), dtype)), axis, keepdims)


@table.function("numpy.prod", "numpy.ndarray.prod")
def prod(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = NONE,
    dtype: Abstract = NONE,
    *,
    keepdims: Abstract = FALSE,
) -> Result:
    """The product over axes."""
    if is_integer_tuple(c, a) and c.is_none(axis) and c.is_none(dtype):
        result: Abstract | Value = Known(1)
        for item in c.items(a):
            result = c.elementwise(mul, result, item, python=True)
        return c.value(result, kind=Kind.np)
    return over_axes(c, reductions.prod, counting(c, in_dtype(c, c.value(a), dtype)), axis, keepdims)


@table.function("numpy.nansum")
def nansum(c: LibraryContext, a: Abstract, axis: Abstract = NONE, *, keepdims: Abstract = FALSE) -> Result:
    """The sum over axes of what is a number."""
    x = floating(c, c.value(a, kind=Kind.np))
    numbers = select(c, isnan(c.b, x), literal(c.b, x, 0), x)
    return over_axes(c, sum_, numbers, axis, keepdims)


@table.function("numpy.count_nonzero")
def count_nonzero(
    c: LibraryContext, a: Abstract, axis: Abstract = NONE, *, keepdims: Abstract = FALSE
) -> Result:
    """How many elements are not zero."""
    return over_axes(c, sum_, c.cast(truth(c, a), DType.i64), axis, keepdims)


# -- moments --------------------------------------------------------------------------------------------
def mean_of(c: LibraryContext, x: Value, axes: Sequence[int]) -> Value:
    """The mean over axes, which are dropped."""
    total = sum_(c.b, x, axes=tuple(axes)) if axes else x
    return _over_count(c, total, x, axes, 0)


def _over_count(c: LibraryContext, total: Value, x: Value, axes: Sequence[int], ddof: int) -> Value:
    count = count_of(c, [x.type.dims[a] for a in axes], x.type.dtype)
    if ddof:
        freedom = sub(c.b, count, literal(c.b, count, ddof))
        count = extrema.maximum(c.b, freedom, literal(c.b, count, 0))
    return div(c.b, *c.broadcast(total, count))


@table.function("numpy.mean", "numpy.ndarray.mean")
def mean(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = NONE,
    dtype: Abstract = NONE,
    *,
    keepdims: Abstract = FALSE,
) -> Result:
    """The mean over axes."""
    x = floating(c, in_dtype(c, c.value(a, kind=Kind.np), dtype))
    axes = c.static_axes(axis, x.type.rank)
    if not axes:
        return c.value(c.fresh(x), kind=Kind.np) if x.type.rank else x
    y = mean_of(c, x, axes)
    return with_kept_dims(c, y, x.type, axes) if c.static_bool(keepdims, "keepdims") else y


@table.function("numpy.average")
def average(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = NONE,
    weights: Abstract = NONE,
    *,
    keepdims: Abstract = FALSE,
) -> Result:
    """The mean over axes, weighted by an array of the same shape (or along one axis)."""
    if c.is_none(weights):
        return mean(c, a, axis, keepdims=keepdims)
    x, w = c.promote(c.value(a, kind=Kind.np), weights, to_float=True)
    axes = c.static_axes(axis, x.type.rank)
    if w.type.rank != x.type.rank:
        w = spread_back(c.b, w, x.type, tuple(k for k in range(x.type.rank) if k not in axes))
    x, w = c.broadcast(x, w)
    y = div(c.b, sum_(c.b, mul(c.b, x, w), axes=axes), sum_(c.b, w, axes=axes))
    return with_kept_dims(c, y, x.type, axes) if c.static_bool(keepdims, "keepdims") else y


def _variance(c: LibraryContext, a: Abstract, axis: Abstract, ddof: Abstract, keepdims: Abstract) -> Value:
    x = floating(c, c.value(a, kind=Kind.np))
    axes = c.static_axes(axis, x.type.rank)
    centre = mean_of(c, x, axes)
    gap = sub(c.b, x, spread_back(c.b, centre, x.type, axes) if x.type.rank else centre)
    total = mul(c.b, gap, gap)
    total = sum_(c.b, total, axes=axes) if axes else total
    y = _over_count(c, total, x, axes, c.static_int(ddof, "ddof"))
    return with_kept_dims(c, y, x.type, axes) if c.static_bool(keepdims, "keepdims") else y


@table.function("numpy.var", "numpy.ndarray.var")
def var(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = NONE,
    *,
    ddof: Abstract = _ZERO,
    keepdims: Abstract = FALSE,
) -> Result:
    """The mean squared distance from the mean."""
    return _variance(c, a, axis, ddof, keepdims)


@table.function("numpy.std", "numpy.ndarray.std")
def std(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = NONE,
    *,
    ddof: Abstract = _ZERO,
    keepdims: Abstract = FALSE,
) -> Result:
    """The root of the variance; its derivative is zero where that is zero."""
    return root(c.b, _variance(c, a, axis, ddof, keepdims))


# -- extrema --------------------------------------------------------------------------------------------
def _extremum(prim: Primitive, word: str) -> Callable[..., Result]:
    def apply(c: LibraryContext, a: Abstract, axis: Abstract = NONE, *, keepdims: Abstract = FALSE) -> Result:
        return over_axes(c, prim, c.value(a), axis, keepdims)

    return documented(apply, f"The {word} element over axes.")


table.function("numpy.max", "numpy.amax", "numpy.ndarray.max")(_extremum(extrema.max_, "largest"))
table.function("numpy.min", "numpy.amin", "numpy.ndarray.min")(_extremum(extrema.min_, "smallest"))


@table.function("numpy.ptp")
def ptp(c: LibraryContext, a: Abstract, axis: Abstract = NONE, *, keepdims: Abstract = FALSE) -> Result:
    """The largest element minus the smallest."""
    x = c.value(a)
    largest = over_axes(c, extrema.max_, x, axis, keepdims)
    return sub(c.b, largest, over_axes(c, extrema.min_, x, axis, keepdims))


def _position(prim: Primitive) -> Callable[..., Result]:
    def apply(c: LibraryContext, a: Abstract, axis: Abstract = NONE, *, keepdims: Abstract = FALSE) -> Result:
        whole = c.value(a)
        x = flat(c, whole) if c.is_none(axis) else whole
        along = 0 if c.is_none(axis) else c.static_axis(axis, x.type.rank)
        y = prim(c.b, x, axis=along)
        if not c.static_bool(keepdims, "keepdims"):
            return y
        axes = tuple(range(whole.type.rank)) if c.is_none(axis) else (along,)
        return with_kept_dims(c, y, whole.type, axes)

    return documented(apply, prim.doc)


table.function("numpy.argmax", "numpy.ndarray.argmax")(_position(extrema.argmax))
table.function("numpy.argmin", "numpy.ndarray.argmin")(_position(extrema.argmin))


# -- truth values ---------------------------------------------------------------------------------------
def _truth_over(prim: Primitive) -> Callable[..., Result]:
    def apply(c: LibraryContext, a: Abstract, axis: Abstract = NONE, *, keepdims: Abstract = FALSE) -> Result:
        return over_axes(c, prim, truth(c, a), axis, keepdims)

    return documented(apply, prim.doc)


table.function("numpy.any", "numpy.ndarray.any")(_truth_over(reductions.any_))
table.function("numpy.all", "numpy.ndarray.all")(_truth_over(reductions.all_))


@table.function("numpy.array_equal")
def array_equal(c: LibraryContext, a1: Abstract, a2: Abstract) -> Result:
    """Whether two arrays of one shape have equal elements."""
    x, y = c.promote(a1, a2)
    if x.type.rank != y.type.rank:
        return Known(False)
    differs = ne(c.b, *c.broadcast(x, y))
    same = logical_not(c.b, over_axes(c, reductions.any_, differs, NONE))
    return c.cast(same, DType.bool, Kind.py)


# -- running --------------------------------------------------------------------------------------------
def _running(prim: Primitive, **attrs: Any) -> Callable[..., Result]:
    def apply(c: LibraryContext, a: Abstract, axis: Abstract = NONE, dtype: Abstract = NONE) -> Result:
        x = counting(c, in_dtype(c, c.value(a), dtype))
        x = flat(c, x) if c.is_none(axis) else x
        along = 0 if c.is_none(axis) else c.static_axis(axis, x.type.rank)
        return prim(c.b, x, axis=along, reverse=False, **attrs)

    return documented(apply, f"{prim.doc.partition(',')[0]}.")


table.function("numpy.cumsum", "numpy.ndarray.cumsum")(_running(reductions.cumsum))
table.function("numpy.cumprod", "numpy.ndarray.cumprod")(_running(reductions.cumprod, exclusive=False))


# -- methods of ufuncs ----------------------------------------------------------------------------------
def _reduce(whole: Callable[..., Result]) -> Callable[..., Result]:
    def apply(
        c: LibraryContext, array: Abstract, axis: Abstract = _ZERO, *, keepdims: Abstract = FALSE
    ) -> Result:
        return whole(c, array, axis, keepdims=keepdims)

    return documented(apply, whole.__doc__ or "")


def _accumulate(whole: Callable[..., Result]) -> Callable[..., Result]:
    def apply(c: LibraryContext, array: Abstract, axis: Abstract = _ZERO) -> Result:
        return whole(c, array, axis)

    return documented(apply, whole.__doc__ or "")


table.function("numpy.add.reduce")(_reduce(sum_over))
table.function("numpy.multiply.reduce")(_reduce(prod))
table.function("numpy.maximum.reduce")(_reduce(_extremum(extrema.max_, "largest")))
table.function("numpy.minimum.reduce")(_reduce(_extremum(extrema.min_, "smallest")))
table.function("numpy.add.accumulate")(_accumulate(_running(reductions.cumsum)))
table.function("numpy.multiply.accumulate")(_accumulate(_running(reductions.cumprod, exclusive=False)))


# -- differences ---------------------------------------------------------------------------------------------
@table.function("numpy.diff")
def diff(c: LibraryContext, a: Abstract, n: Abstract = _ONE, axis: Abstract = _MINUS_ONE) -> Result:
    """Differences of neighbours."""
    x = c.value(a)
    along = c.static_axis(axis, x.type.rank)
    for _ in range(c.static_int(n, "the order of differences")):
        x = sub(c.b, part(c, x, along, 1, None), part(c, x, along, 0, -1))
    return x if x is not c.value(a) else c.fresh(x)
