"""New arrays: constants, ranges, copies, diagonals and triangles."""

from __future__ import annotations

import math
from collections.abc import Callable

from adgen.frontend.abstract import Abstract, Array, Known, Number, Reshape
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, TRUE, Result, Table, documented
from adgen.frontend.library.diagonals import diagonal
from adgen.frontend.library.operands import floating, known_values, require, type_of
from adgen.ir.core import Gather, Indexer, Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import DType, Kind
from adgen.primitives.elementwise import add, div, ge, mul, sub, where
from adgen.primitives.extrema import maximum
from adgen.primitives.indexing import owned_zeros, write, zeros_of
from adgen.primitives.literals import literal
from adgen.primitives.patterns import eye as eye_
from adgen.primitives.rounding import ceil
from adgen.primitives.shape import arange as arange_
from adgen.primitives.shape import broadcast, empty, full

table = Table()
_ZERO, _ONE = Known(0), Known(1)


# -- filled ---------------------------------------------------------------------------------------------
def filled(c: LibraryContext, dims: tuple[Dim, ...], value: Abstract | Value, dtype: DType | None) -> Value:
    """A new array of one value."""
    scalar = c.value(value, kind=Kind.np)
    return full(c.b, scalar if dtype is None else c.cast(scalar, dtype), dims=dims)


def _filled_with(number: Known) -> Callable[..., Result]:
    def apply(c: LibraryContext, shape: Abstract, dtype: Abstract = NONE) -> Result:
        return filled(c, c.dims(shape), number, c.dtype(dtype) or DType.f64)

    return documented(apply, f"A new array of {'ones' if number.value else 'zeros'}.")


def _like(number: Known) -> Callable[..., Result]:
    def apply(c: LibraryContext, a: Abstract, dtype: Abstract = NONE, *, shape: Abstract = NONE) -> Result:
        type_ = type_of(c, a)
        dims = type_.dims if c.is_none(shape) else c.dims(shape)
        return c.in_order(
            c.fresh(filled(c, dims, number, c.dtype(dtype) or type_.dtype)), _ordered_like(c, a, shape)
        )

    return documented(apply, f"A new array of {'ones' if number.value else 'zeros'}, like another one.")


def _ordered_like(c: LibraryContext, a: Abstract, shape: Abstract = NONE) -> bool:
    return not c.is_none(shape) or c.is_ordered(a)


table.function("numpy.zeros")(_filled_with(_ZERO))
table.function("numpy.ones")(_filled_with(_ONE))
table.function("numpy.zeros_like")(_like(_ZERO))
table.function("numpy.ones_like")(_like(_ONE))


@table.function("numpy.empty", "numpy.ndarray")
def empty_(c: LibraryContext, shape: Abstract, dtype: Abstract = NONE) -> Result:
    """An array to be written into."""
    return empty(c.b, dims=c.dims(shape), dtype=c.dtype(dtype) or DType.f64)


@table.function("numpy.empty_like")
def empty_like(
    c: LibraryContext, prototype: Abstract, dtype: Abstract = NONE, *, shape: Abstract = NONE
) -> Result:
    """An array to be written into, like another one."""
    type_ = type_of(c, prototype)
    dims = type_.dims if c.is_none(shape) else c.dims(shape)
    found = empty(c.b, dims=dims, dtype=c.dtype(dtype) or type_.dtype)
    return c.in_order(c.fresh(found), _ordered_like(c, prototype, shape))


@table.function("numpy.full")
def full_(c: LibraryContext, shape: Abstract, fill_value: Abstract, dtype: Abstract = NONE) -> Result:
    """An array of one value (or of one array, stretched)."""
    return _full_of(c, c.dims(shape), fill_value, c.dtype(dtype))


@table.function("numpy.full_like")
def full_like(
    c: LibraryContext,
    a: Abstract,
    fill_value: Abstract,
    dtype: Abstract = NONE,
    *,
    shape: Abstract = NONE,
) -> Result:
    """An array of one value, like another one."""
    type_ = type_of(c, a)
    dims = type_.dims if c.is_none(shape) else c.dims(shape)
    found = _full_of(c, dims, fill_value, c.dtype(dtype) or type_.dtype)
    return c.in_order(found, _ordered_like(c, a, shape))


def _full_of(c: LibraryContext, dims: tuple[Dim, ...], value: Abstract, dtype: DType | None) -> Abstract:
    given = c.value(value)
    if not given.type.rank:
        return c.fresh(filled(c, dims, given, dtype))
    target = empty(c.b, dims=dims, dtype=dtype or given.type.dtype)
    spread = c.broadcast(target, c.cast(given, target.type.dtype))[1]
    return c.fresh(spread)


@table.function("numpy.identity")
def identity(c: LibraryContext, n: Abstract, dtype: Abstract = NONE) -> Result:
    """The identity matrix."""
    return eye(c, n, dtype=dtype)


@table.function("numpy.eye")
def eye(
    c: LibraryContext,
    N: Abstract,
    M: Abstract = NONE,
    k: Abstract = _ZERO,
    dtype: Abstract = NONE,
) -> Result:
    """Ones on a diagonal."""
    rows = c.size(N)
    columns = rows if c.is_none(M) else c.size(M)
    offset = c.static_int(k, "the diagonal of np.eye")
    return eye_(c.b, dims=(rows, columns), k=offset, dtype=c.dtype(dtype) or DType.f64)


# -- copies ---------------------------------------------------------------------------------------------
@table.function("numpy.array")
def array(
    c: LibraryContext,
    object: Abstract,
    dtype: Abstract = NONE,
    *,
    copy: Abstract = TRUE,
    ndmin: Abstract = _ZERO,
) -> Result:
    """A new array (or, with `copy=False` and `copy=None`, the array itself where it can be)."""
    found = _array(c, object, c.dtype(dtype), copy)
    missing = c.static_int(ndmin, "ndmin") - type_of(c, found).rank
    if missing <= 0 or not isinstance(found, Array):
        return found
    return c.view(found, Reshape((ONE,) * missing + type_of(c, found).dims))


def _array(c: LibraryContext, object: Abstract, wanted: DType | None, copy: Abstract) -> Abstract:
    if copy != TRUE and isinstance(object, Array) and wanted in (None, type_of(c, object).dtype):
        return object
    if copy == FALSE:
        raise c.error("AG205", object, function="np.array", reason="copy=False, but a copy is needed")
    value = c.value(object, kind=Kind.array)
    found = c.fresh(value if wanted is None else c.cast(value, wanted))
    return c.in_order(found, c.is_ordered(object))


@table.function("numpy.asarray", "numpy.asanyarray")
def asarray(
    c: LibraryContext, a: Abstract, dtype: Abstract = NONE, *, order: Abstract = NONE, copy: Abstract = NONE
) -> Result:
    """The array itself, or a new one where it is none or has another dtype."""
    if copy == TRUE:
        return array(c, a, dtype)
    wanted = c.dtype(dtype)
    if isinstance(a, Array) and wanted in (None, type_of(c, a).dtype):
        if not c.is_none(order) and c.static(order, "the order") == "F":
            raise c.error("AG205", order, function="np.asarray", reason="order='F' is not supported")
        return c.contiguous(a) if order == Known("C") else a
    return array(c, a, dtype)


@table.function("numpy.ascontiguousarray")
def ascontiguousarray(c: LibraryContext, a: Abstract, dtype: Abstract = NONE) -> Result:
    """An array in C order of rank 1 at least: itself where it is one, else a copy."""
    found = asarray(c, a, dtype, order=Known("C"))
    assert isinstance(found, Array)
    return found if type_of(c, found).rank else c.view(found, Reshape((ONE,)))


@table.function("numpy.copy")
def copy(c: LibraryContext, a: Abstract) -> Result:
    """A copy."""
    return c.in_order(c.fresh(c.value(a, kind=Kind.array)), c.is_ordered(a))


@table.function("numpy.ndarray.copy")
def copy_method(c: LibraryContext, a: Abstract) -> Result:
    """A copy in C order."""
    if isinstance(a, Number):
        return a
    return c.in_order(c.fresh(c.value(a, kind=Kind.array)), True)


@table.function("numpy.ndarray.astype", "numpy.astype")
def astype(c: LibraryContext, a: Abstract, dtype: Abstract, *, copy: Abstract = TRUE) -> Result:
    """A copy in another dtype (or, with `copy=False`, the array itself where it has that dtype)."""
    wanted = c.dtype(dtype) or DType.f64
    if not c.static_bool(copy, "copy") and isinstance(a, Array) and type_of(c, a).dtype is wanted:
        return a
    kind = None if isinstance(a, Array) else Kind.np
    return c.fresh(c.cast(c.value(a, kind=kind), wanted))


# -- ranges ---------------------------------------------------------------------------------------------
@table.function("numpy.arange")
def arange(
    c: LibraryContext,
    start: Abstract,
    stop: Abstract = NONE,
    step: Abstract = _ONE,
    dtype: Abstract = NONE,
) -> Result:
    """start, start + step, ... up to stop."""
    if c.is_none(stop):
        start, stop = _ZERO, start
    bounds = _numbers(c, "np.arange", c.promote(start, stop, step, _ZERO, strong=True)[:3])
    if _is(step, 0):
        raise c.error("AG205", step, function="np.arange", reason="the step is zero")
    places = arange_(c.b, dim=_count(c, (start, stop, step), bounds))
    wanted = c.dtype(dtype) or bounds[0].type.dtype
    numbers = c.cast(places, bounds[0].type.dtype)
    if not _is(step, 1):
        numbers = mul(c.b, *c.broadcast(numbers, c.value(bounds[2], kind=Kind.np)))
    if not _is(start, 0):
        numbers = add(c.b, *c.broadcast(c.value(bounds[0], kind=Kind.np), numbers))
    return c.cast(numbers, wanted)


def _numbers(c: LibraryContext, name: str, found: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values themselves. Raises AG234 where one is an array."""
    for value in found:
        if value.type.rank:
            raise c.error("AG234", operation=name, types=f"`{value.type}`")
    return found


def _is(x: Abstract, number: int) -> bool:
    return isinstance(x, Known) and x.value == number


def _count(c: LibraryContext, given: tuple[Abstract, ...], bounds: tuple[Value, ...]) -> Dim:
    """How many numbers a range has."""
    known = known_values(given)
    if known is not None:
        return Dim.const(max(0, math.ceil((known[1] - known[0]) / known[2])))
    start, stop, step = bounds
    whole = bounds[0].type.dtype.is_integer
    if _is(given[2], 1) and whole:
        distance = stop if _is(given[0], 0) else sub(c.b, stop, start)
        return c.count(c.cast(distance, DType.i64, Kind.py))
    exact = [floating(c, x) for x in (sub(c.b, stop, start), step)]
    quotient = ceil(c.b, div(c.b, *exact))
    count = maximum(c.b, quotient, literal(c.b, quotient, 0))
    return c.dims(Number(c.cast(count, DType.i64, Kind.py)))[0]


# -- diagonals and triangles ----------------------------------------------------------------------------
@table.function("numpy.diag")
def diag(c: LibraryContext, v: Abstract, k: Abstract = _ZERO) -> Result:
    """The diagonal of a matrix, or the matrix of a diagonal."""
    x = c.value(v)
    require(c, x.type.rank in (1, 2), "np.diag", v)
    if x.type.rank == 2:
        return diagonal(c, v, k)
    offset = c.static_int(k, "the diagonal of np.diag")
    size = x.type.dims[0] + abs(offset)
    places = arange_(c.b, dim=x.type.dims[0])
    rows, columns = _moved(c, places, max(-offset, 0)), _moved(c, places, max(offset, 0))
    target = owned_zeros(c.b, x.type.with_dims(size, size))
    return write(c.b, target, x, rows, columns, index=Indexer((Gather(), Gather())))


def _moved(c: LibraryContext, places: Value, offset: int) -> Value:
    return add(c.b, places, literal(c.b, places, offset)) if offset else places


def _triangle(lower: bool) -> Callable[..., Result]:
    def apply(c: LibraryContext, m: Abstract, k: Abstract = _ZERO) -> Result:
        x, offset = c.value(m), c.static_int(k, "the diagonal of a triangle")
        require(c, x.type.rank >= 2, "np.tril", m)
        dims = x.type.dims
        rows = broadcast(c.b, arange_(c.b, dim=dims[-2]), dims=dims[-2:], axes=(0,))
        columns = broadcast(c.b, arange_(c.b, dim=dims[-1]), dims=dims[-2:], axes=(1,))
        reach = _moved(c, rows, offset) if offset >= 0 else sub(c.b, rows, literal(c.b, rows, -offset))
        inside = ge(c.b, reach, columns) if lower else ge(c.b, columns, reach)
        return where(c.b, *c.broadcast(inside, x, zeros_of(c.b, x.type)))

    return documented(apply, f"Zeros {'above' if lower else 'below'} a diagonal.")


table.function("numpy.tril")(_triangle(lower=True))
table.function("numpy.triu")(_triangle(lower=False))
