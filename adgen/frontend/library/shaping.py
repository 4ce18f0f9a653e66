"""Other shapes of the same elements: mostly views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from adgen.frontend.abstract import Abstract, Array, Index, Known, Number, Permute, Reshape, Stretch, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, TRUE, Result, Table
from adgen.frontend.library.operands import as_array, flat, size_number, type_of
from adgen.frontend.library.slicing import along
from adgen.frontend.library.written import entry
from adgen.frontend.library_context import CallContext
from adgen.frontend.lists import new_list
from adgen.frontend.origins import shape_text
from adgen.frontend.written import arrangements
from adgen.ir.core import Range, Value
from adgen.ir.dims import ONE, Dim, product
from adgen.primitives.rounding import floor_divide
from adgen.primitives.sizes import size_value

table = Table()
_ZERO, _C = Known(0), Known("C")
_split_at = entry(arrangements, arrangements.split_at)


# -- reshape --------------------------------------------------------------------------------------------
@table.function("numpy.reshape")
def reshape(
    c: LibraryContext, a: Abstract, shape: Abstract, order: Abstract = _C, *, copy: Abstract = NONE
) -> Result:
    """The same elements in other dims; one of them may be -1."""
    return _kept(c, reshaped(c, a, shape, order), copy)


@table.function("numpy.ndarray.reshape")
def reshape_method(
    c: LibraryContext, a: Abstract, *shape: Abstract, order: Abstract = _C, copy: Abstract = NONE
) -> Result:
    """The same elements in other dims, given one by one or as a tuple."""
    return _kept(c, reshaped(c, a, shape[0] if len(shape) == 1 else Tuple(shape), order), copy)


def _kept(c: LibraryContext, found: Abstract, copy: Abstract) -> Abstract:
    """The array, or a copy where that is asked for."""
    return c.fresh(c.value(found)) if copy == TRUE else found


def reshaped(c: LibraryContext, a: Abstract, shape: Abstract, order: Abstract = _C) -> Abstract:
    """The same elements in other dims, as a view where NumPy makes one."""
    array = as_array(c, a)
    old = type_of(c, array).dims
    new = _new_dims(c, array, old, shape)
    if isinstance(a, Number) and not new and not c.value(a).type.is_py:
        return a
    total, wanted = product(old), product(new)
    if total != wanted:
        if total.value is not None and wanted.value is not None:
            raise c.error("AG242", None, old=shape_text(old), new=shape_text(new))
        c.same_dim(total, wanted, array)
    if new == old:
        return array
    if not in_fortran_order(c, order):
        return c.reshaped(array, new)
    found = c.reshaped(as_array(c, permuted(c, array, range(len(old))[::-1])), new[::-1])
    return permuted(c, found, range(len(new))[::-1])


def _by_columns(c: LibraryContext, a: Abstract) -> Abstract:
    return permuted(c, a, range(type_of(c, a).rank)[::-1])


def in_fortran_order(c: LibraryContext, order: Abstract) -> bool:
    """Whether elements are taken with the first index changing fastest. Refuses what depends on memory."""
    found = c.static(order, "the order")
    if found not in ("C", "F"):
        raise c.error("AG205", order, function="reshape", reason=f"order={found!r} depends on the memory")
    return bool(found == "F")


def _new_dims(c: LibraryContext, array: Array, old: tuple[Dim, ...], shape: Abstract) -> tuple[Dim, ...]:
    items = shape.items if isinstance(shape, Tuple) else (shape,)
    open_at = [k for k, item in enumerate(items) if _is_open(item)]
    if not open_at:
        return c.dims(shape)
    if len(open_at) > 1:
        raise c.error("AG205", shape, function="reshape", reason="only one dimension can be -1")
    known = [d for k, item in enumerate(items) if k not in open_at for d in c.dims(item)]
    rest = _quotient(c, array, old, known)
    return (*known[: open_at[0]], rest, *known[open_at[0] :])


def _is_open(item: Abstract) -> bool:
    return isinstance(item, Known) and item.value == -1


def _quotient(c: LibraryContext, array: Array, old: tuple[Dim, ...], known: Sequence[Dim]) -> Dim:
    """The dim that makes the sizes agree."""
    remaining, divisors = list(old), []
    for d in known:
        if d in remaining:
            remaining.remove(d)
        else:
            divisors.append(d)
    total, divisor = product(tuple(remaining)), product(tuple(divisors))
    exact = divided(total, divisor)
    if exact is not None:
        return exact
    if total.value is not None and divisor.value is not None:
        raise c.error("AG242", None, old=shape_text(old), new=shape_text((*known, Dim.symbol("-1"))))
    count = floor_divide(c.b, size_value(c.b, total), size_value(c.b, divisor))
    return c.dims(Number(count))[0]


def divided(total: Dim, divisor: Dim) -> Dim | None:
    """``total / divisor`` where that is provably a polynomial (for a divisor of one term)."""
    if divisor == ONE:
        return total
    if len(divisor.terms) != 1:
        return ONE if total == divisor else None
    ((names, factor),) = divisor.terms
    quotient = Dim.const(0)
    for monomial, coefficient in total.terms:
        rest = list(monomial)
        for name in names:
            if name not in rest:
                return None
            rest.remove(name)
        if coefficient % factor:
            return None
        quotient = quotient + Dim(((tuple(rest), coefficient // factor),))
    return quotient


@table.function("numpy.ravel", "numpy.ndarray.ravel")
def ravel(c: LibraryContext, a: Abstract, order: Abstract = _C) -> Result:
    """The elements in one dim."""
    array = as_array(c, _by_columns(c, a) if in_fortran_order(c, order) else a)
    type_ = type_of(c, array)
    return array if type_.rank == 1 else c.reshaped(array, (product(type_.dims),))


@table.function("numpy.ndarray.flatten")
def flatten(c: LibraryContext, a: Abstract, order: Abstract = _C) -> Result:
    """A copy of the elements in one dim."""
    return c.fresh(flat(c, c.value(_by_columns(c, a) if in_fortran_order(c, order) else a)))


# -- dims of length 1 -----------------------------------------------------------------------------------
@table.function("numpy.expand_dims")
def expand_dims(c: LibraryContext, a: Abstract, axis: Abstract) -> Result:
    """New dims of length 1."""
    array = as_array(c, a)
    dims = list(type_of(c, array).dims)
    given = c.static(axis, "the axis of np.expand_dims")
    count = len(given) if isinstance(given, tuple | list) else 1
    for k in c.static_axes(axis, len(dims) + count):
        dims.insert(k, ONE)
    return c.view(array, Reshape(tuple(dims)))


@table.function("numpy.squeeze", "numpy.ndarray.squeeze")
def squeeze(c: LibraryContext, a: Abstract, axis: Abstract = NONE) -> Result:
    """Without dims of length 1."""
    array = as_array(c, a)
    dims = type_of(c, array).dims
    axes = _of_length_one(c, dims) if c.is_none(axis) else c.static_axes(axis, len(dims))
    for k in axes:
        if dims[k] != ONE:
            c.same_dim(dims[k], ONE, array)
    return c.view(array, Reshape(tuple(d for k, d in enumerate(dims) if k not in axes))) if axes else array


def _of_length_one(c: LibraryContext, dims: Sequence[Dim]) -> tuple[int, ...]:
    """The dims of length 1; the others are taken to be longer."""
    for d in dims:
        if d.value is None and not c.assume(d - 2, f"{d} is not 1, so np.squeeze keeps it"):
            reason = f"{d} may be 1, so the rank of the result is not known; name the axis"
            raise c.error("AG205", None, function="np.squeeze", reason=reason)
    return tuple(k for k, d in enumerate(dims) if d == ONE)


@table.function("numpy.atleast_1d")
def atleast_1d(c: LibraryContext, *arys: Abstract) -> Result:
    """At least one dim."""
    return _of_each(lambda a: _raised(c, a, 1), arys)


@table.function("numpy.atleast_2d")
def atleast_2d(c: LibraryContext, *arys: Abstract) -> Result:
    """At least two dims, new ones in front."""
    return _of_each(lambda a: _raised(c, a, 2), arys)


@table.function("numpy.atleast_3d")
def atleast_3d(c: LibraryContext, *arys: Abstract) -> Result:
    """At least three dims, one of them behind those of a matrix."""
    return _of_each(lambda a: _as_block(c, a), arys)


def _of_each(function: Callable[[Abstract], Abstract], xs: Sequence[Abstract]) -> Result:
    """A function of one array, or of each of several."""
    return function(xs[0]) if len(xs) == 1 else tuple(function(x) for x in xs)


def _as_block(c: LibraryContext, a: Abstract) -> Abstract:
    array = as_array(c, a)
    dims = type_of(c, array).dims
    if len(dims) >= 3:
        return array
    lead = (ONE,) if len(dims) == 1 else (ONE, ONE) if not dims else ()
    return c.view(array, Reshape((*lead, *dims, ONE)))


def _raised(c: LibraryContext, a: Abstract, rank: int) -> Abstract:
    array = as_array(c, a)
    dims = type_of(c, array).dims
    if len(dims) >= rank:
        return array
    return c.view(array, Reshape(((ONE,) * (rank - len(dims))) + dims))


# -- order of dims --------------------------------------------------------------------------------------
def permuted(c: LibraryContext, a: Abstract, axes: Sequence[int]) -> Abstract:
    """The dims in another order, as a view."""
    array = as_array(c, a)
    return array if tuple(axes) == tuple(range(len(axes))) else c.view(array, Permute(tuple(axes)))


@table.function("numpy.transpose", "numpy.permute_dims")
def transpose(c: LibraryContext, a: Abstract, axes: Abstract = NONE) -> Result:
    """The dims in another order, by default reversed."""
    rank = type_of(c, a).rank
    if c.is_none(axes):
        return permuted(c, a, range(rank)[::-1])
    given = c.static(axes, "the axes of np.transpose")
    order = tuple(c.static_axis(Known(k), rank) for k in given)
    if sorted(order) != list(range(rank)):
        raise c.error("AG205", axes, function="transpose", reason=f"{given} is no permutation of the axes")
    return permuted(c, a, order)


@table.function("numpy.ndarray.transpose")
def transpose_method(c: LibraryContext, a: Abstract, *axes: Abstract) -> Result:
    """The dims in another order, given one by one or as a tuple."""
    if not axes:
        return transpose(c, a)
    return transpose(c, a, axes[0] if len(axes) == 1 else Tuple(axes))


@table.attribute("numpy.ndarray.T")
def transposed(c: LibraryContext, a: Abstract) -> Result:
    """The dims in reversed order."""
    return transpose(c, a)


@table.attribute("numpy.ndarray.mT")
def matrix_transposed(c: LibraryContext, a: Abstract) -> Result:
    """The last two dims exchanged."""
    return swapaxes(c, a, Known(-1), Known(-2))


table.function("numpy.matrix_transpose", "numpy.linalg.matrix_transpose")(matrix_transposed)


@table.function("numpy.swapaxes", "numpy.ndarray.swapaxes")
def swapaxes(c: LibraryContext, a: Abstract, axis1: Abstract, axis2: Abstract) -> Result:
    """Two dims exchanged."""
    rank = type_of(c, a).rank
    order = list(range(rank))
    p, q = c.static_axis(axis1, rank), c.static_axis(axis2, rank)
    order[p], order[q] = order[q], order[p]
    return permuted(c, a, order)


@table.function("numpy.moveaxis")
def moveaxis(c: LibraryContext, a: Abstract, source: Abstract, destination: Abstract) -> Result:
    """Dims moved to other places, the others in order."""
    rank = type_of(c, a).rank
    sources, targets = (_ordered_axes(c, x, rank) for x in (source, destination))
    if len(sources) != len(targets):
        reason = f"it moves {len(sources)} axes to {len(targets)} places"
        raise c.error("AG205", destination, function="np.moveaxis", reason=reason)
    order = [k for k in range(rank) if k not in sources]
    for target, origin in sorted(zip(targets, sources, strict=True)):
        order.insert(target, origin)
    return permuted(c, a, order)


def _ordered_axes(c: LibraryContext, x: Abstract, rank: int) -> tuple[int, ...]:
    given = c.static(x, "an axis of np.moveaxis")
    given = given if isinstance(given, tuple | list) else (given,)
    return tuple(c.static_axis(Known(k), rank) for k in given)


# -- broadcasting ---------------------------------------------------------------------------------------
@table.function("numpy.broadcast_to")
def broadcast_to(c: LibraryContext, array: Abstract, shape: Abstract) -> Result:
    """Stretched to a shape, as a read-only view."""
    source = as_array(c, array)
    old, new = type_of(c, source).dims, list(c.dims(shape))
    if len(new) < len(old):
        raise c.error("AG230", None, left=shape_text(old), right=shape_text(new))
    lead = len(new) - len(old)
    for k, d in enumerate(old):
        if d not in (ONE, new[lead + k]):
            c.same_dim(d, new[lead + k], source)
            new[lead + k] = d
    axes = tuple(range(lead, len(new)))
    return source if tuple(new) == old else c.view(source, Stretch(tuple(new), axes))


@table.function("numpy.broadcast_arrays")
def broadcast_arrays(c: LibraryContext, *args: Abstract) -> Result:
    """Arrays stretched to common dims, as views."""
    values = c.broadcast(*(c.value(x) for x in args))
    return tuple(_stretched(c, as_array(c, x), v) for x, v in zip(args, values, strict=True))


def _stretched(c: LibraryContext, source: Array, value: Value) -> Abstract:
    old, dims = type_of(c, source).dims, list(value.type.dims)
    lead = len(dims) - len(old)
    for k, d in enumerate(old):
        if d != ONE:
            dims[lead + k] = d
    if tuple(dims) == old:
        return source
    return c.view(source, Stretch(tuple(dims), tuple(range(lead, len(dims)))))


# -- parts ----------------------------------------------------------------------------------------------
@table.function("numpy.split")
def split(c: CallContext, ary: Abstract, indices_or_sections: Abstract, axis: Abstract = _ZERO) -> Result:
    """A list of equal parts, or of the parts between positions, as views."""
    if isinstance(indices_or_sections, Tuple | Array):
        return _split_at(c, ary, indices_or_sections, axis)
    array = as_array(c, ary)
    dims = type_of(c, array).dims
    k = c.static_axis(axis, len(dims))
    given = c.static_int(indices_or_sections, "the sections of np.split")
    if dims[k].value is not None and divided(dims[k], Dim.const(given)) is None:
        raise c.error("AG205", None, function="np.split", reason=f"{dims[k]} is not {given} equal parts")
    size = _quotient(c, array, (dims[k],), [Dim.const(given)])
    if size * given != dims[k]:
        c.same_dim(dims[k], size * given, array)
        whole = c.view(array, Reshape((*dims[:k], size * given, *dims[k + 1 :])))
        assert isinstance(whole, Array)
        array = whole
    bounds = [size * n for n in range(given + 1)]
    return new_list(c.r, tuple(_between(c, array, k, low, high) for low, high in pairwise(bounds)))


def _between(c: LibraryContext, array: Array, axis: int, low: Dim, high: Dim) -> Abstract:
    rank = type_of(c, array).rank
    return c.view(array, Index(along(rank, axis, Range(high - low)), (size_value(c.b, low),)))


# -- what shapes are ------------------------------------------------------------------------------------
@table.attribute("numpy.ndarray.shape")
def shape_of(c: LibraryContext, a: Abstract) -> Result:
    """The sizes of the dims."""
    return Tuple(tuple(size_number(c, d) for d in type_of(c, a).dims))


@table.attribute("numpy.ndarray.size")
def size_of(c: LibraryContext, a: Abstract) -> Result:
    """The number of elements."""
    return size_number(c, product(type_of(c, a).dims))


@table.attribute("numpy.ndarray.ndim")
def ndim_of(c: LibraryContext, a: Abstract) -> Result:
    """The number of dims."""
    return Known(type_of(c, a).rank)


table.function("numpy.shape")(shape_of)
table.function("numpy.ndim")(ndim_of)


@table.function("numpy.size")
def size(c: LibraryContext, a: Abstract, axis: Abstract = NONE) -> Result:
    """The number of elements, or of those along an axis."""
    dims = type_of(c, a).dims
    return size_of(c, a) if c.is_none(axis) else size_number(c, dims[c.static_axis(axis, len(dims))])
