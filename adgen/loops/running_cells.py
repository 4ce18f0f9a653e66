"""Cells that several rounds of an inner loop come to one after the other, kept in variables on their way.

    for j in range(1, n - 1):                before, here = a[0], a[1]
        a[j - 1] += f(a[j])                  for j in range(1, n - 1):
        a[j + 1] += g(a[j])                      after = a[j + 1]
                                                 before += f(here); after += g(here)
                                                 a[j - 1] = before
                                                 before, here = here, after
                                             a[n - 2], a[n - 1] = before, here

Each cell is loaded and stored once, and what a round hands on to the next goes through no memory: a cell that
is stored takes a while to be there for a load. The rows of a matrix have to be apart for that, which sizes
tell when the loop is reached where they do not tell before. Only loops without other statements inside, that
hand something on; loops of a few rounds in them, as over the weights of a stencil, are written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field, replace

from adgen.ir.dims import ONE, ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Buffer, Lit, Operand, Ref, Slot
from adgen.loops.copies import Copy
from adgen.loops.core import (
    Branch,
    Get,
    IndexOf,
    Let,
    Load,
    Loop,
    Set,
    Stmt,
    Store,
    WhileLoop,
    coefficient,
)
from adgen.loops.fuse import names_defined
from adgen.loops.state import State
from adgen.records import dataclass

_FLAT = Let | IndexOf | Load | Store | Get | Set
#: Cells of one row, and rows, that are kept at most; statements of a loop that inner rounds are written into.
WIDEST, MOST, LONGEST = 8, 6, 400


def with_running_cells(state: State, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """A statement list with the cells that innermost loops run over in variables."""
    return tuple(part for stmt in body for part in _kept(state, stmt))


def _kept(state: State, stmt: Stmt) -> Sequence[Stmt]:
    match stmt:
        case Loop() if all(isinstance(s, _FLAT) for s in stmt.body):
            return _Running(state, stmt).written()
        case Loop():
            flat = _unrolled(state, stmt)
            if flat is not None and (running := _Running(state, flat)).distances() is not None:
                return running.written()
            return (replace(stmt, body=with_running_cells(state, stmt.body)),)
        case WhileLoop():
            head, body = (with_running_cells(state, part) for part in (stmt.head, stmt.body))
            return (replace(stmt, head=head, body=body),)
        case Branch():
            then, orelse = (with_running_cells(state, part) for part in (stmt.then, stmt.orelse))
            return (replace(stmt, then=then, orelse=orelse),)
        case _:
            return (stmt,)


def _unrolled(state: State, loop: Loop) -> Loop | None:
    """A loop with the few rounds of loops inside it one after the other, if that leaves no loop in it."""
    body: list[Stmt] = []
    for stmt in loop.body:
        if isinstance(stmt, _FLAT):
            body.append(stmt)
            continue
        rounds = _few(stmt) if isinstance(stmt, Loop) else None
        inner = None if rounds is None or not isinstance(stmt, Loop) else _unrolled(state, stmt)
        if rounds is None or inner is None or len(body) + len(rounds) * len(inner.body) > LONGEST:
            return None
        for number in rounds:
            copy = Copy(state)
            copy.dims[inner.var.name] = Dim.const(number)
            copy.operands[inner.var.name] = Lit(number, DType.i64)
            body += copy.body(inner.body)
    return replace(loop, body=tuple(body))


def _few(loop: Loop) -> range | None:
    """The rounds of a loop, where there are a few and known ones."""
    if not all(isinstance(x, Lit) for x in (loop.lo, loop.hi, loop.step)):
        return None
    lo, hi, step = (int(x.value) for x in (loop.lo, loop.hi, loop.step) if isinstance(x, Lit))
    rounds = range(lo, hi, step)
    return rounds if len(rounds) <= WIDEST else None


@dataclass(slots=True)
class _Row:
    """The accesses ``buffer[factor * counter + base + offset]`` of a loop, by their offsets.

    Cells go through the offsets upwards or downwards: ``way`` is 1 where a round comes to the cell that the
    round before had at the next greater offset.
    """

    buffer: Buffer
    factor: int
    base: Dim
    way: int
    accesses: list[tuple[int, Load | Store]] = field(default_factory=list)
    slots: dict[int, Slot] = field(default_factory=dict)

    @property
    def offsets(self) -> list[int]:
        """The offsets, in the order in which a cell comes to them."""
        return sorted({o for o, _ in self.accesses}, reverse=self.way > 0)

    @property
    def stores(self) -> list[tuple[int, Store]]:
        """What is stored, and where."""
        return [(o, s) for o, s in self.accesses if isinstance(s, Store)]

    def is_whole(self) -> bool:
        """Whether a cell comes to all offsets between the first and the last, of which there are a few."""
        offsets = self.offsets
        return 2 <= len(offsets) == abs(offsets[0] - offsets[-1]) + 1 <= WIDEST

    def hands_on(self) -> bool:
        """Whether a cell is stored that a later round loads."""
        loads = [o for o, s in self.accesses if isinstance(s, Load) or s.op]
        return any((stored - o) * self.way > 0 for stored, _ in self.stores for o in loads)

    def index(self, counter: Dim, offset: int) -> Dim:
        """The index of a cell in the round of a counter."""
        return counter * self.factor + self.base + offset


@dataclass(slots=True)
class _Running:
    """A loop, and the rows that it comes to cell by cell."""

    state: State
    loop: Loop
    rows: list[_Row] = field(default_factory=list)

    def written(self) -> Sequence[Stmt]:
        """The loop, with variables where they help and are known to be right."""
        distances = self.distances()
        if distances is None:
            return (self.loop,)
        tests: list[Stmt] = []
        test = self._test(distances, tests)
        for row in self.rows:
            row.slots = {o: self.state.slot(row.buffer.dtype) for o in row.offsets}
        fast = (*self._before(), replace(self.loop, body=tuple(self._body())), *self._after())
        plain = Copy(self.state).body((self.loop,)) if distances else ()
        return (*tests, Branch(test, fast, plain))

    # -- rows -------------------------------------------------------------------------------------------
    def _found(self) -> bool:
        """Find the rows; whether there is one that something is handed on in, and all of its buffer's are."""
        step = self.loop.step
        if not isinstance(step, Lit) or step.value not in (1, -1):
            return False
        if not all(isinstance(x, Lit | Ref) for x in (self.loop.lo, self.loop.hi)):
            return False
        rows: dict[tuple[Buffer, int, Dim], _Row] = {}
        others: list[Buffer] = []
        inside = {n for s in self.loop.body for n in names_defined(s)}
        for stmt in self.loop.body:
            if isinstance(stmt, Load | Store):
                place = None if inside & set(stmt.index.symbols()) else self._place(stmt.index)
                if place is None:
                    others.append(stmt.buffer)
                    continue
                factor, base, offset = place
                row = _Row(stmt.buffer, factor, base, factor * step.value)
                rows.setdefault((stmt.buffer, factor, base), row).accesses.append((offset, stmt))
        changed = {r.buffer for r in rows.values() if r.hands_on() and r.is_whole() and _is_real(r.buffer)}
        chosen = [r for r in rows.values() if r.buffer in changed]
        rest = [*others, *(r.buffer for r in rows.values() if r.buffer not in changed)]
        shared = any(
            a is not b and self.state.may_overlap(a, b) for a in changed for b in (*changed, *rest)
        ) or any(b in changed for b in others)
        self.rows = chosen
        return bool(changed) and not shared and len(chosen) <= MOST and all(map(self._is_simple, chosen))

    def _is_simple(self, row: _Row) -> bool:
        return len(row.offsets) == 1 or row.is_whole()

    def _place(self, index: Dim) -> tuple[int, Dim, int] | None:
        """An index as a factor of the counter, a base, and an offset."""
        try:
            factor, rest = coefficient(index, self.loop.var.name)
        except ValueError:
            return None
        if factor.value not in (1, -1):
            return None
        offset = next((c for m, c in rest.terms if not m), 0)
        return factor.value, rest - offset, offset

    def distances(self) -> list[Dim] | None:
        """What has to be at least 0 where rows are apart; None without rows, or without known order."""
        found: list[Dim] = []
        if not self._found():
            return None
        lo, hi = _dim(self.loop.lo), _dim(self.loop.hi)
        step = self.loop.step
        assert isinstance(step, Lit)
        trips = (hi - lo) * step.value
        bounds = self.state.bounds
        for k, one in enumerate(self.rows):
            for other in self.rows[:k]:
                if one.buffer is not other.buffer or not (one.stores or other.stores):
                    continue
                if one.factor != other.factor:
                    return None
                low, high = (one, other) if bounds.nonnegative(other.base - one.base) else (other, one)
                if not bounds.nonnegative(high.base - low.base):
                    return None
                gap = high.base - low.base + min(high.offsets) - max(low.offsets) - trips
                if not bounds.nonnegative(gap):
                    found.append(gap)
        return list(dict.fromkeys(found))

    # -- what is written --------------------------------------------------------------------------------
    def _fresh(self, dtype: DType) -> Ref:
        return Ref(self.state.names.fresh("%"), dtype)

    def _test(self, distances: Sequence[Dim], out: list[Stmt]) -> Ref:
        """Whether the loop has rounds, and rows are apart."""
        step = self.loop.step
        assert isinstance(step, Lit)
        test = self._fresh(DType.bool)
        out.append(Let(test, "gt" if step.value < 0 else "lt", (self.loop.lo, self.loop.hi)))
        for gap in distances:
            size, wide, both = self._fresh(DType.i64), self._fresh(DType.bool), self._fresh(DType.bool)
            out.append(IndexOf(size, gap))
            out.append(Let(wide, "ge", (size, Lit(0, DType.i64))))
            out.append(Let(both, "logical_and", (test, wide)))
            test = both
        return test

    def _before(self) -> Iterator[Stmt]:
        """The cells of the first round, but those that each round comes to first."""
        for row in self._moving():
            for offset in row.offsets[1:]:
                value = self._fresh(row.buffer.dtype)
                yield Load(value, row.buffer, row.index(_dim(self.loop.lo), offset))
                yield Set(row.slots[offset], value)

    def _body(self) -> Iterator[Stmt]:
        counter = Dim.symbol(self.loop.var.name)
        cells = {id(s): (row, o) for row in self._moving() for o, s in row.accesses}
        for row in self._moving():
            first = row.offsets[0]
            value = self._fresh(row.buffer.dtype)
            yield Load(value, row.buffer, row.index(counter, first))
            yield Set(row.slots[first], value)
        for stmt in self.loop.body:
            if id(stmt) in cells:
                row, offset = cells[id(stmt)]
                yield from self._access(stmt, row, row.slots[offset])
            else:
                yield stmt
        for row in self._moving():
            yield from self._moved(row, counter)

    def _access(self, stmt: Stmt, row: _Row, slot: Slot) -> Iterator[Stmt]:
        if isinstance(stmt, Load):
            yield Get(stmt.result, slot)
            return
        assert isinstance(stmt, Store)
        value: Operand = stmt.value
        if stmt.op:
            old, new = self._fresh(slot.dtype), self._fresh(slot.dtype)
            yield Get(old, slot)
            yield Let(new, stmt.op, (old, stmt.value))
            value = new
        yield Set(slot, value)
        if self._is_through(row):
            yield replace(stmt, value=value, op="")

    def _moved(self, row: _Row, counter: Dim) -> Iterator[Stmt]:
        """Store the cell that the round comes to last, and go on to the next round."""
        offsets = row.offsets
        if row.stores and not self._is_through(row):
            value = self._fresh(row.buffer.dtype)
            yield Get(value, row.slots[offsets[-1]])
            yield Store(row.buffer, row.index(counter, offsets[-1]), value)
        for here, before in zip(offsets[:0:-1], offsets[-2::-1], strict=True):
            value = self._fresh(row.buffer.dtype)
            yield Get(value, row.slots[before])
            yield Set(row.slots[here], value)

    def _after(self) -> Iterator[Stmt]:
        """The cells that the loop is not through with at its end."""
        for row in self._moving():
            if not row.stores or self._is_through(row):
                continue
            for offset in row.offsets[1:]:
                value = self._fresh(row.buffer.dtype)
                yield Get(value, row.slots[offset])
                yield Store(row.buffer, row.index(_dim(self.loop.hi), offset), value)

    def _moving(self) -> list[_Row]:
        return [row for row in self.rows if len(row.offsets) > 1]

    def _is_through(self, row: _Row) -> bool:
        """Whether what is stored goes to memory at once: a round stores one cell of the row, once."""
        return len(row.stores) == 1


def _is_real(buffer: Buffer) -> bool:
    return buffer.dtype in (DType.f64, DType.f32)


def _dim(value: Operand) -> Dim:
    if isinstance(value, Lit):
        return ONE * int(value.value) if value.value else ZERO
    assert isinstance(value, Ref)
    return Dim.symbol(value.name)
