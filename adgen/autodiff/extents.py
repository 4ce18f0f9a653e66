"""The most rounds that an inner loop makes, known before the loops around it start.

Bounds that are affine in the counters of the loops around are largest where each counter is at one of its own
bounds, the innermost first.
"""

from __future__ import annotations

from dataclasses import field

from adgen.autodiff.homes import Homes, Path
from adgen.autodiff.packing import Polynomial
from adgen.autodiff.positions import at_least_zero
from adgen.ir.builder import Builder
from adgen.ir.core import For, Value
from adgen.ir.dims import Dim
from adgen.primitives.sizes import dim_of
from adgen.records import dataclass


class _Unknown(Exception):
    """An integer is not affine in counters."""


@dataclass(slots=True)
class _Counters:
    """Counters as variables, with the first and the last value that each has."""

    homes: Homes
    path: Path
    names: dict[Value, Dim] = field(default_factory=dict)
    ends: list[tuple[str, Dim, Dim]] = field(default_factory=list)
    roots: list[Value] = field(default_factory=list)

    def enter(self, node: For) -> None:
        """Go into a loop."""
        lo, hi, step = self.of(node.lo), self.of(node.hi), self.of(node.step).value
        if not step:
            raise _Unknown
        name = f"#{len(self.ends)}"
        self.ends.append((name, lo, hi - 1) if step > 0 else (name, hi + 1, lo))
        self.names[node.counter] = Dim.symbol(name)

    def of(self, value: Value) -> Dim:
        """An integer as a polynomial of counters, sizes and integers of the function's own block."""
        if value in self.names:
            return self.names[value]
        op = self.homes.defs.op(value)
        match None if op is None else op.prim.name:
            case "const":
                assert op is not None
                return Dim.const(int(op.attr("value")))
            case "dim":
                assert op is not None
                size: Dim = op.attr("dim")
                if any(self.homes.is_local(s, self.path) for s in size.symbols()):
                    raise _Unknown
                return size
            case "neg" | "add" | "sub" | "mul" as name:
                assert op is not None
                parts = [self.of(v) for v in op.operands]
                return -parts[0] if name == "neg" else _combined(name, *parts)
        if not self.homes.at_root(value):
            raise _Unknown
        self.names[value] = Dim.symbol(f"@{len(self.roots)}")
        self.roots.append(value)
        return self.names[value]

    def largest(self, found: Dim) -> Dim:
        """What a polynomial is at most."""
        for name, low, high in reversed(self.ends):
            around = [(m, c) for m, c in found.terms if name in m]
            if any(m != (name,) for m, _ in around):
                raise _Unknown
            for _, factor in around:
                found = found.substitute({name: high if factor > 0 else low})
        return found


def most_rounds(homes: Homes, node: For, b: Builder) -> Dim | None:
    """The most rounds of a loop, computed by ``b`` where no counter is known; None where that cannot be."""
    path = homes.path[node.counter][:-1]
    counters = _Counters(homes, path)
    try:
        for around, _ in path:
            if isinstance(around, For):
                counters.enter(around)
        stride = counters.of(node.step).value
        if stride not in (1, -1):
            return None
        most = counters.largest((counters.of(node.hi) - counters.of(node.lo)) * stride)
    except _Unknown:
        return None
    return dim_of(b, at_least_zero(b, Polynomial(most).value(b, counters.roots)), "steps")


def _combined(name: str, left: Dim, right: Dim) -> Dim:
    return left + right if name == "add" else left - right if name == "sub" else left * right
