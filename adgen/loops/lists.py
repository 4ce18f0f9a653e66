"""Lists of run-time length: cells of equal size on a growable tape, addressed from its bottom.

Cells that are not there yet count as zero: before one is used that may not be there, the tape is filled up.
"""

from __future__ import annotations

from adgen.ir.core import Op, Value
from adgen.ir.dims import ONE, ZERO, Dim, product
from adgen.ir.types import DType, Type
from adgen.loops.arrays import Array, View, row_major
from adgen.loops.buffers import Buffer, Lit, Ref
from adgen.loops.core import TapeClear, TapeGrow, TapeShrink
from adgen.loops.state import State, element_type


def _tape(state: State, value: Value) -> Buffer:
    found = state.env[value]
    assert isinstance(found, Buffer)
    return found


def _stride(state: State, element: Type) -> Dim:
    """The distance of two cells: at least one, so that the length of a list of empty arrays is known too."""
    size = product(element.dims) if element.dims else ONE
    bound = size.lower_bound()
    if bound is not None and bound >= 1:
        return size
    return state.polynomial(state.block.let("maximum", (state.block.index(size), _int(1)), DType.i64))


def _int(number: int) -> Lit:
    return Lit(number, DType.i64)


def _at(state: State, value: Value) -> Dim:
    return state.polynomial(state.scalar(value))


def _top(state: State, tape: Buffer) -> Dim:
    """The number of elements on a tape."""
    base = state.block.ref(DType.i64)
    state.block.add(TapeGrow(base, tape, ZERO))
    return Dim.symbol(base.name)


def _ensure(state: State, tape: Buffer, elements: Dim) -> None:
    """Fill a tape up with zeros to at least so many elements."""
    state.settle(tape)
    missing = state.block.index(elements - _top(state, tape))
    more = state.polynomial(state.block.let("maximum", (missing, _int(0)), DType.i64))
    _fill_up(state, tape, more)


def _fill_up(state: State, tape: Buffer, more: Dim) -> None:
    base = state.block.ref(DType.i64)
    state.block.add(TapeGrow(base, tape, more))
    zero = Lit(False if tape.dtype is DType.bool else 0.0 if tape.dtype.is_float else 0, tape.dtype)
    zeros = Array((more,), tape.dtype, rule=lambda block, index: zero)
    state.fill(View(tape, Dim.symbol(base.name), (ONE,)), zeros)


def _cell(state: State, op: Op, position: Dim) -> View:
    element = element_type(op.operands[0])
    base = position * _stride(state, element)
    return View(_tape(state, op.operands[0]), base, row_major(element.dims))


def _present(state: State, op: Op, position: Dim) -> View:
    """The place of a cell, which is made if it may not be there."""
    if not op.attr("exact"):
        stride = _stride(state, element_type(op.operands[0]))
        _ensure(state, _tape(state, op.operands[0]), (position + 1) * stride)
    return _cell(state, op, position)


def _define(state: State, value: Value, view: View) -> None:
    """A value read where it is until the tape changes."""
    dims = value.type.dims
    found = Array(dims, value.type.dtype, view, level=state.level)
    if not dims:
        state.env[value] = found.at(state.block, ())
    else:
        state.define_array(value, found.at, [found], 0)


# -- rules ----------------------------------------------------------------------------------------------
def lower_length(state: State, op: Op) -> None:
    """Elements on the tape by the size of a cell."""
    top = _top(state, _tape(state, op.operands[0]))
    stride = _stride(state, element_type(op.operands[0]))
    number = state.block.index(top)
    if stride != ONE:
        number = state.block.let("floor_divide", (number, state.block.index(stride)), DType.i64)
    state.env[op.result] = number
    if isinstance(number, Ref):
        state.bounds.ranges[number.name] = (ZERO, Dim.symbol(number.name))
        state.at_least[number] = (ZERO,)


def lower_cell(state: State, op: Op) -> None:
    """An element."""
    _define(state, op.result, _present(state, op, _at(state, op.operands[1])))


def lower_store(state: State, op: Op) -> None:
    """An element replaced or added to; an append makes room for it."""
    tape, position = _tape(state, op.operands[0]), _at(state, op.operands[1])
    value = state.as_array(op.operands[2])
    if value.view is None and value.cost > 1 and value.dims:
        state.force(value)
    state.settle(tape)
    if op.attr("append"):
        base = state.block.ref(DType.i64)
        stride = _stride(state, element_type(op.operands[0]))
        state.block.add(TapeGrow(base, tape, stride))
        place = View(tape, Dim.symbol(base.name), row_major(value.dims))
    else:
        place = _present(state, op, position)
    state.fill(place, value, "add" if op.prim.name == "add_cell" else "")
    state.env[op.results[0]] = tape


def lower_take(state: State, op: Op) -> None:
    """The last element, taken off."""
    tape = _tape(state, op.operands[0])
    stride = _stride(state, element_type(op.operands[0]))
    state.settle(tape)
    if not op.attr("exact"):
        _ensure(state, tape, (_at(state, op.operands[1]) + 1) * stride)
    base = state.block.ref(DType.i64)
    state.block.add(TapeShrink(base, tape, stride))
    state.env[op.results[0]] = tape
    view = View(tape, Dim.symbol(base.name), row_major(op.results[1].type.dims))
    _define(state, op.results[1], view)


def lower_truncate(state: State, op: Op) -> None:
    """The first elements: the rest is taken off."""
    tape = _tape(state, op.operands[0])
    stride = _stride(state, element_type(op.operands[0]))
    state.settle(tape)
    excess = state.block.index(_top(state, tape) - _at(state, op.operands[1]) * stride)
    count = state.polynomial(state.block.let("maximum", (excess, _int(0)), DType.i64))
    state.block.add(TapeShrink(state.block.ref(DType.i64), tape, count))
    state.env[op.results[0]] = tape


def _rows(state: State, op: Op, count: Dim) -> View:
    element = element_type(op.operands[0])
    stride = _stride(state, element)
    tape = _tape(state, op.operands[0])
    if not op.attr("exact"):
        _ensure(state, tape, count * stride)
    return View(tape, ZERO, (stride, *row_major(element.dims)))


def lower_collect(state: State, op: Op) -> None:
    """The first elements as the rows of an array."""
    _define(state, op.result, _rows(state, op, op.attr("size")))


def lower_add_cells(state: State, op: Op) -> None:
    """The rows of an array added to the first elements."""
    tape, rows = _tape(state, op.operands[0]), state.array(op.operands[1])
    state.settle(tape)
    state.fill(_rows(state, op, rows.dims[0]), rows, "add")
    state.env[op.results[0]] = tape


def lower_add_list(state: State, op: Op) -> None:
    """The elements of another list added to those of this one."""
    tape, other = _tape(state, op.operands[0]), _tape(state, op.operands[1])
    size = _top(state, other)
    _ensure(state, tape, size)
    given = Array((size,), other.dtype, View(other, ZERO, (ONE,)))
    state.fill(View(tape, ZERO, (ONE,)), given, "add")
    state.env[op.results[0]] = tape


def lower_copy_list(state: State, op: Op) -> None:
    """A tape of its own with the same elements."""
    other = _tape(state, op.operands[0])
    tape, base = state.tape(other.dtype), state.block.ref(DType.i64)
    state.block.add(TapeClear(tape))
    size = _top(state, other)
    state.block.add(TapeGrow(base, tape, size))
    given = Array((size,), other.dtype, View(other, ZERO, (ONE,)))
    state.fill(View(tape, ZERO, (ONE,)), given)
    state.env[op.result] = tape


def lower_position(state: State, op: Op) -> None:
    """A possibly negative index made non-negative and checked."""
    index, number = (state.scalar(v) for v in op.operands)
    block = state.block
    low = block.let("neg", (number,), DType.i64)
    fits = block.let("lt", (index, number), DType.bool)
    enough = block.let("ge", (index, low), DType.bool)
    ok = block.let("logical_and", (fits, enough), DType.bool)
    state.check(ok, "IndexError", "list index out of range")
    negative = block.let("lt", (index, _int(0)), DType.bool)
    shifted = block.let("add", (index, number), DType.i64)
    state.env[op.result] = block.let("where", (negative, shifted, index), DType.i64)
