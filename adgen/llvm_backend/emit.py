"""A kernel as one LLVM module.

``i32 adgen_kernel(ptr args, ptr dims, ptr work, ptr where)``: `args` has one 8-byte cell per parameter and
result (arrays: an address; scalars: the value) followed by the dims of heap results; `dims` the sizes in
the order of `Kernel.symbols`; `work` the workspace, 64-byte aligned, of ``adgen_workspace(dims)`` bytes,
whose header of `Kernel.pieces` pieces is zero at first and then left alone (see `workspace`).
The status is 0, 1 (a check failed; its number is at `where`) or 2 (out of memory).
"""

from __future__ import annotations

from adgen.ir.types import Type
from adgen.llvm_backend import scalar_ops, vector_math
from adgen.llvm_backend.independent import metadata
from adgen.llvm_backend.loading import KERNEL, TABLE, WORKSPACE
from adgen.llvm_backend.memory import Memory, Table
from adgen.llvm_backend.outline import deepest
from adgen.llvm_backend.statements import Statements
from adgen.llvm_backend.workspace import ALIGNMENT, CELLS
from adgen.llvm_backend.writer import Writer, scalar_type
from adgen.loops.buffers import Buffer, InArena, InParam, InResult, OnHeap, OnStack
from adgen.loops.calls import Product, Routine
from adgen.loops.core import Kernel, walk
from adgen.records import dataclass

#: Loops stay loops: without builtins LLVM does not turn them into calls of memset or memcpy.
_ATTRIBUTES = '"no-builtins" nounwind'
_INTEGER_INTRINSICS = """declare i64 @llvm.abs.i64(i64, i1)
declare i64 @llvm.umax.i64(i64, i64)
declare i64 @llvm.smax.i64(i64, i64)"""


@dataclass(frozen=True, slots=True)
class Module:
    """The text of a kernel, and the externals of its pointer table in order."""

    text: str
    table: tuple[str, ...]


def emit_module(kernel: Kernel, threads: int = 1) -> Module:
    """The LLVM module of a kernel, whose large domains are shared among so many threads."""
    w, table = Writer(), Table()
    statements = Statements(w, kernel, table, deepest(kernel), threads)
    blas = _one_thread(w, kernel, table)
    _enter(w, kernel, statements.memory)
    statements.all(kernel.body)
    _leave(w, kernel, statements.memory, blas)
    for name in sorted({s for used, _ in statements.used for s in vector_math.libm_slots(used)}):
        table.slot(f"libm.{name}")
    slots = {name.partition(".")[2]: k for name, k in table.slots.items() if name.startswith("libm.")}
    parts = [
        f"@rt = internal global [{max(len(table.slots), 1)} x ptr] zeroinitializer",
        vector_math.kept_alive(statements.used),
        f"define ptr @{TABLE}() {{\n  ret ptr @rt\n}}",
        _workspace(kernel),
        *statements.functions,
        f"define i32 @{KERNEL}(ptr noalias %args, ptr noalias %dims, ptr noalias %work, ptr noalias %where) "
        f"{_ATTRIBUTES} {{\nstart:",
        *w.entry,
        *w.lines,
        "}",
        vector_math.definitions(statements.used, slots),
        vector_math.intrinsic_declarations(),
        scalar_ops.declarations(),
        _INTEGER_INTRINSICS,
        *statements.memory.metadata(),
        *metadata(len(statements.independent)),
        "",
    ]
    return Module("\n".join(part for part in parts if part), tuple(table.slots))


# -- the workspace --------------------------------------------------------------------------------------
def _load_sizes(w: Writer, kernel: Kernel) -> None:
    for k, symbol in enumerate(kernel.symbols):
        place = w.value(f"getelementptr inbounds i64, ptr %dims, i64 {k}")
        w.define(symbol, w.value(f"load i64, ptr {place}"))


def _offsets(w: Writer, kernel: Kernel) -> tuple[list[str], str]:
    """Where each arena slot starts, and the total; slots are aligned and never empty."""
    header = 8 * CELLS * kernel.pieces
    offsets, total = [], str(-(-header // ALIGNMENT) * ALIGNMENT)
    for size in kernel.arena:
        offsets.append(total)
        padded = w.value(f"add nsw i64 {w.dim(size)}, {2 * ALIGNMENT - 1}")
        total = w.value(f"add nsw i64 {total}, {w.value(f'and i64 {padded}, {-ALIGNMENT}')}")
    return offsets, total


def _workspace(kernel: Kernel) -> str:
    w = Writer()
    _load_sizes(w, kernel)
    _, total = _offsets(w, kernel)
    lines = [
        f"define i64 @{WORKSPACE}(ptr noalias %dims) {_ATTRIBUTES} {{",
        *w.lines,
        f"  ret i64 {total}",
        "}",
    ]
    return "\n".join(lines)


# -- entry and exit -------------------------------------------------------------------------------------
def _cell(w: Writer, position: int) -> str:
    return w.value(f"getelementptr inbounds i64, ptr %args, i64 {position}")


def _enter(w: Writer, kernel: Kernel, memory: Memory) -> None:
    _load_sizes(w, kernel)
    for position, param in enumerate(kernel.params):
        if not isinstance(param, Buffer):
            t = scalar_type(param.dtype)
            if t == "i1":
                byte = w.value(f"load i8, ptr {_cell(w, position)}")
                w.define(param.name, w.value(f"icmp ne i8 {byte}, 0"))
            else:
                w.define(param.name, w.value(f"load {t}, ptr {_cell(w, position)}"))
    offsets, _ = _offsets(w, kernel)
    for buffer, place in kernel.places.items():
        match place:
            case InParam(position):
                memory.bases[buffer] = w.value(f"load ptr, ptr {_cell(w, position)}")
            case InResult(position):
                cell = _cell(w, len(kernel.params) + position)
                memory.bases[buffer] = w.value(f"load ptr, ptr {cell}")
            case InArena(slot):
                memory.bases[buffer] = w.value(f"getelementptr inbounds i8, ptr %work, i64 {offsets[slot]}")
            case _:
                pass
    memory.enter()


@dataclass(frozen=True, slots=True)
class _Threads:
    """The number of threads that a library had before the kernel, and the function that sets it."""

    setter: str
    before: str


def _one_thread(w: Writer, kernel: Kernel, table: Table) -> list[_Threads]:
    """BLAS works on one thread inside a kernel: on a busy machine its own threads wait for each other."""
    kinds = {type(stmt) for stmt in walk(kernel.body)}
    found = []
    for kind, library in ((Product, "blas"), (Routine, "lapack")):
        if kind in kinds:
            setter = table.load(w, f"{library}.threads")
            found.append(_Threads(setter, w.value(f"call i32 {setter}(i32 1)")))
    return found


def _restore(w: Writer, libraries: list[_Threads]) -> None:
    for threads in reversed(libraries):
        w.value(f"call i32 {threads.setter}(i32 {threads.before})")


def _leave(w: Writer, kernel: Kernel, memory: Memory, threads: list[_Threads]) -> None:
    extra = len(kernel.params) + len(kernel.results)
    for position, result in enumerate(kernel.results):
        cell = _cell(w, len(kernel.params) + position)
        if not isinstance(result, Buffer):
            _store_scalar(w, cell, scalar_type(result.dtype), w.operand(result))
        elif isinstance(kernel.places[result], OnHeap | OnStack):
            for value in _extents(w, kernel, memory, position):
                w.emit(f"store i64 {value}, ptr {_cell(w, extra)}")
                extra += 1
            memory.hand_over(result, cell)
    memory.leave()
    _restore(w, threads)
    w.emit("ret i32 0")
    for label, status in (("failed", 1), ("nomemory", 2)):
        w.start_block(label)
        memory.leave()
        _restore(w, threads)
        w.emit(f"ret i32 {status}")


def _extents(w: Writer, kernel: Kernel, memory: Memory, position: int) -> list[str]:
    """The dims of a result on the heap, or the number of elements of a tape."""
    result, type_ = kernel.results[position], kernel.result_types[position]
    if isinstance(type_, Type):
        return [w.dim(d) for d in type_.dims]
    assert isinstance(result, Buffer)
    return [w.value(f"load i64, ptr {memory.growables[result].used}")]


def _store_scalar(w: Writer, cell: str, type_: str, value: str) -> None:
    if type_ == "i1":
        value, type_ = w.value(f"zext i1 {value} to i8"), "i8"
    w.emit(f"store {type_} {value}, ptr {cell}")
