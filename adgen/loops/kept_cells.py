"""Cells that a loop reads and stores in every round, kept in variables meanwhile.

    for j in range(i + 1, n):                total = a[i]
        a[i] += f(j)                         for j in range(i + 1, n):
        a[j] -= f(j)                             total += f(j); a[j] -= f(j)
                                             a[i] = total

LLVM cannot know that `a[j]` is never `a[i]`; the ranges of loop variables say so. Only loops without other
statements inside, and only cells that LLVM would not keep by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.ir.dims import Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Buffer, InParam, Lit, Ref, Slot
from adgen.loops.core import Branch, Check, Get, IndexOf, Let, Load, Loop, Set, Stmt, Store, WhileLoop
from adgen.loops.fuse import names_defined
from adgen.loops.state import State
from adgen.records import dataclass

_FLAT = Let | IndexOf | Load | Store | Get | Set | Check
Cell = tuple[Buffer, Dim]


def with_kept_cells(state: State, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """A statement list with the cells of its innermost loops in variables."""
    return tuple(part for stmt in body for part in _kept(state, stmt))


def _kept(state: State, stmt: Stmt) -> Sequence[Stmt]:
    match stmt:
        case Loop() if all(isinstance(s, _FLAT) for s in stmt.body):
            cells = _Cells(state, stmt).found()
            return _written(state, stmt, cells) if cells else (stmt,)
        case Loop():
            return (replace(stmt, body=with_kept_cells(state, stmt.body)),)
        case WhileLoop():
            head, body = (with_kept_cells(state, part) for part in (stmt.head, stmt.body))
            return (replace(stmt, head=head, body=body),)
        case Branch():
            then, orelse = (with_kept_cells(state, part) for part in (stmt.then, stmt.orelse))
            return (replace(stmt, then=then, orelse=orelse),)
        case _:
            return (stmt,)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The accesses of a loop, and which of their cells can be kept."""

    state: State
    loop: Loop

    def found(self) -> list[Cell]:
        """The cells, in the order of the loop."""
        inside = {self.loop.var.name, *(n for s in self.loop.body for n in names_defined(s))}
        accesses = dict.fromkeys((s.buffer, s.index) for s in self.loop.body if isinstance(s, Load | Store))
        stored = [(s.buffer, s.index) for s in self.loop.body if isinstance(s, Store)]
        checked = any(isinstance(s, Check) for s in self.loop.body)
        return [
            cell
            for cell in dict.fromkeys(stored)
            if not inside & set(cell[1].symbols())
            and self._is_ours(cell[0], checked)
            and self._is_hidden(cell, [other for other in accesses if other != cell])
        ]

    def _is_ours(self, buffer: Buffer, checked: bool) -> bool:
        """Whether nobody sees the memory if the loop ends with an error."""
        place = self.state.places[self.state.storage(buffer)]
        return buffer.dtype in (DType.f64, DType.f32) and not (checked and isinstance(place, InParam))

    def _is_hidden(self, cell: Cell, others: Sequence[Cell]) -> bool:
        """Whether no other access comes to the cell, and LLVM does not know that."""
        near = [o for o in others if self.state.may_overlap(o[0], cell[0])]
        return any(o[1].symbols() != cell[1].symbols() for o in near) and all(
            o[0] is cell[0] and self._differ(o[1] - cell[1]) for o in near
        )

    def _differ(self, distance: Dim) -> bool:
        bounds = self.state.bounds
        return bounds.nonnegative(distance - 1) or bounds.nonnegative(-distance - 1)


def _written(state: State, loop: Loop, cells: Sequence[Cell]) -> Sequence[Stmt]:
    """The loop with variables for the cells, where it has rounds."""
    slots = {cell: state.slot(cell[0].dtype) for cell in cells}
    before: list[Stmt] = []
    after: list[Stmt] = []
    for (buffer, index), slot in slots.items():
        first, last = (Ref(state.names.fresh("%"), buffer.dtype) for _ in range(2))
        before += [Load(first, buffer, index), Set(slot, first)]
        after += [Get(last, slot), Store(buffer, index, last)]
    whole = (*before, replace(loop, body=_body(state, loop.body, slots)), *after)
    if all(state.bounds.inside(index, buffer.size) for buffer, index in cells):
        return whole
    some = Ref(state.names.fresh("%"), DType.bool)
    return (*_trips(state, loop, some), Branch(some, whole, ()))


def _trips(state: State, loop: Loop, some: Ref) -> Sequence[Stmt]:
    """Whether a loop has rounds."""
    if isinstance(loop.step, Lit):
        return (Let(some, "gt" if loop.step.value < 0 else "lt", (loop.lo, loop.hi)),)
    up, less, more = (Ref(state.names.fresh("%"), DType.bool) for _ in range(3))
    return (
        Let(up, "gt", (loop.step, Lit(0, DType.i64))),
        Let(less, "lt", (loop.lo, loop.hi)),
        Let(more, "gt", (loop.lo, loop.hi)),
        Let(some, "where", (up, less, more)),
    )


def _body(state: State, body: Sequence[Stmt], slots: dict[Cell, Slot]) -> tuple[Stmt, ...]:
    out: list[Stmt] = []
    for stmt in body:
        slot = slots.get((stmt.buffer, stmt.index)) if isinstance(stmt, Load | Store) else None
        if slot is None:
            out.append(stmt)
        elif isinstance(stmt, Load):
            out.append(Get(stmt.result, slot))
        elif isinstance(stmt, Store) and not stmt.op:
            out.append(Set(slot, stmt.value))
        elif isinstance(stmt, Store):
            old, new = (Ref(state.names.fresh("%"), slot.dtype) for _ in range(2))
            out += [Get(old, slot), Let(new, stmt.op, (old, stmt.value)), Set(slot, new)]
    return tuple(out)
