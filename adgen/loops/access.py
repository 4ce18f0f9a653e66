"""Indexed access: reads are views or rules, stores happen in place, indices are kept in bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adgen.ir.core import Full, Gather, Indexer, Op, Range, Value
from adgen.ir.core import Point as PointAccess
from adgen.ir.dims import ZERO, Dim, product
from adgen.ir.types import DType
from adgen.loops.arrays import Array, Index, View, whole
from adgen.loops.blocks import Block
from adgen.loops.buffers import InParam, Lit, Operand, Ref
from adgen.loops.state import State, loads_elsewhere
from adgen.records import dataclass

_OUTSIDE = "IndexError"


@dataclass(frozen=True, slots=True)
class Axis:
    """How one axis of the array is addressed: from `start` in steps, or by an array of indices."""

    start: Dim = ZERO
    step: int = 0
    result_axis: int = -1
    gather: Array | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """An indexer with its operands: where each cell of the selected array is."""

    axes: tuple[Axis, ...]
    gathered: tuple[int, ...]

    @property
    def plain(self) -> bool:
        """Whether the selection is a strided view."""
        return not any(a.gather for a in self.axes)

    def locate(self, state: State, block: Block, index: Index) -> Index:
        """The array's index of a selected cell."""
        places: list[Dim] = []
        for axis in self.axes:
            place = axis.start
            if axis.step:
                place = place + axis.step * index[axis.result_axis]
            elif axis.gather is not None:
                cell = axis.gather.at(block, tuple(index[k] for k in self.gathered))
                place = as_polynomial(state, block, cell)
            places.append(place)
        return tuple(places)

    def view(self, source: View) -> View:
        """The selected cells as a view; only where the selection is plain."""
        base, strides = source.base, {}
        for axis, stride in zip(self.axes, source.strides, strict=True):
            base = base + axis.start * stride
            if axis.step:
                strides[axis.result_axis] = axis.step * stride
        return View(source.buffer, base, tuple(strides[k] for k in sorted(strides)))


def as_polynomial(state: State, block: Block, value: Operand) -> Dim:
    """An index as a polynomial."""
    if isinstance(value, Lit):
        return Dim.const(int(value.value))
    if value.dtype is not DType.i64:
        converted = block.let("cast", (value,), DType.i64)
        assert isinstance(converted, Ref)
        value = converted
    return state.polynomials.get(value, Dim.symbol(value.name))


def selection(state: State, dims: Sequence[Dim], indexer: Indexer, operands: Sequence[Value]) -> Selection:
    """The selection that an indexer makes from an array of these dims."""
    gathers = [k for k, a in enumerate(indexer.access) if isinstance(a, Gather)]
    rank = _gather_rank(indexer, operands)
    neighbours = bool(gathers) and gathers[-1] - gathers[0] == len(gathers) - 1
    front = 0 if not neighbours else sum(_keeps(a) for a in indexer.access[: gathers[0]])
    axes: list[Axis] = []
    rest = iter(operands)
    following = 0 if not gathers or front else rank
    for position, (access, size) in enumerate(zip(indexer.access, dims, strict=True)):
        if gathers and front and position == gathers[0]:
            following += rank
        match access:
            case Full():
                axes.append(Axis(step=1, result_axis=following))
                following += 1
            case Range(count, step):
                start = state.polynomial(state.scalar(next(rest)))
                _check_range(state, start, count, step, size)
                axes.append(Axis(start, step, following))
                following += 1
            case PointAccess():
                axes.append(Axis(_checked_point(state, state.scalar(next(rest)), size)))
            case Gather():
                axes.append(Axis(gather=_checked_gather(state, next(rest), size)))
    return Selection(tuple(axes), tuple(range(front, front + rank)))


def _keeps(access: Any) -> bool:
    return isinstance(access, Full | Range)


def _gather_rank(indexer: Indexer, operands: Sequence[Value]) -> int:
    rest = iter(operands)
    for access in indexer.access:
        if not isinstance(access, Full):
            operand = next(rest)
            if isinstance(access, Gather):
                return operand.type.rank
    return 0


# -- bounds ---------------------------------------------------------------------------------------------
def _check_range(state: State, start: Dim, count: Dim, step: int, size: Dim) -> None:
    """The first and the last element of a range are inside, or the range is empty."""
    last = start + step * (count - 1)
    low, high = (start, last) if step > 0 else (last, start)
    if state.bounds.nonnegative(low) and state.bounds.nonnegative(size - 1 - high):
        return
    if step == 1 and state.bounds.nonnegative(low) and state.bounds.nonnegative(size - start - count):
        return
    block, yes = state.block, DType.bool
    empty = block.let("le", (block.index(count), Lit(0, DType.i64)), yes)
    inside = block.let(
        "logical_and",
        (
            block.let("ge", (block.index(low), Lit(0, DType.i64)), yes),
            block.let("ge", (block.index(size - 1 - high), Lit(0, DType.i64)), yes),
        ),
        yes,
    )
    ok = block.let("logical_or", (empty, inside), yes)
    state.check(ok, "ValueError", "a slice is out of bounds for its axis")


def _checked_point(state: State, value: Operand, size: Dim) -> Dim:
    index = state.polynomial(value)
    if isinstance(value, Ref) and state.inside.get(value) == size:
        return index
    if state.bounds.inside(index, size):
        return index
    return state.polynomial(_clamped(state, state.block, value, size, negative=False))


def _checked_gather(state: State, operand: Value, size: Dim) -> Array:
    source = state.array(operand)
    if state.inside.get(operand) == size:
        return source
    checked = Array(source.dims, DType.i64, parents=(source,), cost=source.work, uses=1, level=state.level)
    checked.rule = lambda block, index: _clamped(state, block, source.at(block, index), size, negative=False)
    return checked


def _clamped(state: State, block: Block, value: Operand, size: Dim, negative: bool) -> Operand:
    """The index, checked; a bad one fails the kernel and becomes 0, so that nothing outside is touched."""
    index = value if value.dtype is DType.i64 else block.let("cast", (value,), DType.i64)
    extent, zero = block.index(size), Lit(0, DType.i64)
    if negative:
        below = block.let("lt", (index, zero), DType.bool)
        index = block.let("where", (below, block.let("add", (index, extent), DType.i64), index), DType.i64)
    ok = block.let("within", (index, extent), DType.bool)
    state.check(ok, _OUTSIDE, "index is out of bounds for an axis", block)
    return block.let("where", (ok, index, zero), DType.i64)


def lower_wrap(state: State, op: Op) -> None:
    """A possibly negative index made non-negative and checked."""
    size: Dim = op.attr("dim")
    (operand,) = op.operands
    state.inside[op.result] = size
    if op.result.type.rank:
        source = state.array(operand)
        state.define_array(
            op.result, lambda b, i: _clamped(state, b, source.at(b, i), size, True), [source], 4
        )
        return
    value = state.scalar(operand)
    index = state.polynomial(value)
    if state.bounds.inside(index, size):
        state.env[op.result] = value
        return
    if state.bounds.nonnegative(-index - 1) and state.bounds.nonnegative(index + size):
        shifted = state.block.index(index + size)
        state.env[op.result] = shifted
        if isinstance(shifted, Ref):
            state.polynomials[shifted] = index + size
        return
    checked = _clamped(state, state.block, value, size, negative=not state.bounds.nonnegative(index))
    assert isinstance(checked, Ref)
    state.env[op.result] = checked
    state.inside[checked] = size
    state.bounds.ranges[checked.name] = (ZERO, size - 1)


# -- reading --------------------------------------------------------------------------------------------
def lower_read(state: State, op: Op) -> None:
    """The selected cells: a view where that is possible."""
    if not op.operands[0].type.rank:
        state.env[op.result] = state.env[op.operands[0]]
        return
    source = state.array(op.operands[0])
    chosen = selection(state, source.dims, op.attr("index"), op.operands[1:])
    if not op.result.type.rank:
        state.env[op.result] = source.at(state.block, chosen.locate(state, state.block, ()))
        return
    if chosen.plain and source.view is not None:
        state.define_view(op.result, chosen.view(source.view))
        return
    if not chosen.plain and source.work > 3:
        state.force(source)
    gathers = [a.gather for a in chosen.axes if a.gather is not None]

    def rule(block: Block, index: Index) -> Operand:
        return source.at(block, chosen.locate(state, block, index))

    state.define_array(op.result, rule, [source, *gathers], 1 if gathers else 0)


# -- storing --------------------------------------------------------------------------------------------
def lower_write(state: State, op: Op) -> None:
    """Cells replaced in place."""
    _store(state, op, "", lambda old, new: new)


def lower_add_at(state: State, op: Op) -> None:
    """Values added to cells in place."""
    dtype = op.result.type.dtype
    _store(state, op, "add", lambda old, new: state.block.let("add", (old, new), dtype))


def _store(state: State, op: Op, combine: str, scalar: Callable[[Operand, Operand], Operand]) -> None:
    target, value = op.operands[0], op.operands[1]
    if not target.type.rank:
        state.env[op.result] = scalar(state.scalar(target), state.scalar(value))
        return
    array = state.array(target)
    view = owned(state, array)
    chosen = selection(state, array.dims, op.attr("index"), op.operands[2:])
    array.uses -= 1
    state.settle(view.buffer)
    array.uses += 1
    source = state.as_array(value)
    store_cells(state, view, chosen, source, combine)
    state.define_view(op.result, view)


def owned(state: State, array: Array) -> View:
    """The storage of an array that is about to change; an argument of the caller is copied first."""
    view = state.force(array)
    if isinstance(state.places[state.storage(view.buffer)], InParam):
        fresh = whole(state.buffer(array.dtype, product(array.dims)), array.dims)
        state.fill(fresh, array)
        return fresh
    return view


def store_cells(state: State, view: View, chosen: Selection, source: Array, combine: str) -> None:
    """Store every element of an array at its cell; by a detour where cells are read after they change."""
    variables, index = state.block.domain(source.dims)
    with state.blocks.inside(pure=True) as body:
        value = source.at(body, index)
        place = view.at(chosen.locate(state, body, index))
        body.store(view.buffer, place, value, combine)
    if source.dims and loads_elsewhere(state, body, view.buffer, place):
        detour = whole(state.buffer(source.dtype, product(source.dims)), source.dims)
        state.fill(detour, source)
        held = Array(source.dims, source.dtype, detour, level=state.level)
        store_cells(state, view, chosen, held, combine)
        return
    state.emit_nest(variables, body)
