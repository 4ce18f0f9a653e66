"""Correlation: a kernel laid over an array wherever it fits. Bilinear, and closed under differentiation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Indexer, Op, Point, Range, Value
from adgen.ir.types import I64, AnyType, Type
from adgen.primitives.define import ZERO, Contribution, Primitive, Sample, Speller, Text, Zero
from adgen.primitives.elementwise import add, mul
from adgen.primitives.indexing import owned_zeros, read, write
from adgen.primitives.literals import literal_of
from adgen.primitives.matrices import summed
from adgen.primitives.shape import broadcast
from adgen.primitives.sizes import constant, size_value

Dots = Sequence[Value | Zero]


def _type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    x, k = types
    if not isinstance(x, Type) or not isinstance(k, Type) or not x.rank or x.rank != k.rank:
        raise TypeError(f"correlate: {k} does not fit {x}")
    if x.dtype is not k.dtype:
        raise TypeError(f"correlate: {x} and {k} differ in dtype")
    return (x.with_dims(*(n - m + 1 for n, m in zip(x.dims, k.dims, strict=True))),)


def _eval(ctx: Any, x: Any, k: Any) -> Any:
    if x.ndim == 1:
        return np.correlate(x, k, "valid")
    import scipy.signal

    return scipy.signal.correlate(x, k, "valid", method="direct")


def _spell(s: Speller) -> Text:
    x, k = s.arg(0), s.arg(1)
    if s.arg_type(0).rank == 1:
        return Text(f'np.correlate({x}, {k}, "valid")')
    return Text(f'scipy.signal.correlate({x}, {k}, "valid", method="direct")')


# -- derivatives ----------------------------------------------------------------------------------------
def _reversed(b: Builder, x: Value) -> Value:
    """The array with all axes running backwards."""
    starts = tuple(size_value(b, d - 1) for d in x.type.dims)
    return read(b, x, *starts, index=Indexer(tuple(Range(d, -1) for d in x.type.dims)))


def _surrounded(b: Builder, y: Value, kernel: Type) -> Value:
    """Zeros around an array, as many as let the kernel touch any element."""
    dims = tuple(n + m * 2 - 2 for n, m in zip(y.type.dims, kernel.dims, strict=True))
    starts = tuple(size_value(b, m - 1) for m in kernel.dims)
    index = Indexer(tuple(Range(n) for n in y.type.dims))
    return write(b, owned_zeros(b, y.type.with_dims(*dims)), y, *starts, index=index)


def _vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    x, k = op.operands
    return (correlate(b, _surrounded(b, y_bar, k.type), _reversed(b, k)), correlate(b, x, y_bar))


def _jvp(b: Builder, op: Op, dots: Dots) -> Value | Zero:
    (x, k), (x_dot, k_dot) = op.operands, dots
    left = ZERO if isinstance(x_dot, Zero) else correlate(b, x_dot, k)
    right = ZERO if isinstance(k_dot, Zero) else correlate(b, x, k_dot)
    return summed(b, left, right)


# -- loops over the cells of the kernel, for kernels ----------------------------------------------------
def _expand(b: Builder, op: Op) -> Value:
    x, k = op.operands
    out = op.result.type
    zeros = broadcast(b, literal_of(b, out.with_dims(), 0), dims=out.dims, axes=())
    return _over_cells(b, (x, k), out, zeros, ())


def _over_cells(
    b: Builder, operands: tuple[Value, Value], out: Type, total: Value, at: tuple[Value, ...]
) -> Value:
    x, k = operands
    if len(at) == k.type.rank:
        weight = read(b, k, *at, index=Indexer((Point(),) * k.type.rank))
        part = read(b, x, *at, index=Indexer(tuple(Range(d) for d in out.dims)))
        return add(b, total, mul(b, broadcast(b, weight, dims=out.dims, axes=()), part))
    counter, sums = Value(I64, "i"), Value(out, "sums")
    region = b.region((counter, sums), lambda: (_over_cells(b, operands, out, sums, (*at, counter)),))
    size = size_value(b, k.type.dims[len(at)])
    return b.for_loop((constant(b, 0), size, constant(b, 1)), (total,), region)[0]


correlate: Primitive = Primitive(
    name="correlate",
    type_rule=_type,
    eval=_eval,
    spell=_spell,
    doc="Sums of products with a kernel wherever it fits; adjoints are correlations too.",
    samples=(
        Sample(("f64[6]", "f64[3]")),
        Sample(("f64[4]", "f64[1]")),
        Sample(("f64[3]", "f64[3]")),
        Sample(("f32[5]", "f32[2]")),
        Sample(("f64[4,5]", "f64[2,3]")),
        Sample(("f64[3,3,3]", "f64[2,1,2]")),
    ),
    vjp=_vjp,
    jvp=_jvp,
    lower="correlate",
    expand=_expand,
)

PRIMITIVES = (correlate,)
