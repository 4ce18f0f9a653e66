"""The loop program as text, as ``adgen show --stage loops`` prints it."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.loops.buffers import AtPointer, Buffer, InArena, InParam, InResult, OnHeap, OnStack, Operand, Place
from adgen.loops.calls import Address, Draw, Library, Matrix, Product, Routine
from adgen.loops.core import (
    Alternate,
    BindSize,
    Branch,
    Check,
    Get,
    IndexOf,
    Kernel,
    Let,
    Load,
    Loop,
    Nest,
    Reduce,
    Reserve,
    Set,
    SetPointers,
    Stmt,
    Store,
    TapeClear,
    TapeGrow,
    TapeMove,
    TapeShrink,
    Var,
    WhileLoop,
)


def to_text(kernel: Kernel) -> str:
    """The text of a kernel: its interface, its buffers, its statements, its checks."""
    lines = [f"kernel {kernel.name}({_list(kernel.params)}) -> ({_list(kernel.results)}) {{"]
    for buffer, place in kernel.places.items():
        lines.append(f"  buffer {buffer}: {buffer.dtype.value}[{buffer.size}] {_place(place)}")
    lines += [f"  variable {slot}: {slot.dtype.value}" for slot in kernel.slots]
    lines += _body(kernel.body, "  ")
    lines += [f"  check {k}: {f.kind}: {f.message}" for k, f in enumerate(kernel.failures)]
    return "\n".join([*lines, "}", ""])


def _list(values: Sequence[Operand | Buffer]) -> str:
    return ", ".join(str(v) for v in values)


def _place(place: Place) -> str:
    match place:
        case InParam(position):
            return f"in argument {position}"
        case InResult(position):
            return f"in result {position}"
        case InArena(slot):
            return f"in workspace {slot}"
        case AtPointer(variable):
            return f"at pointer {variable}"
        case OnHeap():
            return "on the heap"
        case OnStack():
            return "a tape"


def _body(body: Sequence[Stmt], indent: str) -> list[str]:
    return [line for stmt in body for line in _stmt(stmt, indent)]


def _domain(variables: Sequence[Var]) -> str:
    return ", ".join(f"{v.name} < {v.extent}" for v in variables)


def _stmt(stmt: Stmt, indent: str) -> list[str]:
    match stmt:
        case Nest():
            return _block(f"{'rim' if stmt.rim else 'nest'} {_domain(stmt.vars)}", stmt.body, indent)
        case Reduce():
            kinds = ", ".join(f"{k} of {v}" for k, v in zip(stmt.kinds, stmt.values, strict=True))
            title = f"{_list(stmt.results)} = {kinds} over {_domain(stmt.vars)}"
            return _block(title, stmt.body, indent)
        case Loop():
            head = f"for {stmt.var} in range({stmt.lo}, {stmt.hi}, {stmt.step})"
            return _block(head, stmt.body, indent)
        case WhileLoop():
            test = _block("while", stmt.head, indent)
            return [*test[:-1], f"{indent}}} {stmt.test} {{", *_body(stmt.body, indent + "  "), indent + "}"]
        case Branch():
            then = _block(f"if {stmt.test}", stmt.then, indent)
            return [*then[:-1], f"{indent}}} else {{", *_body(stmt.orelse, indent + "  "), indent + "}"]
        case _:
            return [indent + _simple(stmt)]


def _block(head: str, body: Sequence[Stmt], indent: str) -> list[str]:
    return [f"{indent}{head} {{", *_body(body, indent + "  "), indent + "}"]


def _simple(stmt: Stmt) -> str:
    match stmt:
        case Let():
            return f"{stmt.result}: {stmt.result.dtype.value} = {stmt.op}({_list(stmt.args)})"
        case IndexOf():
            return f"{stmt.result} = {stmt.index}"
        case Load():
            return f"{stmt.result} = {stmt.buffer}[{stmt.index}]"
        case Store():
            return f"{stmt.buffer}[{stmt.index}] {stmt.op}= {stmt.value}"
        case Get():
            return f"{stmt.result} = {stmt.slot}"
        case Set():
            return f"{stmt.slot} = {stmt.value}"
        case Check():
            return f"check {stmt.number} {stmt.ok}"
        case Product():
            m, n, k = stmt.sizes
            sign = "+=" if stmt.accumulate else "="
            scale = "" if stmt.scale is None else f"{stmt.scale} * "
            factors = f"{scale}{_matrix(stmt.left)} @ {_matrix(stmt.right)}"
            return f"product {_matrix(stmt.out)} {sign} {factors} ({m}, {n}, {k})"
        case Library():
            return _library(stmt)
        case Routine():
            return _routine(stmt)
        case Draw():
            return _draw(stmt)
        case _:
            return _storage(stmt)


def _library(stmt: Library) -> str:
    operands = [f"{x.buffer}[{x.base}; {', '.join(map(str, x.strides))}]" for x in stmt.operands]
    given, made = ", ".join(operands[: -stmt.outputs]), ", ".join(operands[-stmt.outputs :])
    failed = f" failing {stmt.failed}" if stmt.failed is not None else ""
    return f"library {made} = {stmt.loop}({given}) ({', '.join(map(str, stmt.sizes))}){failed}"


def _routine(stmt: Routine) -> str:
    given = ", ".join(
        f"{x.buffer}[{x.base}]" if isinstance(x, Address) else str(getattr(x, "size", x))
        for x in stmt.arguments
    )
    failed = f" failing {stmt.failed}" if stmt.failed is not None else ""
    return f"call {', '.join(map(str, stmt.writes))} = {stmt.name}({given}){failed}"


def _draw(stmt: Draw) -> str:
    target = str(stmt.result) if stmt.out is None else f"{stmt.out}[{stmt.base} : {stmt.count}]"
    return f"draw {target} = {stmt.function}({', '.join(map(str, stmt.args))})"


def _storage(stmt: Stmt) -> str:
    match stmt:
        case BindSize():
            return f"{stmt.symbol} = {stmt.value}"
        case Reserve():
            return f"reserve {stmt.buffer}"
        case SetPointers():
            return f"{_list(stmt.targets)} -> {_list(stmt.sources)}"
        case Alternate():
            return f"{stmt.target} -> {stmt.first} or {stmt.second}, not {stmt.current}"
        case TapeMove():
            return f"{stmt.target} takes over {stmt.source}"
        case TapeClear():
            return f"clear {stmt.tape}"
        case TapeGrow():
            return f"{stmt.base} = grow {stmt.tape} by {stmt.count}"
        case TapeShrink():
            return f"{stmt.base} = shrink {stmt.tape} by {stmt.count}"
        case _:
            raise AssertionError(stmt)


def _matrix(matrix: Matrix) -> str:
    return f"{matrix.buffer}[{matrix.base}; {matrix.rows}, {matrix.columns}]"
