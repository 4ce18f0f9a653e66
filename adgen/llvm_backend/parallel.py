"""Domains in parts that several threads may work on at once.

A domain is split where its points write different cells, and where it has enough work: points times a rough
cost. A reduction is split by its lanes, half of them to each part. So the parts, and the bits of what they
compute, do not depend on how many threads there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import TYPE_CHECKING

from adgen.ir.dims import ONE, Dim
from adgen.llvm_backend.independent import apart, same
from adgen.llvm_backend.memory import Table
from adgen.llvm_backend.outline import operands
from adgen.llvm_backend.reductions import ALL, HALVES, LANES, Accumulators, Share, accumulate, has_lanes
from adgen.llvm_backend.writer import ROLLED_LOOP, Writer, memory_type
from adgen.loops.core import IndexOf, Kernel, Let, Load, Nest, Reduce, Store, Var, coefficient, walk
from adgen.loops.scalars import is_library
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.llvm_backend.statements import Statements

#: Work worth sharing, in operations on vectors: some hundreds of microseconds.
ENOUGH = 1 << 20
#: What an elementary function costs beside an addition.
_COSTLY = 8
#: operations of one instruction
_CHEAP = frozenset(
    [
        *("add", "sub", "mul", "neg", "fma", "abs", "max", "min", "select", "cast"),
        *("eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not"),
    ]
)
_ALLOWED = Let | IndexOf | Load | Store | Nest | Reduce


def is_shared(stmt: Nest | Reduce, kernel: Kernel) -> bool:
    """Whether the points of a domain may be visited by several threads."""
    if isinstance(stmt, Nest) and stmt.rim:
        return False
    first = stmt.vars[0].extent.value if stmt.vars else 1
    if isinstance(stmt, Nest) and first is not None and first < LANES:
        return False
    if isinstance(stmt, Reduce) and not _by_lanes(stmt):
        return False
    inside = [s for s in walk((stmt,)) if s is not stmt]
    if any(not isinstance(s, _ALLOWED) or (isinstance(s, Let) and is_library(s.op)) for s in inside):
        return False
    variables = [v for s in (stmt, *inside) if isinstance(s, Nest | Reduce) for v in s.vars]
    accesses = [s for s in inside if isinstance(s, Store | Load)]
    stores = [s for s in inside if isinstance(s, Store)]
    return all(_is_apart(s, accesses, variables, stmt.vars, kernel) for s in stores)


def _by_lanes(stmt: Reduce) -> bool:
    known = stmt.vars[-1].extent.value
    return (
        has_lanes(stmt) and all(r.dtype.is_float for r in stmt.results) and (known is None or known >= LANES)
    )


def _is_apart(
    store: Store, accesses: Sequence[Load | Store], inner: Sequence[Var], outer: Sequence[Var], kernel: Kernel
) -> bool:
    """Whether what one point stores is neither read nor written by another one."""
    if not injective(store.index, outer, inner):
        return False
    return all(
        apart(store.buffer, other.buffer, kernel)
        or (same(store.buffer, other.buffer, kernel) and store.index == other.index)
        for other in accesses
    )


def injective(index: Dim, points: Sequence[Var], variables: Sequence[Var]) -> bool:
    """Whether different points give different indices, as digits of a number of mixed base do."""
    digits: list[tuple[Dim, Var]] = []
    rest = index
    for var in variables:
        try:
            factor, rest = coefficient(rest, var.name)
        except ValueError:
            return False
        if factor.terms:
            digits.append((factor, var))
    if any(name.startswith(("%", "#")) for name in rest.symbols()):
        return False
    if not {v.name for v in points} <= {v.name for _, v in digits}:
        return False
    while digits:
        at = next((k for k in range(len(digits)) if _exceeds(digits[k], digits[:k] + digits[k + 1 :])), None)
        if at is None:
            return False
        digits.pop(at)
    return True


def _exceeds(digit: tuple[Dim, Var], others: Sequence[tuple[Dim, Var]]) -> bool:
    """Whether one step of a digit is more than all steps of the others together."""
    gap = digit[0] - 1
    for factor, var in others:
        gap = gap - factor * (var.extent - 1)
    least = gap.lower_bound()
    return least is not None and least >= 0


def work(stmt: Nest | Reduce) -> Dim:
    """Roughly how many operations a domain takes."""
    points = reduce(Dim.__mul__, (v.extent for v in stmt.vars), ONE)
    total = Dim.const(0)
    for s in stmt.body:
        if isinstance(s, Nest | Reduce):
            total = total + work(s)
        else:
            total = total + (_COSTLY if isinstance(s, Let) and s.op not in _CHEAP else 1)
    return points * total


# -- text -----------------------------------------------------------------------------------------------
def emit_shared(s: Statements, stmt: Nest | Reduce, threads: int) -> None:
    """A domain in parts, or in one where there is too little work."""
    if isinstance(stmt, Nest):
        _emit_nest(s, stmt, threads)
    else:
        _emit_reduce(s, stmt, threads)


def _emit_nest(s: Statements, nest: Nest, threads: int) -> None:
    inner = s.child()
    params, given = operands(s, inner, nest)
    first, *rest = nest.vars
    with inner.w.loop("%lo", "%hi", note=0 if rest else ROLLED_LOOP) as counter:
        inner.w.define(first.name, counter)
        with inner.domain(rest, ROLLED_LOOP):
            inner.all(nest.body)
    part = _part(s, inner, params, given)
    extent, w = s.w.dim(first.extent), s.w
    with _either(s, work(nest)) as alone:
        part.share(w, extent, threads, s.table)
        alone()
        w.emit(f"call void @part{part.number}({', '.join([*given, 'i64 0', f'i64 {extent}'])})")


def _emit_reduce(s: Statements, stmt: Reduce, threads: int) -> None:
    """Each part keeps lanes of its own; at its end they go to the frame of the kernel."""
    inner = s.child()
    params, given = operands(s, inner, stmt)
    parts = [Accumulators(s, kind, r.dtype, True) for kind, r in zip(stmt.kinds, stmt.results, strict=True)]
    for k, part in enumerate(parts):
        params += [f"ptr noalias %lanes{k}", f"ptr noalias %rest{k}"]
        given += [f"ptr {part.lanes}", f"ptr {part.rest}"]
    w = inner.w
    with w.loop("%lo", "%hi") as half:
        low, high, done = w.fresh("low"), w.fresh("high"), w.fresh("done")
        w.branch_if(w.value(f"icmp eq i64 {half}, 0"), low, high)
        for label, share in zip((low, high), HALVES, strict=True):
            w.start_block(label)
            with w.scoped():
                _half(inner, stmt, share)
            w.branch(done)
        w.start_block(done)
    shared = _part(s, inner, params, given)
    with _either(s, work(stmt)) as alone:
        shared.share(s.w, "2", threads, s.table)
        alone()
        with s.w.scoped():
            accumulate(s, stmt, parts, ALL)
    for part, result in zip(parts, stmt.results, strict=True):
        s.w.define(result.name, part.total())


def _half(s: Statements, stmt: Reduce, share: Share) -> None:
    parts = [Accumulators(s, kind, r.dtype, True) for kind, r in zip(stmt.kinds, stmt.results, strict=True)]
    accumulate(s, stmt, parts, share)
    w = s.w
    for k, part in enumerate(parts):
        t = memory_type(part.dtype)
        with w.loop(str(share.start), str(share.end)) as lane:
            value = w.value(f"load {t}, ptr {part.lane(lane)}")
            w.emit(f"store {t} {value}, ptr {w.value(f'getelementptr {t}, ptr %lanes{k}, i64 {lane}')}")
        if share.rest:
            w.emit(f"store {t} {w.value(f'load {t}, ptr {part.rest}')}, ptr %rest{k}")


@dataclass(frozen=True, slots=True)
class _Part:
    """A function that does a part of a domain, and what it is given."""

    number: int
    given: tuple[str, ...]

    def share(self, w: Writer, extent: str, threads: int, table: Table) -> None:
        """Have all parts done, by several threads where they are free."""
        context = w.alloca("i64", max(len(self.given), 2))
        for k, value in enumerate(self.given):
            w.emit(f"store {value}, ptr {w.value(f'getelementptr inbounds i64, ptr {context}, i64 {k}')}")
        run = table.load(w, f"pool.{threads}")
        w.emit(f"call void {run}(ptr @shared{self.number}, ptr {context}, i64 {extent}, i64 {threads})")


def _part(s: Statements, inner: Statements, params: Sequence[str], given: Sequence[str]) -> _Part:
    """Two functions: the part, and one that finds its arguments in memory."""
    number = len(s.functions)
    inner.w.emit("ret void")
    head = ", ".join([*params, "i64 %lo", "i64 %hi"])
    start = f'define internal void @part{number}({head}) noinline "no-builtins" nounwind {{\nstart:'
    s.functions.append("\n".join([start, *inner.w.entry, *inner.w.lines, "}"]))
    s.functions.append(_wrapper(number, params))
    return _Part(number, tuple(given))


@contextmanager
def _either(s: Statements, amount: Dim) -> Iterator[Callable[[], None]]:
    """Around what is done where there is enough work and, behind a call of what this gives, where not."""
    w = s.w
    many, one, done = w.fresh("many"), w.fresh("one"), w.fresh("done")
    w.branch_if(w.value(f"icmp sge i64 {w.dim(amount)}, {ENOUGH}"), many, one)
    w.start_block(many)

    def alone() -> None:
        w.branch(done)
        w.start_block(one)

    yield alone
    w.branch(done)
    w.start_block(done)


def _wrapper(number: int, params: Sequence[str]) -> str:
    w = Writer()
    given = []
    for k, param in enumerate(params):
        t = param.split()[0]
        place = w.value(f"getelementptr inbounds i64, ptr %context, i64 {k}")
        given.append(f"{t} {w.value(f'load {t}, ptr {place}')}")
    w.emit(f"call void @part{number}({', '.join([*given, 'i64 %lo', 'i64 %hi'])})")
    w.emit("ret void")
    head = f"define internal void @shared{number}(ptr %context, i64 %lo, i64 %hi) nounwind {{\nstart:"
    return "\n".join([head, *w.entry, *w.lines, "}"])
