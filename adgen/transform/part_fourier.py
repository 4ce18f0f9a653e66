"""Fourier transforms of real numbers, and those of which only the real part is used: half the work.

The spectrum of real numbers mirrors itself, so a half spectrum says all; and the real part of a transform is
the transform of the half spectrum that mirrors itself.
"""

from __future__ import annotations

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Indexer, Op, Range, Value
from adgen.ir.dims import Dim
from adgen.primitives import fourier
from adgen.primitives.complexes import compose, imag, real
from adgen.primitives.elementwise import add, mul, neg, sub
from adgen.primitives.indexing import read
from adgen.primitives.literals import literal
from adgen.primitives.rounding import floor_divide
from adgen.primitives.shape import concat
from adgen.primitives.sizes import constant, dim_of, size_value
from adgen.transform.pairs import Pair


def transformed(b: Builder, x: Pair, op: Op, only_real: bool) -> Pair:
    """The transform along the last axis, as an operation says; perhaps ``only_real`` parts are needed."""
    inverse, norm = op.attr("inverse"), op.attr("norm")
    if x[1] is None:
        return _of_real(b, x[0], inverse, norm)
    if only_real:
        return _real_part(b, x[0], x[1], inverse, norm), None
    z = fourier.fft(b, compose(b, x[0], x[1]), axes=(x[0].type.rank - 1,), inverse=inverse, norm=norm)
    return real(b, z), imag(b, z)


def _of_real(b: Builder, x: Value, inverse: bool, norm: str) -> Pair:
    """The parts of the transform of real numbers along the last axis."""
    last = x.type.rank - 1
    n = x.type.dims[last]
    bins = _half(b, n)
    found = fourier.rfft(b, x, axis=last, bins=bins, norm=fourier.ADJOINT[norm] if inverse else norm)
    re, im = real(b, found), imag(b, found)
    im = neg(b, im) if inverse else im
    mirrored = (_part(b, v, n - bins, n - bins, -1) for v in (re, im))
    return concat(b, re, next(mirrored), axis=last), concat(b, im, neg(b, next(mirrored)), axis=last)


def _real_part(b: Builder, x: Value, y: Value, inverse: bool, norm: str) -> Value:
    """The real part of the transform of x + iy along the last axis."""
    last = x.type.rank - 1
    n = x.type.dims[last]
    bins = _half(b, n)
    re, im = (_both_ways(b, v, n, bins) for v in (x, y))
    half = literal(b, re[0], 0.5)
    kept = mul(b, half, add(b, *re))
    turned = mul(b, half, sub(b, *(im if inverse else im[::-1])))
    return fourier.irfft(
        b, compose(b, kept, turned), axis=last, n=n, norm=norm if inverse else fourier.ADJOINT[norm]
    )


def _half(b: Builder, n: Dim) -> Dim:
    """How many bins the half spectrum of so many points has."""
    if n.value is not None:
        return Dim.const(n.value // 2 + 1)
    return dim_of(b, floor_divide(b, size_value(b, n + 2), constant(b, 2)), "bins")


def _both_ways(b: Builder, x: Value, n: Dim, bins: Dim) -> tuple[Value, Value]:
    """The first bins, and those that mirror them."""
    mirrored = _part(b, x, n - 1, bins - 1, -1)
    first = _part(b, x, Dim.const(0), Dim.const(1), 1)
    return _part(b, x, Dim.const(0), bins, 1), concat(b, first, mirrored, axis=x.type.rank - 1)


def _part(b: Builder, x: Value, start: Dim, size: Dim, step: int) -> Value:
    """Elements along the last axis."""
    index = Indexer((*(Full() for _ in x.type.dims[1:]), Range(size, step)))
    return read(b, x, size_value(b, start), index=index)
