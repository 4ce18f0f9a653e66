"""numpy.fft and scipy.fft: transforms, their frequencies, and spectra with zero in the middle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adgen.frontend.abstract import Abstract, Known, Number, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, Result, Table, documented
from adgen.frontend.library.operands import floating, single_at_least
from adgen.frontend.library.slicing import along
from adgen.ir.core import Range, Value
from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import DType, Kind
from adgen.primitives import fourier
from adgen.primitives.checks import fail_if
from adgen.primitives.complexes import conjugated
from adgen.primitives.elementwise import div, lt, mul, sub, where
from adgen.primitives.extrema import minimum
from adgen.primitives.indexing import owned_zeros, read, write, zeros_of
from adgen.primitives.rounding import floor_divide
from adgen.primitives.shape import arange, concat
from adgen.primitives.sizes import constant, size_value

table = Table()
_LAST, _LAST_TWO = Known(-1), Tuple((Known(-2), Known(-1)))
_ONE = Known(1.0)


# -- lengths --------------------------------------------------------------------------------------------
def _half(c: LibraryContext, n: Dim, offset: int = 0) -> Dim:
    """``(n + offset) // 2``."""
    if n.value is not None:
        return Dim.const((n.value + offset) // 2)
    whole = c.cast(size_value(c.b, n + offset), DType.i64, Kind.py)
    return c.dims(Number(floor_divide(c.b, whole, constant(c.b, 2))))[0]


def _resized(c: LibraryContext, x: Value, axis: int, size: Dim) -> Value:
    """``x`` cut or filled up with zeros to a length along an axis."""
    old, rank = x.type.dims[axis], x.type.rank
    gap = size - old
    if gap == ZERO:
        return x
    start = constant(c.b, 0)
    match _longer(c, gap):
        case True:
            more = x.type.with_dims(*_with(x, axis, gap))
            return concat(c.b, x, zeros_of(c.b, more), axis=axis)
        case False:
            return read(c.b, x, start, index=along(rank, axis, Range(size)))
    both = (c.cast(size_value(c.b, d), DType.i64, Kind.py) for d in (old, size))
    least = c.size(Number(minimum(c.b, *both)))
    kept = read(c.b, x, start, index=along(rank, axis, Range(least)))
    target = owned_zeros(c.b, x.type.with_dims(*_with(x, axis, size)))
    return write(c.b, target, kept, start, index=along(rank, axis, Range(least)))


def _with(x: Value, axis: int, size: Dim) -> tuple[Dim, ...]:
    return (*x.type.dims[:axis], size, *x.type.dims[axis + 1 :])


def _longer(c: LibraryContext, gap: Dim) -> bool | None:
    """Whether what an array lacks is more than nothing: known, or granted; None where it is open."""
    if gap.value is not None:
        return gap.value > 0
    likely = gap.evaluate(dict.fromkeys(gap.symbols(), 100)) > 0
    for longer in (likely, not likely):
        if c.assume(gap if longer else -gap, "a transform has more (or less) points than the array"):
            return longer
    return None


def _positive(c: LibraryContext, n: Dim, name: str) -> None:
    """A transform has one point at least."""
    if n.value is not None and n.value < 1:
        raise c.error("AG205", None, function=name, reason=f"there are {n} points to transform")
    if not c.assume(n - 1, "a transform has one point at least"):
        bad = lt(c.b, c.cast(size_value(c.b, n), DType.i64, Kind.py), constant(c.b, 1))
        message = "Invalid number of FFT data points (0) specified."
        c.b.emit(fail_if, (bad,), {"error": "ValueError", "message": message})


def _norm(c: LibraryContext, norm: Abstract, name: str) -> str:
    found = "backward" if c.is_none(norm) else c.static(norm, "the norm of a transform")
    if found not in fourier.ADJOINT:
        raise c.error("AG205", norm, function=name, reason=f"there is no norm {found!r}")
    return str(found)


# -- along one axis -------------------------------------------------------------------------------------
def _complex(c: LibraryContext, x: Value) -> Value:
    value = floating(c, x)
    return c.cast(value, value.type.dtype.complex)


def _fft(c: LibraryContext, x: Value, sizes: Sequence[Dim], axes: Sequence[int], **attrs: Any) -> Value:
    """The transform of complex numbers along some axes."""
    for axis, size in zip(axes, sizes, strict=True):
        _positive(c, size, "np.fft.fft")
        x = _resized(c, x, axis, size)
    return fourier.fft(c.b, _complex(c, x), axes=tuple(sorted(axes)), **attrs) if axes else x


def _rfft(c: LibraryContext, x: Value, n: Dim, axis: int, norm: str) -> Value:
    if x.type.is_complex:
        raise c.error("AG255", None, name="rfft")
    _positive(c, n, "np.fft.rfft")
    real = _resized(c, single_at_least(c, floating(c, x)), axis, n)
    return fourier.rfft(c.b, real, axis=axis, bins=_half(c, n, 2), norm=norm)


def _irfft(c: LibraryContext, z: Value, n: Dim | None, axis: int, norm: str) -> Value:
    size = (z.type.dims[axis] - 1) * 2 if n is None else n
    _positive(c, size, "np.fft.irfft")
    if n is not None:
        z = _resized(c, z, axis, _half(c, n, 2))
    return fourier.irfft(c.b, _complex(c, z), axis=axis, n=size, norm=norm)


def _length(c: LibraryContext, n: Abstract) -> Dim | None:
    return None if c.is_none(n) else c.size(n)


Along = Callable[[LibraryContext, Value, "Dim | None", int, str], Value]


def _fft_of(inverse: bool) -> Along:
    def apply(c: LibraryContext, x: Value, n: Dim | None, axis: int, norm: str) -> Value:
        size = x.type.dims[axis] if n is None else n
        return _fft(c, x, (size,), (axis,), inverse=inverse, norm=norm)

    return apply


def _rfft_of(c: LibraryContext, x: Value, n: Dim | None, axis: int, norm: str) -> Value:
    return _rfft(c, x, x.type.dims[axis] if n is None else n, axis, norm)


def _hfft_of(c: LibraryContext, z: Value, n: Dim | None, axis: int, norm: str) -> Value:
    return _irfft(c, conjugated(c.b, _complex(c, z)), n, axis, fourier.ADJOINT[norm])


def _ihfft_of(c: LibraryContext, x: Value, n: Dim | None, axis: int, norm: str) -> Value:
    return conjugated(c.b, _rfft_of(c, x, n, axis, fourier.ADJOINT[norm]))


_ALONG: dict[str, tuple[Along, str]] = {
    "fft": (_fft_of(False), "The Fourier transform along an axis."),
    "ifft": (_fft_of(True), "The inverse Fourier transform along an axis."),
    "rfft": (_rfft_of, "The half spectrum of real numbers along an axis."),
    "irfft": (_irfft, "Real numbers from their half spectrum along an axis."),
    "hfft": (_hfft_of, "The real spectrum of half of a Hermitian signal."),
    "ihfft": (_ihfft_of, "Half of the Hermitian signal of a real spectrum."),
}


def _register_along(name: str, transform: Along, doc: str) -> None:
    def apply(c: LibraryContext, a: Abstract, n: Abstract, axis: Abstract, norm: Abstract) -> Result:
        x = c.value(a, kind=Kind.array)
        found = _norm(c, norm, f"np.fft.{name}")
        return transform(c, x, _length(c, n), c.static_axis(axis, x.type.rank), found)

    def of_numpy(
        c: LibraryContext, a: Abstract, n: Abstract = NONE, axis: Abstract = _LAST, norm: Abstract = NONE
    ) -> Result:
        return apply(c, a, n, axis, norm)

    def of_scipy(
        c: LibraryContext,
        x: Abstract,
        n: Abstract = NONE,
        axis: Abstract = _LAST,
        norm: Abstract = NONE,
        overwrite_x: Abstract = FALSE,
        workers: Abstract = NONE,
    ) -> Result:
        return apply(c, x, n, axis, norm)

    table.function(f"numpy.fft.{name}")(documented(of_numpy, doc))
    table.function(f"scipy.fft.{name}")(documented(of_scipy, doc))


for _name, (_transform, _doc) in _ALONG.items():
    _register_along(_name, _transform, _doc)


# -- along several axes ---------------------------------------------------------------------------------
Over = Callable[[LibraryContext, Value, "Sequence[Dim] | None", Sequence[int], str], Value]


def _fftn_of(inverse: bool) -> Over:
    def apply(c: LibraryContext, x: Value, s: Sequence[Dim] | None, axes: Sequence[int], norm: str) -> Value:
        sizes = [x.type.dims[a] for a in axes] if s is None else s
        return _fft(c, x, sizes, axes, inverse=inverse, norm=norm)

    return apply


def _rfftn_of(c: LibraryContext, x: Value, s: Sequence[Dim] | None, axes: Sequence[int], norm: str) -> Value:
    sizes = [x.type.dims[a] for a in axes] if s is None else s
    half = _rfft(c, x, sizes[-1], axes[-1], norm)
    return _fft(c, half, sizes[:-1], axes[:-1], inverse=False, norm=norm)


def _irfftn_of(c: LibraryContext, z: Value, s: Sequence[Dim] | None, axes: Sequence[int], norm: str) -> Value:
    sizes = [z.type.dims[a] for a in axes] if s is None else s
    inner = _fft(c, _complex(c, z), sizes[:-1], axes[:-1], inverse=True, norm=norm)
    return _irfft(c, inner, None if s is None else s[-1], axes[-1], norm)


_OVER: dict[str, tuple[Over, str]] = {
    "fft": (_fftn_of(False), "The Fourier transform along several axes."),
    "ifft": (_fftn_of(True), "The inverse Fourier transform along several axes."),
    "rfft": (_rfftn_of, "The spectrum of real numbers along several axes, half of it along the last."),
    "irfft": (_irfftn_of, "Real numbers from their spectrum along several axes."),
}


def _pairs(
    c: LibraryContext, name: str, s: Abstract, axes: Abstract, rank: int
) -> tuple[tuple[Dim, ...] | None, tuple[int, ...]]:
    """Lengths (None where they are those of the array) and axes of a transform."""
    sizes = None if c.is_none(s) else c.dims(s)
    if c.is_none(axes):
        found = tuple(range(rank))[-len(sizes) if sizes else 0 :]
    else:
        given = c.static(axes, "the axes of a transform")
        found = tuple(c.static_axis(Known(k), rank) for k in ((given,) if isinstance(given, int) else given))
    if len(set(found)) < len(found):
        raise c.error("AG249", axes, axes=found)
    if not found or (sizes is not None and len(sizes) != len(found)):
        raise c.error("AG205", s, function=name, reason="lengths and axes have to come in pairs")
    return sizes, found


def _register_over(name: str, suffix: str, transform: Over, doc: str) -> None:
    default = _LAST_TWO if suffix == "2" else NONE

    def apply(c: LibraryContext, a: Abstract, s: Abstract, axes: Abstract, norm: Abstract) -> Result:
        x, full = c.value(a, kind=Kind.array), f"np.fft.{name}{suffix}"
        sizes, found = _pairs(c, full, s, axes, x.type.rank)
        return transform(c, x, sizes, found, _norm(c, norm, full))

    def of_numpy(
        c: LibraryContext, a: Abstract, s: Abstract = NONE, axes: Abstract = default, norm: Abstract = NONE
    ) -> Result:
        return apply(c, a, s, axes, norm)

    def of_scipy(
        c: LibraryContext,
        x: Abstract,
        s: Abstract = NONE,
        axes: Abstract = default,
        norm: Abstract = NONE,
        overwrite_x: Abstract = FALSE,
        workers: Abstract = NONE,
    ) -> Result:
        return apply(c, x, s, axes, norm)

    table.function(f"numpy.fft.{name}{suffix}")(documented(of_numpy, doc))
    table.function(f"scipy.fft.{name}{suffix}")(documented(of_scipy, doc))


for _name, (_over, _doc) in _OVER.items():
    for _suffix in ("2", "n"):
        _register_over(_name, _suffix, _over, _doc)


# -- shifts ---------------------------------------------------------------------------------------------
def _shift(inverse: bool) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract, axes: Abstract = NONE) -> Result:
        value = c.value(x, kind=Kind.array)
        for axis in c.static_axes(axes, value.type.rank):
            value = _turned(c, value, axis, _half(c, value.type.dims[axis], 0 if inverse else 1))
        return c.fresh(value)

    if inverse:
        return documented(apply, "A spectrum with zero in the middle back in its usual order.")
    return documented(apply, "A spectrum with zero in the middle.")


def _turned(c: LibraryContext, x: Value, axis: int, split: Dim) -> Value:
    """The part from ``split`` on, then the part before it."""
    rank, start = x.type.rank, size_value(c.b, split)
    after = read(c.b, x, start, index=along(rank, axis, Range(x.type.dims[axis] - split)))
    before = read(c.b, x, constant(c.b, 0), index=along(rank, axis, Range(split)))
    return concat(c.b, after, before, axis=axis)


for _home in ("numpy", "scipy"):
    table.function(f"{_home}.fft.fftshift")(_shift(inverse=False))
    table.function(f"{_home}.fft.ifftshift")(_shift(inverse=True))


# -- frequencies ----------------------------------------------------------------------------------------
def _frequencies(half: bool) -> Callable[..., Result]:
    def apply(c: LibraryContext, n: Abstract, d: Abstract = _ONE) -> Result:
        size = c.size(n)
        places = arange(c.b, dim=_half(c, size, 2) if half else size)
        if not half:
            (middle,) = c.broadcast(places, size_value(c.b, _half(c, size, 1)))[1:]
            (length,) = c.broadcast(places, size_value(c.b, size))[1:]
            places = where(c.b, lt(c.b, places, middle), places, sub(c.b, places, length))
        span = c.elementwise(mul, Number(size_value(c.b, size)), d)
        step = c.elementwise(div, c.cast(constant(c.b, 1.0), DType.f64, Kind.np), floating(c, span))
        return c.elementwise(mul, c.cast(places, DType.f64), step)

    doc = "The frequencies of the bins of a half spectrum." if half else "The frequencies of bins."
    return documented(apply, doc)


for _home in ("numpy", "scipy"):
    table.function(f"{_home}.fft.fftfreq")(_frequencies(half=False))
    table.function(f"{_home}.fft.rfftfreq")(_frequencies(half=True))
