"""Products over several axes at once, as in convolutions: operands are packed into matrices tile by tile.

Of the groups of axes for rows, columns and terms that with the longest axes gives one axis, the others are
taken as a whole, and what is left are loops around the product. What BLAS cannot read or write where it is
goes through a small matrix of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adgen.ir.dims import ONE, ZERO, Dim
from adgen.loops.buffers import Operand, Ref
from adgen.loops.calls import Matrix, Product
from adgen.loops.choices import Needs
from adgen.loops.core import Load, Nest, Stmt, Store, Var, coefficient
from adgen.loops.roles import groups_of
from adgen.loops.sides import Hull, Side, filled, room
from adgen.loops.state import State
from adgen.loops.summing import Axis
from adgen.records import dataclass

Body = Callable[[Mapping[str, Dim]], tuple[Stmt, ...]]

#: Groups that are taken as a whole have at most this many elements.
WIDEST = 4096


@dataclass(frozen=True, slots=True)
class Tiles:
    """The axes of one tile's rows, columns and terms, and those of the loops around it."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    terms: tuple[str, ...]
    outer: tuple[str, ...]


def tiles_of(names: Sequence[str], sides: tuple[Side, Side, Side], ends: Hull, needs: Needs) -> Tiles | None:
    """How axes are dealt with; None where a product without tiles does as well."""
    left, right, out = sides
    groups = groups_of(names, left, right, out)
    if groups is None:
        return None
    several = [k for k in range(3) if len(groups[k]) > 1]
    if len(several) < 2:
        return None
    widest = max(several, key=lambda k: _width(groups[k], ends))
    taken: list[tuple[str, ...]] = []
    for k, unsorted in enumerate(groups[:3]):
        holder = out if k < 2 else left
        ranks = {n: _rank(coefficient(holder.index, n)[0]) for n in unsorted}
        group = sorted(unsorted, key=lambda n: ranks[n], reverse=True)
        if k == widest:
            taken.append((group[-1],))
            continue
        size = ONE
        for name in group:
            size = size * (ends[name][1] - ends[name][0])
        if len(group) > 1:
            needs.at_least_zero(WIDEST - size)
        taken.append(tuple(group))
    inside = {n for part in taken for n in part}
    return Tiles(taken[0], taken[1], taken[2], tuple(n for n in names if n not in inside))


def _width(group: Sequence[str], ends: Hull) -> tuple[int, ...]:
    """Longer groups have more: sizes that are known, else the number of names in those that are not."""
    extents = [ends[n][1] - ends[n][0] for n in group]
    known = 1
    for extent in extents:
        known *= 1 if extent.value is None else extent.value
    return sum(len(e.terms) for e in extents if e.value is None), known


def _rank(step: Dim) -> tuple[int, int]:
    """Larger for what is likely to be a larger step."""
    return max((len(m) for m, _ in step.terms), default=0), len(step.terms)


class TiledProduct:
    """The statements of a tiled product."""

    def __init__(self, state: State, ends: Hull, tiles: Tiles) -> None:
        self.state = state
        self.ends = ends
        self.tiles = tiles
        self.once: list[Stmt] = []
        self.each: list[Stmt] = []
        self.last: list[Stmt] = []
        self.variables = [Var(state.names.fresh("#"), self._extent(n)) for n in tiles.outer]
        self.corner = {n: Dim.symbol(v.name) for n, v in zip(tiles.outer, self.variables, strict=True)}
        self.corner = {n: d + ends[n][0] for n, d in self.corner.items()}

    def statements(
        self, sides: tuple[Side, Side, Side], scale: Operand, needs: Needs
    ) -> tuple[Stmt, ...] | None:
        """Everything in order; None where sizes are not known on entry."""
        tiles, (left, right, out) = self.tiles, sides
        within = bool(out.names & set(tiles.outer))
        a = self._operand(left, tiles.rows, tiles.terms, needs)
        b = self._operand(right, tiles.terms, tiles.columns, needs)
        after: list[Stmt] = []
        c = self._result(out, after, needs)
        if a is None or b is None or c is None:
            return None
        sizes = [self._size(group) for group in (tiles.rows, tiles.columns, tiles.terms)]
        fresh = within and c.buffer is not out.buffer
        self.each.append(Product((sizes[0], sizes[1], sizes[2]), a, b, c, not fresh, scale))
        self.each += after
        nest = (Nest(tuple(self.variables), tuple(self.each)),) if self.variables else tuple(self.each)
        return (*self.once, *nest, *self.last)

    def _extent(self, name: str) -> Dim:
        lo, hi = self.ends[name]
        return hi - lo

    def _size(self, group: Sequence[str]) -> Dim:
        size = ONE
        for name in group:
            size = size * self._extent(name)
        return size

    def _where(self, side: Side, first: Sequence[str], second: Sequence[str], needs: Needs) -> Matrix | None:
        """The matrix where it is in memory, as BLAS can take it."""
        if len(first) != 1 or len(second) != 1:
            return None
        rows, columns = (coefficient(side.index, n)[0] for n in (*first, *second))
        if ONE not in (rows, columns):
            return None
        longer, along = (rows, second[0]) if columns == ONE else (columns, first[0])
        needs.at_least_zero(longer - self._extent(along))
        return Matrix(side.buffer, side.index.substitute(self._corner(side)), rows, columns)

    def _corner(self, side: Side) -> dict[str, Dim]:
        return {n: self.corner.get(n, self.ends[n][0]) for n in side.names}

    def _operand(
        self, side: Side, first: Sequence[str], second: Sequence[str], needs: Needs
    ) -> Matrix | None:
        found = self._where(side, first, second, needs)
        if found is not None:
            return found
        made = self._room(side, first, second)
        if made is None:
            return None
        matrix, index = made
        value = Ref(self.state.names.fresh("%"), side.buffer.dtype)
        self._place(side, self.once).append(
            self._points(
                (*first, *second),
                lambda at: (
                    Load(value, side.buffer, side.index.substitute(at)),
                    Store(matrix.buffer, index.substitute(at), value),
                ),
            )
        )
        return matrix

    def _result(self, side: Side, after: list[Stmt], needs: Needs) -> Matrix | None:
        """The result where it is, or in a matrix that is added to it afterwards."""
        first, second = self.tiles.rows, self.tiles.columns
        found = self._where(side, first, second, needs)
        if found is not None and found.columns == ONE:
            return found
        made = self._room(side, first, second)
        if made is None:
            return None
        matrix, index = made
        within = bool(side.names & set(self.tiles.outer))
        if not within:
            self.once += filled(self.state, matrix.buffer)
        value = Ref(self.state.names.fresh("%"), side.buffer.dtype)
        added = self._points(
            (*first, *second),
            lambda at: (
                Load(value, matrix.buffer, index.substitute(at)),
                Store(side.buffer, side.index.substitute(at), value, "add"),
            ),
        )
        (after if within else self.last).append(added)
        return matrix

    def _place(self, side: Side, once: list[Stmt]) -> list[Stmt]:
        """Where a side is packed: in the loops, if it depends on them."""
        return self.each if side.names & set(self.tiles.outer) else once

    def _room(self, side: Side, first: Sequence[str], second: Sequence[str]) -> tuple[Matrix, Dim] | None:
        axes = [Axis(n, *self.ends[n]) for n in (*first, *second)]
        made = room(self.state, side.buffer.dtype, axes, self.ends)
        if made is None:
            return None
        buffer, index = made
        return Matrix(buffer, ZERO, coefficient(index, first[-1])[0], ONE), index

    def _points(self, names: Sequence[str], body: Body) -> Nest:
        variables = [Var(self.state.names.fresh("#"), self._extent(n)) for n in names]
        at = dict(self.corner)
        for name, var in zip(names, variables, strict=True):
            at[name] = Dim.symbol(var.name) + self.ends[name][0]
        return Nest(tuple(variables), body(at))
