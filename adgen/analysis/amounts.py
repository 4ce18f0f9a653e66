"""Sizes and numbers of rounds of a program, as polynomials of what its arguments say, and as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.ir.builder import dims_in_attrs
from adgen.ir.core import Definitions, For, Func, Op, Region, Value, uses_of, walk
from adgen.ir.dims import OPEN, Dim, solve
from adgen.ir.interpret import coerce, evaluate, interpret
from adgen.ir.types import BOOL, I64, Type

_SIGNS = {"add": 1, "sub": -1}
_ARITHMETIC = frozenset({"add", "sub", "mul", "neg", "maximum", "minimum"})
_CALLS = {"maximum": "max", "minimum": "min"}


class Sizes:
    """Sizes as polynomials of what the arguments say, as text and as numbers."""

    def __init__(self, func: Func, args: Sequence[Any] | None) -> None:
        self._defs = Definitions.of(func.body)
        self._params = set(func.params)
        self._bound = {
            node.attr("sym"): node.operands[0]
            for node in walk(func.body)
            if isinstance(node, Op) and node.prim.name == "bind_dim"
        }
        self._found: dict[Value, Dim] = {}
        self._values: dict[Value, Any] = {}
        self._sizes: dict[str, int] | None = None
        if args is not None:
            self._enter(func, args)

    def _enter(self, func: Func, args: Sequence[Any]) -> None:
        pairs: list[tuple[Dim, int]] = []
        for param, arg in zip(func.params, args, strict=True):
            if isinstance(param.any_type, Type):
                self._values[param] = coerce(arg, param.type)
                pairs += zip(param.type.dims, np.shape(arg), strict=True)
        self._sizes = solve(pairs)

    def rounds(self, node: For) -> tuple[str, int | None]:
        """How many rounds a loop makes, as text and as a number where that is known."""
        bounds = (node.lo, node.hi, node.step)
        found = [self._value(v) for v in bounds] if self._sizes is not None else [None]
        number = None if None in found else len(range(*(int(v or 0) for v in found)))
        first, last, stride = (self._polynomial(v) for v in bounds)
        if stride.value in (1, -1):
            return str((last - first) * (stride.value or 1)), number
        return f"len(range({first}, {last}, {stride}))", number

    # -- text -------------------------------------------------------------------------------------------
    def text(self, dim: Dim) -> str:
        """A dim in terms of sizes and integers of the arguments."""
        return str(self._resolved(dim))

    def type(self, type_: Type) -> str:
        """A type with its dims resolved."""
        if not type_.rank:
            return str(type_)
        return f"{type_.dtype.value}[{', '.join(self.text(d) for d in type_.dims)}]"

    def _resolved(self, dim: Dim) -> Dim:
        inner = {s: self._polynomial(self._bound[s]) for s in dim.symbols() if s in self._bound}
        return dim.substitute(inner)

    def _polynomial(self, value: Value) -> Dim:
        if value not in self._found:
            self._found[value] = self._made(value)
        return self._found[value]

    def _made(self, value: Value) -> Dim:
        op = self._defs.op(value)
        if op is None:
            return Dim.symbol(value.hint or "rounds")
        match op.prim.name:
            case "const":
                return Dim.const(int(op.attr("value")))
            case "dim":
                return self._resolved(op.attr("dim"))
            case "cast":
                return self._polynomial(op.operands[0])
            case "neg":
                return -self._polynomial(op.operands[0])
            case "add" | "sub" | "mul" | "maximum" | "minimum" | "floor_divide" as name:
                left, right = (self._polynomial(v) for v in op.operands)
                return _combined(name, left, right)
        return Dim.symbol(value.hint or "rounds")

    # -- numbers ----------------------------------------------------------------------------------------
    def number(self, dim: Dim) -> int | None:
        """The number that a dim is at the arguments, where they are given and tell."""
        if self._sizes is None:
            return None
        for name in dim.symbols():
            if name not in self._sizes and not self._bind(name):
                return None
        return dim.evaluate(self._sizes)

    def _bind(self, name: str) -> bool:
        assert self._sizes is not None
        found = self._value(self._bound[name]) if name in self._bound and name != str(OPEN) else None
        if found is None:
            return False
        self._sizes[name] = int(found)
        return True

    def _value(self, value: Value) -> Any:
        """An integer of the program, or None where it is not known before the program runs."""
        if value not in self._values:
            self._values[value] = self._computed(value)
        return self._values[value]

    def _computed(self, value: Value) -> Any:
        op = self._defs.op(value)
        if op is None:
            return self._run(value) if value.any_type == I64 else None
        if len(op.results) != 1 or op.prim.pinned or op.prim.name == "call":
            return None
        operands = [self._value(v) for v in op.operands]
        if any(v is None for v in operands) and op.prim.name in _ARITHMETIC and op.result.any_type == I64:
            return self._reduced(op.result).value
        for dim in dims_in_attrs(op.attrs):
            self.number(dim)
        if any(v is None for v in operands):
            return None
        try:
            return evaluate(op, operands, self._sizes or {})[0]
        except KeyError:  # a size that only the run of the program shows
            return None

    def _run(self, value: Value) -> Any:
        """An integer that a loop or branch over integers gives."""
        node = self._defs.table.get(value)
        if node is None or any(v.any_type not in (I64, BOOL) for v in node.results):
            return None
        taken = list(dict.fromkeys(uses_of(node)))
        known = [self._value(v) if isinstance(v.any_type, Type) and not v.type.rank else None for v in taken]
        if any(v is None for v in known):
            return None
        return interpret(Func("sizes", Region(tuple(taken), (node,), (value,))), known)[0]

    def _reduced(self, value: Value) -> Dim:
        """An integer as a polynomial of what is not known, such as counters: these may cancel."""
        known = self._values.get(value)
        if known is not None:
            return Dim.const(int(known))
        op = self._defs.op(value)
        if op is None or op.prim.name not in _ARITHMETIC:
            known = None if op is None else self._value(value)
            return Dim.symbol(f"@{id(value)}") if known is None else Dim.const(int(known))
        parts = [self._reduced(v) for v in op.operands]
        return -parts[0] if len(parts) == 1 else _combined(op.prim.name, *parts)


def _combined(name: str, left: Dim, right: Dim) -> Dim:
    if name in _SIGNS:
        return left + right * _SIGNS[name]
    if name == "mul":
        return left * right
    if name == "floor_divide" and right.value == 1:
        return left
    if name == "floor_divide":
        return Dim.symbol(f"(({left})//({right}))")
    gap = (left - right).value
    if gap is not None:
        return left if (gap > 0) == (name == "maximum") else right
    return Dim.symbol(f"{_CALLS[name]}({left}, {right})")
