"""Operations that NumPy and SciPy compute by a (generalised) ufunc: one call of its inner loop per operation.

Operands may have any strides, so views are passed as they are; leading axes are the repetitions.
"""

from __future__ import annotations

from collections.abc import Sequence

from adgen.ir.core import Op, Value
from adgen.ir.dims import ONE, Dim, product
from adgen.ir.types import DType, Type
from adgen.loops.arrays import View, whole
from adgen.loops.calls import Library, Strided
from adgen.loops.interleaved import allocated
from adgen.loops.state import State
from adgen.primitives.define import Routine, Ufunc

#: The letters NumPy has for dtypes.
LETTERS = {
    DType.bool: "?",
    DType.i32: "i",
    DType.i64: "l",
    DType.f32: "f",
    DType.f64: "d",
    DType.c64: "F",
    DType.c128: "D",
}


def loop_name(ufunc: Ufunc, operands: Sequence[DType], results: Sequence[DType]) -> str:
    """The name of an inner loop: `ufunc.scipy.special.j0:d->d`."""
    given, made = ("".join(LETTERS[d] for d in dtypes) for dtypes in (operands, results))
    return f"ufunc.{ufunc.name}:{given}->{made}"


def called(op: Op) -> Ufunc | Routine | None:
    """The function of a library that an operation on matrices calls."""
    lower = getattr(op.prim, "lower", None)
    if callable(lower):
        lower = lower(op)
    return lower if isinstance(lower, Routine) or (isinstance(lower, Ufunc) and lower.core) else None


def lower_library(state: State, op: Op, ufunc: Ufunc) -> None:
    """One call for all repetitions of an operation on matrices or vectors."""
    cores = core_letters(ufunc.core)
    types = [v.type for v in (*op.operands, *op.results)]
    sizes = core_sizes(cores, types)
    inputs = [_input(state, v, len(c)) for v, c in zip(op.operands, cores, strict=False)]
    outputs = [_output(state, v.type) for v in op.results]
    failed = state.block.ref(DType.bool) if ufunc.fails else None
    repeats = types[-1].dims[: types[-1].rank - len(cores[-1])]
    statement = Library(
        loop_name(ufunc, [v.type.dtype for v in op.operands], [v.type.dtype for v in op.results]),
        (product(repeats), *sizes.values()),
        tuple(_strided(view, len(core)) for view, core in zip((*inputs, *outputs), cores, strict=True)),
        len(outputs),
        failed,
    )
    state.block.add(statement)
    if failed is not None:
        state.check(state.block.let("logical_not", (failed,), DType.bool), *ufunc.fails)
    for value, view in zip(op.results, outputs, strict=True):
        if value.type.is_complex:
            state.interleaved[value] = view
        elif value.type.rank:
            state.define_view(value, view)
        else:
            state.env[value] = state.block.load(view.buffer, view.base)


def core_letters(signature: str) -> list[tuple[str, ...]]:
    """The letters of the core dims of every operand and result."""
    parts = signature.replace("->", ",").replace("),(", ");(").split(";")
    return [tuple(c for c in part.strip("()").split(",") if c) for part in parts]


def core_sizes(cores: Sequence[tuple[str, ...]], types: Sequence[Type]) -> dict[str, Dim]:
    """The size of each core dim, in the order in which the signature names them."""
    sizes: dict[str, Dim] = {}
    for core, type_ in zip(cores, types, strict=True):
        for letter, size in zip(core, type_.dims[type_.rank - len(core) :], strict=True):
            sizes.setdefault(letter, size)
    return sizes


def _input(state: State, value: Value, core: int) -> View:
    """The operand in memory; several axes of repetitions have to be one."""
    if value in state.interleaved:
        return state.interleaved[value]
    array = state.as_array(value)
    if len(array.dims) - core > 1:
        return state.force_contiguous(array)
    return state.force(array)


def _output(state: State, type_: Type) -> View:
    if type_.is_complex:
        return allocated(state, type_)
    return whole(state.buffer(type_.dtype, product(type_.dims)), type_.dims)


def _strided(view: View, core: int) -> Strided:
    """The stride of the repetitions first (that of the innermost such axis), then those of the core."""
    outer = len(view.strides) - core
    repeat = view.strides[outer - 1] if outer else ONE
    return Strided(view.buffer, view.base, (repeat, *view.strides[outer:]))
