"""Tapes without gaps: one slot for each round that is made, where inner loops run to bounds of outer ones.

In loops such as ``for i in range(n): for j in range(i)`` the slots before those of a round are counted by a
polynomial, the sum of all trip counts before it (Faulhaber's formulas). Values whose first size depends on
counters, such as ``y[:i]``, take as many cells as they have rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from math import gcd

from adgen.analysis.inequalities import follows
from adgen.autodiff.homes import Homes, Path
from adgen.ir.builder import Builder
from adgen.ir.core import For, Value
from adgen.ir.dims import ONE, ZERO, Dim, linear_in
from adgen.primitives.elementwise import add, mul, sub
from adgen.primitives.rounding import floor_divide
from adgen.primitives.sizes import constant, dim_of, size_value
from adgen.records import dataclass

#: twelve times the sum of q**d for q from 0 to p - 1, as coefficients of p, p**2, ...
_SUMS = ((12,), (-6, 6), (2, -6, 4), (0, 3, -6, 3))


@dataclass(frozen=True, slots=True)
class Polynomial:
    """``top`` divided by ``bottom``, which leaves no rest; the k-th loop's counter is called ``@k``."""

    top: Dim
    bottom: int = 1

    def summed(self, name: str, end: Dim) -> Polynomial | None:
        """The sum over a variable from 0 to ``end`` - 1; None where its powers are too high."""
        total = ZERO
        for monomial, coefficient in self.top.terms:
            degree = monomial.count(name)
            if degree >= len(_SUMS):
                return None
            rest = Dim(((tuple(m for m in monomial if m != name), coefficient),))
            power = ONE
            for factor in _SUMS[degree]:
                power = power * end
                total = total + rest * power * factor
        common = gcd(12 * self.bottom, *(c for _, c in total.terms))
        return Polynomial(Dim(tuple((m, c // common) for m, c in total.terms)), 12 * self.bottom // common)

    def value(self, b: Builder, counters: Sequence[Value]) -> Value:
        """The number, for values of the counters."""
        terms = sorted(self.top.terms, key=lambda term: term[1] < 0)
        found = constant(b, 0)
        for monomial, coefficient in terms:
            term = constant(b, abs(coefficient))
            for name in monomial:
                factor = counters[int(name[1:])] if name[0] == "@" else size_value(b, Dim.symbol(name))
                term = mul(b, term, factor)
            found = (add if coefficient > 0 else sub)(b, found, term)
        return floor_divide(b, found, constant(b, self.bottom)) if self.bottom > 1 else found

    def replaced(self, names: Mapping[str, Dim]) -> Polynomial:
        """With variables replaced."""
        return Polynomial(self.top.substitute(names), self.bottom)


@dataclass(frozen=True, slots=True)
class Packing:
    """Where the slots of each round are: ``offsets`` of the loops, to be added up; ``cells`` in all.

    ``rows`` says that a value takes several cells, its first size.
    """

    offsets: tuple[Polynomial, ...]
    cells: Polynomial
    rows: bool

    def position(self, b: Builder, counters: Sequence[Value]) -> Value:
        """The first slot of a round of all loops."""
        found = self.offsets[0].value(b, counters)
        for offset in self.offsets[1:]:
            found = add(b, found, offset.value(b, counters), hint="slot")
        return found

    def size(self, b: Builder) -> Dim:
        """The number of slots."""
        return dim_of(b, self.cells.value(b, ()), "cells")


class _Unknown(Exception):
    """An integer is no polynomial of counters and sizes."""


@dataclass(slots=True)
class Packer:
    """Packs the values of a program; ``trip`` is the number of rounds of a loop whose bounds are known
    outside all loops."""

    homes: Homes
    trip: Callable[[For], Dim | None]

    def packing(self, value: Value, loops: Sequence[For]) -> Packing | None:
        """How the slots for a value are packed, or None where that is not known."""
        try:
            return self._packing(value, loops)
        except _Unknown:
            return None

    def _packing(self, value: Value, loops: Sequence[For]) -> Packing | None:
        run = _Run(self, self.homes.path[value])
        trips = [run.enter(node, f"@{k}") for k, node in enumerate(loops)]
        path, dims = self.homes.path[value], value.type.dims
        local = [any(self.homes.is_local(s, path) for s in d.symbols()) for d in dims]
        if any(local[1:]):
            return None
        rows = bool(local) and local[0]
        cells: Polynomial | None = Polynomial(run.size(dims[0]) if rows else ONE)
        offsets: list[Polynomial] = []
        for k in reversed(range(len(loops))):
            assert cells is not None
            offset = cells.summed(f"@{k}", Dim.symbol(f"@{k}"))
            cells = cells.summed(f"@{k}", trips[k])
            if offset is None or cells is None:
                return None
            offsets.insert(0, offset)
        assert cells is not None
        found = Packing(tuple(o.replaced(run.rounds) for o in offsets), cells, rows)
        unknown = any(s.startswith("@root") for p in (*found.offsets, cells) for s in p.top.symbols())
        return None if unknown else found


@dataclass(slots=True)
class _Run:
    """Counters as polynomials of the numbers of rounds, what is known of these, and these as polynomials of
    counters."""

    packer: Packer
    path: Path
    counters: dict[Value, Dim] = field(default_factory=dict)
    facts: list[Dim] = field(default_factory=list)
    rounds: dict[str, Dim] = field(default_factory=dict)
    names: dict[Value, str] = field(default_factory=dict)
    known: dict[str, Dim] = field(default_factory=dict)

    def enter(self, node: For, name: str) -> Dim:
        """Go into a loop; gives its trip count."""
        lo, step = self.of(node.lo), self.of(node.step).value
        if step not in (1, -1):
            raise _Unknown
        number, trips = Dim.symbol(name), self.packer.trip(node)
        if trips is None:
            trips = self._distance(node, lo, step)
            if not follows(trips, self.facts):
                raise _Unknown
        else:
            with suppress(_Unknown):  # inside the loop, the distance is the number of rounds
                self._learn(self._distance(node, lo, step), trips)
                lo = lo.substitute(self.known)
                self.facts.append(self._distance(node, lo, step) - 1 - number)
        self.facts += [number, trips - 1 - number]
        self.counters[node.counter] = lo + number * step
        self.rounds[name] = (number - lo.substitute(self.rounds)) * step
        return trips

    def _distance(self, node: For, lo: Dim, step: int) -> Dim:
        return (self.of(node.hi) - lo) * step

    def _learn(self, distance: Dim, trips: Dim) -> None:
        """What an integer of the function's own block is, if the distance is so many rounds."""
        for name in distance.symbols():
            if name.startswith("@root") and linear_in(distance, name):
                factor = dict(distance.terms)[(name,)]
                if factor in (1, -1):
                    rest = distance - Dim.symbol(name) * factor
                    self.known[name] = (trips - rest) * factor
                    return

    def _root(self, value: Value) -> Dim:
        """An integer of the function's own block: its sign is not known, so that it is no size."""
        if not self.packer.homes.at_root(value):
            raise _Unknown
        name = self.names.setdefault(value, f"@root{len(self.names)}")
        return self.known.get(name, Dim.symbol(name))

    def of(self, value: Value) -> Dim:
        """An integer as a polynomial."""
        if value in self.counters:
            return self.counters[value]
        op = self.packer.homes.defs.op(value)
        if op is None:
            return self._root(value)
        match op.prim.name:
            case "const":
                return Dim.const(int(op.attr("value")))
            case "dim":
                return self.size(op.attr("dim"))
            case "neg":
                return -self.of(op.operands[0])
            case "add" | "sub" | "mul" as name:
                left, right = (self.of(v) for v in op.operands)
                return left + right if name == "add" else left - right if name == "sub" else left * right
            case "minimum" | "maximum" as name:
                left, right = (self.of(v) for v in op.operands)
                return self._extreme(left, right, name == "minimum")
        return self._root(value)

    def _extreme(self, left: Dim, right: Dim, least: bool) -> Dim:
        for one, other in ((left, right), (right, left)):
            if follows(other - one if least else one - other, self.facts):
                return one
        raise _Unknown

    def size(self, size: Dim) -> Dim:
        """A size, with what loops bind replaced by what it is bound to."""
        inner: dict[str, Dim] = {}
        for name in size.symbols():
            bound = self.packer.homes.binding(name, self.path)
            if bound is not None and bound[1]:
                inner[name] = self.of(bound[0].operands[0])
        return size.substitute(inner)
