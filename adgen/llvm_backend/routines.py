"""Calls of BLAS and LAPACK, whose functions take everything by address: letters, sizes, numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adgen.ir.dims import Dim
from adgen.llvm_backend.writer import Writer, literal, scalar_type
from adgen.loops.calls import Address, Argument, Positive, Routine

if TYPE_CHECKING:
    from adgen.llvm_backend.statements import Statements


def emit_routine(s: Statements, stmt: Routine) -> None:
    """One call."""
    w = s.w
    given = [_argument(s, stmt, x) for x in stmt.arguments]
    if stmt.checked:
        given.append(w.alloca("i64"))
    function = s.table.load(w, stmt.name)
    w.emit(f"call void {function}({', '.join(f'ptr {g}' for g in given)})")
    if stmt.failed is not None:
        info = w.value(f"load i32, ptr {given[-1]}")
        w.define(stmt.failed.name, w.value(f"icmp ne i32 {info}, 0"))


def _argument(s: Statements, stmt: Routine, x: Argument) -> str:
    match x:
        case None:
            return "null"
        case str():
            return letter(s.w, x)
        case Address(buffer, base):
            return s.memory.element(buffer, base)
        case Dim():
            return integer(s.w, s.w.dim(x))
        case Positive(size):
            return integer(s.w, s.w.value(f"call i64 @llvm.smax.i64(i64 {s.w.dim(size)}, i64 1)"))
        case _:
            return number(s.w, scalar_type(stmt.dtype), literal(float(x), stmt.dtype))


def letter(w: Writer, text: str) -> str:
    """The address of a letter."""
    place = w.alloca("i8", align=1)
    w.emit(f"store i8 {ord(text)}, ptr {place}")
    return place


def number(w: Writer, type_: str, text: str) -> str:
    """The address of a number."""
    place = w.alloca(type_)
    w.emit(f"store {type_} {text}, ptr {place}")
    return place


def integer(w: Writer, wide: str) -> str:
    """The address of an integer in eight bytes, of which some libraries read the first four."""
    place = w.alloca("i64")
    w.emit(f"store i64 {wide}, ptr {place}")
    return place
