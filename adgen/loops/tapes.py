"""Growable tapes: elements of one dtype in memory that doubles as it fills."""

from __future__ import annotations

from adgen.ir.core import Op
from adgen.ir.dims import ONE, OPEN, Dim, product
from adgen.ir.types import DType
from adgen.loops.arrays import Array, View, row_major
from adgen.loops.buffers import Buffer
from adgen.loops.core import TapeClear, TapeGrow, TapeShrink
from adgen.loops.state import State, Unsupported, element_type


def _tape(state: State, op: Op) -> Buffer:
    found = state.env[op.operands[0]]
    assert isinstance(found, Buffer)
    return found


def lower_stack_new(state: State, op: Op) -> None:
    """An empty tape."""
    if OPEN in element_type(op.results[0]).dims:
        raise Unsupported("list", "its elements differ in size", op.span)
    tape = state.tape(element_type(op.results[0]).dtype)
    state.block.add(TapeClear(tape))
    state.env[op.results[0]] = tape


def lower_push(state: State, op: Op) -> None:
    """One more value on top; an array as its elements in order."""
    tape = _tape(state, op)
    value = state.as_array(op.operands[1])
    if value.view is None and value.cost > 1 and value.dims:
        state.force(value)
    state.settle(tape)
    base = state.block.ref(DType.i64)
    state.block.add(TapeGrow(base, tape, _count(value.dims)))
    state.fill(View(tape, Dim.symbol(base.name), row_major(value.dims)), value)
    state.env[op.results[0]] = tape


def lower_pop(state: State, op: Op) -> None:
    """The tape without its top value, and that value: read where it is until the tape grows again."""
    tape = _tape(state, op)
    dims = op.results[1].type.dims
    base = state.block.ref(DType.i64)
    state.block.add(TapeShrink(base, tape, _count(dims)))
    top = Array(dims, tape.dtype, View(tape, Dim.symbol(base.name), row_major(dims)), level=state.level)
    state.env[op.results[0]] = tape
    if not dims:
        state.env[op.results[1]] = top.at(state.block, ())
        return
    state.define_array(op.results[1], top.at, [top], 0)


def _count(dims: tuple[Dim, ...]) -> Dim:
    return product(dims) if dims else ONE
