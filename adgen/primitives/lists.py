"""Lists of a length known only at run time: cells on a growable stack, addressed by position.

A list counts as zero beyond its end, so the empty list is the zero of every list: tangents and cotangents
start empty and grow where something is added. Under that rule the family is closed under differentiation:

    v = cell(s, i)              s_bar: add_cell(s_bar, i, v_bar)
    t = set_cell(s, i, v)       v_bar: cell(t_bar, i)            s_bar: set_cell(t_bar, i, 0)
    t = add_cell(s, i, v)       v_bar: cell(t_bar, i)            s_bar: t_bar
    t, v = take(s, n)           s_bar: set_cell(truncate(t_bar, n), n, v_bar)
    t = truncate(s, n)          s_bar: truncate(t_bar, n)
    a = collect(s)              s_bar: add_cells(s_bar, a_bar)
    t = add_cells(s, a)         a_bar: collect(t_bar)            s_bar: t_bar

Where a list is known to be no longer than ``n``, the truncations are left out. Positions are values of the
program, so updating one cell costs the same at every order. ``exact`` says that a position is within the list
(with ``append``: that it is its end); Python's own operations do then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.dims import OPEN
from adgen.ir.types import I64, AnyType, StackType, Type
from adgen.primitives.define import (
    ZERO,
    Absent,
    CellOf,
    Context,
    Contribution,
    Inactive,
    Prec,
    Primitive,
    RowsOf,
    Speller,
    Text,
    Zero,
)
from adgen.primitives.indexing import zeros_of
from adgen.primitives.tape import stack_new

_IN_PROGRAMS = Absent("programs with lists test it")
_STATEMENT = Absent("a statement")
_COUNT = Inactive("a length has no derivative")


# -- types ----------------------------------------------------------------------------------------------
def _element(types: tuple[AnyType, ...]) -> Type:
    found = types[0]
    if not isinstance(found, StackType):
        raise TypeError(f"{found} is no list")
    assert isinstance(found.element, Type)
    return found.element


def _position(types: tuple[AnyType, ...], at: int = 1) -> None:
    if types[at] != I64:
        raise TypeError(f"a position in a list is an i64, not {types[at]}")


def _cell_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    _position(types)
    return (_element(types),)


def _store_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    element, value = _element(types), types[2]
    _position(types)
    if not isinstance(value, Type) or (value.dtype, value.dims) != (element.dtype, element.dims):
        raise TypeError(f"a cell for {element} cannot hold {value}")
    return (types[0],)


def _take_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    _position(types)
    return (types[0], _element(types))


def _truncate_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    _position(types)
    _element(types)
    return (types[0],)


def _collect_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    element = _element(types)
    return (element.with_dims(attrs["size"], *element.dims),)


def _rows_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    element, rows = _element(types), types[1]
    if not isinstance(rows, Type) or (rows.dtype, rows.dims[1:]) != (element.dtype, element.dims):
        raise TypeError(f"{rows} does not hold rows {element}")
    return (types[0],)


def _both_type(types: tuple[AnyType, ...], attrs: dict[str, Any]) -> tuple[AnyType, ...]:
    _element(types)
    if len(set(types)) > 1:
        raise TypeError("lists of different elements")
    return (types[0],)


# -- meaning --------------------------------------------------------------------------------------------
Cells = tuple[Any, ...]


def _zero(ctx: Context) -> Any:
    stack = ctx.op.operands[0].any_type
    assert isinstance(stack, StackType)
    assert isinstance(stack.element, Type)
    dims = () if OPEN in stack.element.dims else stack.element.dims
    return np.zeros(ctx.shape(dims), stack.element.dtype.numpy)[()]


def _at(ctx: Context, cells: Cells, i: int) -> Any:
    return cells[i] if i < len(cells) else _zero(ctx)


def _with(ctx: Context, cells: Cells, i: int, value: Any) -> Cells:
    filled = (*cells, *[_zero(ctx)] * (i + 1 - len(cells)))
    return (*filled[:i], value, *filled[i + 1 :])


def _collect_eval(ctx: Context, cells: Cells) -> Any:
    out = np.zeros(ctx.shape(), ctx.op.result.type.dtype.numpy)
    for k, value in enumerate(cells[: len(out)]):
        out[k] = value
    return out


def _add_rows_eval(ctx: Context, cells: Cells, rows: Any) -> Cells:
    for k, row in enumerate(rows):
        cells = _with(ctx, cells, k, np.array(_at(ctx, cells, k) + row)[()])
    return cells


def _add_lists_eval(ctx: Context, one: Cells, other: Cells) -> Cells:
    for k, value in enumerate(other):
        one = _with(ctx, one, k, _at(ctx, one, k) + value)
    return one


# -- derivatives ----------------------------------------------------------------------------------------
def _zeros(op: Op) -> Type:
    stack = op.operands[0].any_type
    assert isinstance(stack, StackType)
    assert isinstance(stack.element, Type)
    return stack.element


def dense_list(b: Builder, op: Op, dot: Value | Zero) -> Value:
    """The tangent of a list operand, empty where it is zero."""
    return stack_new(b, element=_zeros(op)) if isinstance(dot, Zero) else dot


def _cell_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    return ZERO if isinstance(dots[0], Zero) else cell(b, dots[0], op.operands[1])


def _store_jvp(prim: Primitive, b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    if isinstance(dots[0], Zero) and isinstance(dots[2], Zero):
        return ZERO
    value = zeros_of(b, _zeros(op)) if isinstance(dots[2], Zero) else dots[2]
    return prim(b, dense_list(b, op, dots[0]), op.operands[1], value)


def _set_vjp(b: Builder, op: Op, bar: Value) -> Sequence[Contribution]:
    position = op.operands[1]
    if op.attr("append"):
        rest, value = b.emit(take, (bar, position), {}, bar.hint)
        return (rest, ZERO, value)
    value = cell(b, bar, position)
    return (set_cell(b, bar, position, zeros_of(b, _zeros(op))), ZERO, value)


def _take_vjp(b: Builder, op: Op, bars: tuple[Value | Zero, ...]) -> Sequence[Contribution]:
    rest, value = bars
    position, exact = op.operands[1], op.attr("exact")
    total = dense_list(b, op, rest)
    if not exact:
        total = truncate(b, total, position)
    if not isinstance(value, Zero):
        total = set_cell(b, total, position, value, hint=total.hint)
    return (total, ZERO)


def _take_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> tuple[Value | Zero, ...]:
    if isinstance(dots[0], Zero):
        return (ZERO, ZERO)
    rest, value = b.emit(take, (dots[0], op.operands[1]), {}, dots[0].hint)
    return (rest, value)


def _rows_vjp(b: Builder, op: Op, bar: Value) -> Sequence[Contribution]:
    return (bar, collect(b, bar, size=op.operands[1].type.dims[0]))


def _collect_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    return ZERO if isinstance(dots[0], Zero) else collect(b, dots[0], size=op.attr("size"))


def _rows_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    first, rows = dots
    if isinstance(rows, Zero):
        return first
    return add_cells(b, dense_list(b, op, first), rows)


def _add_lists_jvp(b: Builder, op: Op, dots: Sequence[Value | Zero]) -> Value | Zero:
    first, second = dots
    if isinstance(second, Zero):
        return first
    return copy_list(b, second) if isinstance(first, Zero) else add_list(b, first, second)


# -- spelling -------------------------------------------------------------------------------------------
_CELL = '''
def _cell(cells, i, zero):
    """cells[i]; zero where there is no such cell yet."""
    return cells[i] if i < len(cells) else zero
'''
_POSITION = '''
def _position(i, n):
    """The place that index i means in a list of n elements."""
    if not -n <= i < n:
        raise IndexError("list index out of range")
    return i + n if i < 0 else i
'''
_COLLECT = '''
def _collect(cells, shape, dtype):
    """The cells as the rows of an array; zero where there are none yet."""
    rows = np.zeros(shape, dtype)
    for row, cell in zip(range(len(rows)), cells):
        rows[row] = cell
    return rows
'''


def _cell_spell(s: Speller) -> Text:
    if s.op.attr("exact"):
        return Text(f"{s.arg(0, Prec.ATOM)}[{s.arg(1)}]")
    return Text(f"{s.helper('_cell', _CELL)}({s.arg(0)}, {s.arg(1)}, {zero_text(s)})")


def zero_text(s: Speller) -> str:
    """The zero of a list's elements."""
    element = _zeros(s.op)
    usual = element.dtype.value in ("f64", "f32")
    if not element.dims or OPEN in element.dims:
        return "0.0" if usual else "0"
    dtype = "" if element.dtype.value == "f64" else f", {s.dtype(element.dtype)}"
    return f"np.zeros({s.shape(element.dims)}{dtype})"


def _collect_spell(s: Speller) -> Text:
    type_ = s.op.result.type
    if not s.op.attr("exact"):
        shape = f"{s.shape(type_.dims)}, {s.dtype(type_.dtype)}"
        return Text(f"{s.helper('_collect', _COLLECT)}({s.arg(0)}, {shape})")
    dtype = "" if type_.dtype.value == "f64" else f", dtype={s.dtype(type_.dtype)}"
    text = f"np.array({s.arg(0)}{dtype})"
    return Text(f"{text}.reshape({s.shape(type_.dims)})" if type_.rank > 1 else text)


# -- the family -----------------------------------------------------------------------------------------
cell: Primitive = Primitive(
    name="cell",
    type_rule=_cell_type,
    eval=_at,
    spell=_cell_spell,
    doc="The element at a position, which is not negative. Linear in the list.",
    samples=_IN_PROGRAMS,
    vjp=lambda b, op, bar: (CellOf(op.operands[1], bar), ZERO),
    jvp=_cell_jvp,
    lower="cell",
    complex=True,
)

set_cell: Primitive = Primitive(
    name="set_cell",
    type_rule=_store_type,
    eval=_with,
    spell=_STATEMENT,
    doc="The list with the element at a position replaced; with ``append`` the position is its end.",
    samples=_IN_PROGRAMS,
    vjp=_set_vjp,
    jvp=lambda b, op, dots: _store_jvp(set_cell, b, op, (dots[0], ZERO, dots[2])),
    lower="set_cell",
    consumes=(0,),
    complex=True,
)

add_cell: Primitive = Primitive(
    name="add_cell",
    type_rule=_store_type,
    eval=lambda ctx, cells, i, value: _with(ctx, cells, i, _at(ctx, cells, i) + value),
    spell=_STATEMENT,
    doc="The list with a value added to the element at a position.",
    samples=_IN_PROGRAMS,
    vjp=lambda b, op, bar: (bar, ZERO, cell(b, bar, op.operands[1])),
    jvp=lambda b, op, dots: _store_jvp(add_cell, b, op, (dots[0], ZERO, dots[2])),
    lower="add_cell",
    consumes=(0,),
    complex=True,
)

#: ``value = name.pop()`` where the list has ``n + 1`` elements.
take: Primitive = Primitive(
    name="take",
    type_rule=_take_type,
    eval=lambda ctx, cells, n: (cells[:n], _at(ctx, cells, n)),
    spell=_STATEMENT,
    doc="The list without the element at ``n``, its last one, and that element.",
    samples=_IN_PROGRAMS,
    vjp=_take_vjp,
    jvp=_take_jvp,
    lower="take",
    consumes=(0,),
    complex=True,
)

truncate: Primitive = Primitive(
    name="truncate",
    type_rule=_truncate_type,
    eval=lambda ctx, cells, n: cells[:n],
    spell=_STATEMENT,
    doc="The first ``n`` elements.",
    samples=_IN_PROGRAMS,
    vjp=lambda b, op, bar: (bar if op.attr("exact") else truncate(b, bar, op.operands[1]), ZERO),
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else truncate(b, dots[0], op.operands[1]),
    lower="truncate",
    consumes=(0,),
    complex=True,
)

length: Primitive = Primitive(
    name="length",
    type_rule=lambda types, attrs: (I64,),
    eval=lambda ctx, cells: len(cells),
    spell=lambda s: Text(f"len({s.arg(0)})"),
    doc="The number of elements.",
    samples=_IN_PROGRAMS,
    vjp=_COUNT,
    jvp=_COUNT,
    lower="length",
)

collect: Primitive = Primitive(
    name="collect",
    type_rule=_collect_type,
    eval=_collect_eval,
    spell=_collect_spell,
    doc="The first ``size`` elements as the rows of an array. Linear in the list.",
    samples=_IN_PROGRAMS,
    vjp=lambda b, op, bar: (RowsOf(bar),),
    jvp=_collect_jvp,
    lower="collect",
    complex=True,
)

add_cells: Primitive = Primitive(
    name="add_cells",
    type_rule=_rows_type,
    eval=_add_rows_eval,
    spell=_STATEMENT,
    doc="The list with the rows of an array added to its first elements.",
    samples=_IN_PROGRAMS,
    vjp=_rows_vjp,
    jvp=_rows_jvp,
    lower="add_cells",
    consumes=(0,),
    complex=True,
)

add_list: Primitive = Primitive(
    name="add_list",
    type_rule=_both_type,
    eval=_add_lists_eval,
    spell=_STATEMENT,
    doc="The list with the elements of another added to its own.",
    samples=_IN_PROGRAMS,
    vjp=lambda b, op, bar: (bar, copy_list(b, bar)),
    jvp=_add_lists_jvp,
    lower="add_list",
    consumes=(0,),
    complex=True,
)

copy_list: Primitive = Primitive(
    name="copy_list",
    type_rule=_both_type,
    eval=lambda ctx, cells: cells,
    spell=lambda s: Text(f"{s.arg(0, Prec.ATOM)}.copy()"),
    doc="A list of its own with the same elements.",
    samples=_IN_PROGRAMS,
    vjp=lambda b, op, bar: (bar,),
    jvp=lambda b, op, dots: ZERO if isinstance(dots[0], Zero) else copy_list(b, dots[0]),
    lower="copy_list",
    complex=True,
)

#: A position given by an index that may be negative.
position: Primitive = Primitive(
    name="position",
    type_rule=lambda types, attrs: (I64,),
    eval=lambda ctx, i, n: _checked_position(i, n),
    spell=lambda s: Text(f"{s.helper('_position', _POSITION)}({s.arg(0)}, {s.arg(1)})"),
    doc="The place that an index means in a list of ``n`` elements; fails outside.",
    samples=Absent("it raises; programs with lists test it"),
    vjp=_COUNT,
    jvp=_COUNT,
    lower="position",
)


def _checked_position(i: int, n: int) -> int:
    if not -n <= i < n:
        raise IndexError("list index out of range")
    return i + n if i < 0 else i


PRIMITIVES = (
    cell,
    set_cell,
    add_cell,
    take,
    truncate,
    length,
    collect,
    add_cells,
    add_list,
    copy_list,
    position,
)
