"""Fusion of neighbouring domains: fewer passes over memory, temporaries that shrink or disappear.

Two domains are merged variable by variable from the outside. Merging over a variable is legal where every
pair of conflicting accesses meets only within one iteration: both indices are c*i + r with the same c and
0 <= r < c. Values, and the order in which each reduction takes them, stay the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from adgen.ir.dims import ZERO, Dim
from adgen.loops.bounds import Bounds
from adgen.loops.buffers import Buffer, Ref
from adgen.loops.calls import Draw, Library, Product, Routine
from adgen.loops.core import (
    Branch,
    Check,
    IndexOf,
    Let,
    Load,
    Loop,
    Nest,
    Reduce,
    Stmt,
    Store,
    WhileLoop,
    coefficient,
    walk,
)
from adgen.loops.rewrite import Renaming
from adgen.loops.state import State
from adgen.records import dataclass

#: Bodies do not grow beyond this many statements by fusion.
MAX_STATEMENTS = 120
#: How many statements back a partner is looked for.
REACH = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """One access: `index` of `buffer`, or anywhere in it (None)."""

    buffer: Buffer
    index: Dim | None
    written: bool


def cells_of(stmts: Iterable[Stmt]) -> list[Cell]:
    """Every access in some statements."""
    found: list[Cell] = []
    for stmt in walk(tuple(stmts)):
        match stmt:
            case Load():
                found.append(Cell(stmt.buffer, stmt.index, False))
            case Store():
                found.append(Cell(stmt.buffer, stmt.index, True))
            case Product() | Library() | Routine() | Draw():
                found += [Cell(buffer, None, False) for buffer in stmt.reads]
                found += [Cell(buffer, None, True) for buffer in stmt.writes]
            case _:
                pass
    return found


def fuse(state: State, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """A statement list with its neighbouring domains merged, inner lists first."""
    out: list[Stmt] = []
    for stmt in body:
        stmt = _inside(state, stmt)
        if isinstance(stmt, Nest | Reduce):
            _place(state, out, stmt)
        elif isinstance(stmt, Let | IndexOf):
            _raise(out, stmt)
        else:
            out.append(stmt)
    return tuple(out)


def _inside(state: State, stmt: Stmt) -> Stmt:
    match stmt:
        case Loop():
            return replace(stmt, body=fuse(state, stmt.body))
        case WhileLoop():
            return replace(stmt, head=fuse(state, stmt.head), body=fuse(state, stmt.body))
        case Branch():
            return replace(stmt, then=fuse(state, stmt.then), orelse=fuse(state, stmt.orelse))
        case _:
            return stmt


# -- moving ---------------------------------------------------------------------------------------------
def names_defined(stmt: Stmt) -> set[str]:
    """Names that a statement defines for those after it."""
    match stmt:
        case Let() | IndexOf() | Load():
            return {stmt.result.name}
        case Reduce():
            return {r.name for r in stmt.results}
        case _:
            names = ("result", "base", "failed")
            return {getattr(getattr(stmt, name, None), "name", "") for name in names} - {""}


def names_used(stmt: Stmt) -> set[str]:
    """Names that a statement (with everything inside) mentions."""
    found: set[str] = set()
    for s in walk((stmt,)):
        for name in ("args", "values", "inputs"):
            found |= {o.name for o in getattr(s, name, ()) if isinstance(o, Ref)}
        for name in ("value", "ok", "test", "lo", "hi", "step", "scale"):
            operand = getattr(s, name, None)
            if isinstance(operand, Ref):
                found.add(operand.name)
        for name in ("index", "count"):
            found |= set(getattr(s, name, ZERO).symbols())
        if isinstance(s, Nest | Reduce):
            found |= {n for v in s.vars for n in v.extent.symbols()}
        if isinstance(s, Product | Library | Routine | Draw):
            found |= {n for d in s.dims for n in d.symbols()}
    return found


_DOMAINS = Nest | Reduce | Product | Library | Routine | Draw


def _raise(out: list[Stmt], stmt: Let | IndexOf) -> None:
    """Place a pure scalar before the domains that it does not depend on."""
    used, at = names_used(stmt), len(out)
    while at and isinstance(out[at - 1], _DOMAINS) and not names_defined(out[at - 1]) & used:
        at -= 1
    out.insert(at, stmt)


def _place(state: State, out: list[Stmt], stmt: Nest | Reduce) -> None:
    """Merge a domain with one before it, or append it."""
    used, accesses = names_used(stmt), cells_of((stmt,))
    for back in range(1, min(REACH, len(out)) + 1):
        earlier = out[-back]
        if isinstance(earlier, Nest | Reduce):
            merged = merge(state, earlier, stmt)
            if merged is not None:
                out[-back] = merged
                return
        if names_defined(earlier) & used or not _commutes(state, earlier, accesses):
            break
    out.append(stmt)


def _commutes(state: State, earlier: Stmt, accesses: Sequence[Cell]) -> bool:
    """Whether a statement may come after one with these accesses instead of before it."""
    if not isinstance(earlier, _DOMAINS | Let | IndexOf | Load | Check | Store):
        return False
    return not any(_conflict(state, a, b) for a in cells_of((earlier,)) for b in accesses)


def _conflict(state: State, a: Cell, b: Cell) -> bool:
    return (a.written or b.written) and state.may_overlap(a.buffer, b.buffer)


# -- merging --------------------------------------------------------------------------------------------
def merge(state: State, first: Nest | Reduce, second: Nest | Reduce) -> Nest | Reduce | None:
    """Both domains as one, or None where that is illegal or pointless."""
    if names_defined(first) & names_used(second) or not _related(state, first, second):
        return None
    if sum(1 for _ in walk((first, second))) > MAX_STATEMENTS:
        return None
    depth = _common(state, first, second)
    shorter = min(len(first.vars), len(second.vars))
    whole = depth == len(first.vars) == len(second.vars)
    if depth == 0 or ((isinstance(first, Reduce) or isinstance(second, Reduce)) and not whole):
        return None
    if depth < shorter and not _worthwhile(state, first, second):
        return None
    renamed = _renamed(second, first, depth)
    if whole:
        return _joined(first, renamed)
    inner = [_rest(s, depth) for s in (first, renamed)]
    return Nest(first.vars[:depth], fuse(state, (*inner[0], *inner[1])))


def _related(state: State, first: Stmt, second: Stmt) -> bool:
    """Whether the two touch common memory."""
    ours = {state.storage(c.buffer) for c in cells_of((first,))}
    return any(state.storage(c.buffer) in ours for c in cells_of((second,)))


def _worthwhile(state: State, first: Nest | Reduce, second: Nest | Reduce) -> bool:
    """A merge of outer loops alone pays where the second reads what the first wrote."""
    written = {state.storage(c.buffer) for c in cells_of((first,)) if c.written}
    return any(state.storage(c.buffer) in written for c in cells_of((second,)))


def _renamed(second: Nest | Reduce, first: Nest | Reduce, depth: int) -> Nest | Reduce:
    names = {b.name: Dim.symbol(a.name) for a, b in zip(first.vars[:depth], second.vars[:depth], strict=True)}
    moved = Renaming(dims=names).stmt(second)
    assert isinstance(moved, Nest | Reduce)
    return replace(moved, vars=(*first.vars[:depth], *moved.vars[depth:]))


def _rest(stmt: Nest | Reduce, depth: int) -> tuple[Stmt, ...]:
    if len(stmt.vars) == depth:
        return stmt.body
    return (replace(stmt, vars=stmt.vars[depth:]),)


def _joined(first: Nest | Reduce, second: Nest | Reduce) -> Nest | Reduce:
    body = (*first.body, *second.body)
    reduces = [s for s in (first, second) if isinstance(s, Reduce)]
    if not reduces:
        return Nest(first.vars, body)
    return Reduce(
        tuple(r for s in reduces for r in s.results),
        tuple(k for s in reduces for k in s.kinds),
        first.vars,
        body,
        tuple(v for s in reduces for v in s.values),
    )


def _common(state: State, first: Nest | Reduce, second: Nest | Reduce) -> int:
    """How many variables can be merged, from the outside."""
    depth = 0
    for a, b in zip(first.vars, second.vars, strict=False):
        if a.extent != b.extent or not _legal(state, first, _renamed(second, first, depth + 1), a.name):
            break
        depth += 1
    return depth


def _legal(state: State, first: Nest | Reduce, second: Nest | Reduce, name: str) -> bool:
    """Whether conflicting accesses meet only in the same iteration of a variable."""
    changing = inner_ranges((first, second))
    bounds = Bounds(ranges=state.bounds.ranges | changing, facts=state.bounds.facts)
    changing.pop(name, None)
    bounds.ranges.pop(name, None)
    theirs = cells_of(second.body)
    for a in cells_of(first.body):
        for b in theirs:
            if _conflict(state, a, b) and not _same_iteration(state, bounds, a, b, name, changing):
                return False
    return True


def inner_ranges(stmts: Iterable[Stmt]) -> dict[str, tuple[Dim, Dim]]:
    """The ranges of the variables of domains."""
    domains = [stmt for stmt in walk(tuple(stmts)) if isinstance(stmt, Nest | Reduce)]
    return {v.name: (ZERO, v.extent - 1) for stmt in domains for v in stmt.vars}


def _same_iteration(
    state: State, bounds: Bounds, a: Cell, b: Cell, name: str, changing: Iterable[str]
) -> bool:
    if a.index is None or b.index is None or state.storage(a.buffer) is not state.storage(b.buffer):
        return False
    found = [confined(bounds, cell.index, name, changing) for cell in (a, b) if cell.index is not None]
    return found[0] is not None and found[0] == found[1]


def confined(bounds: Bounds, index: Dim, name: str, changing: Iterable[str]) -> tuple[Dim, Dim] | None:
    """(c, offset) where index = c*name + offset + r with 0 <= r < c, provably; else None.

    `offset` has none of the names that are `changing`.
    """
    try:
        factor, rest = coefficient(index, name)
    except ValueError:
        return None
    if factor == ZERO or any(c < 0 for _, c in factor.terms):
        return None
    offset = rest.substitute(dict.fromkeys((n for n in rest.symbols() if n in changing), ZERO))
    inner = rest - offset
    if bounds.nonnegative(inner) and bounds.nonnegative(factor - 1 - inner):
        return factor, offset
    return None
