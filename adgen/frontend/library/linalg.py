"""Linear algebra that is made of simpler operations."""

from __future__ import annotations

import math

from adgen.frontend.abstract import Abstract
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import FALSE, NONE, Result, Table
from adgen.frontend.library.operands import flat, floating, with_kept_dims
from adgen.frontend.library.products import contracted, matmul
from adgen.ir.core import Value
from adgen.ir.types import Kind
from adgen.primitives.elementwise import mul
from adgen.primitives.extrema import max_, min_
from adgen.primitives.patterns import eye
from adgen.primitives.powers import root
from adgen.primitives.reduce import sum_
from adgen.primitives.rounding import absolute

table = Table()


@table.function("numpy.linalg.norm")
def norm(
    c: LibraryContext,
    x: Abstract,
    ord: Abstract = NONE,
    axis: Abstract = NONE,
    keepdims: Abstract = FALSE,
) -> Result:
    """Euclidean and Frobenius norms, and the 1- and maximum norms of vectors; derivative zero at zero."""
    value = floating(c, c.value(x, kind=Kind.np))
    axes = c.static_axes(axis, value.type.rank)
    kind = None if c.is_none(ord) else c.static(ord, "the order of a norm")
    y = _norm(c, value, axes, kind, whole=c.is_none(axis))
    return with_kept_dims(c, y, value.type, axes) if c.static_bool(keepdims, "keepdims") else y


def _norm(c: LibraryContext, x: Value, axes: tuple[int, ...], kind: object, whole: bool) -> Value:
    if not axes:
        return absolute(c.b, x)
    if kind in (None, "fro") or (kind == 2 and len(axes) == 1):
        if whole:
            vector = flat(c, x)
            return root(c.b, contracted(c, vector, vector, "i", "i", ""))
        return root(c.b, sum_(c.b, mul(c.b, x, x), axes=axes))
    if len(axes) == 1 and kind == 1:
        return sum_(c.b, absolute(c.b, x), axes=axes)
    if len(axes) == 1 and kind in (math.inf, -math.inf):
        return (max_ if kind == math.inf else min_)(c.b, absolute(c.b, x), axes=axes)
    raise c.error("AG205", None, function="np.linalg.norm", reason=f"order {kind!r} is not supported")


@table.function("numpy.linalg.vector_norm")
def vector_norm(
    c: LibraryContext, x: Abstract, *, axis: Abstract = NONE, keepdims: Abstract = FALSE
) -> Result:
    """The Euclidean norm."""
    return norm(c, x, axis=axis, keepdims=keepdims)


@table.function("numpy.linalg.matrix_norm")
def matrix_norm(c: LibraryContext, x: Abstract, *, keepdims: Abstract = FALSE) -> Result:
    """The Frobenius norm of the matrices in the last two dims."""
    value = floating(c, c.value(x))
    axes = (value.type.rank - 2, value.type.rank - 1)
    y = _norm(c, value, axes, None, whole=False)
    return with_kept_dims(c, y, value.type, axes) if c.static_bool(keepdims, "keepdims") else y


@table.function("numpy.linalg.matrix_power")
def matrix_power(c: LibraryContext, a: Abstract, n: Abstract) -> Result:
    """A product of n equal matrices, n >= 0."""
    x, count = c.value(a), c.static_int(n, "the exponent of a matrix")
    if count < 0:
        raise c.error("AG205", n, function="np.linalg.matrix_power", reason="the exponent is negative")
    if count == 0:
        return eye(c.b, dims=x.type.dims, k=0, dtype=x.type.dtype)
    result, square = None, x
    while count:
        if count % 2:
            result = square if result is None else matmul(c, result, square)
        count //= 2
        square = matmul(c, square, square) if count else square
    assert result is not None
    return c.fresh(result) if result is x else result


@table.function("numpy.linalg.multi_dot")
def multi_dot(c: LibraryContext, arrays: Abstract) -> Result:
    """The product of several matrices, from the left."""
    first, *rest = c.items(arrays)
    result = c.value(first)
    for item in rest:
        result = matmul(c, result, item)
    return result
