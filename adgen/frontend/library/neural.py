"""adgen's own functions: activations, softmax, and stop_gradient."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from adgen.frontend.abstract import Abstract, Known, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, Result, Table, documented
from adgen.frontend.library.operands import floating, require
from adgen.frontend.library.reducing import over_axes
from adgen.frontend.library.written import entry
from adgen.frontend.written import spectra
from adgen.ir.core import Value
from adgen.ir.dims import ONE, product
from adgen.ir.types import Kind
from adgen.primitives import activations, error_function, softmax
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import add, div, mul, stop_gradient
from adgen.primitives.literals import literal, scaled
from adgen.primitives.shape import reshape, transpose

table = Table()
_LAST = Known(-1)
_weighted = entry(spectra, spectra.logsumexp)


def _names(name: str) -> tuple[str, ...]:
    return (f"adgen.{name}", f"adgen.nn.{name}", f"adgen.nn.functions.{name}")


def _activation(prim: Primitive) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract) -> Result:
        return c.elementwise(prim, x, to_float=True)

    return documented(apply, prim.doc)


table.function(*_names("relu"))(_activation(activations.relu))
table.function(*_names("sigmoid"))(_activation(activations.sigmoid))
table.function(*_names("softplus"))(_activation(activations.softplus))


@table.function(*_names("silu"))
def silu(c: LibraryContext, x: Abstract) -> Result:
    """x sigmoid(x)."""
    value = floating(c, c.value(x, kind=Kind.np))
    return mul(c.b, value, activations.sigmoid(c.b, value))


@table.function(*_names("gelu"))
def gelu(c: LibraryContext, x: Abstract) -> Result:
    """x Phi(x), where Phi is the normal distribution function."""
    value = floating(c, c.value(x, kind=Kind.np))
    curve = error_function.erf(c.b, div(c.b, value, literal(c.b, value, math.sqrt(2.0))))
    share = add(c.b, literal(c.b, curve, 1), curve)
    return mul(c.b, scaled(c.b, 0.5, value), share)


def _along_axis(prim: Primitive) -> Callable[..., Result]:
    def apply(c: LibraryContext, x: Abstract, axis: Abstract = _LAST) -> Result:
        value = floating(c, c.value(x))
        require(c, value.type.rank > 0, "softmax", x)
        return prim(c.b, value, axis=c.static_axis(axis, value.type.rank))

    return documented(apply, prim.doc)


table.function(*_names("softmax"))(_along_axis(softmax.softmax))
table.function(*_names("log_softmax"))(_along_axis(softmax.log_softmax))


@table.function(*_names("logsumexp"))
def logsumexp(c: LibraryContext, x: Abstract, axis: Abstract = NONE, keepdims: Abstract = FALSE) -> Result:
    """log(sum(exp(x))) over axes."""
    return over_axes(c, softmax.logsumexp, floating(c, c.value(x)), axis, keepdims)


@table.function("scipy.special.logsumexp")
def scipy_logsumexp(
    c: LibraryContext,
    a: Abstract,
    axis: Abstract = NONE,
    b: Abstract = NONE,
    keepdims: Abstract = FALSE,
    return_sign: Abstract = FALSE,
) -> Result:
    """log(sum(exp(a))) over axes, or of terms with weights."""
    if c.is_none(b) and not c.static_bool(return_sign, "return_sign"):
        return logsumexp(c, a, axis, keepdims)
    return _weighted(c, a, axis, Known(1.0) if c.is_none(b) else b, keepdims, return_sign)


def _together(c: LibraryContext, prim: Primitive, value: Value, axes: Sequence[int]) -> Value:
    """Several axes as one; of a scalar the scalar, as one element."""
    b, rank = c.b, value.type.rank
    if not rank:
        found = reshape(b, prim(b, reshape(b, value, dims=(ONE,)), axis=0), dims=())
        return c.value(found, kind=Kind.np)
    kept = tuple(k for k in range(rank) if k not in axes)
    order = (*kept, *axes)
    moved = transpose(b, value, perm=order) if kept else value
    dims = moved.type.dims
    one = reshape(b, moved, dims=(*dims[: len(kept)], product(dims[len(kept) :])))
    found = reshape(b, prim(b, one, axis=len(kept)), dims=dims)
    return transpose(b, found, perm=tuple(order.index(k) for k in range(rank))) if kept else found


def _scipy(prim: Primitive) -> Callable[..., Result]:
    """SciPy's default is all elements together."""

    def apply(c: LibraryContext, x: Abstract, axis: Abstract = NONE) -> Result:
        value = floating(c, c.value(x))
        axes = c.static_axes(axis, value.type.rank)
        return prim(c.b, value, axis=axes[0]) if len(axes) == 1 else _together(c, prim, value, axes)

    return documented(apply, prim.doc)


table.function("scipy.special.softmax")(_scipy(softmax.softmax))
table.function("scipy.special.log_softmax")(_scipy(softmax.log_softmax))


@table.function(*_names("stop_gradient"))
def stop_gradient_(c: LibraryContext, x: Abstract) -> Result:
    """The same value, a constant for differentiation."""
    if isinstance(x, Tuple):
        return tuple(stop_gradient_(c, item) for item in x.items)
    return x if isinstance(x, Known) else stop_gradient(c.b, c.value(x))
