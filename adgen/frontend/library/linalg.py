"""Linear algebra that is made of simpler operations: powers, chains and inverses of several dims."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.frontend.abstract import Abstract, Known
from adgen.frontend.context import LibraryContext
from adgen.frontend.entries import NONE, Result, Table
from adgen.frontend.library.factorizations import square_matrices
from adgen.frontend.library.operands import floating, require
from adgen.frontend.library.products import matmul
from adgen.ir.core import Value
from adgen.ir.dims import ONE, Dim, product
from adgen.primitives.linear_algebra import inv, solve
from adgen.primitives.patterns import eye
from adgen.primitives.shape import broadcast, reshape, transpose

table = Table()
_TWO = Known(2)


@table.function("numpy.linalg.matrix_power")
def matrix_power(c: LibraryContext, a: Abstract, n: Abstract) -> Result:
    """A product of n equal matrices; of their inverses where n is negative."""
    x, count = c.value(a), c.static_int(n, "the exponent of a matrix")
    require(c, x.type.rank >= 2, "np.linalg.matrix_power", a)
    if count <= 0:
        x = square_matrices(c, x if count == 0 and not x.type.is_float else floating(c, x), _POWER)
    if count == 0:
        unit = eye(c.b, dims=x.type.dims[-2:], k=0, dtype=x.type.dtype)
        rank = x.type.rank
        return broadcast(c.b, unit, dims=x.type.dims, axes=(rank - 2, rank - 1)) if rank > 2 else unit
    if count < 0:
        x, count = inv(c.b, x), -count
    result, square = None, x
    while count:
        if count % 2:
            result = square if result is None else matmul(c, result, square)
        count //= 2
        square = matmul(c, square, square) if count else square
    assert result is not None
    return c.fresh(result) if result is x else result


_POWER = "np.linalg.matrix_power"


@table.function("numpy.linalg.multi_dot")
def multi_dot(c: LibraryContext, arrays: Abstract) -> Result:
    """The product of several matrices, in an order with few multiplications where sizes are known."""
    values = [c.value(item) for item in c.items(arrays)]
    require(c, len(values) >= 2, "np.linalg.multi_dot", *values)
    return _chained(c, values)


def _chained(c: LibraryContext, values: Sequence[Value]) -> Value:
    if len(values) == 1:
        return values[0]
    cut = _best_cut(values)
    return matmul(c, _chained(c, values[:cut]), _chained(c, values[cut:]))


def _best_cut(values: Sequence[Value]) -> int:
    """Where to cut a chain: by its sizes where they are known, else before the last."""
    first, last = values[0].type, values[-1].type
    sizes = [first.dims[0].value if first.rank == 2 else 1]
    sizes += [v.type.dims[0].value for v in values[1:]]
    sizes += [last.dims[1].value if last.rank == 2 else 1]
    if len(values) == 2 or any(s is None for s in sizes):
        return len(values) - 1
    known = [s or 0 for s in sizes]
    return min(
        range(1, len(values)),
        key=lambda k: _cost(known, 0, k) + _cost(known, k, len(values)) + known[0] * known[k] * known[-1],
    )


def _cost(sizes: Sequence[int], start: int, stop: int) -> int:
    """The fewest multiplications for the matrices ``start`` to ``stop``."""
    best = {(i, i + 1): 0 for i in range(start, stop)}
    for length in range(2, stop - start + 1):
        for i in range(start, stop - length + 1):
            j = i + length
            best[i, j] = min(
                best[i, k] + best[k, j] + sizes[i] * sizes[k] * sizes[j] for k in range(i + 1, j)
            )
    return best[start, stop]


# -- inverses of several dims ---------------------------------------------------------------------------
@table.function("numpy.linalg.tensorinv")
def tensorinv(c: LibraryContext, a: Abstract, ind: Abstract = _TWO) -> Result:
    """The inverse of an array as a map from its last dims to its first ``ind`` dims."""
    x, count = floating(c, c.value(a)), c.static_int(ind, "the number of dims of np.linalg.tensorinv")
    require(c, 0 < count < x.type.rank, "np.linalg.tensorinv", a)
    left, right = x.type.dims[:count], x.type.dims[count:]
    matrix = _as_square(c, x, left, right, "np.linalg.tensorinv")
    return reshape(c.b, inv(c.b, matrix), dims=(*right, *left))


def _as_square(c: LibraryContext, x: Value, left: Sequence[Dim], right: Sequence[Dim], name: str) -> Value:
    flat = reshape(c.b, x, dims=(product(tuple(left)), product(tuple(right))))
    return square_matrices(c, flat, name)


@table.function("numpy.linalg.tensorsolve")
def tensorsolve(c: LibraryContext, a: Abstract, b: Abstract, axes: Abstract = NONE) -> Result:
    """The x with tensordot(a, x, x.ndim) == b."""
    x, right = c.promote(floating(c, c.value(a)), floating(c, c.value(b)))
    if not c.is_none(axes):
        given = c.static(axes, "the axes of np.linalg.tensorsolve")
        back = [c.static_axis(Known(k), x.type.rank) for k in given]
        rest = [k for k in range(x.type.rank) if k not in back]
        x = transpose(c.b, x, perm=(*rest, *back))
    rank = right.type.rank
    require(c, 0 < rank < x.type.rank, "np.linalg.tensorsolve", a, b)
    dims = x.type.dims[rank:]
    matrix = _as_square(c, x, x.type.dims[:rank], dims, "np.linalg.tensorsolve")
    column = reshape(c.b, right, dims=(product(right.type.dims), ONE))
    column = c.with_dims(column, (matrix.type.dims[0], ONE))
    return reshape(c.b, solve(c.b, matrix, column), dims=dims)
