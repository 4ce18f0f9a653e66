"""Sums of products inside a loop: what is added up over which axes, and of what it is made.

Every loop and every variable of a domain is an axis, an interval whose ends may depend on axes around it. A
sum is a store that adds to a cell, a reduction, or a loop that adds to a variable. Its terms are products of
numbers from outside the loop, of cells of arrays, and of numbers that are computed inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Buffer, Lit, Operand, Ref, Slot
from adgen.loops.calls import Library, Product, Routine
from adgen.loops.core import (
    BindSize,
    Branch,
    Check,
    Get,
    IndexOf,
    Let,
    Load,
    Loop,
    Nest,
    Reduce,
    Reserve,
    Set,
    Stmt,
    Store,
    bodies,
    coefficient,
    walk,
)
from adgen.loops.fuse import cells_of
from adgen.records import dataclass

_ALLOWED = (
    Let | IndexOf | Load | Store | Get | Set | Nest | Reduce | Loop | Branch | Check | BindSize | Reserve
) | (Product | Library | Routine)


@dataclass(frozen=True, slots=True)
class Axis:
    """A variable with lo <= variable < hi."""

    name: str
    lo: Dim
    hi: Dim


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a statement is: the loops and domains around it, from outside, with the axes of each."""

    stmt: Stmt
    around: tuple[Stmt, ...]
    axes: tuple[tuple[Axis, ...], ...]
    sure: bool = True

    @property
    def flat(self) -> tuple[Axis, ...]:
        """All axes around it."""
        return tuple(a for group in self.axes for a in group)


@dataclass(frozen=True, slots=True)
class Cells:
    """A factor that is an element of a buffer; `spot` is where it is read."""

    buffer: Buffer
    index: Dim
    spot: Spot


@dataclass(frozen=True, slots=True)
class Number:
    """A factor that is computed inside the loop, at `spot`."""

    ref: Ref
    spot: Spot


Factor = Cells | Number


@dataclass(slots=True)
class Terms:
    """A product: its sign, numbers from outside, factors, and the axes of sums it went through."""

    negative: bool = False
    scales: list[Operand] = field(default_factory=list)
    factors: list[Factor] = field(default_factory=list)
    axes: list[Axis] = field(default_factory=list)


@dataclass(slots=True)
class LoopFacts:
    """What is in a loop."""

    root: Loop
    ints: Mapping[str, Dim]
    spots: list[Spot] = field(default_factory=list)
    defined: dict[str, Spot] = field(default_factory=dict)
    axes: set[str] = field(default_factory=set)
    simple: bool = True

    def collect(self) -> LoopFacts:
        """Look at every statement."""
        self._visit(self.root, (), (), True)
        return self

    def _visit(
        self, stmt: Stmt, around: tuple[Stmt, ...], axes: tuple[tuple[Axis, ...], ...], sure: bool
    ) -> None:
        spot = Spot(stmt, around, axes, sure)
        self.spots.append(spot)
        self.simple = self.simple and isinstance(stmt, _ALLOWED) and getattr(stmt, "failed", None) is None
        match stmt:
            case Let() | IndexOf() | Load() | Get():
                self.defined[stmt.result.name] = spot
            case Reduce():
                self.defined |= {r.name: spot for r in stmt.results}
            case BindSize():
                self.defined[stmt.symbol] = spot
            case _:
                pass
        if isinstance(stmt, Loop | Nest | Reduce):
            own = self._axes(stmt)
            self.simple = self.simple and own is not None
            self.axes |= {a.name for a in own or ()}
            inner = (*around, stmt), (*axes, own or ())
            for s in stmt.body:
                self._visit(s, *inner, sure)
        else:
            for body in bodies(stmt):
                for s in body:
                    self._visit(s, around, axes, False)

    def _axes(self, stmt: Loop | Nest | Reduce) -> tuple[Axis, ...] | None:
        if isinstance(stmt, Nest | Reduce):
            return tuple(Axis(v.name, ZERO, self.dim(v.extent)) for v in stmt.vars)
        lo, hi = (self.integer(x) for x in (stmt.lo, stmt.hi))
        if not isinstance(stmt.step, Lit) or abs(stmt.step.value) != 1:
            return None
        return (Axis(stmt.var.name, lo, hi) if stmt.step.value == 1 else Axis(stmt.var.name, hi + 1, lo + 1),)

    def integer(self, operand: Operand) -> Dim:
        """An integer scalar as a polynomial."""
        if isinstance(operand, Lit):
            return Dim.const(int(operand.value))
        return self.dim(Dim.symbol(operand.name))

    def dim(self, dim: Dim) -> Dim:
        """A polynomial without names of polynomials."""
        return dim.substitute(self.ints)

    def known(self, dim: Dim, axes: Sequence[Axis]) -> bool:
        """Whether a polynomial has no names from inside the loop but these axes."""
        names = {a.name for a in axes}
        return all(n in names or (n not in self.defined and n not in self.axes) for n in dim.symbols())

    # -- products ---------------------------------------------------------------------------------------
    def sum_of(self, value: Operand) -> list[Operand]:
        """The values that are added up to one; only those that are computed inside are taken apart."""
        spot = self.defined.get(value.name) if isinstance(value, Ref) else None
        if spot is not None and isinstance(spot.stmt, Let) and spot.stmt.op == "add":
            return [part for arg in spot.stmt.args for part in self.sum_of(arg)]
        return [value]

    def terms(self, value: Operand, into: Terms | None = None) -> Terms | None:
        """A value as a product of factors; None where a sum in it is not a single one."""
        found = Terms() if into is None else into
        if isinstance(value, Lit) or value.name not in self.defined:
            found.scales.append(value)
            return found
        spot = self.defined[value.name]
        match spot.stmt:
            case Let(_, "mul", (left, right)):
                return self.terms(right, found) if self.terms(left, found) is not None else None
            case Let(_, "neg", (inner,)):
                found.negative = not found.negative
                return self.terms(inner, found)
            case Load(_, buffer, index):
                found.factors.append(Cells(buffer, self.dim(index), spot))
                return found
            case Reduce(results, kinds, _, _, values):
                at = [r.name for r in results].index(value.name)
                if kinds[at] != "sum" or found.axes:
                    return None
                found.axes += self._axes(spot.stmt) or ()
                return self.terms(values[at], found)
            case _:
                found.factors.append(Number(value, spot))
                return found


def polynomials(body: Sequence[Stmt]) -> dict[str, Dim]:
    """Integer scalars that are polynomials of others."""
    combine = {"add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y}
    found: dict[str, Dim] = {}

    def dim(operand: Operand) -> Dim:
        if isinstance(operand, Lit):
            return Dim.const(int(operand.value))
        return found.get(operand.name, Dim.symbol(operand.name))

    for stmt in walk(tuple(body)):
        match stmt:
            case IndexOf(result, index):
                found[result.name] = index.substitute(found)
            case Let(result, op, (left, right)) if op in combine and result.dtype is DType.i64:
                if left.dtype is right.dtype is DType.i64:
                    found[result.name] = combine[op](dim(left), dim(right))
            case _:
                pass
    return found


def hull(axes: Sequence[Axis]) -> dict[str, tuple[Dim, Dim]]:
    """For each axis ends that do not depend on other axes, where there are such."""
    names = {a.name for a in axes}
    found: dict[str, tuple[Dim, Dim]] = {}
    for axis in axes:
        lo, hi = _end(axis.lo, found, names, low=True), _end(axis.hi, found, names, low=False)
        if lo is not None and hi is not None:
            found[axis.name] = lo, hi
    return found


def _end(end: Dim, known: Mapping[str, tuple[Dim, Dim]], names: set[str], low: bool) -> Dim | None:
    for name in names.intersection(end.symbols()):
        try:
            factor, rest = coefficient(end, name)
        except ValueError:
            return None
        if factor.value is None or name not in known:
            return None
        first, past = known[name]
        end = rest + factor * (first if (factor.value > 0) == low else past - 1)
    return end


def depending(axes: Sequence[Axis]) -> set[tuple[str, str]]:
    """Pairs of axes of which one bounds the other."""
    names = {a.name for a in axes}
    return {(a.name, n) for a in axes for d in (a.lo, a.hi) for n in d.symbols() if n in names}


def accesses(stmt: Stmt) -> tuple[list[Buffer], list[Buffer]]:
    """The buffers that a statement and all in it read, and those they write."""
    cells = cells_of((stmt,))
    return [c.buffer for c in cells if not c.written], [c.buffer for c in cells if c.written]


def slot_sum(loop: Loop) -> tuple[Slot, Get, Set, Operand, bool] | None:
    """(variable, its read, its write, the term, subtracted) of a loop whose body adds to one variable."""
    gets = [s for s in loop.body if isinstance(s, Get)]
    sets = [s for s in loop.body if isinstance(s, Set)]
    if len(gets) != 1 or len(sets) != 1 or gets[0].slot is not sets[0].slot:
        return None
    if not all(isinstance(s, Get | Set | Let | Load | IndexOf | Check | Store) for s in loop.body):
        return None
    (get,), (last,) = gets, sets
    uses = [s for s in loop.body if isinstance(s, Let) and get.result in s.args]
    if len(uses) != 1 or last.value != uses[0].result or not get.slot.dtype.is_float:
        return None
    left, right = uses[0].args if len(uses[0].args) == 2 else (get.result, get.result)
    used_elsewhere = any(last.value in getattr(s, "args", ()) for s in loop.body)
    if left == right or used_elsewhere or uses[0].op not in ("add", "sub"):
        return None
    if left == get.result:
        return get.slot, get, last, right, uses[0].op == "sub"
    return (get.slot, get, last, left, False) if uses[0].op == "add" else None
