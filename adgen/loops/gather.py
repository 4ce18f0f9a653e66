"""Stencil adjoints in gather form: neighbouring accumulations into one array become one pass over it.

A run of nests that add to (or first of all overwrite) cells of one array at constant distances from each
other is aligned by the cell it writes. Over the cells that all of them write they are one nest that computes
each cell from its neighbours and stores it once; what is left of each nest at the rim follows in its order.
Every cell takes the same values in the same order as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Buffer, Lit, Operand, Ref
from adgen.loops.core import Branch, IndexOf, Let, Load, Loop, Nest, Stmt, Store, Var, WhileLoop, coefficient
from adgen.loops.rewrite import Renaming
from adgen.loops.state import State
from adgen.records import dataclass

#: Distances beyond this are not taken for those of a stencil, nor are runs of more nests.
FARTHEST, LONGEST = 8, 32


@dataclass(frozen=True, slots=True)
class _Member:
    """One nest: what it computes for a point, and the distance of the cell it writes along each variable."""

    nest: Nest
    work: tuple[Stmt, ...]
    store: Store
    shifts: tuple[int, ...]


def gather(state: State, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """A statement list with its runs of accumulations gathered, inner lists too."""
    out: list[Stmt] = []
    stmts = [part for stmt in body for part in _split(_inside(state, stmt))]
    while stmts:
        run = _run(state, stmts)
        if len(run) > 1:
            out += _gathered(state, run)
            stmts = stmts[len(run) :]
        else:
            out.append(stmts.pop(0))
    return tuple(out)


def _inside(state: State, stmt: Stmt) -> Stmt:
    match stmt:
        case Loop():
            return replace(stmt, body=gather(state, stmt.body))
        case WhileLoop():
            return replace(stmt, head=gather(state, stmt.head), body=gather(state, stmt.body))
        case Branch():
            return replace(stmt, then=gather(state, stmt.then), orelse=gather(state, stmt.orelse))
        case _:
            return stmt


def _split(stmt: Stmt) -> tuple[Stmt, ...]:
    """A nest that ends with storing literals at cells of its own, as two nests."""
    if not isinstance(stmt, Nest) or not all(isinstance(s, Load | Let | IndexOf | Store) for s in stmt.body):
        return (stmt,)
    stores = [s for s in stmt.body if isinstance(s, Store)]
    plain = [s for s in stores if isinstance(s.value, Lit) and not s.op]
    if len(stores) != 2 or len(plain) != 1 or stmt.body[-1] is not plain[0]:
        return (stmt,)
    cell = plain[0]
    loads = [s for s in stmt.body if isinstance(s, Load) and s.buffer is cell.buffer]
    apart = all(s.index == cell.index for s in loads) and stores[0].buffer is not cell.buffer
    if not apart or not _injective(cell.index, stmt.vars):
        return (stmt,)
    return replace(stmt, body=stmt.body[:-1]), Nest(stmt.vars, (cell,))


def _injective(index: Dim, variables: Sequence[Var]) -> bool:
    """Whether an index is row-major in the variables, so that different points have different cells."""
    try:
        steps = [coefficient(index, v.name)[0] for v in variables]
    except ValueError:
        return False
    pairs = zip(steps, steps[1:], variables[1:], strict=False)
    gaps = [(outer - inner * v.extent).lower_bound() for outer, inner, v in pairs]
    return _positive(steps[-1]) and all(gap is not None and gap >= 0 for gap in gaps)


def _positive(dim: Dim) -> bool:
    low = dim.lower_bound()
    return low is not None and low > 0


# -- runs -----------------------------------------------------------------------------------------------
def _run(state: State, stmts: Sequence[Stmt]) -> list[_Member]:
    """The longest run of nests at the front that can be gathered."""
    first = _member(state, stmts[0], None)
    if first is None:
        return []
    found = [first]
    for stmt in stmts[1:LONGEST]:
        member = _member(state, stmt, first)
        if member is None or (not member.store.op):
            break
        found.append(member)
    return found


def _member(state: State, stmt: Stmt, first: _Member | None) -> _Member | None:
    if not isinstance(stmt, Nest) or not stmt.vars or not stmt.body or stmt.rim:
        return None
    work, store = stmt.body[:-1], stmt.body[-1]
    if not isinstance(store, Store) or store.op not in ("", "add"):
        return None
    if not all(isinstance(s, Load | Let | IndexOf) for s in work):
        return None
    if not store.buffer.dtype.is_float or not _injective(store.index, stmt.vars):
        return None
    if any(isinstance(s, Load) and state.may_overlap(s.buffer, store.buffer) for s in work):
        return None
    if first is None:
        return _Member(stmt, work, store, (0,) * len(stmt.vars))
    shifts = _shifts(first, stmt, store) if store.buffer is first.store.buffer else None
    return None if shifts is None else _Member(stmt, work, store, shifts)


def _shifts(first: _Member, nest: Nest, store: Store) -> tuple[int, ...] | None:
    """How far the cells of a nest are from those of the first one, at the same point."""
    if [v.extent for v in nest.vars] != [v.extent for v in first.nest.vars]:
        return None
    names = {v.name: Dim.symbol(o.name) for v, o in zip(nest.vars, first.nest.vars, strict=True)}
    rest = store.index.substitute(names) - first.store.index
    shifts = []
    for variable in first.nest.vars:
        step, _ = coefficient(first.store.index, variable.name)
        count = multiple(rest, step)
        if count is None or abs(count) > FARTHEST:
            return None
        shifts.append(count)
        rest = rest - step * count
    return tuple(shifts) if rest == ZERO else None


def multiple(rest: Dim, step: Dim) -> int | None:
    """How often a step is in a distance."""
    if step == ZERO:
        return 0
    if step.value is not None:
        constant = dict(rest.terms).get((), 0)
        return round(constant / step.value)
    (monomial, factor), *others = step.terms
    if others:
        return None
    return round(dict(rest.terms).get(monomial, 0) / factor)


# -- one pass -------------------------------------------------------------------------------------------
def _gathered(state: State, run: Sequence[_Member]) -> Sequence[Stmt]:
    """The run where there are cells that all of its nests write; else the nests as they are."""
    rank = len(run[0].shifts)
    lowest = [min(m.shifts[j] for m in run) for j in range(rank)]
    run = [replace(m, shifts=tuple(s - low for s, low in zip(m.shifts, lowest, strict=True))) for m in run]
    widths = [max(m.shifts[j] for m in run) for j in range(rank)]
    extents = [v.extent for v in run[0].nest.vars]
    inner = [extent - width for extent, width in zip(extents, widths, strict=True)]
    fused = _interior(state, run, widths, inner)
    before, some = _some(state, inner)
    whole = (fused,) if isinstance(some, Lit) else (Branch(some, (fused,), ()),)
    return (*before, *whole, *(rim for m in run for rim in _rim(state, m, widths, inner, some)))


def _some(state: State, inner: Sequence[Dim]) -> tuple[list[Stmt], Operand]:
    """Whether there are cells that all nests write."""
    before: list[Stmt] = []
    test: Operand = Lit(True, DType.bool)
    for extent in inner:
        if not _positive(extent):
            size = _let(state, before, extent)
            some = _op(state, before, "gt", (size, Lit(0, DType.i64)), DType.bool)
            test = (
                some if isinstance(test, Lit) else _op(state, before, "logical_and", (test, some), DType.bool)
            )
    return before, test


def _let(state: State, out: list[Stmt], value: Dim) -> Operand:
    """An integer in a statement list."""
    if value.value is not None:
        return Lit(value.value, DType.i64)
    ref = Ref(state.names.fresh("%"), DType.i64)
    out.append(IndexOf(ref, value))
    return ref


def _op(state: State, out: list[Stmt], op: str, args: tuple[Operand, ...], dtype: DType) -> Ref:
    ref = Ref(state.names.fresh("%"), dtype)
    out.append(Let(ref, op, args))
    return ref


def _moved(state: State, member: _Member, at: Sequence[Dim]) -> tuple[list[Stmt], Store]:
    """The work of a nest and its store at a point, under new names."""
    names = {v.name: d for v, d in zip(member.nest.vars, at, strict=True)}
    operands: dict[str, Operand] = {}
    dims = dict(names)
    work: list[Stmt] = []
    for stmt in member.work:
        assert isinstance(stmt, Load | Let | IndexOf)
        fresh = Ref(state.names.fresh("%"), stmt.result.dtype)
        moved = Renaming(dims=dims, operands=operands).stmt(stmt)
        assert isinstance(moved, Load | Let | IndexOf)
        work.append(replace(moved, result=fresh))
        operands[stmt.result.name] = fresh
        dims[stmt.result.name] = Dim.symbol(fresh.name)
    store = Renaming(dims=dims, operands=operands).stmt(member.store)
    assert isinstance(store, Store)
    return work, store


def _variables(state: State, extents: Sequence[Dim]) -> tuple[Var, ...]:
    return tuple(Var(state.names.fresh("#"), extent) for extent in extents)


def _interior(state: State, run: Sequence[_Member], widths: Sequence[int], inner: Sequence[Dim]) -> Nest:
    """The cells that all nests write: their values added up in order and stored once."""
    variables = _variables(state, inner)
    body: list[Stmt] = []
    total: Operand | None = None
    cell: tuple[Buffer, Dim] | None = None
    for member in run:
        at = [
            Dim.symbol(v.name) + (width - shift)
            for v, width, shift in zip(variables, widths, member.shifts, strict=True)
        ]
        work, store = _moved(state, member, at)
        body += work
        cell = (store.buffer, store.index)
        if not store.op:
            total = store.value
            continue
        dtype = store.buffer.dtype
        if total is None:
            old = Ref(state.names.fresh("%"), dtype)
            body.append(Load(old, *cell))
            total = old
        together = Ref(state.names.fresh("%"), dtype)
        body.append(Let(together, "add", (total, store.value)))
        total = together
    assert cell is not None
    assert total is not None
    return Nest(variables, (*body, Store(*cell, total)))


Box = list[tuple[Dim, Dim]]
"""Start and size along each variable of a nest."""


def _boxes(member: _Member, widths: Sequence[int], inner: Sequence[Dim]) -> list[Box]:
    """What one nest writes outside of the common cells."""
    found: list[Box] = []
    extents = [v.extent for v in member.nest.vars]
    common = [(Dim.const(w - s), size) for w, s, size in zip(widths, member.shifts, inner, strict=True)]
    for j, (width, shift) in enumerate(zip(widths, member.shifts, strict=True)):
        for start, size in ((ZERO, width - shift), (extents[j] - shift, shift)):
            if size:
                rest = [(ZERO, extent) for extent in extents[j + 1 :]]
                found.append([*common[:j], (start, Dim.const(size)), *rest])
    return found


def _rim(
    state: State, member: _Member, widths: Sequence[int], inner: Sequence[Dim], some: Operand
) -> list[Stmt]:
    """One nest for these boxes in turn; where there are no common cells, for everything."""
    boxes = _boxes(member, widths, inner)
    if not boxes and isinstance(some, Lit):
        return []
    which = Ref(state.names.fresh("%"), DType.i64)
    body: list[Stmt] = []
    sizes, starts = [], []
    for j, variable in enumerate(member.nest.vars):
        start = _chosen(state, body, which, [box[j][0] for box in boxes], ZERO, some)
        size = _chosen(state, body, which, [box[j][1] for box in boxes], variable.extent, some)
        starts.append(start)
        sizes.append(size)
    variables = _variables(state, sizes)
    at = [Dim.symbol(v.name) + first for v, first in zip(variables, starts, strict=True)]
    work, store = _moved(state, member, at)
    body.append(Nest(variables, (*work, store), rim=True))
    if len(boxes) == 1:
        return body
    before: list[Stmt] = []
    count: Operand = Lit(len(boxes), DType.i64)
    if not isinstance(some, Lit):
        count = _op(state, before, "where", (some, count, Lit(1, DType.i64)), DType.i64)
    zero, one = Lit(0, DType.i64), Lit(1, DType.i64)
    return [*before, Loop(which, zero, count, one, tuple(body))]


def _chosen(
    state: State, out: list[Stmt], which: Ref, values: Sequence[Dim], otherwise: Dim, some: Operand
) -> Dim:
    """The value of the box in turn; another one where there are no common cells."""
    wanted = [*values, otherwise] if not isinstance(some, Lit) else list(values)
    if all(value == wanted[0] for value in wanted):
        return wanted[0]
    result = _let(state, out, values[0] if values else otherwise)
    for number, value in enumerate(values[1:], 1):
        here = _op(state, out, "eq", (which, Lit(number, DType.i64)), DType.bool)
        result = _op(state, out, "where", (here, _let(state, out, value), result), DType.i64)
    if not isinstance(some, Lit):
        result = _op(state, out, "where", (some, result, _let(state, out, otherwise)), DType.i64)
    return Dim.symbol(result.name) if isinstance(result, Ref) else Dim.const(int(result.value))
