"""Sums, means, extrema and other functions that run over axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, TRUE, Result, Table, documented
from adgen.frontend.library.operands import (
    count_of,
    counting,
    flat,
    floating,
    is_integer_tuple,
    require,
    squared_length,
    truth,
    with_kept_dims,
)
from adgen.frontend.library.ufuncs import select
from adgen.ir.core import Value
from adgen.ir.dims import ONE
from adgen.ir.types import DType, Kind
from adgen.primitives import extrema, reductions
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import add, div, logical_not, mul, ne, sub
from adgen.primitives.literals import literal
from adgen.primitives.powers import root
from adgen.primitives.reduce import spread_back, sum_
from adgen.primitives.shape import concat, full

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


def chosen(c: LibraryContext, x: Value, where: Abstract, neutral: float | bool) -> Value:
    """``x`` with a number that does not count where the mask of ``where=`` is false."""
    if where == TRUE:
        return x
    x, mask = c.broadcast(x, truth(c, where))
    return select(c, mask, x, literal(c.b, x, neutral))


def _with_initial(c: LibraryContext, prim: Primitive, total: Value, initial: Abstract) -> Value:
    """``total`` and the number a reduction starts with, put together by ``prim``."""
    if c.is_none(initial):
        return total
    start = c.cast(c.value(initial, kind=Kind.np), total.type.dtype, Kind.np)
    return c.elementwise(prim, total, start)


def in_dtype(c: LibraryContext, x: Value, dtype: Abstract) -> Value:
    """``x`` in the dtype an argument asks for."""
    wanted = c.dtype(dtype)
    return x if wanted is None else c.cast(x, wanted)


def _in_floats(c: LibraryContext, a: Abstract, dtype: Abstract, name: str) -> Value:
    """What is averaged, as floats. In an integer dtype NumPy would cut the average down."""
    x = in_dtype(c, c.value(a, kind=Kind.np), dtype)
    whole = not c.is_none(dtype) and (x.type.dtype.is_integer or x.type.dtype is DType.bool)
    require(c, not whole, f"np.{name} in an integer dtype", x)
    return floating(c, x)


# -- sums and products ----------------------------------------------------------------------------------
@table.function("numpy.sum", "numpy.ndarray.sum")
def sum_over(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = NONE,
    dtype: Abstract = NONE,
    *,
    keepdims: Abstract = FALSE,
    initial: Abstract = NONE,
    where: Abstract = TRUE,
) -> Result:
    """The sum over axes."""
    x = chosen(c, counted_in(c, a, dtype), where, 0)
    return _with_initial(c, add, over_axes(c, sum_, x, axis, keepdims), initial)


def counted_in(c: LibraryContext, a: Abstract, dtype: Abstract) -> Value:
    """An array in the dtype in which it is added up."""
    return counting(c, c.value(a)) if c.is_none(dtype) else in_dtype(c, c.value(a), dtype)


@table.function("numpy.prod", "numpy.ndarray.prod")
def prod(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = NONE,
    dtype: Abstract = NONE,
    *,
    keepdims: Abstract = FALSE,
    initial: Abstract = NONE,
    where: Abstract = TRUE,
) -> Result:
    """The product over axes."""
    if is_integer_tuple(c, a) and c.is_none(axis) and c.is_none(dtype):
        result: Abstract | Value = Known(1)
        for item in c.items(a):
            result = c.elementwise(mul, result, item, python=True)
        return c.value(result, kind=Kind.np)
    x = chosen(c, counted_in(c, a, dtype), where, 1)
    return _with_initial(c, mul, over_axes(c, reductions.prod, x, axis, keepdims), initial)


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
    count = count_of(c, [x.type.dims[a] for a in axes], total.type.dtype)
    return div(c.b, *c.broadcast(total, _without(c, count, ddof)))


def _without(c: LibraryContext, count: Value, ddof: int) -> Value:
    """A count less some degrees of freedom, not below 0."""
    if not ddof:
        return count
    freedom = sub(c.b, count, literal(c.b, count, ddof))
    return extrema.maximum(c.b, freedom, literal(c.b, count, 0))


@table.function("numpy.mean", "numpy.ndarray.mean")
def mean(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = NONE,
    dtype: Abstract = NONE,
    *,
    keepdims: Abstract = FALSE,
    where: Abstract = TRUE,
) -> Result:
    """The mean over axes."""
    x = _in_floats(c, a, dtype, "mean")
    axes = c.static_axes(axis, x.type.rank)
    if not axes:
        return c.value(c.fresh(x) if x.type.rank else x, kind=Kind.np)
    halves = x.type.dtype is DType.f16 and c.is_none(dtype)
    x = c.cast(x, DType.f32) if halves else x
    y = mean_of(c, x, axes) if where == TRUE else _mean_where(c, x, axes, where)
    y = c.cast(y, DType.f16) if halves else y
    return with_kept_dims(c, y, x.type, axes) if c.static_bool(keepdims, "keepdims") else y


def _mean_where(c: LibraryContext, x: Value, axes: Sequence[int], where: Abstract) -> Value:
    total = sum_(c.b, chosen(c, x, where, 0), axes=tuple(axes))
    return div(c.b, *c.broadcast(total, _count_where(c, x, axes, where, total)))


def _count_where(c: LibraryContext, x: Value, axes: Sequence[int], where: Abstract, like: Value) -> Value:
    """How many elements of ``x`` a mask takes, in the dtype of ``like``."""
    _, mask = c.broadcast(x, truth(c, where))
    return sum_(c.b, c.cast(mask, like.type.dtype), axes=tuple(axes))


def _gap(c: LibraryContext, x: Value, axes: Sequence[int], where: Abstract, mean: Abstract) -> Value:
    """The distances from the mean, which may be given."""
    if not c.is_none(mean):
        return sub(c.b, *c.broadcast(x, c.cast(c.value(mean, kind=Kind.np), x.type.dtype)))
    centre = mean_of(c, x, axes) if where == TRUE else _mean_where(c, x, axes, where)
    return sub(c.b, x, spread_back(c.b, centre, x.type, axes) if x.type.rank else centre)


def _variance(
    c: LibraryContext,
    x: Value,
    axis: Abstract,
    ddof: Abstract,
    keepdims: Abstract,
    where: Abstract,
    mean: Abstract,
) -> Value:
    axes = c.static_axes(axis, x.type.rank)
    x = chosen(c, x, where, 0)
    gap = _gap(c, x, axes, where, mean)
    total = chosen(c, squared_length(c, gap), where, 0)
    total = sum_(c.b, total, axes=axes) if axes else total
    free = c.static_int(ddof, "ddof")
    if where == TRUE:
        y = _over_count(c, total, x, axes, free)
    else:
        y = div(c.b, *c.broadcast(total, _without(c, _count_where(c, x, axes, where, total), free)))
    return with_kept_dims(c, y, x.type, axes) if c.static_bool(keepdims, "keepdims") else y


def _spread(root_of: bool) -> Callable[..., Result]:
    def apply(
        c: LibraryContext,
        a: Abstract,
        axis: Abstract = NONE,
        dtype: Abstract = NONE,
        *,
        ddof: Abstract = _ZERO,
        keepdims: Abstract = FALSE,
        where: Abstract = TRUE,
        mean: Abstract = NONE,
        correction: Abstract = NONE,
    ) -> Result:
        x = _in_floats(c, a, dtype, "std" if root_of else "var")
        free = ddof if c.is_none(correction) else correction
        y = _variance(c, x, axis, free, keepdims, where, mean)
        return root(c.b, y) if root_of else y

    doc = "The root of the variance; its derivative is zero where that is zero."
    return documented(apply, doc if root_of else "The mean squared distance from the mean.")


table.function("numpy.var", "numpy.ndarray.var")(_spread(root_of=False))
table.function("numpy.std", "numpy.ndarray.std")(_spread(root_of=True))


# -- extrema --------------------------------------------------------------------------------------------
def _extremum(prim: Primitive, of_two: Primitive, word: str) -> Callable[..., Result]:
    def apply(
        c: LibraryContext,
        a: Abstract,
        axis: Abstract = NONE,
        *,
        keepdims: Abstract = FALSE,
        initial: Abstract = NONE,
        where: Abstract = TRUE,
    ) -> Result:
        x = c.value(a)
        if c.is_none(initial):
            require(c, where == TRUE, f"np.{prim.name} with where= but without initial=", x)
            return over_axes(c, prim, x, axis, keepdims)
        start = c.cast(c.value(initial, kind=Kind.np), x.type.dtype, Kind.np)
        if where != TRUE:
            x, mask = c.broadcast(x, truth(c, where))
            x = select(c, *c.broadcast(mask, x, start))
        axes = c.static_axes(axis, x.type.rank)
        if len(axes) == x.type.rank and axes:
            x, axis, shape = flat(c, x), _ZERO, x.type
            total = over_axes(c, prim, _preceded(c, x, start, 0), axis)
            return with_kept_dims(c, total, shape, axes) if c.static_bool(keepdims, "keepdims") else total
        if len(axes) == 1:
            return over_axes(c, prim, _preceded(c, x, start, axes[0]), axis, keepdims)
        return c.elementwise(of_two, over_axes(c, prim, x, axis, keepdims), start)

    return documented(apply, f"The {word} element over axes.")


def _preceded(c: LibraryContext, x: Value, start: Value, axis: int) -> Value:
    """``x`` with one more element of a number in front along an axis, so that it is not empty there."""
    dims = tuple(ONE if k == axis else d for k, d in enumerate(x.type.dims))
    return concat(c.b, full(c.b, start, dims=dims), x, axis=axis)


largest = _extremum(extrema.max_, extrema.maximum, "largest")
smallest = _extremum(extrema.min_, extrema.minimum, "smallest")
table.function("numpy.max", "numpy.amax", "numpy.ndarray.max")(largest)
table.function("numpy.min", "numpy.amin", "numpy.ndarray.min")(smallest)


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
def _truth_over(prim: Primitive, neutral: bool) -> Callable[..., Result]:
    def apply(
        c: LibraryContext,
        a: Abstract,
        axis: Abstract = NONE,
        *,
        keepdims: Abstract = FALSE,
        where: Abstract = TRUE,
    ) -> Result:
        return over_axes(c, prim, chosen(c, truth(c, a), where, neutral), axis, keepdims)

    return documented(apply, prim.doc)


table.function("numpy.any", "numpy.ndarray.any")(_truth_over(reductions.any_, neutral=False))
table.function("numpy.all", "numpy.ndarray.all")(_truth_over(reductions.all_, neutral=True))


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
def running(prim: Primitive, **attrs: Any) -> Callable[..., Result]:
    """A sum or product so far, along an axis or of the flattened array."""

    def apply(c: LibraryContext, a: Abstract, axis: Abstract = NONE, dtype: Abstract = NONE) -> Result:
        x = counted_in(c, a, dtype)
        x = flat(c, x) if c.is_none(axis) else x
        along = 0 if c.is_none(axis) else c.static_axis(axis, x.type.rank)
        return prim(c.b, x, axis=along, reverse=False, **attrs)

    return documented(apply, f"{prim.doc.partition(',')[0]}.")


running_sum = running(reductions.cumsum)
running_product = running(reductions.cumprod, exclusive=False)
table.function("numpy.cumsum", "numpy.ndarray.cumsum")(running_sum)
table.function("numpy.cumprod", "numpy.ndarray.cumprod")(running_product)
