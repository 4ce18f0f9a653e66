"""Products of arrays: dot, matmul, outer, tensordot, einsum. All are contractions of two operands."""

from __future__ import annotations

import string
from collections.abc import Sequence

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import Result, Table
from adgen.frontend.library.operands import flat, require
from adgen.frontend.library.operators import multiply
from adgen.frontend.library.slicing import along
from adgen.ir.core import Gather, Indexer, Value
from adgen.ir.dims import ONE
from adgen.primitives.contract import contract
from adgen.primitives.indexing import read
from adgen.primitives.reduce import sum_
from adgen.primitives.shape import arange, reshape, transpose

table = Table()
_TWO = Known(2)


# -- two operands with named dims -----------------------------------------------------------------------
def contracted(c: LibraryContext, x: Value, y: Value, left: str, right: str, result: str) -> Value:
    """The contraction of two arrays whose dims have letters; every letter is shared or kept."""
    x, y = _common_sizes(c, x, y, left, right)
    return contract(c.b, x, y, spec=f"{left},{right}->{result}")


def _common_sizes(c: LibraryContext, x: Value, y: Value, left: str, right: str) -> tuple[Value, Value]:
    """The operands with equal dims for equal letters."""
    sizes = dict(zip(left, x.type.dims, strict=True))
    for letter, size in zip(right, y.type.dims, strict=True):
        if letter in sizes and sizes[letter] != size:
            sizes[letter] = c.same_dim(sizes[letter], size)
    right_dims = {**dict(zip(right, y.type.dims, strict=True)), **sizes}
    return (
        c.with_dims(x, [sizes[letter] for letter in left]),
        c.with_dims(y, [right_dims[letter] for letter in right]),
    )


# -- matmul ---------------------------------------------------------------------------------------------
@table.function("numpy.matmul", "operator.matmul")
def matmul_(c: LibraryContext, x1: Abstract, x2: Abstract) -> Result:
    """x1 @ x2."""
    return matmul(c, x1, x2)


def matmul(c: LibraryContext, x1: Abstract | Value, x2: Abstract | Value) -> Value:
    """``x1 @ x2``: matrices in the last two dims, the dims before them broadcast."""
    x, y = c.promote(x1, x2)
    require(c, x.type.rank > 0 and y.type.rank > 0, "@", x1, x2)
    left = "k" if x.type.rank == 1 else "ik"
    right = "k" if y.type.rank == 1 else "kj"
    batch = string.ascii_lowercase[:8][: max(x.type.rank - len(left), y.type.rank - len(right), 0)]
    batch = batch[::-1]
    x, x_batch = _batch(c, x, batch[len(batch) - (x.type.rank - len(left)) :], y, len(right), batch)
    y, y_batch = _batch(c, y, batch[len(batch) - (y.type.rank - len(right)) :], x1_of(x), len(left), batch)
    left, right = x_batch + left, y_batch + right
    kept = "".join(b for b in batch if b in left or b in right)
    result = kept + left.replace("k", "")[len(x_batch) :] + right.replace("k", "")[len(y_batch) :]
    z = contracted(c, x, y, left, right, result)
    return z
