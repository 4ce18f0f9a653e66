"""The two factors of a contraction as matrices in memory: where they are, or are brought.

A factor is read where it is if the loop never writes its buffer. Otherwise, or where BLAS could not read it,
its values are kept in a matrix of their own: before the loop, before the part of the loop that leaves the
buffer alone, or where the number is computed. Cells that the loop never visits are zero there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adgen.ir.dims import ONE, ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Buffer, Lit, Operand, Ref
from adgen.loops.calls import Matrix
from adgen.loops.core import Let, Load, Nest, Stmt, Store, Var, coefficient
from adgen.loops.edits import Edits
from adgen.loops.state import State
from adgen.loops.summing import Axis, Cells, Factor, LoopFacts, Number, Spot, accesses, depending
from adgen.records import dataclass

Hull = Mapping[str, tuple[Dim, Dim]]


@dataclass(frozen=True, slots=True)
class Side:
    """Elements of a buffer by the axes `names`; `padded` with zeros where the loop does not come."""

    buffer: Buffer
    index: Dim
    names: frozenset[str]
    padded: bool = False
    made: bool = False

    def matrix(self, rows: str, columns: str, corner: Mapping[str, Dim]) -> Matrix:
        """The matrix along two axes; `corner` says where the others are, and where these begin."""
        steps = [coefficient(self.index, name)[0] if name else ZERO for name in (rows, columns)]
        return Matrix(self.buffer, self.index.substitute(corner), steps[0], steps[1])


class Sides:
    """Makes sides for the factors of sums in one loop."""

    def __init__(self, state: State, facts: LoopFacts, ends: Hull) -> None:
        self.state = state
        self.facts = facts
        self.ends = ends
        self.edits = Edits()
        self._written = {id(s.stmt): accesses(s.stmt)[1] for s in facts.spots}

    def writes(self, stmt: Stmt, buffer: Buffer) -> bool:
        """Whether a statement of the loop may change a buffer."""
        return any(self.state.may_overlap(b, buffer) for b in self._written[id(stmt)])

    def side(self, factor: Factor, dtype: DType, rows: set[str], recordable: bool) -> Side | None:
        """The matrix of a factor. `rows` are the axes that may be steps of it in BLAS."""
        if isinstance(factor, Number):
            return self._kept(factor, dtype) if recordable else None
        axes = factor.spot.flat
        if factor.buffer.dtype is not dtype:
            return None
        if not self.facts.known(factor.index, axes) or not _linear(factor.index, axes):
            return self._number(factor, dtype) if recordable else None
        if self.writes(self.facts.root, factor.buffer):
            return self._snapshot(factor) if recordable else None
        names = frozenset(a.name for a in axes if a.name in factor.index.symbols())
        used = [a for a in axes if a.name in names]
        if depending(used) or not _fits(factor.index, names & rows):
            return self._packed(factor, used)
        return Side(factor.buffer, factor.index, names)

    # -- keeping values ---------------------------------------------------------------------------------
    def _number(self, factor: Cells, dtype: DType) -> Side | None:
        stmt = factor.spot.stmt
        assert isinstance(stmt, Load)
        return self._kept(Number(stmt.result, factor.spot), dtype)

    def _kept(self, factor: Number, dtype: DType) -> Side | None:
        """A number, kept where it is computed."""
        if factor.ref.dtype is not dtype or not factor.spot.sure:
            return None
        side = self._room(("number", factor.ref.name), dtype, factor.spot.flat)
        if side is not None and not side[1]:
            store = Store(side[0].buffer, side[0].index, factor.ref)
            self.edits.after.setdefault(id(factor.spot.stmt), []).append(store)
        return None if side is None else side[0]

    def _snapshot(self, factor: Cells) -> Side | None:
        """Cells, kept before the part of the loop that leaves the buffer alone."""
        spot = factor.spot
        path = (*spot.around, spot.stmt)
        level = next((t for t, s in enumerate(path) if t and not self.writes(s, factor.buffer)), 0)
        if level in (0, len(path) - 1) or not spot.sure:
            stmt = spot.stmt
            assert isinstance(stmt, Load)
            return self._kept(Number(stmt.result, spot), factor.buffer.dtype)
        outer = [a for group in spot.axes[:level] for a in group]
        inner = [a for group in spot.axes[level:] for a in group if a.name in factor.index.symbols()]
        return self._copied(factor, path[level], outer, inner)

    def _packed(self, factor: Cells, used: Sequence[Axis]) -> Side | None:
        """Cells, kept before the loop."""
        return self._copied(factor, None, [], used)

    def _copied(
        self, factor: Cells, place: Stmt | None, outer: Sequence[Axis], inner: Sequence[Axis]
    ) -> Side | None:
        names = {a.name for a in (*outer, *inner)}
        others = self.facts.axes - names
        if any(n in others for a in inner for d in (a.lo, a.hi) for n in d.symbols()):
            return None
        key = (id(place), factor.buffer, factor.index, tuple(a.name for a in (*outer, *inner)))
        found = self._room(key, factor.buffer.dtype, (*outer, *inner))
        if found is None or found[1]:
            return None if found is None else found[0]
        side = found[0]

        def body(at: Mapping[str, Dim]) -> tuple[Stmt, ...]:
            value = Ref(self.state.names.fresh("%"), factor.buffer.dtype)
            load = Load(value, factor.buffer, factor.index.substitute(at))
            return (load, Store(side.buffer, side.index.substitute(at), value))

        copy = over(self.state, inner, body)
        self.edits.copied.append(Side(factor.buffer, factor.index, frozenset(names)))
        (self.edits.first if place is None else self.edits.before.setdefault(id(place), [])).extend(copy)
        return side

    def _room(self, key: object, dtype: DType, axes: Sequence[Axis]) -> tuple[Side, bool] | None:
        """A new matrix over axes, zero where the loop will not come; whether it is there already."""
        if key in self.edits.memo:
            return self.edits.memo[key], True
        if not 1 <= len(axes) <= 2 or any(a.name not in self.ends for a in axes):
            return None
        made = room(self.state, dtype, axes, self.ends)
        if made is None:
            return None
        buffer, index = made
        padded = bool(depending(axes))
        if padded:
            self.edits.first += filled(self.state, buffer)
        side = Side(buffer, index, frozenset(a.name for a in axes), padded, True)
        self.edits.memo[key] = side
        return side, False


def room(state: State, dtype: DType, axes: Sequence[Axis], ends: Hull) -> tuple[Buffer, Dim] | None:
    """A new buffer over the hull of axes, and the index of the cell at these axes.

    Extents are rounded up to what cannot be negative: without elements, buffers must not have less than none.
    """
    size, index = ONE, ZERO
    for axis in reversed(axes):
        lo, hi = ends[axis.name]
        index = index + (Dim.symbol(axis.name) - lo) * size
        size = size * Dim(tuple((m, c) for m, c in (hi - lo).terms if c > 0))
    if any(name not in state.symbols for name in size.symbols()):
        return None
    return state.buffer(dtype, size), index


def filled(state: State, buffer: Buffer) -> tuple[Stmt, ...]:
    """Zeros everywhere."""
    var = Var(state.names.fresh("#"), buffer.size)
    return (Nest((var,), (Store(buffer, Dim.symbol(var.name), Lit(0.0, buffer.dtype)),)),)


def over(
    state: State, axes: Sequence[Axis], body: Callable[[Mapping[str, Dim]], tuple[Stmt, ...]]
) -> tuple[Stmt, ...]:
    """What `body` gives for a point, at every point of some axes."""
    at: dict[str, Dim] = {}
    variables: list[Var] = []
    for axis in axes:
        lo, hi = axis.lo.substitute(at), axis.hi.substitute(at)
        variables.append(Var(state.names.fresh("#"), hi - lo))
        at[axis.name] = Dim.symbol(variables[-1].name) + lo
    stmts = body(at)
    if not depending(axes):
        return (Nest(tuple(variables), stmts),) if variables else stmts
    for var in reversed(variables):
        stmts = (Nest((var,), stmts),)
    return stmts


def _linear(index: Dim, axes: Sequence[Axis]) -> bool:
    try:
        steps = [coefficient(index, a.name)[0] for a in axes]
    except ValueError:
        return False
    names = {a.name for a in axes}
    return not any(n in names for step in steps for n in step.symbols())


def _fits(index: Dim, names: frozenset[str]) -> bool:
    """Whether BLAS can step along these axes."""
    steps = [coefficient(index, name)[0] for name in names]
    return ONE in steps and not any(backward(s) for s in steps)


def backward(step: Dim) -> bool:
    """Whether a step is never at least 1."""
    return all(factor < 0 for _, factor in step.terms)


def scaled(
    state: State, scales: Sequence[Operand], negative: bool, dtype: DType
) -> tuple[list[Stmt], Operand]:
    """The product of numbers."""
    out: list[Stmt] = []
    total: Operand = Lit(-1.0 if negative else 1.0, dtype)
    for scale in scales:
        if isinstance(total, Lit) and total.value == 1.0:
            total = scale
            continue
        made = Ref(state.names.fresh("%"), dtype)
        out.append(Let(made, "mul", (total, scale)))
        total = made
    return out, total


__all__ = ["Edits", "Hull", "Side", "Sides", "Spot", "backward", "filled", "over", "room", "scaled"]
