"""Checks of indices before the loop they vary with: a loop without ways out is vectorised like any other.

An index that is linear in the variable of a loop is inside in every round if it is in the first and the last.
The check is moved only where all checks of the loop fail alike, because it may now fail before another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Lit, Operand, Ref
from adgen.loops.calls import Draw
from adgen.loops.core import (
    BindSize,
    Branch,
    Check,
    IndexOf,
    Let,
    Loop,
    Nest,
    Reduce,
    Stmt,
    WhileLoop,
    coefficient,
    walk,
)
from adgen.loops.fuse import names_defined
from adgen.loops.state import State
from adgen.records import dataclass

RangeOf = Callable[[Check], tuple[Dim, Dim] | None]


@dataclass(frozen=True, slots=True)
class _Ends:
    """A check of the indices at the ends of loops: all are inside, unless one of the loops is empty."""

    ends: tuple[Dim, ...]
    extent: Dim
    trips: tuple[Dim, ...]
    number: int


def before_the_loop(state: State, loop: Loop, lo: Dim, hi: Dim, range_of: RangeOf) -> Sequence[Any]:
    """The loop, its checks moved before it where that changes nothing else."""
    if not isinstance(loop.step, Lit) or abs(loop.step.value) != 1 or not _alike(state, loop.body):
        return (loop,)
    up = loop.step.value == 1
    last, trips = (hi - 1, hi - lo) if up else (hi + 1, lo - hi)
    inside = defined(loop.body) | {loop.var.name}
    moved: dict[_Ends, None] = {}
    body: list[Any] = []
    for stmt in loop.body:
        found = _ends_of(stmt, range_of)
        outer = None if found is None else _outside(found, loop.var.name, lo, last, trips, inside)
        if outer is None:
            body.append(stmt)
        else:
            moved.setdefault(outer)
            if found is not None and isinstance(stmt, Check):
                state.bounds.note_checked(loop.var.name, found.ends[0], found.extent)
    checks = [_Moved(ends) for ends in moved]
    return (*checks, replace(loop, body=tuple(body)))


def written_out(state: State, body: Sequence[Any]) -> tuple[Stmt, ...]:
    """The statements with moved checks as statements."""
    out: list[Stmt] = []
    for stmt in body:
        match stmt:
            case _Moved(ends):
                out += _statements(state, ends)
            case Loop():
                out.append(replace(stmt, body=written_out(state, stmt.body)))
            case WhileLoop():
                head, inner = (written_out(state, part) for part in (stmt.head, stmt.body))
                out.append(replace(stmt, head=head, body=inner))
            case Branch():
                then, orelse = (written_out(state, part) for part in (stmt.then, stmt.orelse))
                out.append(Branch(stmt.test, then, orelse))
            case _:
                out.append(stmt)
    return tuple(out)


@dataclass(frozen=True, slots=True)
class _Moved:
    """Stands for the statements of a check that may move further."""

    ends: _Ends


def _ends_of(stmt: Any, range_of: RangeOf) -> _Ends | None:
    if isinstance(stmt, _Moved):
        return stmt.ends
    found = range_of(stmt) if isinstance(stmt, Check) else None
    if found is None or not isinstance(stmt, Check):
        return None
    return _Ends((found[0],), found[1], (), stmt.number)


def _outside(found: _Ends, name: str, lo: Dim, last: Dim, trips: Dim, inside: set[str]) -> _Ends | None:
    """The check for all rounds of a loop, where it can be made before it."""
    if name in found.extent.symbols() or any(name in d.symbols() for d in found.trips):
        return None
    ends: dict[Dim, None] = {}
    for end in found.ends:
        try:
            factor, _ = coefficient(end, name)
        except ValueError:
            return None
        if factor.value is None:
            return None
        ends |= dict.fromkeys([end] if factor == ZERO else [end.substitute({name: d}) for d in (lo, last)])
    names = {n for d in (*ends, found.extent, *found.trips, trips) for n in d.symbols()}
    if names & inside:
        return None
    return _Ends(tuple(ends), found.extent, (*found.trips, trips), found.number)


def _alike(state: State, body: Sequence[Any]) -> bool:
    """Whether everything in a loop that fails does so with one error, and every round ends."""
    kinds = set()
    for stmt in _everything(body):
        if isinstance(stmt, WhileLoop | Draw):
            return False
        if isinstance(stmt, Check | _Moved):
            number = stmt.number if isinstance(stmt, Check) else stmt.ends.number
            failure = state.failures[number]
            kinds.add((failure.kind, failure.message))
    return len(kinds) == 1


def _everything(body: Sequence[Any]) -> Iterator[Any]:
    return walk(tuple(body))


def defined(body: Sequence[Any]) -> set[str]:
    """Every name that statements define, at any depth."""
    found: set[str] = set()
    for stmt in _everything(body):
        if isinstance(stmt, _Moved):
            continue
        found |= names_defined(stmt)
        if isinstance(stmt, BindSize):
            found.add(stmt.symbol)
        elif isinstance(stmt, Loop):
            found.add(stmt.var.name)
        elif isinstance(stmt, Nest | Reduce):
            found |= {v.name for v in stmt.vars}
    return found


def _statements(state: State, check: _Ends) -> list[Stmt]:
    out: list[Stmt] = []
    extent = _integer(state, out, check.extent)
    tests = [_test(state, out, "within", (_integer(state, out, end), extent)) for end in check.ends]
    ok: Operand = tests[0]
    for test in tests[1:]:
        ok = _test(state, out, "logical_and", (ok, test))
    for trips in check.trips:
        empty = _test(state, out, "le", (_integer(state, out, trips), Lit(0, DType.i64)))
        ok = _test(state, out, "logical_or", (ok, empty))
    return [*out, Check(ok, check.number)]


def _integer(state: State, out: list[Stmt], value: Dim) -> Operand:
    if value.value is not None:
        return Lit(value.value, DType.i64)
    ref = Ref(state.names.fresh("%"), DType.i64)
    out.append(IndexOf(ref, value))
    return ref


def _test(state: State, out: list[Stmt], op: str, args: tuple[Operand, ...]) -> Ref:
    ref = Ref(state.names.fresh("%"), DType.bool)
    out.append(Let(ref, op, args))
    return ref
