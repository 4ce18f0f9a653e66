"""Shapes and sizes: views where the operand is in memory, shifted rules where it is not."""

from __future__ import annotations

from collections.abc import Callable

from adgen.ir.core import Op
from adgen.ir.dims import ONE, ZERO, Dim, product
from adgen.ir.types import DType
from adgen.loops import interleaved
from adgen.loops.arrays import Array, Index, View, row_major, whole
from adgen.loops.blocks import Block
from adgen.loops.buffers import Lit, Operand
from adgen.loops.state import BROADCAST_COST, State


def lower_const(state: State, op: Op) -> None:
    """A literal."""
    state.env[op.result] = Lit(op.attr("value"), op.attr("dtype"))


def lower_dim(state: State, op: Op) -> None:
    """A size."""
    found = state.block.index(op.attr("dim"))
    state.env[op.result] = found
    if not isinstance(found, Lit):
        state.polynomials[found] = op.attr("dim")


def lower_bind_dim(state: State, op: Op) -> None:
    """A symbol gets its value; a negative size is an error."""
    value = state.scalar(op.operands[0])
    if value.dtype is not DType.i64:
        value = state.block.let("cast", (value,), DType.i64)
    ok = state.block.let("ge", (value, Lit(0, DType.i64)), DType.bool)
    state.check(ok, "ValueError", "negative dimensions are not allowed")
    symbol = Dim.symbol(op.attr("sym"))
    state.bounds.facts += [symbol - low for low in state.at_least.get(value, ())]
    state.bind(op.attr("sym"), value)


def remap(state: State, op: Op, source: Array, move: Callable[[Index], Index], cost: int = 0) -> None:
    """The result's element at an index is the source's at a moved index."""

    def rule(block: Block, index: Index) -> Operand:
        return source.at(block, move(index))

    state.define_array(op.result, rule, [source], cost)


def lower_broadcast(state: State, op: Op) -> None:
    """Repeated axes: stride 0 in memory; costly rules are computed once before they are repeated."""
    source, axes, dims = state.as_array(op.operands[0]), op.attr("axes"), op.attr("dims")
    long = {axis for k, axis in enumerate(axes) if source.dims[k] != ONE}
    repeats = any(k not in long and d != ONE for k, d in enumerate(dims))
    if source.view is None and source.dims and repeats and source.work > BROADCAST_COST:
        state.force(source)
    if source.view is not None:
        strides = [ZERO] * len(dims)
        for k, axis in enumerate(axes):
            strides[axis] = ZERO if source.dims[k] == ONE else source.view.strides[k]
        state.define_view(op.result, View(source.view.buffer, source.view.base, tuple(strides)))
        return
    stretched = {k for k, axis in enumerate(axes) if source.dims[k] == ONE and dims[axis] != ONE}
    remap(state, op, source, lambda i: tuple(ZERO if k in stretched else i[a] for k, a in enumerate(axes)))


def lower_transpose(state: State, op: Op) -> None:
    """Permuted axes."""
    source, perm = state.array(op.operands[0]), op.attr("perm")
    if source.view is not None:
        strides = tuple(source.view.strides[p] for p in perm)
        state.define_view(op.result, View(source.view.buffer, source.view.base, strides))
        return
    back = tuple(sorted(range(len(perm)), key=perm.__getitem__))
    remap(state, op, source, lambda i: tuple(i[k] for k in back))


def lower_reshape(state: State, op: Op) -> None:
    """The same elements: axes of length 1 come and go freely, else the array must lie in memory."""
    source, dims = state.as_array(op.operands[0]), op.result.type.dims
    if product(source.dims) != product(dims):
        counts = [state.block.index(product(d)) for d in (source.dims, dims)]
        ok = state.block.let("eq", counts, DType.bool)
        state.check(ok, "ValueError", "cannot reshape an array to a different number of elements")
    if not dims:
        state.env[op.result] = source.at(state.block, (ZERO,) * len(source.dims))
        return
    kept = [k for k, d in enumerate(source.dims) if d != ONE]
    wanted = [k for k, d in enumerate(dims) if d != ONE]
    if [source.dims[k] for k in kept] == [dims[k] for k in wanted]:
        _reshape_units(state, op, source, dict(zip(kept, wanted, strict=True)))
        return
    view = state.force_contiguous(source)
    state.define_view(op.result, View(view.buffer, view.base, row_major(dims)))


def _reshape_units(state: State, op: Op, source: Array, places: dict[int, int]) -> None:
    """Only axes of length 1 differ; axis k of the source is axis places[k] of the result."""
    rank = len(op.result.type.dims)
    if source.view is not None:
        strides = [ZERO] * rank
        for k, place in places.items():
            strides[place] = source.view.strides[k]
        state.define_view(op.result, View(source.view.buffer, source.view.base, tuple(strides)))
        return
    axes = range(len(source.dims))
    remap(state, op, source, lambda i: tuple(i[places[k]] if k in places else ZERO for k in axes))


def lower_fail_if(state: State, op: Op) -> None:
    """The user's own check."""
    ok = state.block.let("logical_not", [state.scalar(op.operands[0])], DType.bool)
    state.check(ok, op.attr("error"), op.attr("message"))


def lower_nothing(state: State, op: Op) -> None:
    """What kernels have no need of."""


def lower_concat(state: State, op: Op) -> None:
    """Pieces side by side in a new buffer."""
    axis, dims = op.attr("axis"), op.result.type.dims
    target = whole(state.buffer(op.result.type.dtype, product(dims)), dims)
    start = ZERO
    for operand in op.operands:
        piece = state.array(operand)
        shifted = View(target.buffer, target.base + start * target.strides[axis], target.strides)
        state.fill(shifted, piece)
        start = start + piece.dims[axis]
    state.define_view(op.result, target)


def lower_full(state: State, op: Op) -> None:
    """A repeated scalar; storage only where something is written into it."""
    value = state.scalar(op.operands[0])
    if not op.result.type.rank:
        state.env[op.result] = value
        return
    state.define_array(op.result, lambda block, index: value, (), 0)


def lower_empty(state: State, op: Op) -> None:
    """Storage without contents."""
    dims, dtype = op.result.type.dims, op.attr("dtype")
    if not dims:
        state.env[op.result] = Lit(dtype.numpy.type(0).item(), dtype)
        return
    buffer = state.buffer(dtype, product(dims))
    if op.attr("saved") is not None:
        state.tapes.append(buffer)
    state.define_view(op.result, whole(buffer, dims))


def lower_arange(state: State, op: Op) -> None:
    """0, 1, ..."""
    state.define_array(op.result, lambda block, index: block.index(index[0]), (), 0)


def lower_eye(state: State, op: Op) -> None:
    """1 where the indices agree up to an offset, else 0."""
    dtype = op.result.type.dtype
    offset = op.attr("k", 0)
    one, zero = (Lit(dtype.numpy.type(v).item(), dtype) for v in (1, 0))

    def rule(block: Block, index: Index) -> Operand:
        row, column = block.index(index[0] + offset), block.index(index[1])
        same = block.let("eq", (row, column), DType.bool)
        return block.let("where", (same, one, zero), dtype)

    state.define_array(op.result, rule, (), 2)


def lower_copy(state: State, op: Op) -> None:
    """Storage of its own, filled at the latest when something is written into it."""
    if op.operands[0] in state.interleaved:
        interleaved.lower_copy(state, op)
        return
    if not op.result.type.rank:
        state.env[op.result] = state.env[op.operands[0]]
        return
    source = state.array(op.operands[0])
    state.define_array(op.result, source.at, [source], 0)
