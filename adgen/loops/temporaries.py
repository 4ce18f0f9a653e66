"""Temporaries inside one domain: a scalar where each iteration uses one cell, a row where it uses a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.ir.dims import ZERO, Dim
from adgen.loops.bounds import Bounds
from adgen.loops.buffers import Buffer, InArena, OnHeap, Operand, Ref
from adgen.loops.calls import Draw, Library, Product, Routine
from adgen.loops.core import (
    Branch,
    Load,
    Loop,
    Nest,
    Reduce,
    Reserve,
    SetPointers,
    Stmt,
    Store,
    WhileLoop,
    walk,
)
from adgen.loops.fuse import cells_of, confined, inner_ranges
from adgen.loops.rewrite import Renaming
from adgen.loops.state import State


def contract_temporaries(state: State, body: Sequence[Stmt], results: Sequence[object]) -> tuple[Stmt, ...]:
    """Shrink or remove the arena buffers that a single domain uses."""
    total: dict[Buffer, int] = {}
    for cell in cells_of(body):
        total[cell.buffer] = total.get(cell.buffer, 0) + 1
    fixed = _fixed(body) | {r for r in results if isinstance(r, Buffer)}
    free = {
        b: n
        for b, n in total.items()
        if isinstance(state.places[b], InArena | OnHeap) and b not in fixed and _alone(state, b)
    }
    return _without_reserves(_Contract(state, free).body(body), state.removed)


def _without_reserves(body: Sequence[Stmt], removed: set[Buffer]) -> tuple[Stmt, ...]:
    """The statements without room for buffers that are gone."""
    kept: list[Stmt] = []
    for stmt in body:
        match stmt:
            case Reserve(buffer) if buffer in removed:
                continue
            case Loop():
                stmt = replace(stmt, body=_without_reserves(stmt.body, removed))
            case WhileLoop():
                head, inner = (_without_reserves(b, removed) for b in (stmt.head, stmt.body))
                stmt = replace(stmt, head=head, body=inner)
            case Branch():
                sides = [_without_reserves(b, removed) for b in (stmt.then, stmt.orelse)]
                stmt = Branch(stmt.test, sides[0], sides[1])
            case _:
                pass
        kept.append(stmt)
    return tuple(kept)


def _fixed(body: Sequence[Stmt]) -> set[Buffer]:
    """Buffers whose address is used otherwise than by loads and stores."""
    found: set[Buffer] = set()
    for stmt in walk(tuple(body)):
        if isinstance(stmt, Product | Library | Routine | Draw):
            found |= {*stmt.reads, *stmt.writes}
        elif isinstance(stmt, SetPointers):
            found |= {*stmt.targets, *stmt.sources}
    return found


def _alone(state: State, buffer: Buffer) -> bool:
    return buffer not in state.merged and buffer not in state.merged.values()


class _Contract:
    def __init__(self, state: State, free: dict[Buffer, int]) -> None:
        self.state = state
        self.free = free
        self.renamed: dict[str, Operand] = {}

    def body(self, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
        """All statements."""
        return tuple(self.stmt(s) for s in body)

    def stmt(self, stmt: Stmt) -> Stmt:
        """One statement; domains are where temporaries are looked for."""
        match stmt:
            case Nest() | Reduce():
                return self.domain(stmt)
            case Loop():
                return replace(stmt, body=self.body(stmt.body))
            case WhileLoop():
                return replace(stmt, head=self.body(stmt.head), body=self.body(stmt.body))
            case Branch():
                return replace(stmt, then=self.body(stmt.then), orelse=self.body(stmt.orelse))
            case _:
                return stmt

    def domain(self, stmt: Nest | Reduce) -> Nest | Reduce:
        """A domain with the temporaries that only it uses contracted, those of inner domains too."""
        inner = cells_of(stmt.body)
        for buffer in dict.fromkeys(c.buffer for c in inner):
            if self.free.get(buffer) == sum(c.buffer is buffer for c in inner):
                stmt = self._scalar(stmt, buffer) or self._row(stmt, buffer) or stmt
        return replace(stmt, body=self.body(stmt.body))

    def _scalar(self, stmt: Nest | Reduce, buffer: Buffer) -> Nest | Reduce | None:
        """One store, in the domain's own body, and loads of the same cell after it."""
        position, store = _only_store(stmt.body, buffer)
        if store is None or store.op:
            return None
        loads = [s for s in walk(stmt.body) if isinstance(s, Load) and s.buffer is buffer]
        before = [s for s in walk(stmt.body[:position]) if isinstance(s, Load) and s.buffer is buffer]
        if before or any(load.index != store.index for load in loads):
            return None
        names = {load.result.name: store.value for load in loads}
        places = {
            n: Dim.symbol(v.name) if isinstance(v, Ref) else Dim.const(int(v.value))
            for n, v in names.items()
            if v.dtype.is_integer
        }
        renaming = Renaming(dims=places, operands=names)
        kept = tuple(s for s in stmt.body if s is not store)
        gone = {load.result.name for load in loads}
        result = renaming.stmt(replace(stmt, body=_without_loads(kept, gone)))
        del self.free[buffer]
        self.state.removed.add(buffer)
        assert isinstance(result, Nest | Reduce)
        return result

    def _row(self, stmt: Nest | Reduce, buffer: Buffer) -> Nest | Reduce | None:
        """Every access stays within one row per iteration of the first variable: keep one row."""
        name = stmt.vars[0].name
        changing = inner_ranges((stmt,))
        bounds = Bounds(ranges=self.state.bounds.ranges | changing, facts=self.state.bounds.facts)
        changing.pop(name)
        bounds.ranges.pop(name, None)
        cells = (c for c in cells_of((stmt,)) if c.buffer is buffer)
        places = {confined(bounds, c.index or ZERO, name, changing) for c in cells}
        (place, *others) = places
        if place is None or others or place[0] == Dim.const(1):
            return None
        if not isinstance(self.state.places[buffer], InArena):
            return None
        factor, offset = place
        if any(s not in self.state.symbols for s in factor.symbols()):
            return None
        row = self.state.buffer(buffer.dtype, factor)
        shift = factor * Dim.symbol(name) + offset

        def move(at: Buffer, index: Dim) -> tuple[Buffer, Dim]:
            return (row, index - shift) if at is buffer else (at, index)

        result = Renaming(cells=move).stmt(stmt)
        self.free[row] = self.free.pop(buffer)
        self.state.removed.add(buffer)
        assert isinstance(result, Nest | Reduce)
        return result


def _only_store(body: Sequence[Stmt], buffer: Buffer) -> tuple[int, Store | None]:
    stores = [s for s in walk(tuple(body)) if isinstance(s, Store) and s.buffer is buffer]
    if len(stores) == 1:
        for position, stmt in enumerate(body):
            if stmt is stores[0]:
                return position, stores[0]
    return 0, None


def _without_loads(body: Sequence[Stmt], gone: set[str]) -> tuple[Stmt, ...]:
    """The statements without some loads, at every depth."""
    kept: list[Stmt] = []
    for stmt in body:
        if isinstance(stmt, Load) and stmt.result.name in gone:
            continue
        match stmt:
            case Nest() | Reduce() | Loop():
                stmt = replace(stmt, body=_without_loads(stmt.body, gone))
            case WhileLoop():
                stmt = replace(
                    stmt, head=_without_loads(stmt.head, gone), body=_without_loads(stmt.body, gone)
                )
            case Branch():
                sides = [_without_loads(s, gone) for s in (stmt.then, stmt.orelse)]
                stmt = Branch(stmt.test, sides[0], sides[1])
            case _:
                pass
        kept.append(stmt)
    return tuple(kept)
