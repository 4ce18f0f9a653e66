"""Shorter recurrences: the body of a reversed loop over scalars, with what does not wait for it done before.

The cotangents that a loop carries are all that a round of its reverse has to wait for; each goes through a
chain of products with derivatives that are known before. With `late` a carried cotangent and the rest known::

    a = late + seed                c = p * q - p
    b = a * p                      late = late * c + seed * c
    late = b * q - b

Products with known factors become one, sums of multiples of the same late value have it once, and what is
left is a fused multiply-add wherever that takes fewer cycles than a product and a sum. What is added up
outside of the recurrence is computed as it was. Where cotangents are carried in arrays, constant divisors
become factors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import field, replace
from math import isfinite

from adgen.ir.builder import Builder
from adgen.ir.core import Node, Op, Value, uses_of
from adgen.ir.types import Type
from adgen.primitives.elementwise import add, div, fma, mul, neg, sub
from adgen.primitives.literals import known_number, literal
from adgen.records import dataclass

#: Cycles from operand to result; anything else is taken for a function of several operations.
_CYCLES = {"add": 3, "sub": 3, "mul": 3, "neg": 1, "where": 1, "cast": 0, "fma": 4, "div": 13}
_FUNCTION = 20


@dataclass(frozen=True, slots=True)
class _Form:
    """A late value as a product of one before it and a factor that is known sooner (none: 1)."""

    atom: Value
    factor: Value | None = None


@dataclass(frozen=True, slots=True)
class _Shifted:
    """A late value as another one plus a number that is known sooner; the signs of both."""

    base: Value
    known: Value
    flipped: bool = False
    lowered: bool = False


def shortened(
    b: Builder, nodes: Sequence[Node], bars: Sequence[Value], yields: Sequence[Value]
) -> tuple[Node, ...]:
    """The nodes of a reversed body that carries `bars`; the first of `yields` are their next values."""
    pairs = zip(bars, yields, strict=False)
    carried = [(bar, end) for bar, end in pairs if bar is not end]
    late = _late(nodes, [bar for bar, _ in carried])
    if not all(is_scalar(bar) for bar, _ in carried):
        return tuple(part for node in nodes for part in _factor(b, node, late))
    ends = [end for _, end in carried if end in late]
    uses = Counter([*(v for node in nodes for v in uses_of(node)), *yields])
    shorter = _Shorter(b, late, _critical(nodes, late, ends), set(ends), uses)
    return tuple(part for node in nodes for part in shorter.node(node))


def is_scalar(value: Value) -> bool:
    """Whether a value is one real number."""
    type_ = value.any_type
    return isinstance(type_, Type) and not type_.rank and type_.is_float and not type_.is_complex


def _late(nodes: Sequence[Node], bars: Sequence[Value]) -> set[Value]:
    """The values that depend on the carried cotangents."""
    late = set(bars)
    for node in nodes:
        if any(v in late for v in uses_of(node)):
            late.update(node.results)
    return late


def _critical(nodes: Sequence[Node], late: set[Value], ends: Sequence[Value]) -> set[Value]:
    """The late values that the next round waits for."""
    critical = set(ends)
    for node in reversed(nodes):
        if any(v in critical for v in node.results):
            critical.update(v for v in uses_of(node) if v in late)
    return critical


def _factor(b: Builder, node: Node, late: set[Value]) -> list[Node]:
    """A node, with a factor for a divisor: cotangents may go from round to round in cells, too."""
    if not isinstance(node, Op) or node.prim is not div or not is_scalar(node.result):
        return [node]
    value, divisor = node.operands
    number = None if divisor in late else known_number(b, divisor)
    if value not in late or not number or not isfinite(number) or not isfinite(1.0 / number):
        return [node]
    with b.block() as made, b.at(node.span):
        factor = literal(b, divisor, 1.0 / number)
    return [*made, replace(node, prim=mul, operands=(value, factor))]


@dataclass(slots=True)
class _Shorter:
    b: Builder
    late: set[Value]
    critical: set[Value]
    ends: set[Value]
    uses: Counter[Value]
    forms: dict[Value, _Form] = field(default_factory=dict)
    shifts: dict[Value, _Shifted] = field(default_factory=dict)
    ready: dict[Value, int] = field(default_factory=dict)

    def node(self, node: Node) -> list[Node]:
        """The node, or what stands for it; what is made for later and not used there is dead."""
        nodes = self._shorter(node) if isinstance(node, Op) and self._is_critical(node) else [node]
        for made in nodes:
            self._time(made)
        return nodes

    def _is_critical(self, op: Op) -> bool:
        values = (*op.operands, *op.results)
        return len(op.results) == 1 and op.result in self.critical and all(map(is_scalar, values))

    def _time(self, node: Node) -> None:
        """When the results of a node are there, in cycles from the beginning of a round."""
        inputs = [self.ready.get(v, 0) for v in uses_of(node) if v in self.late]
        if inputs and any(v in self.late for v in node.results):
            cycles = _CYCLES.get(node.prim.name, _FUNCTION) if isinstance(node, Op) else _FUNCTION
            self.ready.update(dict.fromkeys(node.results, max(inputs) + cycles))

    def _shorter(self, op: Op) -> list[Node]:
        with self.b.block() as made, self.b.at(op.span):
            found = self._product(op)
            if found is None:
                found = self._sum(op)
        last = made[-1] if made else None
        if isinstance(last, Op) and last.results == (found,) and last.result.any_type == op.result.any_type:
            return [*made[:-1], replace(last, results=op.results)]
        return [*made, op]

    # -- products ---------------------------------------------------------------------------------------
    def _product(self, op: Op) -> Value | None:
        """A multiple of a late value."""
        form = self._form(op)
        if form is None or form.factor is None:
            return None
        self.forms[op.result] = form
        if op.result in self.ends and form.atom in self.shifts:
            return self._shifted(form.atom, form.factor)
        return mul(self.b, form.atom, form.factor) if self._pays(op) else None

    def _pays(self, op: Op) -> bool:
        """Whether the new product stands for others, which nothing else uses; a sum always does."""
        return op.prim in (add, sub, div) or all(
            self.uses[v] == 1 or v not in self.forms for v in op.operands
        )

    def _shifted(self, atom: Value, factor: Value) -> Value:
        """A multiple of a sum of a late and a known number."""
        shift = self.shifts[atom]
        form = self._of(shift.base)
        known = mul(self.b, shift.known, factor)
        whole = factor if form.factor is None else mul(self.b, form.factor, factor)
        whole = neg(self.b, whole) if shift.flipped else whole
        return fma(self.b, form.atom, whole, neg(self.b, known) if shift.lowered else known)

    def _of(self, value: Value) -> _Form:
        return self.forms.get(value) or _Form(value)

    def _form(self, op: Op) -> _Form | None:
        if op.prim is mul:
            return self._multiple(op)
        if op.prim is neg:
            form = self._of(op.operands[0])
            return None if form.factor is None else _Form(form.atom, neg(self.b, form.factor))
        if op.prim is div and op.operands[1] not in self.late:
            form = self._of(op.operands[0])
            return _Form(form.atom, self._over(form.factor, op.operands[1]))
        if op.prim in (add, sub) and all(v in self.late for v in op.operands):
            return self._multiples(op)
        return None

    def _multiple(self, op: Op) -> _Form | None:
        first, second = op.operands
        if first in self.late and second in self.late:
            return None
        value, known = (first, second) if first in self.late else (second, first)
        form = self._of(value)
        return _Form(form.atom, known if form.factor is None else mul(self.b, form.factor, known))

    def _over(self, factor: Value | None, known: Value) -> Value:
        number = known_number(self.b, known)
        if factor is None and number:
            return literal(self.b, known, 1.0 / number)
        return div(self.b, literal(self.b, known, 1.0) if factor is None else factor, known)

    def _multiples(self, op: Op) -> _Form | None:
        """A sum of two multiples of the same late value."""
        first, second = (self._of(v) for v in op.operands)
        if first.atom is not second.atom or (first.factor is None and second.factor is None):
            return None
        one = literal(self.b, op.result, 1.0)
        combine = add if op.prim is add else sub
        return _Form(first.atom, combine(self.b, first.factor or one, second.factor or one))

    # -- sums -------------------------------------------------------------------------------------------
    def _sum(self, op: Op) -> Value | None:
        """A sum of which one part is a product that comes late: one operation, where that is sooner."""
        if op.prim not in (add, sub):
            return None
        first, second = op.operands
        if (first in self.late) != (second in self.late):
            base, known = (first, second) if first in self.late else (second, first)
            minus = op.prim is sub
            self.shifts[op.result] = _Shifted(base, known, minus and base is second, minus and base is first)
        now = max(self._ready(v) for v in op.operands) + _CYCLES["add"]
        choices = [(self._fused(v, o), v is second) for v, o in ((first, second), (second, first))]
        then, is_second = min(choices)
        if then >= now:
            return None
        form, other = self.forms[second if is_second else first], first if is_second else second
        assert form.factor is not None
        if op.prim is add:
            return fma(self.b, form.atom, form.factor, other)
        if is_second:
            return fma(self.b, form.atom, neg(self.b, form.factor), other)
        return fma(self.b, form.atom, form.factor, neg(self.b, other))

    def _ready(self, value: Value) -> int:
        return self.ready.get(value, 0) if value in self.late else -_FUNCTION

    def _fused(self, product: Value, other: Value) -> int:
        """When the sum of a product and another number is there, computed at once."""
        form = self.forms.get(product)
        if form is None:
            return 1_000_000
        return max(self._ready(form.atom), self._ready(other)) + _CYCLES["fma"]
