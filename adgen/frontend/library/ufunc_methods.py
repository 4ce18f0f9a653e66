"""Methods of ufuncs: ``reduce``, ``accumulate``, ``outer`` and ``at``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.frontend.abstract import Abstract, Array, Index, Known, Reshape
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, TRUE, Entry, Result, Table, documented
from adgen.frontend.library import reducing, ufuncs
from adgen.frontend.library.operands import (
    as_array,
    counting,
    floating,
    truth,
    type_of,
    with_kept_dims,
)
from adgen.frontend.library.operators import power
from adgen.frontend.library.reducing import over_axes
from adgen.ir.core import Full, Gather, Indexer, Point, Value
from adgen.ir.dims import ONE, product
from adgen.ir.types import I64, Type
from adgen.primitives import elementwise, extrema, reductions
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import neg
from adgen.primitives.indexing import read, wrap, write
from adgen.primitives.shape import reshape
from adgen.primitives.sizes import constant, size_value

table = Table()
_ZERO = Known(0)
OfTwo = Callable[[LibraryContext, Value, Value], Value]
_OF_EXTREMES = ("maximum", "minimum", "fmax", "fmin")
#: whose results have the dtype of their operands
_OF_INTEGERS = ("subtract", "power", "pow", "fmod", "remainder", "mod")


# -- reduce and accumulate ------------------------------------------------------------------------------
def _sum_like(whole: Callable[..., Result]) -> Callable[..., Result]:
    def apply(
        c: LibraryContext,
        array: Abstract,
        axis: Abstract = _ZERO,
        dtype: Abstract = NONE,
        *,
        keepdims: Abstract = FALSE,
        initial: Abstract = NONE,
        where: Abstract = TRUE,
    ) -> Result:
        return whole(c, array, axis, dtype, keepdims=keepdims, initial=initial, where=where)

    return documented(apply, whole.__doc__ or "")


def _extremum(whole: Callable[..., Result]) -> Callable[..., Result]:
    def apply(
        c: LibraryContext,
        array: Abstract,
        axis: Abstract = _ZERO,
        *,
        keepdims: Abstract = FALSE,
        initial: Abstract = NONE,
        where: Abstract = TRUE,
    ) -> Result:
        return whole(c, array, axis, keepdims=keepdims, initial=initial, where=where)

    return documented(apply, whole.__doc__ or "")


def _logic(prim: Primitive) -> Callable[..., Result]:
    def apply(
        c: LibraryContext, array: Abstract, axis: Abstract = _ZERO, *, keepdims: Abstract = FALSE
    ) -> Result:
        return over_axes(c, prim, truth(c, array), axis, keepdims)

    return documented(apply, prim.doc)


def _accumulate(whole: Callable[..., Result]) -> Callable[..., Result]:
    def apply(c: LibraryContext, array: Abstract, axis: Abstract = _ZERO, dtype: Abstract = NONE) -> Result:
        return whole(c, array, axis, dtype)

    return documented(apply, whole.__doc__ or "")


def _one(rank: int, axis: int) -> Indexer:
    return Indexer(tuple(Point() if k == axis else Full() for k in range(rank)))


def _running(name: str) -> Callable[..., Result]:
    """``accumulate`` of an operation of two: a loop over the axis."""
    of_two = _function(name)

    def apply(c: LibraryContext, array: Abstract, axis: Abstract = _ZERO) -> Result:
        x = _fitting(c, name, c.value(array))
        along = c.static_axis(axis, x.type.rank)
        index = _one(x.type.rank, along)
        counter, cells = Value(I64, "i"), Value(x.type, "run")
        one = constant(c.b, 1)

        def body() -> Sequence[Value]:
            before = elementwise.sub(c.b, counter, one)
            pair = read(c.b, cells, before, index=index), read(c.b, x, counter, index=index)
            cell = of_two(c, *pair)
            return (write(c.b, cells, c.fitting(cell, pair[0].type), counter, index=index),)

        region = c.b.region((counter, cells), body)
        return c.b.for_loop((one, size_value(c.b, x.type.dims[along]), one), (x,), region)[0]

    return documented(apply, f"np.{name} of all elements so far along an axis.")


def _folded(name: str) -> Callable[..., Result]:
    """``reduce`` of an operation of two: a loop over the axis, from the first element on."""
    of_two = _function(name)

    def apply(
        c: LibraryContext, array: Abstract, axis: Abstract = _ZERO, *, keepdims: Abstract = FALSE
    ) -> Result:
        x = _fitting(c, name, c.value(array))
        along = c.static_axis(axis, x.type.rank)
        index, one = _one(x.type.rank, along), constant(c.b, 1)
        first = read(c.b, x, wrap(c.b, constant(c.b, 0), dim=x.type.dims[along]), index=index)
        counter, total = Value(I64, "i"), Value(first.type, "total")

        def body() -> Sequence[Value]:
            cell = of_two(c, total, read(c.b, x, counter, index=index))
            return (c.fitting(cell, first.type),)

        region = c.b.region((counter, total), body)
        bounds = (one, size_value(c.b, x.type.dims[along]), one)
        y = c.b.for_loop(bounds, (first,), region)[0]
        return with_kept_dims(c, y, x.type, (along,)) if c.static_bool(keepdims, "keepdims") else y

    return documented(apply, f"np.{name} of all elements along an axis, from left to right.")


def _fitting(c: LibraryContext, name: str, x: Value) -> Value:
    """The array in the dtype in which the operation gives its results."""
    if name in (*_OF_EXTREMES, *_OF_INTEGERS):
        return x
    return floating(c, x)


def _function(name: str) -> OfTwo:
    found = ufuncs.table.entries[f"numpy.{name}"]
    assert isinstance(found, Entry)
    return found.function  # type: ignore[return-value]


table.function("numpy.add.reduce")(_sum_like(reducing.sum_over))
table.function("numpy.multiply.reduce")(_sum_like(reducing.prod))
table.function("numpy.maximum.reduce")(_extremum(reducing.largest))
table.function("numpy.minimum.reduce")(_extremum(reducing.smallest))
table.function("numpy.logical_and.reduce")(_logic(reductions.all_))
table.function("numpy.logical_or.reduce")(_logic(reductions.any_))
table.function("numpy.add.accumulate")(_accumulate(reducing.running_sum))
table.function("numpy.multiply.accumulate")(_accumulate(reducing.running_product))
_FOLDED = (
    *("divide", "true_divide", "logaddexp", "logaddexp2", "hypot", "arctan2", "atan2"),
    *(*_OF_INTEGERS, "fmax", "fmin"),
)
#: what NumPy's `reduce` computes of these is no fold from left to right
_UNFOLDED = ("power", "pow", "arctan2", "atan2")
for _name in _FOLDED:
    if _name not in _UNFOLDED:
        table.function(f"numpy.{_name}.reduce")(_folded(_name))
for _name in (*_FOLDED, "maximum", "minimum"):
    table.function(f"numpy.{_name}.accumulate")(_running(_name))


# -- outer ----------------------------------------------------------------------------------------------
def _outer(name: str) -> Callable[..., Result]:
    found = ufuncs.table.entries[name]
    assert isinstance(found, Entry)
    apply_to = found.function

    def apply(c: LibraryContext, A: Abstract, B: Abstract) -> Result:
        left, right = type_of(c, A), type_of(c, B)
        if left.rank and right.rank:
            A = c.view(as_array(c, A), Reshape((*left.dims, *(ONE,) * right.rank)))
        return apply_to(c, A, B)

    return documented(apply, f"np.{name.removeprefix('numpy.')} of every element with every other.")


_SPREAD = ("add", "multiply", "power", "pow", "float_power", "logaddexp2", "copysign", "heaviside")
for _name in (*ufuncs.BINARY, *_SPREAD):
    table.function(f"numpy.{_name}.outer")(_outer(f"numpy.{_name}"))


# -- at -------------------------------------------------------------------------------------------------
@table.function("numpy.add.at")
def add_at(c: LibraryContext, a: Abstract, indices: Abstract, b: Abstract) -> Result:
    """Add to elements, each occurrence of an index counted."""
    target = _target(c, "add", a)
    c.add_to(target, c.cells(target, indices), c.value(b))
    return None


@table.function("numpy.subtract.at")
def subtract_at(c: LibraryContext, a: Abstract, indices: Abstract, b: Abstract) -> Result:
    """Subtract from elements, each occurrence of an index counted."""
    target = _target(c, "subtract", a)
    amount = counting(c, c.value(b))
    c.add_to(target, c.cells(target, indices), neg(c.b, amount))
    return None


def _target(c: LibraryContext, name: str, a: Abstract) -> Array:
    if not isinstance(a, Array):
        raise c.error("AG234", a, operation=f"np.{name}.at", types=str(c.value(a).type))
    return a


def _one_by_one(name: str, of_two: OfTwo) -> Callable[..., Result]:
    """``at`` of an operation whose occurrences do not simply add up: a loop over the indices."""

    def apply(c: LibraryContext, a: Abstract, indices: Abstract, b: Abstract) -> Result:
        target = _target(c, name, a)
        index = c.cells(target, indices)
        old = c.value(target)
        whole = read(c.b, old, *index.operands, index=index.indexer)
        amount = c.broadcast(whole, c.value(b))[1]
        if not any(isinstance(access, Gather) for access in index.indexer.access):
            new = c.fitting(of_two(c, whole, amount), whole.type)
            c.update(target, write(c.b, old, new, *index.operands, index=index.indexer))
            return None
        at = _points(c, name, index, whole.type, amount)
        c.update(target, _updated(c, of_two, old, *at))
        return None

    return documented(apply, f"np.{name} with elements in place, one index after the other.")


def _points(
    c: LibraryContext, name: str, index: Index, whole: Type, amount: Value
) -> tuple[Indexer, list[Value], Value]:
    """Index arrays and amounts in one dim, for index arrays that stand in front."""
    access = index.indexer.access
    count = len(index.operands)
    if any(not isinstance(a, Gather if k < count else Full) for k, a in enumerate(access)):
        reason = "only index arrays for the first dimensions are supported"
        raise c.error("AG205", None, function=f"np.{name}.at", reason=reason)
    gathered = index.operands[0].type.dims
    flat = (product(gathered),)
    rest = whole.dims[len(gathered) :]
    operands = [reshape(c.b, v, dims=flat) for v in index.operands]
    points = Indexer(tuple(Point() if k < count else Full() for k in range(len(access))))
    return points, operands, reshape(c.b, amount, dims=(*flat, *rest))


def _updated(
    c: LibraryContext, of_two: OfTwo, old: Value, points: Indexer, operands: list[Value], amounts: Value
) -> Value:
    counter, cells = Value(I64, "k"), Value(old.type, "updated")
    one = Indexer((Point(),))
    row = Indexer((Point(), *(Full(),) * (amounts.type.rank - 1)))

    def body() -> Sequence[Value]:
        at = [read(c.b, v, counter, index=one) for v in operands]
        at = [c.cast(v, I64.dtype, I64.kind) for v in at]
        cell = read(c.b, cells, *at, index=points)
        new = of_two(c, cell, read(c.b, amounts, counter, index=row))
        return (write(c.b, cells, c.fitting(new, cell.type), *at, index=points),)

    region = c.b.region((counter, cells), body)
    bounds = (constant(c.b, 0), size_value(c.b, amounts.type.dims[0]), constant(c.b, 1))
    return c.b.for_loop(bounds, (old,), region)[0]


def _by(prim: Primitive, to_float: bool = False) -> OfTwo:
    return lambda c, x, y: c.elementwise(prim, x, y, to_float=to_float)


table.function("numpy.multiply.at")(_one_by_one("multiply", _by(elementwise.mul)))
table.function("numpy.divide.at", "numpy.true_divide.at")(
    _one_by_one("divide", _by(elementwise.div, to_float=True))
)
table.function("numpy.maximum.at")(_one_by_one("maximum", _by(extrema.maximum)))
table.function("numpy.minimum.at")(_one_by_one("minimum", _by(extrema.minimum)))
table.function("numpy.power.at")(_one_by_one("power", lambda c, x, y: power(c, x, y)))
