"""Integers that ``for`` loops count up, as polynomials of the loops' counters.

A position in packed storage is usual ::

    pos = start
    for r in range(n):
        for c in range(r):
            ... a[pos] ...
            pos += 1

Inside, ``pos`` is ``start + (r*r - r)//2 + c``. So reversed loops need no tape for it, nor for what follows
from it, and rounds do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping

from adgen.analysis.switches import enabled
from adgen.ir.builder import Builder
from adgen.ir.core import For, Func, Node, Op, Region, Value, regions_of, walk
from adgen.ir.types import I64
from adgen.primitives.elementwise import add, mul, sub
from adgen.primitives.extrema import maximum
from adgen.primitives.rounding import floor_divide
from adgen.primitives.sizes import constant
from adgen.records import dataclass
from adgen.transform.fold import HOOK
from adgen.transform.rebuild import Rebuild, rebuilt


def with_closed_counters(func: Func) -> Func:
    """The program in which counted integers do not depend on earlier rounds; itself where there are none."""
    if not enabled("counters"):
        return func
    growths = _Growths(func)
    found = {n: f for n in walk(func.body) if isinstance(n, For) if (f := growths.of_loop(n))}
    natural = {n for n in found if growths.natural(n.hi)}
    return rebuilt(func, _Closing(found, natural)) if found else func


@dataclass(frozen=True, slots=True)
class _Part:
    """What a round adds: `step`, as often as `times` says if it is given; True is the counter itself."""

    step: Value | int
    times: Value | int | bool | None = None


class _Growths:
    """By how much carried integers grow in each round."""

    def __init__(self, func: Func) -> None:
        self.made: dict[Value, Node] = {}
        self.counters: set[Value] = set()
        for node in walk(func.body):
            self.made |= dict.fromkeys(node.results, node)
            if isinstance(node, For) and self._plain(node):
                self.counters.add(node.counter)

    def of_loop(self, node: For) -> dict[int, list[_Part]]:
        """The growth of each carried integer of a loop that grows."""
        if not self._plain(node):
            return {}
        inside = _defined(node.body)
        found = {}
        for k, param in enumerate(node.carried):
            parts = self._growth(node, k, inside) if param.any_type == I64 else None
            if parts:
                found[k] = parts
        return found

    def _plain(self, node: For) -> bool:
        return self._constant(node.lo) == 0 and self._constant(node.step) == 1

    def _constant(self, value: Value) -> object:
        op = self.made.get(value)
        return op.attr("value") if isinstance(op, Op) and op.prim.name == "const" else None

    def natural(self, value: Value) -> bool:
        """Whether an integer is never negative."""
        op, number = self.made.get(value), self._constant(value)
        if isinstance(number, int):
            return number >= 0
        return value in self.counters or (isinstance(op, Op) and op.prim.name == "dim")

    def _growth(self, node: For, k: int, inside: set[Value]) -> list[_Part] | None:
        return self._since(node.body.yields[k], node, node.carried[k], inside)

    def _since(self, value: Value, loop: For, param: Value, inside: set[Value]) -> list[_Part] | None:
        """What was added to a parameter of a loop to make a value; None where that is not known."""
        if value is param:
            return []
        made = self.made.get(value)
        if value not in inside or value.any_type != I64:
            return None
        if isinstance(made, Op) and made.prim.name == "add":
            for old, added in (made.operands, made.operands[::-1]):
                step = self._fixed(added, inside)
                before = self._since(old, loop, param, inside) if step is not None else None
                if step is not None and before is not None:
                    return [*before, _Part(step)]
        if isinstance(made, For) and self._plain(made):
            return self._through(made, made.results.index(value), loop, param, inside)
        return None

    def _through(self, inner: For, k: int, loop: For, param: Value, inside: set[Value]) -> list[_Part] | None:
        before = self._since(inner.inits[k], loop, param, inside)
        parts = self._growth(inner, k, _defined(inner.body))
        if before is None or not parts or any(p.times is not None or p.step in inside for p in parts):
            return None
        if inner.hi is loop.counter:
            return [*before, *(_Part(p.step, True) for p in parts)]
        times = self._fixed(inner.hi, inside)
        if times is None or not self.natural(inner.hi):
            return None
        return [*before, *(_Part(p.step, times) for p in parts)]

    def _fixed(self, value: Value, inside: set[Value]) -> Value | int | None:
        """An integer that is known before a loop: a number, or a value from outside."""
        number = self._constant(value)
        if isinstance(number, int):
            return number
        return None if value in inside else value


def _defined(region: Region) -> set[Value]:
    """Every value that a region makes."""
    found = set(region.params)
    for node in region.nodes:
        found |= set(node.results)
        for inner in regions_of(node):
            found |= _defined(inner)
    return found


class _Closing(Rebuild):
    """Puts polynomials in the place of counted integers."""

    def __init__(self, loops: Mapping[For, dict[int, list[_Part]]], natural: set[For]) -> None:
        super().__init__(Builder(HOOK))
        self.loops = loops
        self.natural = natural

    def for_(self, node: For) -> None:
        """A loop; its counted integers are computed in each round."""
        found = self.loops.get(node)
        if not found:
            super().for_(node)
            return
        inits = self.values(node.inits)
        lo, hi, step = self.values((node.lo, node.hi, node.step))
        params = tuple(self.fresh(p) for p in node.body.params)
        with self.b.block() as nodes:
            for k, parts in found.items():
                self.env[node.carried[k]] = self._after(inits[k], parts, params[0], node.carried[k].hint)
            self.nodes(node.body.nodes)
        yields = list(self.values(node.body.yields))
        for k in found:
            yields[k] = params[k + 1]
        results = tuple(self.fresh(v) for v in node.results)
        body = Region(params, tuple(nodes), tuple(yields))
        self.b.append(For(lo, hi, step, inits, body, results, node.attrs, node.span))
        for k, parts in found.items():
            rounds = hi if node in self.natural else maximum(self.b, constant(self.b, 0), hi)
            self.env[node.results[k]] = self._after(inits[k], parts, rounds, node.results[k].hint)

    def _after(self, init: Value, parts: list[_Part], rounds: Value, hint: str | None) -> Value:
        """The integer after some rounds."""
        b, total = self.b, init
        for part in parts:
            count = rounds
            if part.times is True:
                squares = sub(b, mul(b, rounds, rounds), rounds)
                count = floor_divide(b, squares, constant(b, 2))
            elif part.times is not None:
                count = mul(b, rounds, self._number(part.times))
            grown = mul(b, self._number(part.step), count)
            (total,) = b.emit(add, (total, grown), hint=hint)
        return total

    def _number(self, value: Value | int) -> Value:
        return self.value(value) if isinstance(value, Value) else constant(self.b, value)
