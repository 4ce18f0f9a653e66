"""Calls of the inner loops of ufuncs, which take operands, sizes and steps by address, and their own data.

The loop and its data are two slots of the pointer table. A loop reports failure by raising the floating
point flag "invalid", which is lowered before the call and looked at after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adgen.llvm_backend.writer import memory_type
from adgen.loops.calls import Library
from adgen.loops.core import Let

if TYPE_CHECKING:
    from adgen.llvm_backend.statements import Statements

_INVALID = 1


def emit_library(s: Statements, stmt: Library) -> None:
    """One call on arrays."""
    w = s.w
    addresses = [s.memory.element(x.buffer, x.base) for x in stmt.operands]
    sizes = [w.dim(d) for d in stmt.sizes]
    scaled = [[w.dim(d * x.buffer.dtype.itemsize) for d in x.strides] for x in stmt.operands]
    steps = [x[0] for x in scaled] + [d for x in scaled for d in x[1:]]
    if stmt.failed is not None:
        clear = s.table.load(w, "libm.feclearexcept")
        w.value(f"call i32 {clear}(i32 {_INVALID})")
    _call(s, stmt.loop, addresses, sizes, steps)
    if stmt.failed is not None:
        test = s.table.load(w, "libm.fetestexcept")
        flags = w.value(f"call i32 {test}(i32 {_INVALID})")
        w.define(stmt.failed.name, w.value(f"icmp ne i32 {flags}, 0"))


def emit_library_scalar(s: Statements, stmt: Let) -> str:
    """One call on scalars."""
    w = s.w
    places = []
    for operand in stmt.args:
        places.append(w.alloca(memory_type(operand.dtype)))
        w.emit(f"store {memory_type(operand.dtype)} {w.operand(operand)}, ptr {places[-1]}")
    type_ = memory_type(stmt.result.dtype)
    out = w.alloca(type_)
    _call(s, stmt.op, [*places, out], ["1"], ["0"] * (len(places) + 1))
    return w.value(f"load {type_}, ptr {out}")


def _call(
    s: Statements, loop: str, addresses: Sequence[str], sizes: Sequence[str], steps: Sequence[str]
) -> None:
    given = [array_of(s, "ptr", addresses), array_of(s, "i64", sizes), array_of(s, "i64", steps)]
    function, data = s.table.load(s.w, loop), s.table.load(s.w, f"data.{loop}")
    s.w.emit(f"call void {function}({', '.join(f'ptr {g}' for g in (*given, data))})")


def array_of(s: Statements, type_: str, values: Sequence[str]) -> str:
    """An array in the frame with these elements."""
    place = s.w.alloca(type_, len(values))
    for k, value in enumerate(values):
        cell = s.w.value(f"getelementptr inbounds {type_}, ptr {place}, i64 {k}")
        s.w.emit(f"store {type_} {value}, ptr {cell}")
    return place
