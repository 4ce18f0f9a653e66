"""Indexed access, closed under differentiation: ``read``, ``write``, ``add_at`` over one indexer.

The adjoint of ``read`` is ``add_at``; of ``write`` a ``read`` and a ``write`` of zero; of ``add_at`` a
``read``. So an update of one element costs O(1) in the adjoint, at every order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Full, Gather, Indexer, Op, Point, Range, Value
from adgen.ir.dims import OPEN, Dim, as_dim
from adgen.ir.types import I64, AnyType, DType, Kind, Type
from adgen.primitives.define import (
    ZERO,
    Context,
    Contribution,
    Inactive,
    Indexed,
    Prec,
    Primitive,
    Sample,
    Speller,
    Text,
    Zero,
)


def selected_dims(dims: Sequence[Dim], indexer: Indexer, operands: Sequence[AnyType]) -> tuple[Dim, ...]:
    """Dims of what an indexer selects. Raises TypeError where its operands do not fit."""
    if len(indexer.access) != len(dims) or indexer.operand_count != len(operands):
        raise TypeError(f"{indexer} does not fit rank {len(dims)} with {len(operands)} operands")
    result: list[Dim] = []
    gathered: tuple[Dim, ...] | None = None
    place, last, separated = 0, -1, False
    rest = iter(operands)
    for axis, (access, size) in enumerate(zip(indexer.access, dims, strict=True)):
        if isinstance(access, Full):
            result.append(size)
            continue
        operand = next(rest)
        assert isinstance(operand, Type)
        if not operand.dtype.is_integer:
            raise TypeError(f"an index has dtype {operand.dtype.value}")
        if isinstance(access, Gather):
            if gathered is None:
                gathered, place = operand.dims, len(result)
            elif operand.dims != gathered:
                raise TypeError("index arrays differ in dims")
            separated = separated or (last >= 0 and last != axis - 1)
            last = axis
        elif operand.rank:
            raise TypeError("a point or range index is not a scalar")
        if isinstance(access, Range):
            result.append(access.size)
    if gathered is None:
        return tuple(result)
    place = 0 if separated else place
    return (*result[:place], *gathered, *result[place:])


def numpy_index(ctx: Context, indexer: Indexer, operands: Sequence[Any]) -> tuple[Any, ...]:
    """The index as NumPy takes it."""
    rest = iter(operands)
    return tuple(_numpy_access(ctx, access, rest) for access in indexer.access)


def _numpy_access(ctx: Context, access: Any, rest: Any) -> Any:
    match access:
        case Full():
            return slice(None)
        case Range(size, step):
            start = int(next(rest))
            stop = start + step * size.evaluate(ctx.sizes)
            return (
                slice(start, stop if stop >= 0 else None, step) if size.evaluate(ctx.sizes) else slice(0, 0)
            )
        case Point():
            return int(next(rest))
        case _:
            return next(rest)


# -- read -----------------------------------------------------------------------------------------------
def _read_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    source = types[0]
    assert isinstance(source, Type)
    return (source.with_dims(*selected_dims(source.dims, attrs["index"], types[1:])),)


def _read_eval(ctx: Context, x: Any, *index: Any) -> Any:
    return np.array(x[numpy_index(ctx, ctx.attr("index"), index)])


def _read_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    return (Indexed(op.attr("index"), op.operands[1:], y_bar), *[ZERO] * len(op.operands[1:]))


def _read_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if isinstance(dots[0], Zero):
        return ZERO
    return read(b, dots[0], *op.operands[1:], index=op.attr("index"))


def _read_spell(s: Speller) -> Text:
    source = s.arg_type(0)
    if not source.rank and source.kind is not Kind.array:
        return Text(s.arg(0, Prec.ATOM))
    return Text(f"{s.arg(0, Prec.ATOM)}[{s.index(s.op.attr('index'), 1)}]")


read: Primitive = Primitive(
    name="read",
    type_rule=_read_type,
    eval=_read_eval,
    spell=_read_spell,
    doc="The cells that an indexer names. Linear in the array.",
    samples=(
        Sample(
            ("f64[4,3]", "i64", "i64"), attrs=(("index", Indexer((Point(), Point()))),), values=(None, 2, 1)
        ),
        Sample(("f64[5]", "i64"), attrs=(("index", Indexer((Range(Dim.const(3), 2),))),), values=(None, 0)),
        Sample(("f64[5]", "i64"), attrs=(("index", Indexer((Range(Dim.const(3), -1),))),), values=(None, 2)),
        Sample(("f64[4,3]", "i64"), attrs=(("index", Indexer((Point(), Full()))),), values=(None, 3)),
        Sample(
            ("f64[4,3]", "i64[5]"),
            attrs=(("index", Indexer((Gather(), Full()), once=False)),),
            values=(None, (0, 3, 3, 1, 0)),
        ),
        Sample(
            ("f64[4,3]", "i64[4]", "i64[4]"),
            attrs=(("index", Indexer((Gather(), Gather()), once=False)),),
            values=(None, (0, 1, 2, 3), (2, 0, 2, 1)),
        ),
    ),
    vjp=_read_vjp,
    jvp=_read_jvp,
    lower="read",
    view=True,
    complex=True,
)


# -- write ----------------------------------------------------------------------------------------------
def _store_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    target, value = types[0], types[1]
    assert isinstance(target, Type)
    assert isinstance(value, Type)
    dims = selected_dims(target.dims, attrs["index"], types[2:])
    if value.dims != dims or value.dtype is not target.dtype:
        wanted = target.with_dims(*dims)
        raise TypeError(f"a store needs {wanted}, got {value}")
    return (target,)


def _write_eval(ctx: Context, x: Any, v: Any, *index: Any) -> Any:
    result = np.array(x)
    result[numpy_index(ctx, ctx.attr("index"), index)] = v
    return result


def _write_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    index, where = op.attr("index"), op.operands[2:]
    nothing = [ZERO] * len(where)
    v_bar = read(b, y_bar, *where, index=index)
    if not index.once:
        v_bar = _winners(b, op, v_bar)
    x_bar = write(b, y_bar, zeros_of(b, op.operands[1].type), *where, index=index)
    return (x_bar, v_bar, *nothing)


def _winners(b: Builder, op: Op, v_bar: Value) -> Value:
    """Keep the cotangent of the store that came last where several went to one cell.

    Each store leaves its number; the numbers that are still there are those of the winners.
    """
    from adgen.primitives.elementwise import eq, where
    from adgen.primitives.shape import arange, broadcast, empty, reshape

    index, places = op.attr("index"), op.operands[2:]
    dims = v_bar.type.dims
    count = Dim.const(1)
    for d in dims:
        count = count * d
    numbers = reshape(b, arange(b, dim=count), dims=dims)
    board = empty(b, dims=op.operands[0].type.dims, dtype=DType.i64)
    board = write(b, board, numbers, *places, index=index)
    last = eq(b, read(b, board, *places, index=index), numbers)
    return where(b, last, v_bar, broadcast(b, zeros_of(b, v_bar.type.with_dims()), dims=dims, axes=()))


def _store_jvp(prim: Primitive, b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if isinstance(dots[0], Zero) and isinstance(dots[1], Zero):
        return ZERO
    x_dot = owned_zeros(b, op.operands[0].type) if isinstance(dots[0], Zero) else dots[0]
    v_dot = zeros_of(b, op.operands[1].type) if isinstance(dots[1], Zero) else dots[1]
    return prim(b, x_dot, v_dot, *op.operands[2:], index=op.attr("index"))


def zeros_of(b: Builder, type_: Type) -> Value:
    """Zeros of a type, for reading only (a broadcast scalar)."""
    from adgen.primitives.elementwise import cast
    from adgen.primitives.opening import open_zero
    from adgen.primitives.shape import broadcast
    from adgen.primitives.sizes import constant

    if OPEN in type_.dims:
        return open_zero(b, type=type_)
    zero = constant(b, 0, type_.with_dims() if type_.rank else type_)
    if type_.rank:
        return broadcast(b, zero, dims=type_.dims, axes=())
    return cast(b, zero, dtype=type_.dtype, kind=Kind.array) if type_.kind is Kind.array else zero


def owned_zeros(b: Builder, type_: Type) -> Value:
    """Zeros of a type in storage of their own, to be written into."""
    from adgen.primitives.shape import full

    if not type_.rank or OPEN in type_.dims:
        return zeros_of(b, type_)
    return full(b, zeros_of(b, type_.with_dims()), dims=type_.dims)


def _write_spell(s: Speller) -> Text:
    return Text(f"{s.arg(0, Prec.ATOM)}[{s.index(s.op.attr('index'), 2)}] = {s.arg(1)}")


_STORE_SAMPLES = (
    Sample(
        ("f64[4,3]", "np.f64", "i64", "i64"),
        attrs=(("index", Indexer((Point(), Point()))),),
        values=(None, None, 2, 1),
    ),
    Sample(
        ("f64[5]", "f64[3]", "i64"),
        attrs=(("index", Indexer((Range(Dim.const(3), 2),))),),
        values=(None, None, 0),
    ),
    Sample(
        ("f64[4,3]", "f64[3]", "i64"),
        attrs=(("index", Indexer((Point(), Full()))),),
        values=(None, None, 3),
    ),
    Sample(
        ("f64[4,3]", "f64[5,3]", "i64[5]"),
        attrs=(("index", Indexer((Gather(), Full()), once=False)),),
        values=(None, None, (0, 3, 3, 1, 0)),
    ),
)

#: Stores are statements: the printer writes ``{0}[index] = {1}`` and names the result like operand 0.
write: Primitive = Primitive(
    name="write",
    type_rule=_store_type,
    eval=_write_eval,
    spell=_write_spell,
    doc="The array with some cells replaced; takes over the array's storage.",
    samples=_STORE_SAMPLES,
    vjp=_write_vjp,
    jvp=lambda b, op, dots: _store_jvp(write, b, op, dots),
    lower="write",
    consumes=(0,),
    complex=True,
)


# -- add_at ---------------------------------------------------------------------------------------------
def _add_eval(ctx: Context, x: Any, v: Any, *index: Any) -> Any:
    result = np.array(x)
    np.add.at(result, numpy_index(ctx, ctx.attr("index"), index), v)
    return result


def _add_vjp(b: Builder, op: Op, y_bar: Value) -> Sequence[Contribution]:
    where = op.operands[2:]
    return (y_bar, read(b, y_bar, *where, index=op.attr("index")), *[ZERO] * len(where))


def _add_spell(s: Speller) -> Text:
    index: Indexer = s.op.attr("index")
    target, places, value = s.arg(0, Prec.ATOM), s.index(index, 2), s.arg(1)
    if all(isinstance(a, Full) for a in index.access):
        return Text(f"{target} += {value}")
    if index.once:
        return Text(f"{target}[{places}] += {value}")
    inner = f"np.s_[{places}]" if len(index.access) > 1 else places
    return Text(f"np.add.at({target}, {inner}, {value})")


add_at: Primitive = Primitive(
    name="add_at",
    type_rule=_store_type,
    eval=_add_eval,
    spell=_add_spell,
    doc="The array with values added to cells, every occurrence of a cell counted; takes over its storage.",
    samples=_STORE_SAMPLES,
    vjp=_add_vjp,
    jvp=lambda b, op, dots: _store_jvp(add_at, b, op, dots),
    lower="add_at",
    consumes=(0,),
    complex=True,
)


# -- wrap -----------------------------------------------------------------------------------------------
def _wrap_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    index = types[0]
    if not isinstance(index, Type) or not index.dtype.is_integer:
        raise TypeError("an index must be an integer")
    return (index if index.rank else I64,)


def _wrap_eval(ctx: Context, index: Any) -> Any:
    size = as_dim(ctx.attr("dim")).evaluate(ctx.sizes)
    if np.any(np.asarray(index) >= size) or np.any(np.asarray(index) < -size):
        raise IndexError(f"index {index} is out of bounds for axis with size {size}")
    return np.where(np.asarray(index) < 0, index + size, index)


wrap: Primitive = Primitive(
    name="wrap",
    type_rule=_wrap_type,
    eval=_wrap_eval,
    spell=lambda s: Text(s.arg(0), Prec.TERNARY),
    doc="A possibly negative index made non-negative and checked against the size ``dim``.",
    samples=(Sample(("i64",), attrs=(("dim", Dim.const(4)),), values=(-1,)),),
    vjp=Inactive("an index has no derivative"),
    jvp=Inactive("an index has no derivative"),
    lower="wrap",
    cheap=True,
)

PRIMITIVES = (read, write, add_at, wrap)
