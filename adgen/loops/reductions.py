"""Reductions and running sums.

Over the last axis (or all axes) a reduction is a rule that computes a scalar by `Reduce`; over leading axes
it is accumulated row by row into a buffer, so that the last axis stays the fast one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adgen.ir.core import Op
from adgen.ir.dims import ONE, Dim, product
from adgen.ir.types import DType
from adgen.loops.arrays import Array, Index, whole
from adgen.loops.blocks import Block
from adgen.loops.buffers import Lit, Operand, Ref
from adgen.loops.core import Get, Loop, Reduce, Set
from adgen.loops.state import State

#: Kinds of reductions and the scalar operation that combines two values.
COMBINE = {
    "sum": "add",
    "prod": "mul",
    "max": "maximum",
    "min": "minimum",
    "any": "logical_or",
    "all": "logical_and",
}
_REDUCE_COST = 50


def neutral(kind: str, dtype: DType) -> Lit:
    """The value that changes nothing."""
    if dtype.is_float:
        value: float = {"sum": 0.0, "prod": 1.0, "max": float("-inf"), "min": float("inf")}[kind]
        return Lit(value, dtype)
    if dtype is DType.bool:
        return Lit(kind in ("all", "min", "prod"), dtype)
    bits = dtype.itemsize * 8
    signed = dtype.value.startswith("i")
    low = -(1 << (bits - 1)) if signed else 0
    high = (1 << (bits - 1 if signed else bits)) - 1
    return Lit({"sum": 0, "prod": 1, "max": low, "min": high}[kind], dtype)


def lower_reduction(state: State, op: Op) -> None:
    """A reduction over attribute `axes`."""
    kind, axes = op.prim.name, tuple(op.attr("axes"))
    source = state.as_array(op.operands[0])
    initial = dict(op.attrs).get("initial")
    if kind in ("max", "min") and initial is None:
        _check_some(state, tuple(source.dims[a] for a in axes), kind)
    if not axes:
        if op.result.type.rank:
            state.define_array(op.result, source.at, [source], 0)
        else:
            state.env[op.result] = state.scalar(op.operands[0])
        return
    kept = tuple(k for k in range(len(source.dims)) if k not in axes)
    if not kept:
        found = reduced(state.block, kind, source, axes, (), op.result.type.dtype)
        state.env[op.result] = _beyond(state.block, kind, found, initial)
    elif _last_is_reduced(source.dims, axes):
        _by_rule(state, op, kind, source, axes)
    else:
        _by_rows(state, op, kind, source, kept)


def _beyond(block: Block, kind: str, found: Operand, initial: float | None) -> Operand:
    """An extremum, or the number it starts with where it is of nothing."""
    if initial is None:
        return found
    return block.let(COMBINE[kind], (found, Lit(initial, found.dtype)), found.dtype)


def _check_some(state: State, dims: Sequence[Dim], kind: str) -> None:
    for d in dims:
        bound = d.lower_bound()
        if bound is not None and bound > 0:
            continue
        ok = state.block.let("ne", (state.block.index(d), Lit(0, DType.i64)), DType.bool)
        word = "maximum" if kind == "max" else "minimum"
        state.check(ok, "ValueError", f"zero-size array to reduction operation {word} which has no identity")


def _last_is_reduced(dims: Sequence[Dim], axes: Sequence[int]) -> bool:
    """Whether the fastest axis that is longer than 1 is reduced."""
    for k in reversed(range(len(dims))):
        if dims[k] != ONE:
            return k in axes
    return True


#: in which dtype short numbers are added up
_WIDER = {DType.f32: DType.f64, DType.f16: DType.f32}


def reduced(
    block: Block, kind: str, source: Array, axes: Sequence[int], index: Index, dtype: DType
) -> Operand:
    """The reduction of the cells of a source whose other indices are given; f32 is summed in double."""
    variables, inner = block.domain([source.dims[a] for a in axes])
    kept = [k for k in range(len(source.dims)) if k not in axes]
    places = dict(zip(kept, index, strict=True)) | dict(zip(axes, inner, strict=True))
    body = block.nested(pure=True)
    value = source.at(body, tuple(places[k] for k in range(len(source.dims))))
    wide = _WIDER.get(dtype, dtype) if kind in ("sum", "prod") else dtype
    if wide is not dtype:
        value = body.let("cast", (value,), wide)
    result: Operand = block.ref(wide)
    assert isinstance(result, Ref)
    if not variables:
        block.stmts.extend(body.stmts)
        result = value
    else:
        block.add(Reduce((result,), (kind,), variables, tuple(body.stmts), (value,)))
    return result if wide is dtype else block.let("cast", (result,), dtype)


def _by_rule(state: State, op: Op, kind: str, source: Array, axes: Sequence[int]) -> None:
    dtype, initial = op.result.type.dtype, dict(op.attrs).get("initial")
    state.define_array(
        op.result,
        lambda block, index: _beyond(block, kind, reduced(block, kind, source, axes, index, dtype), initial),
        [source],
        _REDUCE_COST,
    )


def _by_rows(state: State, op: Op, kind: str, source: Array, kept: Sequence[int]) -> None:
    dims, dtype = op.result.type.dims, op.result.type.dtype
    target = whole(state.buffer(dtype, product(dims)), dims)
    initial = dict(op.attrs).get("initial")
    start = neutral(kind, dtype) if initial is None else Lit(initial, dtype)
    state.fill(target, Array(dims, dtype, rule=lambda block, index: start))
    variables, index = state.block.domain(source.dims)
    with state.blocks.inside(pure=True) as body:
        value = source.at(body, index)
        body.store(target.buffer, target.at([index[k] for k in kept]), value, COMBINE[kind])
    state.emit_nest(variables, body)
    state.define_view(op.result, target)


# -- along one axis, in order ---------------------------------------------------------------------------
def _around(source: Array, axis: int) -> list[Dim]:
    return [d for k, d in enumerate(source.dims) if k != axis]


def _with(index: Index, axis: int, place: Dim) -> Index:
    return (*index[:axis], place, *index[axis:])


def _counted(state: State, extent: Dim, body: Callable[[Block, Dim], None]) -> None:
    """`for i in range(extent)` in the current block."""
    counter = state.block.ref(DType.i64)
    with state.blocks.inside() as inner:
        body(inner, Dim.symbol(counter.name))
    zero, one = Lit(0, DType.i64), Lit(1, DType.i64)
    state.block.add(Loop(counter, zero, state.block.index(extent), one, tuple(inner.stmts)))


def _get(block: Block, slot: object) -> Ref:
    from adgen.loops.buffers import Slot

    assert isinstance(slot, Slot)
    ref = block.ref(slot.dtype)
    block.add(Get(ref, slot))
    return ref


def lower_running(state: State, op: Op) -> None:
    """cumsum and cumprod along an axis, from the end with `reverse`, shifted by one with `exclusive`."""
    source, axis = state.array(op.operands[0]), op.attr("axis")
    dtype = op.result.type.dtype
    kind = "sum" if op.prim.name == "cumsum" else "prod"
    target = whole(state.buffer(dtype, product(source.dims)), source.dims)
    running, extent = state.slot(dtype), source.dims[axis]
    variables, index = state.block.domain(_around(source, axis))

    def step(block: Block, i: Dim) -> None:
        place = extent - 1 - i if op.attr("reverse") else i
        cell = _with(index, axis, place)
        before = _get(block, running)
        after = block.let(COMBINE[kind], (before, source.at(block, cell)), dtype)
        block.store(target.buffer, target.at(cell), before if op.attr("exclusive") else after)
        block.add(Set(running, after))

    with state.blocks.inside() as body:
        body.add(Set(running, neutral(kind, dtype)))
        _counted(state, extent, step)
    state.emit_nest(variables, body)
    state.define_view(op.result, target)


def lower_position(state: State, op: Op) -> None:
    """argmax and argmin: the first of equal elements, the first NaN where there is one."""
    source, axis = state.array(op.operands[0]), op.attr("axis")
    _check_some(state, (source.dims[axis],), op.prim.name.removeprefix("arg"))
    if source.work > 3:
        state.force(source)
    if not op.result.type.rank:
        state.env[op.result] = _position(state, op, source, ())
        return
    target = whole(state.buffer(DType.i64, product(op.result.type.dims)), op.result.type.dims)
    variables, index = state.block.domain(_around(source, axis))
    with state.blocks.inside() as body:
        found = _position(state, op, source, index)
        body.store(target.buffer, target.at(index), found)
    state.emit_nest(variables, body)
    state.define_view(op.result, target)


def _position(state: State, op: Op, source: Array, index: Index) -> Operand:
    axis, dtype = op.attr("axis"), source.dtype
    best, where = state.slot(dtype), state.slot(DType.i64)
    relation = "gt" if op.prim.name == "argmax" else "lt"

    def step(block: Block, i: Dim) -> None:
        value, old = source.at(block, _with(index, axis, i)), _get(block, best)
        wins = block.let(relation, (value, old), DType.bool)
        if dtype.is_float:
            value_nan = block.let("isnan", (value,), DType.bool)
            old_number = block.let("logical_not", (block.let("isnan", (old,), DType.bool),), DType.bool)
            first_nan = block.let("logical_and", (value_nan, old_number), DType.bool)
            wins = block.let("logical_or", (wins, first_nan), DType.bool)
        block.add(Set(best, block.let("where", (wins, value, old), dtype)))
        place = block.let("where", (wins, block.index(i), _get(block, where)), DType.i64)
        block.add(Set(where, place))

    block = state.block
    block.add(Set(best, source.at(block, _with(index, axis, Dim.const(0)))))
    block.add(Set(where, Lit(0, DType.i64)))
    _counted(state, source.dims[axis], step)
    return _get(state.block, where)
