"""Products of arrays: dot, matmul, outer, tensordot, einsum. All are contractions of two operands."""

from __future__ import annotations

import string
from collections.abc import Mapping

from adgen.diagnostics import UserError
from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table
from adgen.frontend.library.operands import flat, matched, require
from adgen.frontend.library.operators import multiply
from adgen.frontend.library.slicing import along
from adgen.ir.core import Gather, Indexer, Point, Value
from adgen.ir.dims import ONE, Dim
from adgen.ir.types import Kind
from adgen.primitives.complexes import conjugated
from adgen.primitives.contract import contract
from adgen.primitives.elementwise import mul, sub
from adgen.primitives.indexing import read
from adgen.primitives.shape import arange, reshape, transpose
from adgen.primitives.sizes import constant
from adgen.primitives.stacking import stack

table = Table()
_TWO = Known(2)
_LAST = Known(-1)


# -- two operands with named dims -----------------------------------------------------------------------
def contracted(c: LibraryContext, x: Value, y: Value, left: str, right: str, result: str) -> Value:
    """The contraction of two arrays whose dims have letters; every letter is shared or kept."""
    x, y = _common_sizes(c, x, y, left, right)
    return contract(c.b, x, y, spec=f"{left},{right}->{result}")


def _common_sizes(c: LibraryContext, x: Value, y: Value, left: str, right: str) -> tuple[Value, Value]:
    """The operands with equal dims for equal letters."""
    sizes = dict(zip(left, x.type.dims, strict=True))
    for letter, size in zip(right, y.type.dims, strict=True):
        if letter in sizes:
            sizes[letter] = matched(c, sizes[letter], size, x, y)
    right_dims = {**dict(zip(right, y.type.dims, strict=True)), **sizes}
    return (
        c.with_dims(x, [sizes[letter] for letter in left]),
        c.with_dims(y, [right_dims[letter] for letter in right]),
    )


# -- matmul ---------------------------------------------------------------------------------------------
_BATCH = "abcdefgh"


@table.function("numpy.matmul", "numpy.linalg.matmul")
def matmul_(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
    """x1 @ x2."""
    return matmul(c, x1, x2)


def matmul(c: LibraryContext, x1: Abstract | Value, x2: Abstract | Value) -> Value:
    """``x1 @ x2``: matrices in the last two dims, the dims before them broadcast."""
    x, y = c.promote(x1, x2)
    require(c, x.type.rank > 0 and y.type.rank > 0, "@", x1, x2)
    counts = [max(v.type.rank - 2, 0) for v in (x, y)]
    letters = _BATCH[: max(counts)]
    sizes = [
        dict(zip(letters[len(letters) - n :], v.type.dims, strict=False))
        for n, v in zip(counts, (x, y), strict=True)
    ]
    x, left = _unstretched(c, x, sizes[0], sizes[1])
    y, right = _unstretched(c, y, sizes[1], sizes[0])
    batch = "".join(letter for letter in letters if letter in left + right)
    rows = "i" if x.type.rank > len(left) + 1 else ""
    columns = "j" if y.type.rank > len(right) + 1 else ""
    return contracted(c, x, y, f"{left}{rows}k", f"{right}k{columns}", batch + rows + columns)


def _unstretched(
    c: LibraryContext, x: Value, sizes: Mapping[str, Dim], others: Mapping[str, Dim]
) -> tuple[Value, str]:
    """``x`` without the batch dims of length 1 that the other operand stretches, and its batch letters."""
    kept = [k for k in sizes if sizes[k] != ONE or others.get(k, ONE) == ONE]
    if len(kept) == len(sizes):
        return x, "".join(kept)
    dims = (*(sizes[k] for k in kept), *x.type.dims[len(sizes) :])
    return reshape(c.b, x, dims=dims), "".join(kept)


# -- dot and its relatives ------------------------------------------------------------------------------
@table.function("numpy.dot", "numpy.ndarray.dot")
def dot(c: LibraryContext, a: Abstract, b: Abstract) -> Result:
    """The sum of products over the last dim of a and the last but one of b."""
    x, y = c.promote(c.value(a, kind=Kind.np), b, strong=True)
    if not x.type.rank or not y.type.rank:
        return multiply(c, x, y)
    left = _BATCH[: x.type.rank - 1] + "k"
    if y.type.rank == 1:
        return contracted(c, x, y, left, "k", left[:-1])
    rest = string.ascii_lowercase[11 : 11 + y.type.rank - 1]
    return contracted(c, x, y, left, f"{rest[:-1]}k{rest[-1]}", left[:-1] + rest)


@table.function("numpy.inner")
def inner(c: LibraryContext, a: Abstract, b: Abstract) -> Result:
    """The sum of products over the last dims."""
    x, y = c.promote(c.value(a, kind=Kind.np), b, strong=True)
    if not x.type.rank or not y.type.rank:
        return multiply(c, x, y)
    left, right = _BATCH[: x.type.rank - 1], string.ascii_lowercase[11 : 11 + y.type.rank - 1]
    return contracted(c, x, y, f"{left}k", f"{right}k", left + right)


@table.function("numpy.vdot")
def vdot(c: LibraryContext, a: Abstract, b: Abstract) -> Result:
    """The sum of products of all elements, the first conjugated."""
    x, y = (flat(c, v) for v in c.promote(c.value(a, kind=Kind.np), b, strong=True))
    return contracted(c, conjugated(c.b, x), y, "k", "k", "")


@table.function("numpy.outer", "numpy.linalg.outer")
def outer(c: LibraryContext, a: Abstract, b: Abstract) -> Result:
    """All products of elements of two vectors."""
    x, y = (flat(c, v) for v in c.promote(a, b, strong=True))
    return contracted(c, x, y, "i", "j", "ij")


@table.function("numpy.linalg.vecdot", "numpy.vecdot")
def vecdot(c: LibraryContext, x1: Abstract, x2: Abstract, *, axis: Abstract = _LAST) -> Result:
    """The sum of products over a dim of both, the first conjugated; the dims before them broadcast."""
    left, right = c.promote(x1, x2)
    require(c, left.type.rank > 0 and right.type.rank > 0, "np.vecdot", x1, x2)
    x, y = c.broadcast(_axis_last(c, left, axis), _axis_last(c, right, axis))
    letters = _BATCH[: x.type.rank - 1]
    return contracted(c, conjugated(c.b, x), y, f"{letters}k", f"{letters}k", letters)


@table.function("numpy.tensordot", "numpy.linalg.tensordot")
def tensordot(c: LibraryContext, a: Abstract, b: Abstract, axes: Abstract = _TWO) -> Result:
    """The sum of products over pairs of dims."""
    x, y = c.promote(a, b)
    pairs = _axis_pairs(c, axes, x.type.rank, y.type.rank)
    left = list(string.ascii_lowercase[: x.type.rank])
    right = list(string.ascii_lowercase[x.type.rank : x.type.rank + y.type.rank])
    for p, q in pairs:
        right[q] = left[p]
    summed = {left[p] for p, _ in pairs}
    result = "".join(letter for letter in left + right if letter not in summed)
    z = contracted(c, x, y, "".join(left), "".join(right), result)
    return z if z.type.rank else c.value(z, kind=Kind.array)


def _axis_pairs(c: LibraryContext, axes: Abstract, left: int, right: int) -> list[tuple[int, int]]:
    """The axes that are summed over together. Raises AG205 or AG231 where there are no such axes."""
    given = c.static(axes, "the axes of np.tensordot")
    if isinstance(given, int):
        if not 0 <= given <= min(left, right):
            raise _no_pairs(c, axes, f"there are no {given} axes of both arrays")
        return [(left - given + k, k) for k in range(given)]
    if not isinstance(given, tuple) or len(given) != 2:
        raise _no_pairs(c, axes, "axes are a number, or axes of the one and of the other array")
    p, q = ((side,) if isinstance(side, int) else side for side in given)
    if not all(isinstance(side, tuple) and all(isinstance(k, int) for k in side) for side in (p, q)):
        raise _no_pairs(c, axes, "axes are integers")
    if len(p) != len(q):
        raise _no_pairs(c, axes, "axes come in pairs")
    for side, rank in ((p, left), (q, right)):
        for axis in side:
            if not -rank <= axis < rank:
                raise c.error("AG231", axes, axis=axis, rank=rank)
    return [(i % left, j % right) for i, j in zip(p, q, strict=True)]


def _no_pairs(c: LibraryContext, axes: Abstract, reason: str) -> UserError:
    return c.error("AG205", axes, function="np.tensordot", reason=reason)


@table.function("numpy.kron")
def kron(c: LibraryContext, a: Abstract, b: Abstract) -> Result:
    """The Kronecker product; missing dims in front have length 1."""
    x, y = c.promote(a, b, strong=True)
    rank = max(x.type.rank, y.type.rank)
    if not rank:
        return multiply(c, x, y)
    x, y = (reshape(c.b, v, dims=((ONE,) * (rank - v.type.rank) + v.type.dims)) for v in (x, y))
    left, right = string.ascii_lowercase[:rank], string.ascii_lowercase[rank : 2 * rank]
    z = contracted(c, x, y, left, right, "".join(p + q for p, q in zip(left, right, strict=True)))
    return reshape(c.b, z, dims=tuple(p * q for p, q in zip(x.type.dims, y.type.dims, strict=True)))


_THREE = Dim.const(3)


@table.function("numpy.cross")
def cross(
    c: LibraryContext,
    a: Abstract,
    b: Abstract,
    axisa: Abstract = _LAST,
    axisb: Abstract = _LAST,
    axisc: Abstract = _LAST,
    axis: Abstract = NONE,
) -> Result:
    """The vector product of vectors of three elements."""
    axes = (axisa, axisb, axisc) if c.is_none(axis) else (axis,) * 3
    values = c.promote(a, b)
    require(c, all(v.type.rank > 0 for v in values), "np.cross", a, b)
    x, y = (_axis_last(c, v, k) for v, k in zip(values, axes[:2], strict=True))
    sizes = [v.type.dims[-1] for v in (x, y)]
    require(c, all(s.value in (3, None) for s in sizes), "np.cross", a, b)
    x, y = (c.with_dims(v, (*v.type.dims[:-1], _THREE)) for v in (x, y))
    x, y = c.broadcast(x, y)
    first, second = ([_component(c, v, k) for k in range(3)] for v in (x, y))
    found = [
        sub(c.b, mul(c.b, first[i], second[j]), mul(c.b, first[j], second[i]))
        for i, j in ((1, 2), (2, 0), (0, 1))
    ]
    rank = x.type.rank
    return stack(c.b, *found, axis=c.static_axis(axes[2], rank))


@table.function("numpy.linalg.cross")
def linalg_cross(c: LibraryContext, x1: Abstract, x2: Abstract, *, axis: Abstract = _LAST) -> Result:
    """The vector product of vectors of three elements."""
    return cross(c, x1, x2, axis=axis)


def _axis_last(c: LibraryContext, x: Value, axis: Abstract) -> Value:
    rank, k = x.type.rank, c.static_axis(axis, x.type.rank)
    return x if k == rank - 1 else transpose(c.b, x, perm=(*(d for d in range(rank) if d != k), k))


def _component(c: LibraryContext, x: Value, k: int) -> Value:
    return read(c.b, x, constant(c.b, k), index=along(x.type.rank, x.type.rank - 1, Point()))


def diagonal_of(c: LibraryContext, x: Value, first: int, second: int) -> Value:
    """The diagonal of two dims of equal size, in front of the other dims."""
    size = c.same_dim(x.type.dims[first], x.type.dims[second])
    x = c.with_dims(x, [size if k in (first, second) else d for k, d in enumerate(x.type.dims)])
    order = (first, second, *(k for k in range(x.type.rank) if k not in (first, second)))
    moved = transpose(c.b, x, perm=order) if order != tuple(range(x.type.rank)) else x
    both = along(moved.type.rank, 0, Gather()).access
    places = arange(c.b, dim=size)
    return read(c.b, moved, places, places, index=Indexer((both[0], Gather(), *both[2:])))
