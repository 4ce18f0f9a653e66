"""Complex matrices as real ones of twice the size, for functions that are known for real matrices only.

``x + i y`` becomes ``[[x, -y], [y, x]]``. Sums, products and inverses of such matrices are such matrices, and
so is every power series, root and limit of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.frontend.library.slicing import along
from adgen.ir.builder import Builder
from adgen.ir.core import Range, Value
from adgen.ir.dims import Dim
from adgen.primitives.complexes import compose, imag, real
from adgen.primitives.elementwise import neg
from adgen.primitives.indexing import read
from adgen.primitives.shape import concat
from adgen.primitives.sizes import constant, size_value


def parts_below(b: Builder, x: Value) -> Value:
    """The real parts of each matrix (or of a vector), with the imaginary parts below."""
    return concat(b, real(b, x), imag(b, x), axis=max(x.type.rank - 2, 0))


def embedded(b: Builder, x: Value) -> Value:
    """Each matrix as a real one."""
    axis = x.type.rank - 1
    other = concat(b, neg(b, imag(b, x)), real(b, x), axis=axis - 1)
    return concat(b, parts_below(b, x), other, axis=axis)


def from_parts_below(b: Builder, x: Value, rows: Dim) -> Value:
    """The complex matrices (or the vector) whose parts are one below the other."""
    at = along(x.type.rank, max(x.type.rank - 2, 0), Range(rows))
    return compose(b, read(b, x, constant(b, 0), index=at), read(b, x, size_value(b, rows), index=at))


def taken_out(b: Builder, x: Value, dims: Sequence[Dim]) -> Value:
    """The complex matrices of these dims that are embedded in real ones."""
    at = along(x.type.rank, x.type.rank - 1, Range(dims[-1]))
    return from_parts_below(b, read(b, x, constant(b, 0), index=at), dims[-2])


def of_matrices(b: Builder, function: Callable[..., Value], *xs: Value) -> Value:
    """A function of matrices, of complex ones where they are complex; the result has the last one's dims."""
    if not xs[-1].type.is_complex:
        return function(*xs)
    return taken_out(b, function(*(embedded(b, x) for x in xs)), xs[-1].type.dims)
