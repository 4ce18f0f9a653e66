"""Sums of products that loops spell out, computed as matrix products.

Two things can be done with a sum of products of two factors inside a loop:

- *later*: where the loop only adds to an array, its factors are kept and the array is added to by one
  product after the loop;
- *before*: where the loop leaves both factors alone, all sums are computed by one product before the loop
  and read in it.

Whether this pays is decided when sizes are known, so the loop as written stays as the other branch. Zeros
that stand where a triangular loop does not come would spread infinities and NaN, so it is also tested that
the other factor is finite. Sums are in the order of BLAS then; `strict` keeps the loops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from adgen.ir.dims import ONE, ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Buffer, Ref
from adgen.loops.choices import Needs, decided
from adgen.loops.copies import without_unused
from adgen.loops.core import Branch, Get, Let, Load, Loop, Reduce, Set, Stmt, Store, WhileLoop, coefficient
from adgen.loops.roles import Roles, plain_product, roles_of, steppable
from adgen.loops.sides import Edits, Side, Sides, backward, filled, over, room, scaled
from adgen.loops.state import State
from adgen.loops.summing import (
    Axis,
    LoopFacts,
    Spot,
    Terms,
    accesses,
    depending,
    hull,
    polynomials,
    slot_sum,
)
from adgen.loops.tiles import TiledProduct, tiles_of
from adgen.records import dataclass


def contracted(state: State, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """The statements with sums of products in loops computed as matrix products."""
    return _all(state, polynomials(body), body)


def _all(state: State, ints: Mapping[str, Dim], body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    return tuple(part for stmt in body for part in _one(state, ints, stmt))


def _one(state: State, ints: Mapping[str, Dim], stmt: Stmt) -> Sequence[Stmt]:
    match stmt:
        case Loop():
            found = _Plan(state, stmt, ints).result()
            return (replace(stmt, body=_all(state, ints, stmt.body)),) if found is None else found
        case WhileLoop():
            return (replace(stmt, body=_all(state, ints, stmt.body)),)
        case Branch():
            sides = [_all(state, ints, part) for part in (stmt.then, stmt.orelse)]
            return (Branch(stmt.test, sides[0], sides[1]),)
        case _:
            return (stmt,)


@dataclass(frozen=True, slots=True)
class _Saved:
    """How far a plan was."""

    edits: Edits
    needs: Needs
    buffers: int


class _Plan:
    """What becomes of one loop."""

    def __init__(self, state: State, root: Loop, ints: Mapping[str, Dim]) -> None:
        self.state = state
        self.root = root
        self.facts = LoopFacts(root, ints).collect()
        self.axes = {a.name: a for s in self.facts.spots for a in s.flat}
        for spot in self.facts.spots:
            if isinstance(spot.stmt, Reduce):
                self.axes |= {v.name: Axis(v.name, ZERO, self.facts.dim(v.extent)) for v in spot.stmt.vars}
        self.ends = hull(list(self.axes.values()))
        self.sides = Sides(state, self.facts, self.ends)
        self.needs = Needs()

    def result(self) -> tuple[Stmt, ...] | None:
        """The statements instead of the loop; None where it stays as it is."""
        if not self.facts.simple or not self.ends or len(self.axes) < 3:
            return None
        saved = self._saved()
        later, before = self._later(), self._before()
        found = self._replaced() if later or before else None
        if found is None:
            self._restore(saved)
        return found

    def _replaced(self) -> tuple[Stmt, ...] | None:
        if not all(self._within(side) for side in self.sides.edits.copied):
            return None
        inside = without_unused(self.sides.edits.applied(self.root))
        edits = self.sides.edits
        fast = (*edits.first, *([] if inside is None else [inside]), *edits.last)
        return decided(self.state, self.needs, self.ends, fast, self.root)

    # -- adding later -----------------------------------------------------------------------------------
    def _later(self) -> bool:
        stores = [s for s in self.facts.spots if isinstance(s.stmt, Store)]
        targets = list(dict.fromkeys(s.stmt.buffer for s in stores if isinstance(s.stmt, Store)))
        return any([self._target_later(target, stores) for target in targets])

    def _target_later(self, target: Buffer, stores: Sequence[Spot]) -> bool:
        own = [s for s in stores if isinstance(s.stmt, Store) and s.stmt.buffer is target]
        reads, writes = accesses(self.root)
        count = sum(self.state.may_overlap(b, target) for b in (*reads, *writes))
        if count != len(own) or not target.dtype.is_float or self.state.storage(target) is not target:
            return False
        done = [spot for spot in own if self._kept_or(partial(self._store_later, spot))]
        self.sides.edits.gone |= {id(s.stmt) for s in done}
        return bool(done)

    def _kept_or(self, change: Callable[[], bool]) -> bool:
        """Make a change, or forget what was planned for it."""
        saved = self._saved()
        done = change()
        if not done:
            self._restore(saved)
        return done

    def _saved(self) -> _Saved:
        return _Saved(self.sides.edits.copy(), self.needs.copy(), len(self.state.places))

    def _restore(self, saved: _Saved) -> None:
        """Forget what was planned since, with its buffers."""
        self.sides.edits, self.needs = saved.edits, saved.needs
        self.state.removed |= set(list(self.state.places)[saved.buffers :])

    def _store_later(self, spot: Spot) -> bool:
        stmt = spot.stmt
        assert isinstance(stmt, Store)
        if stmt.op != "add" or not spot.sure:
            return False
        found = [self.facts.terms(part) for part in self.facts.sum_of(stmt.value)]
        return all(self._term_later(spot, stmt, terms) for terms in found)

    def _term_later(self, spot: Spot, stmt: Store, terms: Terms | None) -> bool:
        if terms is None or len(terms.factors) != 2:
            return False
        axes = [*spot.flat, *terms.axes]
        index = self.facts.dim(stmt.index)
        names = {a.name for a in axes if a.name in index.symbols()}
        if not self.facts.known(index, spot.flat) or not steppable(index, names):
            return False
        out = Side(stmt.buffer, index, frozenset(names))
        return self._product(axes, terms, out, recordable=True, accumulate=True)

    # -- computing before -------------------------------------------------------------------------------
    def _before(self) -> bool:
        found = False
        for spot in self.facts.spots[1:]:
            if not spot.sure or id(spot.stmt) in self.sides.edits.gone:
                continue
            found = self._kept_or(partial(self._sum_before, spot)) or found
        return found

    def _sum_before(self, spot: Spot) -> bool:
        match spot.stmt:
            case Reduce():
                return any([self._reduction(spot, spot.stmt, k) for k in range(len(spot.stmt.results))])
            case Loop():
                return self._variable(spot, spot.stmt)
            case Store():
                return self._added(spot, spot.stmt)
            case _:
                return False

    def _reduction(self, spot: Spot, stmt: Reduce, position: int) -> bool:
        result = stmt.results[position]
        if stmt.kinds[position] != "sum" or not result.dtype.is_float:
            return False
        terms = self.facts.terms(stmt.values[position])
        own = [self.axes[v.name] for v in stmt.vars]
        total = self._sums([*spot.flat, *own], own, terms, result.dtype)
        if total is None:
            return False
        load = Load(result, total.buffer, total.index)
        self.sides.edits.before.setdefault(id(stmt), []).append(load)
        self.sides.edits.results.add(result.name)
        return True

    def _variable(self, spot: Spot, stmt: Loop) -> bool:
        found = slot_sum(stmt)
        if found is None:
            return False
        slot, get, last, value, subtracted = found
        terms = self.facts.terms(value)
        if terms is not None and subtracted:
            terms.negative = not terms.negative
        own = [self.axes[stmt.var.name]]
        total = self._sums([*spot.flat, *own], own, terms, slot.dtype)
        if total is None:
            return False
        old, term, new = (Ref(self.state.names.fresh("%"), slot.dtype) for _ in range(3))
        self.sides.edits.after.setdefault(id(stmt), []).extend(
            (
                Get(old, slot),
                Load(term, total.buffer, total.index),
                Let(new, "add", (old, term)),
                Set(slot, new),
            )
        )
        self.sides.edits.gone |= {id(get), id(last)}
        return True

    def _added(self, spot: Spot, stmt: Store) -> bool:
        """A store that adds, in the innermost loops of which its cell does not depend."""
        terms = self.facts.terms(stmt.value) if stmt.op == "add" and stmt.buffer.dtype.is_float else None
        index = self.facts.dim(stmt.index)
        if terms is None or terms.axes or not self.facts.known(index, spot.flat):
            return False
        level = self._sum_level(spot, stmt.buffer, index)
        if level is None:
            return False
        below = [a for group in spot.axes[level:] for a in group]
        own = [a for a in below if a.name not in index.symbols()]
        kept = [a for a in below if a.name in index.symbols()]
        if any(n in {o.name for o in own} for a in kept for d in (a.lo, a.hi) for n in d.symbols()):
            return False
        total = self._sums(spot.flat, own, terms, stmt.buffer.dtype)
        if total is None:
            return False

        def body(at: Mapping[str, Dim]) -> tuple[Stmt, ...]:
            term = Ref(self.state.names.fresh("%"), stmt.buffer.dtype)
            load = Load(term, total.buffer, total.index.substitute(at))
            return (load, Store(stmt.buffer, index.substitute(at), term, "add"))

        added = over(self.state, kept, body)
        self.sides.edits.after.setdefault(id(spot.around[level]), []).extend(added)
        self.sides.edits.gone.add(id(stmt))
        return True

    def _sum_level(self, spot: Spot, target: Buffer, index: Dim) -> int | None:
        """The outermost loop inside the root that only adds to the target, and over whose axis it sums."""
        for level, stmt in enumerate(spot.around):
            if level == 0 or all(a.name in index.symbols() for a in spot.axes[level]):
                continue
            reads, writes = accesses(stmt)
            if sum(self.state.may_overlap(b, target) for b in (*reads, *writes)) == 1:
                return level
        return None

    def _sums(
        self, axes: Sequence[Axis], own: Sequence[Axis], terms: Terms | None, dtype: DType
    ) -> Side | None:
        """All sums over `own`, by the other axes that they depend on."""
        if terms is None or terms.axes or len(terms.factors) != 2:
            return None
        summed = {a.name for a in own}
        names = {n for f in terms.factors if hasattr(f, "index") for n in f.index.symbols()} - summed
        kept = [a for a in axes if a.name in names]
        if len(kept) != 2:
            return None
        used = [a for a in axes if a.name in names | summed]
        made = room(self.state, dtype, kept, self.ends)
        if made is None:
            return None
        out = Side(made[0], made[1], frozenset(a.name for a in kept), made=True)
        if len(own) > 1:
            self.sides.edits.first += filled(self.state, out.buffer)
        done = self._product(used, terms, out, recordable=False, accumulate=len(own) > 1)
        return out if done else None

    # -- one product ------------------------------------------------------------------------------------
    def _product(
        self, axes: Sequence[Axis], terms: Terms, out: Side, recordable: bool, accumulate: bool
    ) -> bool:
        names = {a.name for a in axes}
        if not names <= self.ends.keys():
            return False
        dtype = out.buffer.dtype
        found = [self.sides.side(f, dtype, names, recordable) for f in terms.factors]
        left, right = found
        if left is None or right is None:
            return False
        roles = roles_of([n for n in self.axes if n in names], left, right, out)
        if roles is None:
            return False
        if coefficient(out.index, roles.columns)[0] != ONE:
            left, right = right, left
            roles = replace(roles, rows=roles.columns, columns=roles.rows)
        if accumulate and not out.made and self._tiled(axes, (left, right, out), terms):
            return True
        if not self._legal(axes, roles, left, right, out, accumulate and not out.made):
            return False
        return self._emit(roles, (left, right, out), terms, accumulate)

    def _tiled(self, axes: Sequence[Axis], sides: tuple[Side, Side, Side], terms: Terms) -> bool:
        """The product tile by tile, where rows, columns or terms have several axes."""
        names = [n for n in self.axes if n in {a.name for a in axes}]
        tiles = None if depending(axes) else tiles_of(names, sides, self.ends, self.needs)
        if tiles is None or not self._known(names):
            return False
        before, scale = scaled(self.state, terms.scales, terms.negative, sides[2].buffer.dtype)
        stmts = TiledProduct(self.state, self.ends, tiles).statements(sides, scale, self.needs)
        if stmts is None or not all(s.made or self._within(s) for s in sides):
            return False
        self.sides.edits.last += [*before, *stmts]
        self._count(names, terms)
        return True

    def _known(self, names: Sequence[str]) -> bool:
        """Whether the ends of axes are known when the kernel is entered."""
        ends = (d for n in names for d in self.ends[n])
        return all(s in self.state.symbols for d in ends for s in d.symbols())

    def _count(self, names: Sequence[str], terms: Terms) -> None:
        """Note what a product needs: sizes that are not negative, numbers to scale by, enough terms."""
        self.needs.scales += [x for x in terms.scales if x not in self.needs.scales]
        work = ONE
        for lo, hi in (self.ends[n] for n in names):
            self.needs.at_least_zero(hi - lo)
            work = work * (hi - lo)
        self.needs.work.append(work)

    def _legal(
        self, axes: Sequence[Axis], roles: Roles, left: Side, right: Side, out: Side, exact: bool
    ) -> bool:
        """Whether the product over the hull of the axes is the sum over what the loop visits."""
        for a, b in depending(axes):
            if {a, b} & set(roles.others):
                return False
            if {a, b} == {roles.rows, roles.columns}:
                if exact:
                    return False
                continue
            holder, other = (left, right) if {a, b} <= left.names else (right, left)
            if not {a, b} <= holder.names or not holder.padded or other.padded or other.made:
                return False
            self.needs.finite.append(other)
        return all(self._readable(side, roles) for side in (left, right, out))

    def _readable(self, side: Side, roles: Roles) -> bool:
        """Whether a side is a matrix for BLAS; what is known at run time only is noted."""
        own = [n for n in (roles.rows, roles.columns, roles.terms) if n in side.names]
        steps = {n: coefficient(side.index, n)[0] for n in own}
        unit = [n for n in own if steps[n] == ONE]
        if not unit or any(backward(s) for s in steps.values()):
            return False
        for name in own:
            if name != unit[-1]:
                lo, hi = self.ends[unit[-1]]
                self.needs.at_least_zero(steps[name] - (hi - lo))
        return side.made or self._within(side)

    def _within(self, side: Side) -> bool:
        """Whether every element read or written is in the buffer: loops check that while they run."""
        steps = [coefficient(side.index, n)[0] for n in side.names]
        if any(backward(s) for s in steps):
            return False
        for step in steps:
            self.needs.at_least_zero(step)
        corners = [{n: self.ends[n][0] for n in side.names}, {n: self.ends[n][1] - 1 for n in side.names}]
        self.needs.at_least_zero(side.index.substitute(corners[0]))
        self.needs.at_least_zero(side.buffer.size - 1 - side.index.substitute(corners[1]))
        return True

    def _emit(self, roles: Roles, sides: tuple[Side, Side, Side], terms: Terms, accumulate: bool) -> bool:
        names = (roles.rows, roles.columns, roles.terms, *roles.others)
        ends = {n: self.ends[n] for n in names}
        if not self._known(names):
            return False
        before, scale = scaled(self.state, terms.scales, terms.negative, sides[2].buffer.dtype)
        stmt = plain_product(self.state, roles, sides, ends, (accumulate, scale))
        (self.sides.edits.last if sides[2].buffer in self._outputs() else self.sides.edits.first).extend(
            (*before, stmt)
        )
        self._count(names, terms)
        return True

    def _outputs(self) -> list[Buffer]:
        return accesses(self.root)[1]
