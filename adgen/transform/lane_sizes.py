"""What is known of integers in a loop that runs in lanes: counters, indices, and whether these are inside."""

from __future__ import annotations

from dataclasses import field

from adgen.analysis.inequalities import follows
from adgen.ir.core import Definitions, For, Value
from adgen.ir.dims import ZERO, Dim
from adgen.records import dataclass


def _unknowns(dim: Dim) -> list[str]:
    """The counters in a polynomial."""
    return [s for s in dim.symbols() if s.startswith("@")]


@dataclass(slots=True)
class LaneSizes:
    """Integers as polynomials of sizes and counters.

    ``facts`` are never negative in the loops that are being emitted; ``lines`` are integers that grow by a
    constant from lane to lane. The counter of the lanes stays below ``limits``, and none of the ``guards`` is
    negative where anything runs in lanes: rounds, or calls, for which an index might be outside.
    """

    old: Definitions
    wide: set[Value]
    lines: dict[Value, tuple[Value, int]]
    facts: list[Dim] = field(default_factory=list)
    limits: dict[Dim, None] = field(default_factory=dict)
    guards: dict[Dim, None] = field(default_factory=dict)
    _counters: dict[Value, Dim] = field(default_factory=dict)
    _given: list[Dim] = field(default_factory=list)
    _bounds: dict[str, Dim] = field(default_factory=dict)
    _counter: Dim = ZERO
    _rounds: tuple[Dim, Dim] | None = None

    def size(self, value: Value) -> Dim | None:
        """An old integer as a polynomial of sizes and counters."""
        if value in self._counters:
            return self._counters[value]
        op = self.old.op(value)
        match op.prim.name if op is not None else "":
            case "const" if op is not None and isinstance(op.attr("value"), int):
                return Dim.const(op.attr("value"))
            case "dim":
                assert op is not None
                found: Dim = op.attr("dim")
                return found
            case "add" | "sub" | "mul" as name:
                assert op is not None
                left, right = (self.size(v) for v in op.operands)
                if left is None or right is None:
                    return None
                return left + right if name == "add" else left - right if name == "sub" else left * right
            case "wrap" if op is not None and (value in self.lines or value not in self.wide):
                inner = self.size(op.operands[0])
                return inner if inner is not None and self._follows(inner) else None
        return None

    def inside(self, place: Value, dim: Dim) -> bool:
        """Whether an index is one of an axis, in the rounds that run in lanes.

        Rounds, or calls, where it might not be are left out, if these are known before the loop.
        """
        found = self.size(place)
        if found is None or not self._follows(found):
            return False
        if self._follows(dim - 1 - found):
            return True
        rest = found - self._counter
        if not _unknowns(rest):
            self.limits[dim - rest] = None
            self._given.append(dim - 1 - found)
            return True
        most = self._most(found)
        if most is None:
            return False
        self.guards[dim - 1 - most] = None
        self._given.append(dim - 1 - most)
        return True

    def _follows(self, goal: Dim) -> bool:
        """Whether something is never negative."""
        return follows(goal, [*self.facts, *self._given])

    def _most(self, dim: Dim) -> Dim | None:
        """The greatest that a polynomial of counters can be, if it is linear in them."""
        for _ in range(8):
            names = _unknowns(dim)
            if not names:
                return dim
            name = names[-1]
            rest = dim - Dim.symbol(name)
            if name in rest.symbols() or name not in self._bounds:
                return None
            dim = rest + self._bounds[name]
        return None

    def is_inside(self, place: Value, dim: Dim) -> bool:
        """Whether an index is one of an axis, whatever the lanes that count do."""
        found = self.size(place)
        return found is not None and self._follows(found) and self._follows(dim - 1 - found)

    # -- counters --------------------------------------------------------------------------------------
    def counts(self, node: For) -> None:
        """Note what is known of a loop's counter."""
        lo, hi, step = self.size(node.lo), self.size(node.hi), self.size(node.step)
        if lo is None or hi is None or step is None or step.value not in (1, -1):
            return
        counter = self._counters[node.counter] = Dim.symbol(f"@lane{len(self._counters)}")
        up = step.value == 1
        least, most = (lo, hi - 1) if up else (hi + 1, lo)
        self.facts += [counter - least, most - counter]
        self._bounds[counter.symbols()[0]] = most

    def counts_lanes(self, node: For) -> None:
        """Note what is known of the counter of the loop whose rounds are the lanes."""
        self.counts(node)
        self._counter = self._counters.get(node.counter, self._counter)
        lo, hi = self.size(node.lo), self.size(node.hi)
        self._rounds = None if lo is None or hi is None else (lo, hi - 1)

    def counts_between(self, node: For) -> None:
        """Note what is known of the counter of a loop whose bounds differ."""
        lo, hi = self._extreme(node.lo, least=True), self._extreme(node.hi, least=False)
        if lo is not None and hi is not None:
            counter = self._counters[node.counter] = Dim.symbol(f"@lane{len(self._counters)}")
            self.facts += [counter - lo, hi - 1 - counter]
            self._bounds[counter.symbols()[0]] = hi - 1

    def _extreme(self, bound: Value, *, least: bool) -> Dim | None:
        """A bound at the end of the rounds where it is least or greatest."""
        found = self.size(bound)
        mine = set(self._counter.symbols())
        if found is None or mine.isdisjoint(found.symbols()) or self._rounds is None:
            return found
        for by in (1, -1):
            rest = found - self._counter * by
            if mine.isdisjoint(rest.symbols()):
                first, last = self._rounds
                return rest + (first if (by == 1) == least else last) * by
        return None
