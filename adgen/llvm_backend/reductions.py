"""Reductions with a fixed order, whatever the vector width.

Element i of the fastest axis goes to lane i mod 32 (mod 8 in the last incomplete block of 32, one lane of
its own for the last incomplete block of 8). The lanes are a frame array and the loop over them has a
constant length, so the vectoriser keeps them in registers, at any width. At the end lanes are combined in
a fixed tree. Integers and truth values need none of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adgen.ir.types import DType
from adgen.llvm_backend.writer import literal, scalar_type
from adgen.loops.core import Reduce, Var
from adgen.loops.reductions import COMBINE, neutral
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.llvm_backend.statements import Statements

LANES = 32
GROUP = 8


class Accumulators:
    """The lanes of one result, and the lane for the rest."""

    def __init__(self, s: Statements, kind: str, dtype: DType, lanes: bool) -> None:
        self.s = s
        self.kind = kind
        self.dtype = dtype
        self.type = scalar_type(dtype)
        self.start = literal(neutral(kind, dtype).value, dtype)
        self.lanes = s.w.alloca(self.type, LANES, 64) if lanes else ""
        self.rest = s.w.alloca(self.type)

    def clear(self) -> None:
        """Neutral values everywhere."""
        w = self.s.w
        w.emit(f"store {self.type} {self.start}, ptr {self.rest}")
        if self.lanes:
            vector = f"<{GROUP} x {self.type}>"
            for k in range(0, LANES, GROUP):
                place = w.value(f"getelementptr inbounds {self.type}, ptr {self.lanes}, i64 {k}")
                w.emit(f"store {vector} splat ({self.type} {self.start}), ptr {place}, align 64")

    def lane(self, index: str) -> str:
        """The address of a lane."""
        return self.s.w.value(f"getelementptr inbounds {self.type}, ptr {self.lanes}, i64 {index}")

    def take(self, place: str, value: str) -> None:
        """Combine a value into an accumulator."""
        old = self.s.w.value(f"load {self.type}, ptr {place}")
        new = self.s.combine(COMBINE[self.kind], old, value, self.dtype)
        self.s.w.emit(f"store {self.type} {new}, ptr {place}")

    def total(self) -> str:
        """All lanes combined in a fixed tree, then the rest."""
        w = self.s.w
        rest = w.value(f"load {self.type}, ptr {self.rest}")
        if not self.lanes:
            return rest
        vector = f"<{GROUP} x {self.type}>"
        parts = [w.value(f"load {vector}, ptr {self.lane(str(k))}, align 64") for k in range(0, LANES, GROUP)]
        low, high = self._wide(parts[0], parts[2], GROUP), self._wide(parts[1], parts[3], GROUP)
        folded, width = self._wide(low, high, GROUP), GROUP
        while width > 1:
            width //= 2
            folded = self._fold(folded, width)
        lane = w.value(f"extractelement <1 x {self.type}> {folded}, i64 0")
        return self.s.combine(COMBINE[self.kind], lane, rest, self.dtype)

    def _fold(self, vector: str, half: int) -> str:
        """The lower half of a vector combined with the upper half."""
        w, t = self.s.w, f"<{2 * half} x {self.type}>"
        picks = [", ".join(f"i32 {k}" for k in range(start, start + half)) for start in (0, half)]
        low, high = (
            w.value(f"shufflevector {t} {vector}, {t} poison, <{half} x i32> <{pick}>") for pick in picks
        )
        return self._wide(low, high, half)

    def _wide(self, x: str, y: str, width: int) -> str:
        """The combination of two vectors."""
        w, t = self.s.w, f"<{width} x {self.type}>"
        if self.kind in ("sum", "prod"):
            return w.value(f"{'fadd' if self.kind == 'sum' else 'fmul'} {t} {x}, {y}")
        wins = w.value(f"fcmp {'ogt' if self.kind == 'max' else 'olt'} {t} {x}, {y}")
        nan = w.value(f"fcmp uno {t} {x}, {x}")
        bits = f"<{width} x i1>"
        chosen = w.value(f"or {bits} {wins}, {nan}")
        return w.value(f"select {bits} {chosen}, {t} {x}, {t} {y}")


@dataclass(frozen=True, slots=True)
class Share:
    """Lanes from `start` to `end`, with incomplete blocks of 8 (in the first lanes) and the rest or not."""

    start: int
    end: int
    groups: bool
    rest: bool


ALL = Share(0, LANES, True, True)
HALVES = (Share(0, LANES // 2, True, False), Share(LANES // 2, LANES, False, True))


def has_lanes(stmt: Reduce) -> bool:
    """Whether a reduction is done in lanes."""
    known = stmt.vars[-1].extent.value
    return any(r.dtype.is_float for r in stmt.results) and (known is None or known >= GROUP)


def emit_reduce(s: Statements, stmt: Reduce) -> None:
    """All results of a reduction in one pass over its domain."""
    lanes = has_lanes(stmt)
    parts = [
        Accumulators(s, kind, r.dtype, lanes and r.dtype.is_float)
        for kind, r in zip(stmt.kinds, stmt.results, strict=True)
    ]
    accumulate(s, stmt, parts, ALL)
    for part, result in zip(parts, stmt.results, strict=True):
        s.w.define(result.name, part.total())


def accumulate(s: Statements, stmt: Reduce, parts: Sequence[Accumulators], share: Share) -> None:
    """What a share of the points contributes."""
    for part in parts:
        part.clear()
    with s.domain(stmt.vars[:-1]):
        _inner(s, stmt, stmt.vars[-1], parts, share)


def _inner(s: Statements, stmt: Reduce, inner: Var, parts: Sequence[Accumulators], share: Share) -> None:
    w, extent = s.w, s.w.dim(inner.extent)
    start = "0"
    for size in (LANES, GROUP) if has_lanes(stmt) else ():
        known = inner.extent.value
        if known is not None and known < size:
            continue
        end = str(known - known % size) if known is not None else w.value(f"and i64 {extent}, {-size}")
        first, last = (share.start, share.end) if size == LANES else (0, GROUP)
        if size == LANES or share.groups:
            with w.loop(start, end, str(size)) as block, w.loop(str(first), str(last)) as lane:
                w.define(inner.name, w.value(f"add nuw nsw i64 {block}, {lane}"))
                _visit(s, stmt, parts, lane)
        start = end
    if share.rest:
        with w.loop(start, extent) as counter:
            w.define(inner.name, counter)
            _visit(s, stmt, parts, "")


def _visit(s: Statements, stmt: Reduce, parts: Sequence[Accumulators], lane: str) -> None:
    """The values at one point, taken into their accumulators."""
    s.all(stmt.body)
    for part, value in zip(parts, stmt.values, strict=True):
        place = part.lane(lane) if lane and part.lanes else part.rest
        part.take(place, s.w.operand(value))
