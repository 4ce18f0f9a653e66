"""What must hold at run time for a product to stand for a loop, and the choice between the two."""

from __future__ import annotations

from dataclasses import field

from adgen.ir.dims import ONE, ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Lit, Operand, Ref
from adgen.loops.copies import Copy
from adgen.loops.core import Branch, Get, IndexOf, Let, Load, Loop, Reduce, Set, Stmt, Var, coefficient
from adgen.loops.sides import Hull, Side
from adgen.loops.state import State
from adgen.records import dataclass

#: Products of fewer terms stay loops.
LEAST = 8192


@dataclass(slots=True)
class Needs:
    """Numbers of terms, polynomials that may not be negative, sides that must be finite, and scales.

    BLAS does not look at its matrices when they are scaled by zero, so scales must be other numbers.
    """

    work: list[Dim] = field(default_factory=list)
    nonnegative: list[Dim] = field(default_factory=list)
    finite: list[Side] = field(default_factory=list)
    scales: list[Operand] = field(default_factory=list)

    def copy(self) -> Needs:
        """The same needs, to go on from."""
        return Needs(list(self.work), list(self.nonnegative), list(self.finite), list(self.scales))

    def at_least_zero(self, value: Dim) -> None:
        """Note that a polynomial may not be negative, where that is not plain."""
        bound = value.lower_bound()
        if (bound is None or bound < 0) and value not in self.nonnegative:
            self.nonnegative.append(value)


def decided(
    state: State, needs: Needs, ends: Hull, fast: tuple[Stmt, ...], loop: Loop
) -> tuple[Stmt, ...] | None:
    """The faster form of a loop where it applies; None where it never does."""
    bounds = [
        d for d in (sum(needs.work, ZERO) - LEAST, *needs.nonnegative) if d.value is None or d.value < 0
    ]
    never = any(d.value is not None for d in bounds)
    if never or any(isinstance(x, Lit) and x.value == 0 for x in needs.scales):
        return None
    scales = [x for x in needs.scales if isinstance(x, Ref)]
    if not bounds and not needs.finite and not scales:
        return fast
    out: list[Stmt] = []
    test: Operand = Lit(True, DType.bool)
    for bound in bounds:
        test = _and(state, out, test, _compared(state, out, "ge", _integer(state, out, bound)))
    for scale in scales:
        test = _and(state, out, test, _compared(state, out, "ne", scale))
        test = _and(state, out, test, _compared(state, out, "eq", _nothing(state, out, scale)))
    if needs.finite:
        test = _finite(state, needs, ends, out, test)
    return (*out, Branch(test, fast, Copy(state).body((loop,))))


def _finite(state: State, needs: Needs, ends: Hull, out: list[Stmt], test: Operand) -> Operand:
    """Whether, beside `test`, factors that meet zeros are finite."""
    slot = state.slot(DType.bool)
    out.append(Set(slot, test))
    inner: list[Stmt] = []
    ok: Operand = Lit(True, DType.bool)
    for side in {_region(side, ends): side for side in needs.finite}.values():
        ok = _and(state, inner, ok, _zero_sum(state, inner, side, ends))
    inner.append(Set(slot, ok))
    result = Ref(state.names.fresh("%"), DType.bool)
    out += [Branch(test, tuple(inner), ()), Get(result, slot)]
    return result


def _region(side: Side, ends: Hull) -> object:
    """What tells the cells of a side from others."""
    steps = [(coefficient(side.index, name)[0], *ends[name]) for name in side.names]
    corner = side.index.substitute({name: ends[name][0] for name in side.names})
    return side.buffer, corner, frozenset(steps)


def _zero_sum(state: State, out: list[Stmt], side: Side, ends: Hull) -> Operand:
    """Whether zero times every cell is zero."""
    at: dict[str, Dim] = {}
    variables = []
    for name in sorted(side.names, key=lambda n: (coefficient(side.index, n)[0] == ONE, n)):
        lo, hi = ends[name]
        variables.append(Var(state.names.fresh("#"), hi - lo))
        at[name] = Dim.symbol(variables[-1].name) + lo
    value, total = (Ref(state.names.fresh("%"), side.buffer.dtype) for _ in range(2))
    body: list[Stmt] = [Load(value, side.buffer, side.index.substitute(at))]
    zero = _nothing(state, body, value)
    out.append(Reduce((total,), ("sum",), tuple(variables), tuple(body), (zero,)))
    return _compared(state, out, "eq", total)


def _nothing(state: State, out: list[Stmt], value: Operand) -> Operand:
    """Zero, or NaN where a number is not finite."""
    made = Ref(state.names.fresh("%"), value.dtype)
    out.append(Let(made, "mul", (value, Lit(0.0, value.dtype))))
    return made


def _integer(state: State, out: list[Stmt], value: Dim) -> Operand:
    made = Ref(state.names.fresh("%"), DType.i64)
    out.append(IndexOf(made, value))
    return made


def _compared(state: State, out: list[Stmt], op: str, value: Operand) -> Operand:
    made = Ref(state.names.fresh("%"), DType.bool)
    zero = Lit(0 if value.dtype is DType.i64 else 0.0, value.dtype)
    out.append(Let(made, op, (value, zero)))
    return made


def _and(state: State, out: list[Stmt], left: Operand, right: Operand) -> Operand:
    if isinstance(left, Lit):
        return right
    made = Ref(state.names.fresh("%"), DType.bool)
    out.append(Let(made, "logical_and", (left, right)))
    return made
