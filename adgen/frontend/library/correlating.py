"""Convolutions and correlations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.frontend.abstract import Abstract, Known, Number
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table, documented
from adgen.frontend.library.operands import require, single_at_least
from adgen.frontend.library.slicing import along
from adgen.frontend.library.written import entry
from adgen.frontend.written import convolutions
from adgen.ir.core import Indexer, Range, Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import DType, Kind
from adgen.primitives.complexes import compose, conjugated, imag, real
from adgen.primitives.correlation import correlate as correlate_
from adgen.primitives.elementwise import add, sub
from adgen.primitives.indexing import owned_zeros, read, write
from adgen.primitives.rounding import floor_divide
from adgen.primitives.shape import full, reshape
from adgen.primitives.sizes import constant, size_value

table = Table()
table.module("scipy.signal")
_along_axes = entry(convolutions, convolutions.along_axes)
_around = entry(convolutions, convolutions.around)
_FULL, _VALID, _FILL, _ZERO = Known("full"), Known("valid"), Known("fill"), Known(0)


def backwards(c: LibraryContext, x: Value) -> Value:
    """All axes reversed."""
    starts = tuple(size_value(c.b, d - 1) for d in x.type.dims)
    return read(c.b, x, *starts, index=Indexer(tuple(Range(d, -1) for d in x.type.dims)))


def _laid_over(c: LibraryContext, x: Value, k: Value) -> Value:
    """The sums of products where a kernel lies inside an array."""
    b = c.b
    if not x.type.is_complex:
        return correlate_(b, x, k)
    parts = [[part(b, v) for part in (real, imag)] for v in (x, k)]
    found = [[correlate_(b, one, other) for other in parts[1]] for one in parts[0]]
    return compose(b, sub(b, found[0][0], found[1][1]), add(b, found[0][1], found[1][0]))


def _surrounded(c: LibraryContext, x: Value, widths: Sequence[Dim], fill: Value | None = None) -> Value:
    """An array with layers on both sides of every axis, of zeros or another number."""
    dims = tuple(n + w * 2 for n, w in zip(x.type.dims, widths, strict=True))
    wide = owned_zeros(c.b, x.type.with_dims(*dims)) if fill is None else full(c.b, fill, dims=dims)
    starts = tuple(size_value(c.b, w) for w in widths)
    return write(c.b, wide, x, *starts, index=Indexer(tuple(Range(d) for d in x.type.dims)))


def _longer(c: LibraryContext, n: Dim, m: Dim) -> bool:
    """Whether the first size is not below the second one."""
    gap = (n - m).value
    return gap >= 0 if gap is not None else c.assume(n - m, f"{m} elements are laid over {n}")


def _cut(c: LibraryContext, x: Value, axis: int, start: Dim, size: Dim) -> Value:
    if x.type.dims[axis] == size:
        return x
    return read(c.b, x, size_value(c.b, start), index=along(x.type.rank, axis, Range(size)))


def _half(c: LibraryContext, size: Dim) -> Dim:
    """``size // 2``."""
    if size.value is not None:
        return Dim.const(size.value // 2)
    return c.dims(Number(floor_divide(c.b, size_value(c.b, size), constant(c.b, 2))))[0]


def _fully(c: LibraryContext, x: Value, k: Value, fill: Value | None = None) -> Value:
    """The correlation wherever kernel and array touch."""
    return _laid_over(c, _surrounded(c, x, [m - 1 for m in k.type.dims], fill), k)


def _mode(c: LibraryContext, mode: Abstract, name: str) -> str:
    found = c.static(mode, "the mode")
    if found not in ("full", "same", "valid"):
        raise c.error("AG205", mode, function=name, reason=f"mode={found!r} is unknown")
    return str(found)


# -- of vectors -----------------------------------------------------------------------------------------
def _of_vectors(c: LibraryContext, a: Abstract, v: Abstract, how: str, flipped: bool) -> Value:
    """np.correlate and np.convolve: the result is as long as the longer one for mode `same`."""
    x, k = (_at_least_a_vector(c, z) for z in c.promote(c.value(a, kind=Kind.np), c.value(v, kind=Kind.np)))
    require(c, x.type.rank == k.type.rank == 1, "a convolution of vectors", x, k)
    (n,), (m,) = x.type.dims, k.type.dims
    k = k if flipped else conjugated(c.b, k)
    swapped = not _longer(c, n, m)
    if swapped and flipped:
        x, k, n, m, swapped = k, x, m, n, False
    kernel = backwards(c, k) if flipped else k
    if how == "full":
        return _fully(c, x, kernel)
    if not swapped:
        if how == "valid":
            return _laid_over(c, x, kernel)
        return _cut(c, _fully(c, x, kernel), 0, _half(c, m - 1), n)
    if how == "valid":
        return backwards(c, _laid_over(c, k, x))
    return _cut(c, _fully(c, x, kernel), 0, _half(c, n), m)


def _at_least_a_vector(c: LibraryContext, x: Value) -> Value:
    return x if x.type.rank else reshape(c.b, x, dims=(ONE,))


@table.function("numpy.convolve")
def convolve(c: LibraryContext, a: Abstract, v: Abstract, mode: Abstract = _FULL) -> Result:
    """The convolution of two vectors."""
    return _of_vectors(c, a, v, _mode(c, mode, "np.convolve"), flipped=True)


@table.function("numpy.correlate")
def correlate(c: LibraryContext, a: Abstract, v: Abstract, mode: Abstract = _VALID) -> Result:
    """The correlation of two vectors."""
    return _of_vectors(c, a, v, _mode(c, mode, "np.correlate"), flipped=False)


# -- scipy.signal ---------------------------------------------------------------------------------------
def _operands(c: LibraryContext, name: str, one: Abstract, two: Abstract) -> tuple[Value, Value]:
    x, k = c.promote(c.value(one), c.value(two))
    require(c, x.type.rank == k.type.rank > 0, name, x, k)
    return x, k


def _of_arrays(
    c: LibraryContext,
    x: Value,
    k: Value,
    how: str,
    flipped: bool,
    fill: Value | None = None,
    late: bool = False,
) -> Value:
    """scipy.signal: the result is as large as the first array for mode `same`.

    ``late`` says which of the two elements in the middle of an even kernel that is counted from.
    """
    k = k if flipped else conjugated(c.b, k)
    if how == "valid" and not all(_longer(c, n, m) for n, m in zip(x.type.dims, k.type.dims, strict=True)):
        if flipped:
            x, k = k, x
        else:
            return backwards(c, _laid_over(c, k, x))
    sizes, lengths = x.type.dims, k.type.dims
    kernel = backwards(c, k) if flipped else k
    if how == "valid":
        return _laid_over(c, x, kernel)
    found = _fully(c, x, kernel, fill)
    if how == "full":
        return found
    for axis, (n, m) in enumerate(zip(sizes, lengths, strict=True)):
        found = _cut(c, found, axis, _half(c, m if late else m - 1), n)
    return found


def _signal(name: str, flipped: bool) -> Callable[..., Result]:
    def apply(
        c: LibraryContext, in1: Abstract, in2: Abstract, mode: Abstract = _FULL, method: Abstract = NONE
    ) -> Result:
        x, k = _operands(c, f"scipy.signal.{name}", in1, in2)
        return _of_arrays(c, x, k, _mode(c, mode, name), flipped)

    what = "convolution" if flipped else "correlation"
    return documented(apply, f"The {what} of two arrays, always computed directly.")


table.function("scipy.signal.convolve")(_signal("convolve", flipped=True))
table.function("scipy.signal.correlate")(_signal("correlate", flipped=False))


@table.function("scipy.signal.fftconvolve", "scipy.signal.oaconvolve")
def fftconvolve(
    c: LibraryContext, in1: Abstract, in2: Abstract, mode: Abstract = _FULL, axes: Abstract = NONE
) -> Result:
    """The convolution of two arrays, computed directly where all axes are meant."""
    if not c.is_none(axes):
        return _along_axes(c, in1, in2, mode, axes)
    x, k = (single_at_least(c, v) for v in _operands(c, "scipy.signal.fftconvolve", in1, in2))
    x, k = (z if z.type.is_float else c.cast(z, DType.f64) for z in (x, k))
    return _of_arrays(c, x, k, _mode(c, mode, "fftconvolve"), flipped=True)


def _plane(name: str, flipped: bool) -> Callable[..., Result]:
    def apply(
        c: LibraryContext,
        in1: Abstract,
        in2: Abstract,
        mode: Abstract = _FULL,
        boundary: Abstract = _FILL,
        fillvalue: Abstract = _ZERO,
    ) -> Result:
        x, k = _operands(c, f"scipy.signal.{name}", in1, in2)
        require(c, x.type.rank == 2, f"scipy.signal.{name}", x, k)
        edge = c.static(boundary, "the boundary")
        if edge in ("wrap", "circular", "symm", "symmetric"):
            around = Known("wrap" if edge in ("wrap", "circular") else "symmetric")
            return _around(c, in1, in2, mode, around, Known(flipped))
        if edge not in ("fill", "pad"):
            reason = f"boundary={edge!r} is unknown"
            raise c.error("AG205", boundary, function=f"scipy.signal.{name}", reason=reason)
        number = None
        if fillvalue != _ZERO:
            number = c.cast(c.value(fillvalue, kind=Kind.np), x.type.dtype)
        return _of_arrays(c, x, k, _mode(c, mode, name), flipped, number, late=not flipped)

    what = "convolution" if flipped else "correlation"
    return documented(apply, f"The {what} of two matrices.")


table.function("scipy.signal.convolve2d")(_plane("convolve2d", flipped=True))
table.function("scipy.signal.correlate2d")(_plane("correlate2d", flipped=False))
