"""Operations that BLAS or LAPACK compute: one call of a routine per matrix, handed over by columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adgen.ir.core import Op
from adgen.ir.dims import ONE, ZERO, Dim, product
from adgen.ir.types import DType, Type
from adgen.loops.arrays import View, row_major, whole
from adgen.loops.blocks import Block
from adgen.loops.buffers import Buffer
from adgen.loops.calls import Address, Argument, Positive, Routine
from adgen.loops.core import Nest, Var
from adgen.loops.library import core_letters, core_sizes
from adgen.loops.state import State, Unsupported
from adgen.primitives import define

_PREFIX = {DType.f32: "s", DType.f64: "d"}


def lower_routine(state: State, op: Op, routine: define.Routine) -> None:
    """A call for each matrix of an operation."""
    if op.operands[0].type.dtype not in _PREFIX:
        raise Unsupported(
            op.prim.name, f"kernels do not have it for {op.operands[0].type.dtype.value}", op.span
        )
    cores = core_letters(routine.core)
    values = (*op.operands, *op.results)
    sizes = core_sizes(cores, [v.type for v in values])
    count = len(op.operands)
    results = [_room(state, v.type, len(c)) for v, c in zip(op.results, cores[count:], strict=True)]
    for result, operand in routine.starts:
        state.fill(results[result], state.as_array(op.operands[operand]))
    places = {f"r{k}": view for k, view in enumerate(results)}
    for k, (value, core) in enumerate(zip(op.operands, cores, strict=False)):
        array = state.as_array(value)
        if f"a{k}" in routine.arguments:
            places[f"a{k}"] = _room(state, value.type, len(core))
            state.fill(places[f"a{k}"], array)
        elif f"t{k}" in routine.arguments:
            places[f"t{k}"] = state.force_contiguous(array)
    dtype = op.operands[0].type.dtype
    given = [_argument(state, text, sizes, places, dtype) for text in routine.arguments if text != "info"]
    last = op.results[-1].type
    batch = last.dims[: last.rank - len(cores[-1])]
    _call(state, routine, dtype, given, tuple(v.buffer for v in results), batch)
    for value, view in zip(op.results, results, strict=True):
        state.define_view(value, view)


def _room(state: State, type_: Type, core: int) -> View:
    """A new array whose matrices lie by columns."""
    dims = type_.dims
    buffer = state.buffer(type_.dtype, product(dims))
    if core != 2:
        return whole(buffer, dims)
    *batch, rows, columns = dims
    outer = tuple(rows * columns * d for d in row_major(batch))
    return View(buffer, ZERO, (*outer, ONE, rows))


def _argument(
    state: State, text: str, sizes: Mapping[str, Dim], places: Mapping[str, View], dtype: DType
) -> Argument | View:
    """What a word of a routine's declaration stands for; arrays as views of all their matrices."""
    word, _, rest = text.partition(" ")
    if word == "null":
        return None
    if text.startswith("'"):
        return text.strip("'")
    if text.startswith("="):
        return float(text[1:])
    if text in places:
        return places[text]
    if word in ("work", "iwork"):
        room = state.buffer(dtype if word == "work" else DType.i32, _size(rest, sizes) + 1)
        return Address(room, ZERO)
    return Positive(_size(text[1:], sizes)) if text.startswith("+") else _size(text, sizes)


def _size(text: str, sizes: Mapping[str, Dim]) -> Dim:
    return Dim.parse(text).substitute(sizes)


def _call(
    state: State,
    routine: define.Routine,
    dtype: DType,
    given: Sequence[Argument | View],
    results: tuple[Buffer, ...],
    batch: Sequence[Dim],
) -> None:
    """One call, or one for each element of the batch."""
    variables = tuple(Var(state.names.fresh("#"), d) for d in batch)
    index = tuple(Dim.symbol(v.name) for v in variables)
    scratch = tuple(x.buffer for x in given if isinstance(x, Address))
    arguments = tuple(_at(x, index) if isinstance(x, View) else x for x in given)
    library, _, name = routine.name.partition(".")
    checked = routine.arguments[-1] == "info"
    with state.blocks.inside(pure=bool(variables)) as body:
        failed = body.ref(DType.bool) if checked and routine.fails else None
        name = f"{library}.{_PREFIX[dtype]}{name}"
        body.add(Routine(name, dtype, arguments, (*results, *scratch), checked, failed))
        if failed is not None and routine.fails:
            ok = body.let("logical_not", (failed,), DType.bool)
            state.check(ok, routine.fails[0], routine.fails[1], body)
    _place(state, variables, body)


def _place(state: State, variables: tuple[Var, ...], body: Block) -> None:
    if variables:
        state.block.add(Nest(variables, tuple(body.stmts)))
    else:
        for stmt in body.stmts:
            state.block.add(stmt)


def _at(view: View, index: Sequence[Dim]) -> Address:
    """Where the matrix (or vector) at a place of the batch starts."""
    zeros = (ZERO,) * (len(view.strides) - len(index))
    return Address(view.buffer, view.at((*index, *zeros)))
