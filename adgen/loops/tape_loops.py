"""Tapes in counted loops: room is made (or given back) once, before the loop.

Where every iteration pushes the same number of elements, iteration k writes at a known distance from where
the loop started. What remains in the body is an index, so it neither branches nor keeps LLVM from
vectorising.
"""

from __future__ import annotations

from collections.abc import Sequence

from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Buffer, Lit, Operand, Ref
from adgen.loops.core import BindSize, IndexOf, Stmt, TapeClear, TapeGrow, TapeMove, TapeShrink, walk
from adgen.loops.fuse import names_defined
from adgen.loops.state import State

Move = TapeGrow | TapeShrink


def hoist_tapes(
    state: State, body: Sequence[Stmt], counter: Ref, lo: Operand, hi: Operand, step: Operand
) -> tuple[Stmt, ...]:
    """The body of a loop with its tape moves made affine; the moves themselves go to the current block."""
    if not isinstance(step, Lit) or step.value not in (1, -1):
        return tuple(body)
    moves = _candidates(body, counter)
    if not moves:
        return tuple(body)
    start, end = (state.polynomial(o) for o in (lo, hi))
    span = (end - start) * step.value
    trips = span if state.bounds.nonnegative(span) else _clamped(state, span)
    done = (Dim.symbol(counter.name) - start) * step.value
    replaced: dict[Ref, IndexOf] = {}
    for tape, group in moves.items():
        _hoist(state, tape, group, trips, done, replaced)
    kept = (replaced.get(s.base, s) if isinstance(s, TapeGrow | TapeShrink) else s for s in body)
    return tuple(kept)


def _clamped(state: State, span: Dim) -> Dim:
    """max(span, 0) as a name."""
    zero = Lit(0, DType.i64)
    return state.polynomial(state.block.let("maximum", (state.block.index(span), zero), DType.i64))


def _candidates(body: Sequence[Stmt], counter: Ref) -> dict[Buffer, list[Move]]:
    """Tapes that the body only grows, or only shrinks, by amounts that the body does not compute."""
    inside = {name for stmt in walk(tuple(body)) for name in names_defined(stmt)}
    inside |= {counter.name} | {stmt.symbol for stmt in walk(tuple(body)) if isinstance(stmt, BindSize)}
    moves: dict[Buffer, list[Move]] = {}
    spoiled: set[Buffer] = set()
    top = [s for s in body if isinstance(s, TapeGrow | TapeShrink)]
    for stmt in walk(tuple(body)):
        if isinstance(stmt, TapeClear):
            spoiled.add(stmt.tape)
        elif isinstance(stmt, TapeMove):
            spoiled |= {stmt.target, stmt.source}
        elif isinstance(stmt, TapeGrow | TapeShrink):
            group = moves.setdefault(stmt.tape, [])
            same_kind = not group or type(group[0]) is type(stmt)
            if not same_kind or not any(stmt is s for s in top) or set(stmt.count.symbols()) & inside:
                spoiled.add(stmt.tape)
            group.append(stmt)
    return {tape: group for tape, group in moves.items() if tape not in spoiled}


def _hoist(
    state: State, tape: Buffer, group: Sequence[Move], trips: Dim, done: Dim, replaced: dict[Ref, IndexOf]
) -> None:
    each = ZERO
    for move in group:
        each = each + move.count
    first = state.block.ref(DType.i64)
    grows = isinstance(group[0], TapeGrow)
    kind = TapeGrow if grows else TapeShrink
    state.block.add(kind(first, tape, each * trips))
    at = Dim.symbol(first.name) + each * (done if grows else trips - done)
    for move in group:
        if not grows:
            at = at - move.count
        replaced[move.base] = IndexOf(move.base, at)
        if grows:
            at = at + move.count
