"""Text of sizes and of integers that are sums of products."""

from __future__ import annotations

from collections.abc import Callable

from adgen.ir.core import Definitions, Op, Value
from adgen.ir.dims import Dim, as_dim
from adgen.ir.types import I64
from adgen.primitives.define import Prec, Text


def polynomial_text(dim: Dim, spell: Callable[[str], str]) -> Text:
    """Source of a polynomial: what is added stands before what is subtracted, numbers stand last.

    >>> polynomial_text(Dim.parse("n-i-1"), str).text
    'n - i - 1'
    """
    if not dim.terms:
        return Text("0")
    ordered = sorted(dim.terms, key=lambda term: (not term[0], term[1] < 0, -len(term[0])))
    if ordered[-1][0] == () and ordered[-1][1] > 0 and ordered[0][1] < 0:
        ordered = [ordered[-1], *ordered[:-1]]
    parts: list[str] = []
    for monomial, coefficient in ordered:
        factors = [spell(name) for name in monomial]
        if abs(coefficient) != 1 or not factors:
            factors.insert(0, str(abs(coefficient)))
        product = " * ".join(factors)
        sign = "-" if coefficient < 0 else "+"
        parts.append(f" {sign} {product}" if parts else product if coefficient > 0 else f"-{product}")
    if len(parts) > 1:
        return Text("".join(parts), Prec.ADD)
    lone = parts[0]
    if "*" in lone:
        return Text(lone, Prec.MUL)
    return Text(lone, Prec.UNARY if lone.startswith("-") else Prec.ATOM)


class Integers:
    """Integer values as polynomials; what is not one, or has a name, is a symbol of its own."""

    def __init__(self, defs: Definitions, named: Callable[[Value], bool]) -> None:
        self._defs = defs
        self.named = named
        self.bound: dict[str, Value] = {}
        self._symbols: dict[Value, str] = {}
        self.values: dict[str, Value] = {}

    def polynomial(self, value: Value) -> Dim:
        """The polynomial that a scalar integer is."""
        op = None if self.named(value) else self._defs.op(value)
        if op is not None and value.any_type == I64:
            found = self._of_op(op)
            if found is not None:
                return found
        return Dim.symbol(self._symbol(value))

    def resolved(self, dim: Dim) -> Dim:
        """The same number with names replaced by what they stand for, as far as that is a polynomial."""
        mapping: dict[str, Dim] = {}
        for symbol in dim.symbols():
            value = self.bound.get(symbol) or self.values.get(symbol)
            op = None if value is None else self._defs.op(value)
            scalar = op is not None and len(op.results) == 1 and op.result.any_type == I64
            found = self._of_op(op) if op is not None and scalar else None
            if found is not None:
                mapping[symbol] = self.resolved(found)
        return dim.substitute(mapping) if mapping else dim

    def _symbol(self, value: Value) -> str:
        if value not in self._symbols:
            self._symbols[value] = f"%{len(self._symbols)}"
            self.values[self._symbols[value]] = value
        return self._symbols[value]

    def _of_op(self, op: Op) -> Dim | None:
        match op.prim.name:
            case "const":
                return as_dim(op.attr("value"))
            case "dim":
                found: Dim = op.attr("dim")
                return found
            case "add" | "sub" | "mul":
                left, right = (self.polynomial(v) for v in op.operands)
                return {"add": left + right, "sub": left - right, "mul": left * right}[op.prim.name]
            case "neg":
                return -self.polynomial(op.operands[0])
        return None
