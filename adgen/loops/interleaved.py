"""Complex numbers where they lie in memory, real and imaginary parts in turns: at the edges of a program and
around library routines. The parts are views of such memory, and it is filled from them; see
:mod:`adgen.transform.parts`.
"""

from __future__ import annotations

from adgen.ir.core import Op, Value
from adgen.ir.dims import ONE, ZERO, Dim, product
from adgen.ir.types import DType, Type
from adgen.loops.arrays import View, row_major
from adgen.loops.buffers import Buffer, InArena, InParam, InResult, Lit, OnHeap, Operand
from adgen.loops.calls import Library, Strided
from adgen.loops.core import Branch, Reserve
from adgen.loops.state import State

_TWO = Dim.const(2)
_UMATH = "numpy.fft._pocketfft_umath"
_LETTERS = {DType.c128: ("D", "d"), DType.c64: ("F", "f")}


# -- memory ---------------------------------------------------------------------------------------------
def parameter(state: State, position: int, value: Value) -> Buffer:
    """A complex argument: a buffer of its parts."""
    type_ = value.type
    buffer = state.buffer(type_.dtype.real, _TWO * product(type_.dims), InParam(position))
    state.interleaved[value] = View(buffer, ZERO, _doubled(type_))
    return buffer


def allocated(state: State, type_: Type) -> View:
    """New memory for complex numbers."""
    return View(state.buffer(type_.dtype.real, _TWO * product(type_.dims)), ZERO, _doubled(type_))


def result(state: State, position: int, value: Value) -> Buffer:
    """The buffer of a complex result: the one it lies in where nothing else needs that, else a copy."""
    view, type_ = state.interleaved[value], value.type
    known = all(s in state.symbols for d in type_.dims for s in d.symbols())
    if not known:
        return _copied(state, view, type_, OnHeap())
    own = view.buffer
    if isinstance(state.places[own], InArena) and state.made_at[own] == 0:
        state.places[own] = InResult(position)
        return own
    return _copied(state, view, type_, InResult(position))


def lower_copy(state: State, op: Op) -> None:
    """Complex numbers in memory of their own."""
    view, type_ = state.interleaved[op.operands[0]], op.result.type
    target = allocated(state, type_)
    _fill(state, view, target.buffer, type_)
    state.interleaved[op.result] = target


def _copied(state: State, view: View, type_: Type, place: InResult | OnHeap) -> Buffer:
    target = state.buffer(type_.dtype.real, _TWO * product(type_.dims), place)
    if isinstance(place, OnHeap):
        state.block.add(Reserve(target))
    _fill(state, view, target, type_)
    return target


def _fill(state: State, view: View, target: Buffer, type_: Type) -> None:
    """Copy complex numbers into memory in row-major order."""
    variables, index = state.block.domain(type_.dims)
    with state.blocks.inside(pure=True) as body:
        for part in (ZERO, ONE):
            number = body.load(view.buffer, view.at(index) + part)
            body.store(target, View(target, part, _doubled(type_)).at(index), number)
    state.emit_nest(variables, body)


def _doubled(type_: Type) -> tuple[Dim, ...]:
    return tuple(_TWO * stride for stride in row_major(type_.dims))


# -- parts ----------------------------------------------------------------------------------------------
def lower_part(state: State, op: Op) -> None:
    """The real or imaginary part: a view, or a number that is read."""
    view = state.interleaved[op.operands[0]]
    base = view.base + (ZERO if op.prim.name == "real" else ONE)
    if op.result.type.rank:
        state.define_view(op.result, View(view.buffer, base, view.strides))
    else:
        state.env[op.result] = state.block.load(view.buffer, base)


def lower_compose(state: State, op: Op) -> None:
    """Parts put into memory in turns."""
    view = allocated(state, op.result.type)
    for part, operand in zip((ZERO, ONE), op.operands, strict=True):
        state.fill(View(view.buffer, part, view.strides), state.as_array(operand))
    state.interleaved[op.result] = view


# -- Fourier transforms ---------------------------------------------------------------------------------
def _factor(state: State, n: Dim, norm: str, inverse: bool, dtype: DType) -> Strided:
    """The factor of a transform of ``n`` points, in memory."""
    block, whole = state.block, norm == ("backward" if inverse else "forward")
    number: Operand = Lit(1.0, dtype)
    if whole or norm == "ortho":
        points = block.let("cast", (block.index(n),), dtype)
        below = points if whole else block.let("sqrt", (points,), dtype)
        number = block.let("div", (number, below), dtype)
    buffer = state.buffer(dtype, ONE)
    block.store(buffer, ZERO, number)
    return Strided(buffer, ZERO, (ZERO,))


def _along_last(view: View) -> Strided:
    """Memory in row-major order, transformed along its last axis: all others are repetitions."""
    repeat = view.strides[-2] if len(view.strides) > 1 else ONE
    return Strided(view.buffer, view.base, (repeat, view.strides[-1]))


def _repeats(type_: Type) -> Dim:
    return product(type_.dims[:-1])


def lower_fft(state: State, op: Op) -> None:
    """A transform along the last axis, of complex numbers."""
    type_, inverse = op.result.type, op.attr("inverse")
    n, (whole, real) = type_.dims[-1], _LETTERS[type_.dtype]
    source, target = state.interleaved[op.operands[0]], allocated(state, type_)
    factor = _factor(state, n, op.attr("norm"), inverse, type_.dtype.real)
    name = f"ufunc.{_UMATH}.{'ifft' if inverse else 'fft'}:{whole}{real}->{whole}"
    operands = (_along_last(source), factor, _along_last(target))
    state.block.add(Library(name, (_repeats(type_), n, n), operands))
    state.interleaved[op.result] = target


def lower_rfft(state: State, op: Op) -> None:
    """The half spectrum along the last axis; lengths that are odd and even have routines of their own."""
    given, type_ = op.operands[0].type, op.result.type
    n, bins, (whole, real) = given.dims[-1], type_.dims[-1], _LETTERS[type_.dtype]
    source, target = state.force_contiguous(state.array(op.operands[0])), allocated(state, type_)
    factor = _factor(state, n, op.attr("norm"), False, given.dtype)
    operands = (_along_last(source), factor, _along_last(target))
    names = [f"ufunc.{_UMATH}.rfft_n_{kind}:{real}{real}->{whole}" for kind in ("even", "odd")]
    even, odd = (Library(name, (_repeats(type_), n, bins), operands) for name in names)
    if n.value is not None:
        state.block.add(odd if n.value % 2 else even)
    else:
        rest = state.block.let("mod", (state.block.index(n), Lit(2, DType.i64)), DType.i64)
        is_even = state.block.let("eq", (rest, Lit(0, DType.i64)), DType.bool)
        state.block.add(Branch(is_even, (even,), (odd,)))
    state.interleaved[op.result] = target


def lower_irfft(state: State, op: Op) -> None:
    """Real numbers from a half spectrum along the last axis."""
    given, type_ = op.operands[0].type, op.result.type
    n, bins, (whole, real) = type_.dims[-1], given.dims[-1], _LETTERS[given.dtype]
    target = View(state.buffer(type_.dtype, product(type_.dims)), ZERO, row_major(type_.dims))
    factor = _factor(state, n, op.attr("norm"), True, type_.dtype)
    operands = (_along_last(state.interleaved[op.operands[0]]), factor, _along_last(target))
    name = f"ufunc.{_UMATH}.irfft:{whole}{real}->{real}"
    state.block.add(Library(name, (_repeats(type_), bins, n), operands))
    state.define_view(op.result, target)
