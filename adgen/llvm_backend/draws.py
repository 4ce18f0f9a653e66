"""Calls of NumPy's C functions for random numbers; a generator is the address of its bit generator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adgen.ir.types import DType
from adgen.llvm_backend.library import array_of
from adgen.llvm_backend.writer import memory_type, scalar_type
from adgen.loops.buffers import Operand
from adgen.loops.calls import Draw, Strided

if TYPE_CHECKING:
    from adgen.llvm_backend.statements import Statements

_BOUNDED, _INTERVAL = "random_bounded_uint64", "random_interval"
_BINOMIAL = "random_binomial"
#: Cells for NumPy's ``binomial_t``, with room to spare; the first says whether anything is kept.
_KEPT = 64


def is_host(stmt: Draw) -> bool:
    """Whether Python is asked for the draw."""
    return stmt.function.startswith("host.")


def externals_of(stmt: Draw) -> str:
    """The name of the external function that a draw calls."""
    if is_host(stmt):
        return stmt.function
    return f"random.{_INTERVAL if stmt.function == 'permutation' else stmt.function}"


def emit_draw(s: Statements, stmt: Draw) -> None:
    """One number, an array of numbers, or a permutation."""
    w = s.w
    function = s.table.load(w, externals_of(stmt))
    if is_host(stmt):
        _host(s, stmt, function)
        return
    state = w.value(f"inttoptr i64 {w.operand(stmt.args[0])} to ptr")
    if stmt.result is not None:
        w.define(stmt.result.name, _one(s, stmt, function, state, stmt.result.dtype))
        return
    assert stmt.out is not None
    base = s.memory.element(stmt.out, stmt.base)
    count = w.dim(stmt.count)
    if stmt.function == "permutation":
        _permutation(s, function, state, base, count)
        return
    type_ = memory_type(stmt.out.dtype)
    with w.loop("0", count) as k:
        drawn = _one(s, stmt, function, state, stmt.out.dtype)
        w.emit(f"store {type_} {drawn}, ptr {_cell(s, base, type_, k)}")


def _one(s: Statements, stmt: Draw, function: str, state: str, dtype: DType) -> str:
    given = [f"{scalar_type(x.dtype)} {s.w.operand(x)}" for x in stmt.args[1:]]
    if stmt.function == _BINOMIAL:
        given.append(f"ptr {_cleared(s)}")
    return _call(s, function, state, given, dtype, stmt.function == _BOUNDED)


def _cleared(s: Statements) -> str:
    """Room for what a binomial draw keeps for the next one of equal parameters: it has nothing kept."""
    place = s.w.alloca("i64", _KEPT)
    s.w.emit(f"store i64 0, ptr {place}")
    return place


def _call(s: Statements, function: str, state: str, given: Sequence[str], dtype: DType, bounded: bool) -> str:
    """A call; that for integers of a range also takes a mask and whether to use it."""
    rest = ["i64 0", "i1 zeroext false"] if bounded else []
    arguments = ", ".join([f"ptr {state}", *given, *rest])
    return s.w.value(f"call {scalar_type(dtype)} {function}({arguments})")


def _cell(s: Statements, base: str, type_: str, k: str) -> str:
    return s.w.value(f"getelementptr inbounds {type_}, ptr {base}, i64 {k}")


def _permutation(s: Statements, function: str, state: str, base: str, count: str) -> None:
    """0, 1, 2... and then every cell from the last to the second exchanged with one before it or itself."""
    w = s.w
    with w.loop("0", count) as k:
        w.emit(f"store i64 {k}, ptr {_cell(s, base, 'i64', k)}")
    with w.loop("1", count) as k:
        at = w.value(f"sub nsw i64 {count}, {k}")
        other = _call(s, function, state, [f"i64 {at}"], DType.i64, False)
        cells = [_cell(s, base, "i64", p) for p in (at, other)]
        values = [w.value(f"load i64, ptr {c}") for c in cells]
        for cell, value in zip(cells, reversed(values), strict=True):
            w.emit(f"store i64 {value}, ptr {cell}")


def _host(s: Statements, stmt: Draw, function: str) -> None:
    """Addresses of the parameters, sizes, the address of the result."""
    w = s.w
    places = [_place(s, x) for x in stmt.inputs]
    given = [
        array_of(s, "ptr", places or ["null"]),
        array_of(s, "i64", [w.dim(d) for d in stmt.sizes] or ["0"]),
    ]
    if stmt.result is None:
        assert stmt.out is not None
        out = s.memory.element(stmt.out, stmt.base)
    else:
        out = w.alloca(memory_type(stmt.result.dtype))
    arguments = ", ".join(f"ptr {x}" for x in (*given, out))
    status = w.value(f"call i32 {function}(i64 {w.operand(stmt.args[0])}, {arguments})")
    assert stmt.failed is not None
    w.define(stmt.failed.name, w.value(f"icmp ne i32 {status}, 0"))
    if stmt.result is not None:
        found = w.value(f"load {memory_type(stmt.result.dtype)}, ptr {out}")
        is_byte = stmt.result.dtype is DType.bool
        w.define(stmt.result.name, w.value(f"icmp ne i8 {found}, 0") if is_byte else found)


def _place(s: Statements, x: Strided | Operand) -> str:
    if isinstance(x, Strided):
        return s.memory.element(x.buffer, x.base)
    type_ = memory_type(x.dtype)
    place, value = s.w.alloca(type_), s.w.operand(x)
    if x.dtype is DType.bool:
        value = s.w.value(f"zext i1 {value} to i8")
    s.w.emit(f"store {type_} {value}, ptr {place}")
    return place
