"""Writing LLVM text: lines, labels, values of polynomials, memory with alias information."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import Any

import numpy as np

from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import DType
from adgen.llvm_backend.elementary.text import F32, F64, float_text
from adgen.loops.buffers import Lit, Operand
from adgen.loops.core import coefficient
from adgen.records import dataclass

_TYPES = {DType.f64: "double", DType.f32: "float", DType.f16: "half", DType.bool: "i1"}


def scalar_type(dtype: DType) -> str:
    """The LLVM type of a scalar."""
    return _TYPES.get(dtype) or f"i{dtype.itemsize * 8}"


def memory_type(dtype: DType) -> str:
    """The LLVM type of an element in memory; truth values are bytes."""
    return "i8" if dtype is DType.bool else scalar_type(dtype)


def literal(value: Any, dtype: DType) -> str:
    """A constant."""
    if dtype is DType.f16:
        return float_text(float(np.float16(value)), F64)
    if dtype.is_float:
        return float_text(float(value), F64 if dtype is DType.f64 else F32)
    if dtype is DType.bool:
        return "true" if value else "false"
    bits = dtype.itemsize * 8
    number = int(value)
    return str(number - (1 << bits) if number >= 1 << (bits - 1) else number)


@dataclass(slots=True)
class Scope:
    """Values known in a block and the blocks around it."""

    outer: Scope | None = None
    values: dict[object, str] = field(default_factory=dict)

    def find(self, key: object) -> str | None:
        """The value under a key."""
        scope: Scope | None = self
        while scope is not None:
            if key in scope.values:
                return scope.values[key]
            scope = scope.outer
        return None


def _is_moving(name: str) -> bool:
    """Whether a name is a scalar or a loop variable, not a size."""
    return name.startswith(("%", "#"))


#: Numbers of metadata: loops that stay as they are, and loops that are vectorised and no more.
PLAIN_LOOP, ROLLED_LOOP = 1_000_000, 1_000_001
LOOP_METADATA = (
    f"!{PLAIN_LOOP} = distinct !{{!{PLAIN_LOOP}, !1000002, !1000003}}",
    f"!{ROLLED_LOOP} = distinct !{{!{ROLLED_LOOP}, !1000003}}",
    '!1000002 = !{!"llvm.loop.vectorize.enable", i1 false}',
    '!1000003 = !{!"llvm.loop.unroll.disable"}',
)


def _age(name: str) -> tuple[bool, int]:
    """Loop variables of domains are innermost; otherwise what is defined later."""
    return (name.startswith("#"), int(name[1:]))


class Writer:
    """The body of one function being written."""

    def __init__(self) -> None:
        self.entry: list[str] = []
        self.lines: list[str] = []
        self.label = "start"
        self.scope = Scope()
        self.counts = 0

    # -- lines ------------------------------------------------------------------------------------------
    def fresh(self, prefix: str = "t") -> str:
        """A new name."""
        self.counts += 1
        return f"{prefix}{self.counts}"

    def emit(self, text: str) -> None:
        """An instruction without a result."""
        self.lines.append(f"  {text}")

    def value(self, text: str) -> str:
        """An instruction with a result."""
        name = "%" + self.fresh()
        self.lines.append(f"  {name} = {text}")
        return name

    def alloca(self, type_: str, count: int = 1, align: int = 8) -> str:
        """Storage in the function's frame, made once at its start."""
        name = "%" + self.fresh("a")
        shape = type_ if count == 1 else f"[{count} x {type_}]"
        self.entry.append(f"  {name} = alloca {shape}, align {align}")
        return name

    def start_block(self, label: str) -> None:
        """From here on instructions go to a new block."""
        self.lines.append(f"{label}:")
        self.label = label

    def branch(self, label: str) -> None:
        """Jump."""
        self.emit(f"br label %{label}")

    def branch_if(self, cond: str, yes: str, no: str) -> None:
        """Jump to one of two blocks."""
        self.emit(f"br i1 {cond}, label %{yes}, label %{no}")

    @contextmanager
    def scoped(self) -> Iterator[None]:
        """What is computed inside is not known outside."""
        self.scope = Scope(self.scope)
        try:
            yield
        finally:
            assert self.scope.outer is not None
            self.scope = self.scope.outer

    # -- values -----------------------------------------------------------------------------------------
    def define(self, name: str, value: str) -> None:
        """A name of the loop program (scalar, loop variable, size) stands for a value."""
        self.scope.values[name] = value

    def operand(self, operand: Operand) -> str:
        """A scalar of the loop program."""
        if isinstance(operand, Lit):
            return literal(operand.value, operand.dtype)
        found = self.scope.find(operand.name)
        assert found is not None, operand
        return found

    def dim(self, dim: Dim) -> str:
        """The i64 value of a polynomial."""
        if dim.value is not None:
            return str(dim.value)
        found = self.scope.find(dim)
        if found is not None:
            return found
        moving = [name for name in dim.symbols() if _is_moving(name)]
        total = self._by_name(dim, max(moving, key=_age)) if moving else self._sum(dim)
        self.scope.values[dim] = total
        return total

    def _by_name(self, dim: Dim, name: str) -> str:
        """coefficient * name + rest, so that what does not move with the innermost name can be hoisted."""
        try:
            factor, rest = coefficient(dim, name)
        except ValueError:
            return self._sum(dim)
        product = self._symbol(name)
        if factor.value != 1:
            product = self.value(f"mul nsw i64 {product}, {self.dim(factor)}")
        return product if rest == ZERO else self.value(f"add nsw i64 {self.dim(rest)}, {product}")

    def _sum(self, dim: Dim) -> str:
        total = ""
        for monomial, factor in dim.terms:
            part = self._monomial(monomial, factor)
            total = part if not total else self.value(f"add nsw i64 {total}, {part}")
        return total

    def _monomial(self, monomial: tuple[str, ...], factor: int) -> str:
        if not monomial:
            return str(factor)
        key = (monomial, factor)
        found = self.scope.find(key)
        if found is not None:
            return found
        product = self._symbol(monomial[0])
        for name in monomial[1:]:
            product = self.value(f"mul nsw i64 {product}, {self._symbol(name)}")
        if factor != 1:
            product = self.value(f"mul nsw i64 {product}, {factor}")
        self.scope.values[key] = product
        return product

    def _symbol(self, name: str) -> str:
        found = self.scope.find(name)
        assert found is not None, name
        return found

    # -- loops ------------------------------------------------------------------------------------------
    @contextmanager
    def loop(self, low: str, high: str, step: str = "1", note: int = 0) -> Iterator[str]:
        """`for (i = low; i < high; i += step)` for a positive step; gives the counter.

        `note` is the number of what is said of the loop.
        """
        body, done = self.fresh("body"), self.fresh("done")
        some = self.value(f"icmp slt i64 {low}, {high}")
        self.branch_if(some, body, done)
        before = self.label
        self.start_block(body)
        counter = "%" + self.fresh("i")
        at = len(self.lines)
        self.lines.append("")
        with self.scoped():
            yield counter
        flags = "nuw nsw" if low.isdecimal() else "nsw"  # counters from below 0 do wrap as unsigned numbers
        following = self.value(f"add {flags} i64 {counter}, {step}")
        more = self.value(f"icmp slt i64 {following}, {high}")
        self.lines[at] = f"  {counter} = phi i64 [ {low}, %{before} ], [ {following}, %{self.label} ]"
        said = f", !llvm.loop !{note}" if note else ""
        self.emit(f"br i1 {more}, label %{body}, label %{done}{said}")
        self.start_block(done)
