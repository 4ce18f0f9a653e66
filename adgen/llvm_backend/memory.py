"""Buffers as pointers, loads and stores with alias information, heap buffers and growable tapes."""

from __future__ import annotations

from dataclasses import field

from adgen.ir.dims import Dim
from adgen.ir.types import DType
from adgen.llvm_backend.workspace import CELLS
from adgen.llvm_backend.writer import LOOP_METADATA, Writer, memory_type
from adgen.loops.buffers import AtPointer, Buffer, OnHeap, OnStack, Operand
from adgen.loops.core import (
    Alternate,
    Kernel,
    Load,
    Reserve,
    SetPointers,
    Store,
    TapeClear,
    TapeGrow,
    TapeMove,
    TapeShrink,
)
from adgen.records import dataclass

#: Above this many families accesses carry no alias information (the lists would grow quadratically).
MAX_FAMILIES = 160
#: Status codes of kernels.
OK, FAILED, NO_MEMORY = 0, 1, 2


@dataclass(slots=True)
class Growable:
    """Frame variables of heap memory: its address, how much there is, how much is used (tapes)."""

    data: str
    capacity: str
    used: str = ""


@dataclass(slots=True)
class Table:
    """Slots of the pointer table, by name of the external function."""

    slots: dict[str, int] = field(default_factory=dict)

    def slot(self, name: str) -> int:
        """The slot of an external function."""
        return self.slots.setdefault(name, len(self.slots))

    def load(self, w: Writer, name: str) -> str:
        """The address of an external function."""
        place = f"getelementptr inbounds (ptr, ptr @rt, i64 {self.slot(name)})"
        return w.value(f"load ptr, ptr {place}, align 8, !invariant.load !0")


class Memory:
    """The buffers of one kernel."""

    def __init__(self, w: Writer, kernel: Kernel, table: Table) -> None:
        self.w = w
        self.kernel = kernel
        self.table = table
        self.bases: dict[Buffer, str] = {}
        self.pointers: dict[int, str] = {}
        self.growables: dict[Buffer, Growable] = {}
        self.count = len(set(kernel.families.values()))
        self.group = ""

    def enter(self) -> None:
        """Frame variables for everything whose address is not fixed on entry."""
        for buffer, place in self.kernel.places.items():
            if isinstance(place, AtPointer) and place.variable not in self.pointers:
                self.pointers[place.variable] = self.w.alloca("ptr")
            elif isinstance(place, OnHeap | OnStack):
                self.growables[buffer] = self._held(len(self.growables))

    def _held(self, number: int) -> Growable:
        """The variables of a piece of heap memory, with what is left of it from the call before."""
        w = self.w
        made = Growable(w.alloca("ptr"), w.alloca("i64"), w.alloca("i64"))
        data, capacity = self._header(number)
        w.emit(f"store ptr {w.value(f'load ptr, ptr {data}')}, ptr {made.data}")
        w.emit(f"store i64 {w.value(f'load i64, ptr {capacity}')}, ptr {made.capacity}")
        w.emit(f"store i64 0, ptr {made.used}")
        return made

    def _header(self, number: int) -> tuple[str, str]:
        """The cells of the workspace that keep a piece of heap memory from call to call."""
        cells = (CELLS * number, CELLS * number + 1)
        data, capacity = (
            self.w.value(f"getelementptr inbounds i64, ptr %work, i64 {cell}") for cell in cells
        )
        return data, capacity

    def leave(self) -> None:
        """Note what heap memory there is, for the next call."""
        w = self.w
        for number, made in enumerate(self.growables.values()):
            data, capacity = self._header(number)
            w.emit(f"store ptr {w.value(f'load ptr, ptr {made.data}')}, ptr {data}")
            w.emit(f"store i64 {w.value(f'load i64, ptr {made.capacity}')}, ptr {capacity}")

    def hand_over(self, buffer: Buffer, cell: str) -> None:
        """Heap memory of a result goes to the caller."""
        made = self.growables[buffer]
        self.w.emit(f"store ptr {self.base(buffer)}, ptr {cell}")
        self.w.emit(f"store ptr null, ptr {made.data}")
        self.w.emit(f"store i64 0, ptr {made.capacity}")

    # -- addresses --------------------------------------------------------------------------------------
    def base(self, buffer: Buffer) -> str:
        """The address of a buffer's first element."""
        if buffer in self.bases:
            return self.bases[buffer]
        return self.w.value(f"load ptr, ptr {self.variable(buffer)}")

    def variable(self, buffer: Buffer) -> str:
        """The frame variable that holds a buffer's address."""
        place = self.kernel.places[buffer]
        if isinstance(place, AtPointer):
            return self.pointers[place.variable]
        return self.growables[buffer].data

    def element(self, buffer: Buffer, index: Dim) -> str:
        """The address of an element."""
        base, offset = self.base(buffer), self.w.dim(index)
        return self.w.value(f"getelementptr inbounds {memory_type(buffer.dtype)}, ptr {base}, i64 {offset}")

    def alias(self, buffer: Buffer) -> str:
        """What is known of an access: its family, and that other families are elsewhere."""
        if self.count > MAX_FAMILIES or self.count < 2:
            return ""
        family = self.kernel.families[buffer]
        return f", !alias.scope !{2 + self.count + family}, !noalias !{2 + 2 * self.count + family}"

    def metadata(self) -> list[str]:
        """The metadata that `alias` refers to; !0 is empty, !1 the domain, then scopes and lists."""
        lines = ["!0 = !{}", '!1 = distinct !{!1, !"kernel"}', *LOOP_METADATA]
        if self.count > MAX_FAMILIES:
            return lines
        scopes = range(2, 2 + self.count)
        lines += [f'!{k} = distinct !{{!{k}, !1, !"family {k - 2}"}}' for k in scopes]
        lines += [f"!{k + self.count} = !{{!{k}}}" for k in scopes]
        for k in scopes:
            others = ", ".join(f"!{j}" for j in scopes if j != k)
            lines.append(f"!{k + 2 * self.count} = !{{{others}}}")
        return lines

    # -- elements ---------------------------------------------------------------------------------------
    def load(self, stmt: Load) -> None:
        """An element into a scalar."""
        self.w.define(stmt.result.name, self.read(stmt.buffer, stmt.index))

    def read(self, buffer: Buffer, index: Dim) -> str:
        """The value of an element."""
        address, t = self.element(buffer, index), memory_type(buffer.dtype)
        value = self.w.value(f"load {t}, ptr {address}{self.alias(buffer)}{self.group}")
        return self.w.value(f"icmp ne i8 {value}, 0") if buffer.dtype is DType.bool else value

    def write(self, buffer: Buffer, index: Dim, value: str) -> None:
        """A value into an element."""
        if buffer.dtype is DType.bool:
            value = self.w.value(f"zext i1 {value} to i8")
        address, t = self.element(buffer, index), memory_type(buffer.dtype)
        self.w.emit(f"store {t} {value}, ptr {address}{self.alias(buffer)}{self.group}")

    def store(self, stmt: Store, combine: str) -> None:
        """The (already combined) value of a store."""
        self.write(stmt.buffer, stmt.index, combine)

    # -- pointers and growth ----------------------------------------------------------------------------
    def set_pointers(self, stmt: SetPointers) -> None:
        """Pointer variables take over addresses, all at once."""
        addresses = [self.base(source) for source in stmt.sources]
        for target, address in zip(stmt.targets, addresses, strict=True):
            self.w.emit(f"store ptr {address}, ptr {self.variable(target)}")

    def alternate(self, stmt: Alternate) -> None:
        """The one of two buffers that is free."""
        current, first, second = (self.base(b) for b in (stmt.current, stmt.first, stmt.second))
        same = self.w.value(f"icmp eq ptr {current}, {first}")
        chosen = self.w.value(f"select i1 {same}, ptr {second}, ptr {first}")
        self.w.emit(f"store ptr {chosen}, ptr {self.variable(stmt.target)}")

    def reserve(self, stmt: Reserve) -> None:
        """Room in a heap buffer for its size; contents are lost."""
        w, made = self.w, self.growables[stmt.buffer]
        needed = self._bytes(w.dim(stmt.buffer.size), stmt.buffer.dtype)
        grow, ready = w.fresh("grow"), w.fresh("ready")
        w.branch_if(
            w.value(f"icmp sgt i64 {needed}, {w.value(f'load i64, ptr {made.capacity}')}"), grow, ready
        )
        w.start_block(grow)
        free, malloc = self.table.load(w, "c.free"), self.table.load(w, "c.malloc")
        w.emit(f"call void {free}(ptr {w.value(f'load ptr, ptr {made.data}')})")
        w.emit(f"store i64 0, ptr {made.capacity}")
        self._keep(made, w.value(f"call ptr {malloc}(i64 {needed})"), needed)
        w.branch(ready)
        w.start_block(ready)

    def _bytes(self, count: str, dtype: DType) -> str:
        """Bytes of `count` elements, at least one cache line."""
        total = self.w.value(f"mul nsw i64 {count}, {dtype.itemsize}")
        return self.w.value(f"add nsw i64 {total}, 64")

    def _keep(self, made: Growable, data: str, capacity: str) -> None:
        w = self.w
        w.emit(f"store ptr {data}, ptr {made.data}")
        ok = w.fresh("have")
        w.branch_if(w.value(f"icmp eq ptr {data}, null"), "nomemory", ok)
        w.start_block(ok)
        w.emit(f"store i64 {capacity}, ptr {made.capacity}")

    def clear(self, stmt: TapeClear) -> None:
        """An empty tape; its memory is kept."""
        self.w.emit(f"store i64 0, ptr {self.growables[stmt.tape].used}")

    def move(self, stmt: TapeMove) -> None:
        """Two tapes exchange their memory; what is on the source now counts for nothing."""
        target, source = self.growables[stmt.target], self.growables[stmt.source]
        for type_, one, other in (
            ("ptr", target.data, source.data),
            ("i64", target.capacity, source.capacity),
            ("i64", target.used, source.used),
        ):
            values = [self.w.value(f"load {type_}, ptr {place}") for place in (one, other)]
            self.w.emit(f"store {type_} {values[1]}, ptr {one}")
            self.w.emit(f"store {type_} {values[0]}, ptr {other}")

    def grow(self, stmt: TapeGrow) -> None:
        """Room on top of a tape, doubling its memory where it is full."""
        w, made = self.w, self.growables[stmt.tape]
        base = w.value(f"load i64, ptr {made.used}")
        used = w.value(f"add nsw i64 {base}, {w.dim(stmt.count)}")
        w.emit(f"store i64 {used}, ptr {made.used}")
        w.define(stmt.base.name, base)
        needed = self._bytes(used, stmt.tape.dtype)
        grow, ready = w.fresh("grow"), w.fresh("ready")
        w.branch_if(
            w.value(f"icmp sgt i64 {needed}, {w.value(f'load i64, ptr {made.capacity}')}"), grow, ready
        )
        w.start_block(grow)
        doubled = w.value(f"shl i64 {needed}, 1")
        realloc = self.table.load(w, "c.realloc")
        old = w.value(f"load ptr, ptr {made.data}")
        moved = w.value(f"call ptr {realloc}(ptr {old}, i64 {doubled})")
        have = w.fresh("have")
        w.branch_if(w.value(f"icmp eq ptr {moved}, null"), "nomemory", have)
        w.start_block(have)
        w.emit(f"store ptr {moved}, ptr {made.data}")
        w.emit(f"store i64 {doubled}, ptr {made.capacity}")
        w.branch(ready)
        w.start_block(ready)

    def shrink(self, stmt: TapeShrink) -> None:
        """The top of a tape comes off."""
        w, made = self.w, self.growables[stmt.tape]
        used = w.value(f"load i64, ptr {made.used}")
        base = w.value(f"sub nsw i64 {used}, {w.dim(stmt.count)}")
        w.emit(f"store i64 {base}, ptr {made.used}")
        w.define(stmt.base.name, base)


__all__ = ["FAILED", "NO_MEMORY", "OK", "Memory", "Operand", "Table"]
