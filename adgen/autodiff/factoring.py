"""Sums of products in the body of a reversed loop over scalars, with common factors taken out.

Rules of differentiation multiply every contribution by itself, so cotangents of sums of products come as many
products with the same factors::

    a = g * w * x + h * w * y          s = g * x + h * y
    b = g * x * m + h * y * m          a, b = w * s, s * m

A round of a loop over many numbers is bound by how many operations it has. The body stays as it is where that
gives no fewer of them, and where the next round waits for one of its numbers
(:mod:`adgen.autodiff.shorten`); sums that run through the loop stay additions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from adgen.autodiff.fusing import fused, running
from adgen.autodiff.shorten import is_scalar, shortened
from adgen.ir.builder import Builder
from adgen.ir.core import Node, Op, Region, Value, uses_of
from adgen.primitives.define import Primitive
from adgen.primitives.elementwise import add, div, mul, neg, sub
from adgen.primitives.literals import literal
from adgen.transform.dce import live_nodes

#: What operations on numbers cost; signs are free in kernels.
_COST = {"add": 1, "sub": 1, "mul": 1, "fma": 1, "div": 5}
#: Longer sums and products are left as they are.
_LONGEST, _MOST = 64, 8

_Factor = tuple[Value, bool]
"""A number, and whether it divides."""
_Product = tuple[bool, tuple[_Factor, ...]]
"""A sign and factors."""
_Key = tuple[str, Value, Value]


@dataclass(frozen=True, slots=True)
class _Term:
    """A signed product; ``whole`` is the value that it is already, if it has not lost a factor."""

    minus: bool
    factors: tuple[_Factor, ...]
    whole: Value | None = None

    def without(self, factor: _Factor) -> _Term:
        """What the factor is multiplied by."""
        at = self.factors.index(factor)
        return _Term(self.minus, self.factors[:at] + self.factors[at + 1 :])


_Part = tuple[bool, Value]
"""A value and whether it is subtracted."""


def shorter_round(
    b: Builder,
    nodes: Sequence[Node],
    bars: Sequence[Value],
    yields: Sequence[Value],
    forward: Region,
    state: Sequence[Value],
) -> tuple[Node, ...]:
    """The nodes of a reversed body that carries ``bars``, as few and as soon as they can be.

    It reverses ``forward``, whose parameters ``state`` differ from round to round.
    """
    if not any(is_scalar(bar) and bar is not end for bar, end in zip(bars, yields, strict=False)):
        nodes = _factored(b, nodes, yields, forward, state)
    return fused(b, shortened(b, nodes, bars, yields), yields)


def _factored(
    b: Builder, nodes: Sequence[Node], yields: Sequence[Value], forward: Region, state: Sequence[Value]
) -> Sequence[Node]:
    """The cheapest of the body as it is and with factors taken out."""
    sums, parts = _sums(nodes, yields)
    if not sums:
        return nodes
    names, varying = _constants((*forward.nodes, *nodes)), _varying((*forward.nodes, *nodes), state)
    ops = [node for node in (*forward.nodes, *nodes) if isinstance(node, Op) and node.prim in (mul, div, neg)]
    ops = [op for op in ops if op.result in varying and is_scalar(op.result)]
    taken = {v for op in forward.nodes if isinstance(op, Op) and op.prim.name != "const" for v in op.results}
    fewer = [op for op in ops if op.prim is not div or op.result not in taken]
    choices = [
        _Factoring(b, _products(known, names), sums, parts, names).rewritten(nodes) for known in (ops, fewer)
    ]
    return min((nodes, *choices), key=lambda body: _cost(b, body, yields, taken))


def _cost(b: Builder, nodes: Sequence[Node], yields: Sequence[Value], taken: set[Value]) -> int:
    """The work of a body on numbers, once products are fused; what it takes of the forward one costs 1."""
    live = live_nodes(tuple(fused(b, nodes, yields)), tuple(yields), {})
    ops = [node for node in live if isinstance(node, Op) and all(map(is_scalar, node.results))]
    known = {v for op in ops for v in op.operands if v in taken and is_scalar(v)}
    return sum(_COST.get(op.prim.name, 0) for op in ops) + len(known)


def _sums(nodes: Sequence[Node], yields: Sequence[Value]) -> tuple[dict[Value, Op], set[Value]]:
    """The sums of numbers that do not run through the loop, and which are parts of others alone."""
    through = running(nodes, yields)
    sums = [n for n in nodes if isinstance(n, Op) and n.prim in (add, sub) and is_scalar(n.result)]
    found = {op.result: op for op in sums if op.result not in through}
    uses = Counter([*(v for node in nodes for v in uses_of(node)), *yields])
    return found, {v for op in found.values() for v in op.operands if v in found and uses[v] == 1}


def _varying(nodes: Sequence[Node], state: Sequence[Value]) -> set[Value]:
    """What changes from round to round."""
    varying = set(state)
    for node in nodes:
        if not isinstance(node, Op) or not node.operands or any(v in varying for v in node.operands):
            varying.update(node.results)
    return varying


def _products(ops: Sequence[Op], names: Mapping[Value, Value]) -> dict[Value, _Product]:
    """The signs and factors of products, quotients and negatives, factors of factors included."""
    found: dict[Value, _Product] = {}
    for op in ops:
        if all(v.any_type == op.result.any_type for v in op.operands):
            parts = [found.get(v) or (False, ((names.get(v, v), False),)) for v in op.operands]
            factors = list(parts[0][1])
            if op.prim is not neg:
                factors += [(v, divides != (op.prim is div)) for v, divides in parts[1][1]]
            if len(factors) <= _MOST:
                minus = sum(part[0] for part in parts) + (op.prim is neg)
                found[op.result] = (minus % 2 == 1, tuple(factors))
    return found


def _constants(nodes: Sequence[Node]) -> dict[Value, Value]:
    """For every constant the first one that is equal."""
    first: dict[object, Value] = {}
    ops = [node for node in nodes if isinstance(node, Op) and node.prim.name == "const"]
    return {op.result: first.setdefault((op.result.any_type, repr(op.attrs)), op.result) for op in ops}


@dataclass(slots=True)
class _Factoring:
    b: Builder
    products: dict[Value, _Product]
    sums: dict[Value, Op]
    parts: set[Value]
    names: dict[Value, Value]
    order: dict[Value, int] = field(default_factory=dict)
    made: dict[_Key, Value] = field(default_factory=dict)
    new: list[_Key] = field(default_factory=list)

    def rewritten(self, nodes: Sequence[Node]) -> list[Node]:
        """The nodes with the sums factored; what only the old ones used is dead."""
        return [part for node in nodes for part in self._node(node)]

    def _node(self, node: Node) -> Sequence[Node]:
        if not isinstance(node, Op) or not self._is_whole(node):
            return (node,)
        terms = self._terms(node.result)
        if not 2 <= len(terms) <= _LONGEST or self._common(terms) is None:
            return (node,)
        self.new.clear()
        with self.b.block() as made, self.b.at(node.span):
            minus, value = self._sum(terms)
            if minus:
                value = neg(self.b, value)
        last = made[-1] if made else None
        if not isinstance(last, Op) or last.results != (value,) or value.any_type != node.result.any_type:
            return (*made, node)
        self.made.update((key, node.result) for key in self.new if self.made[key] is value)
        return (*made[:-1], replace(last, results=node.results))

    def _is_whole(self, op: Op) -> bool:
        return any(self.sums.get(v) is op and v not in self.parts for v in op.results)

    # -- what a sum consists of -------------------------------------------------------------------------
    def _terms(self, whole: Value) -> list[_Term]:
        """The signed products that a value is the sum of, or the first of very many."""
        found: list[_Term] = []
        waiting = [(whole, False)]
        while waiting and len(found) <= _LONGEST:
            value, minus = waiting.pop()
            op = self.sums.get(value)
            if op is None or not (value is whole or value in self.parts):
                found.append(self._term(value, minus))
            else:
                first, second = op.operands
                waiting += [(second, minus != (op.prim is sub)), (first, minus)]
        return found

    def _term(self, value: Value, minus: bool) -> _Term:
        flipped, factors = self._factors(value)
        ordered = sorted(factors, key=lambda factor: (factor[1], self._rank(factor[0])))
        return _Term(minus != flipped, tuple(ordered), None if flipped else value)

    def _factors(self, value: Value) -> tuple[bool, tuple[_Factor, ...]]:
        """The factors of a product, and whether it has a minus sign besides."""
        return self.products.get(value) or (False, ((self.names.get(value, value), False),))

    def _rank(self, value: Value) -> int:
        return self.order.setdefault(value, len(self.order))

    # -- what it becomes --------------------------------------------------------------------------------
    def _common(self, terms: Sequence[_Term]) -> _Factor | None:
        """The factor that most terms have; the first of several."""
        counts = Counter(f for term in terms if len(term.factors) > 1 for f in dict.fromkeys(term.factors))
        found = max(counts, key=lambda f: (counts[f], not f[1], -self._rank(f[0])), default=None)
        return None if found is None or counts[found] < 2 else found

    def _sum(self, terms: Sequence[_Term]) -> _Part:
        """The value of a sum with factors taken out, and whether that is its negative."""
        left, parts = list(terms), []
        while (common := self._common(left)) is not None:
            inside = [t for t in left if common in t.factors and len(t.factors) > 1]
            left = [t for t in left if t not in inside]
            minus, value = self._sum([t.without(common) for t in inside])
            parts.append((minus, self._times(value, common)))
        parts += [(term.minus, self._product(term)) for term in left]
        return self._added(parts)

    def _added(self, parts: list[_Part]) -> _Part:
        flipped, total = parts[0]
        for minus, value in parts[1:]:
            total = self._make(add if minus == flipped else sub, total, value)
        return flipped, total

    def _times(self, value: Value, factor: _Factor) -> Value:
        known, divides = factor
        return self._make(div if divides else mul, value, known)

    def _product(self, term: _Term) -> Value:
        if term.whole is not None:
            return term.whole
        first, divides = term.factors[0]
        total = self._times(literal(self.b, first, 1.0), term.factors[0]) if divides else first
        for factor in term.factors[1:]:
            total = self._times(total, factor)
        return total

    def _make(self, rule: Primitive, first: Value, second: Value) -> Value:
        """The operation, which other sums that need it use too."""
        key = (rule.name, first, second)
        if key not in self.made:
            self.made[key] = rule(self.b, first, second)
            self.new.append(key)
        return self.made[key]
