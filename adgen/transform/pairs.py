"""Complex numbers as pairs of real values, and the arithmetic of such pairs, with NumPy's formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from adgen.ir.builder import Builder
from adgen.ir.core import Op, Value
from adgen.ir.types import DType, Kind
from adgen.primitives.checks import fail_if
from adgen.primitives.elementwise import add, cast, div, eq, ge, logical_and, mul, neg, sub, where
from adgen.primitives.indexing import zeros_of
from adgen.primitives.literals import literal
from adgen.primitives.rounding import absolute

#: real and imaginary part; no imaginary part is one that is zero
Pair = tuple[Value, "Value | None"]
Found = Sequence["Value | Pair"]


class Splitter(Protocol):
    """What rules ask of the stage."""

    b: Builder

    def pair(self, value: Value) -> Pair:
        """The parts of an operand."""

    def both(self, value: Value) -> tuple[Value, Value]:
        """The parts of an operand, zeros where it has no imaginary part."""

    def whole(self, value: Value) -> Value:
        """An operand in one piece."""

    def value(self, value: Value) -> Value:
        """An operand that is not complex."""

    def only_real(self, value: Value) -> bool:
        """Whether nothing but the real part of a complex value is used."""

    def attrs(self, attrs: Any) -> dict[str, Any]:
        """Attributes."""


Rule = Callable[[Splitter, Op], Found]


def rule(table: dict[str, Rule], *names: str) -> Callable[[Rule], Rule]:
    """Enter a rule into a table under several names."""

    def register(found: Rule) -> Rule:
        table.update(dict.fromkeys(names, found))
        return found

    return register


# -- arithmetic of pairs --------------------------------------------------------------------------------
def plus(b: Builder, x: Pair, y: Pair) -> Pair:
    """x + y."""
    im = y[1] if x[1] is None else x[1] if y[1] is None else add(b, x[1], y[1])
    return add(b, x[0], y[0]), im


def minus(b: Builder, x: Pair, y: Pair) -> Pair:
    """x - y."""
    im = x[1] if y[1] is None else neg(b, y[1]) if x[1] is None else sub(b, x[1], y[1])
    return sub(b, x[0], y[0]), im


def times(b: Builder, x: Pair, y: Pair) -> Pair:
    """x y."""
    (a, p), (c, q) = x, y
    if p is None or q is None:
        im = None if p is None and q is None else mul(b, p, c) if q is None else mul(b, a, q)  # type: ignore[arg-type]
        return mul(b, a, c), im
    return sub(b, mul(b, a, c), mul(b, p, q)), add(b, mul(b, a, q), mul(b, p, c))


def over(b: Builder, x: Pair, y: Pair) -> Pair:
    """x / y by Smith's method, as NumPy and Python."""
    (a, p), (c, q) = x, y
    if q is None:
        return div(b, a, c), None if p is None else div(b, p, c)
    big = ge(b, absolute(b, c), absolute(b, q))
    large, small = where(b, big, c, q), where(b, big, q, c)
    zero = eq(b, large, literal(b, large, 0))
    ratio = where(b, zero, literal(b, large, 0), div(b, small, large))
    scale = div(b, literal(b, large, 1), add(b, large, mul(b, small, ratio)))
    p = zeros_of(b, a.type) if p is None else p
    re = where(b, big, add(b, a, mul(b, p, ratio)), add(b, mul(b, a, ratio), p))
    im = where(b, big, sub(b, p, mul(b, a, ratio)), sub(b, mul(b, p, ratio), a))
    return mul(b, re, scale), mul(b, im, scale)


def full(b: Builder, x: Pair) -> tuple[Value, Value]:
    """Both parts, zeros where there is no imaginary one."""
    return x[0], zeros_of(b, x[0].type) if x[1] is None else x[1]


def is_zero(b: Builder, x: Pair) -> Value:
    """Whether numbers are zero."""
    tests = [eq(b, part, literal(b, part, 0)) for part in x if part is not None]
    return tests[0] if len(tests) == 1 else logical_and(b, *tests)


def refuse_zero(b: Builder, y: Pair, message: str) -> None:
    """Fail where a Python number is zero."""
    refuse(b, is_zero(b, y), message)


def refuse(b: Builder, bad: Value, message: str) -> None:
    """Fail where a condition on a Python number is true."""
    bad = cast(b, bad, dtype=DType.bool, kind=Kind.py)
    b.emit(fail_if, (bad,), {"error": "ZeroDivisionError", "message": message})
