"""Loops that only add to cells at constant distances, as domains: the reverse of a loop over neighbours.

    for i in reversed(range(n)):             nest i < n: x_bar[i] += f(i)
        x_bar[i] += f(i)                     nest i < n: x_bar[i + 1] += g(i)
        x_bar[i + 1] += g(i)

One domain per store, in the order in which the loop comes to a cell, so every cell takes the same values in
the same order; what stores share is computed for each. Such domains are gathered then
(:mod:`adgen.loops.gather`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cmp_to_key

from adgen.ir.dims import ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Buffer, Lit, Operand, Ref
from adgen.loops.copies import Copy, without_unused
from adgen.loops.core import Branch, IndexOf, Let, Load, Loop, Nest, Stmt, Store, Var, WhileLoop, coefficient
from adgen.loops.gather import FARTHEST, LONGEST, multiple
from adgen.loops.scalars import cost_of
from adgen.loops.state import State
from adgen.loops.summing import polynomials
from adgen.records import dataclass

#: What may be computed again: flops beyond those of the loop, as a multiple of the number of its stores.
AGAIN = 4


@dataclass(frozen=True, slots=True)
class _Axis:
    """A loop over lo, lo + 1, ..., lo + extent - 1, up or down."""

    name: str
    lo: Dim
    extent: Dim
    up: bool


@dataclass(frozen=True, slots=True)
class _Nested:
    """Loops around one body without any other effects; `cells` are those that only their own round uses."""

    axes: tuple[_Axis, ...]
    work: tuple[Stmt, ...]
    stores: tuple[Store, ...]
    cells: tuple[Store, ...]


def without_scatters(state: State, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """A statement list with such loops as domains, inner lists too."""
    return _Scatters(state, polynomials(body)).body(body)


@dataclass(frozen=True, slots=True)
class _Scatters:
    state: State
    ints: Mapping[str, Dim]

    def body(self, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
        """Statements in order."""
        return tuple(part for stmt in body for part in self.stmt(stmt))

    def stmt(self, stmt: Stmt) -> Sequence[Stmt]:
        """One statement, or what stands for it."""
        match stmt:
            case Loop():
                nested = self._nested(stmt)
                domains = None if nested is None else self._domains(nested)
                return (replace(stmt, body=self.body(stmt.body)),) if domains is None else domains
            case WhileLoop():
                return (replace(stmt, head=self.body(stmt.head), body=self.body(stmt.body)),)
            case Branch():
                return (replace(stmt, then=self.body(stmt.then), orelse=self.body(stmt.orelse)),)
            case _:
                return (stmt,)

    # -- what a loop is ---------------------------------------------------------------------------------
    def _nested(self, loop: Loop) -> _Nested | None:
        """The loop, and loops that are alone in it, around work and stores."""
        axes: list[_Axis] = []
        work: list[Stmt] = []
        inner: Loop | None = loop
        loop_body: tuple[Stmt, ...] = ()
        while inner is not None:
            axis = self._axis(inner)
            stores = tuple(s for s in inner.body if isinstance(s, Store))
            loops = [s for s in inner.body if isinstance(s, Loop)]
            work += [s for s in inner.body if isinstance(s, Let | IndexOf | Load)]
            rest = [s for s in inner.body if not isinstance(s, Let | IndexOf | Load)]
            loop_body = inner.body
            if axis is None or len(rest) != len(stores) + len(loops) or len(loops) > 1 or (loops and stores):
                return None
            axes.append(axis)
            inner = loops[0] if loops else None
        adds = tuple(s for s in stores if s.op)
        cells = tuple(s for s in stores if not s.op)
        apart = all(self._is_apart(s, work, loop_body, axes) for s in cells)
        if not apart or not self._is_scatter(axes, work, adds, cells):
            return None
        return _Nested(tuple(axes), tuple(work), adds, cells)

    def _is_apart(
        self, store: Store, work: Sequence[Stmt], body: Sequence[Stmt], axes: Sequence[_Axis]
    ) -> bool:
        """Whether the cell that a number is stored in is read in its own round only, and before."""
        here = next(k for k, s in enumerate(body) if s is store)
        before = {id(s) for s in body[:here]}
        index = store.index.substitute(self.ints)
        reads = [s for s in work if isinstance(s, Load) and s.buffer is store.buffer]
        same = all(id(s) in before and s.index.substitute(self.ints) == index for s in reads)
        return same and isinstance(store.value, Lit) and _shifts(axes, index, index) is not None

    def _axis(self, loop: Loop) -> _Axis | None:
        if not isinstance(loop.step, Lit) or abs(loop.step.value) != 1:
            return None
        lo, hi = (self._dim(x) for x in (loop.lo, loop.hi))
        up = loop.step.value == 1
        return _Axis(loop.var.name, lo if up else hi + 1, hi - lo if up else lo - hi, up)

    def _dim(self, x: Operand) -> Dim:
        return Dim.const(int(x.value)) if isinstance(x, Lit) else Dim.symbol(x.name).substitute(self.ints)

    def _is_scatter(
        self, axes: Sequence[_Axis], work: Sequence[Stmt], adds: Sequence[Store], cells: Sequence[Store]
    ) -> bool:
        """Whether several stores of the loop add to cells of one buffer that nothing in it reads."""
        names = {a.name for a in axes}
        buffers = {s.buffer for s in adds}
        others = {s.buffer for s in work if isinstance(s, Load)} | {s.buffer for s in cells}
        plain = [s.buffer for s in cells]
        return (
            len(buffers) < len(adds) <= LONGEST
            and all(s.op == "add" and s.buffer.dtype.is_float for s in adds)
            and not self._meet(buffers, others)
            and not any(a is not b and self.state.may_overlap(a, b) for a in buffers for b in buffers)
            and not any(a is not b and self.state.may_overlap(a, b) for a in plain for b in others)
            and len(set(plain)) == len(plain)
            and not any(n in names for a in axes for d in (a.lo, a.extent) for n in d.symbols())
        )

    def _meet(self, first: Iterable[Buffer], second: Iterable[Buffer]) -> bool:
        second = tuple(second)
        return any(self.state.may_overlap(a, b) for a in first for b in second)

    # -- order ------------------------------------------------------------------------------------------
    def _domains(self, nested: _Nested) -> Sequence[Stmt] | None:
        """A domain for each store, in an order that leaves that of every cell."""
        cells = [s.index.substitute(self.ints) for s in nested.stores]
        befores: dict[tuple[int, int], int] = {}
        for k, first in enumerate(nested.stores):
            for m in range(k + 1, len(cells)):
                if first.buffer is nested.stores[m].buffer:
                    shifts = _shifts(nested.axes, cells[k], cells[m])
                    if shifts is None:
                        return None
                    befores[k, m] = _order(nested.axes, shifts)
        if not any(befores.values()):
            return None

        def compare(k: int, m: int) -> int:
            found = befores.get((k, m), 0) or -befores.get((m, k), 0)
            return found or k - m

        order = sorted(range(len(cells)), key=cmp_to_key(compare))
        groups = dict.fromkeys(nested.stores[k].buffer for k in order)
        sorted_ = [nested.stores[k] for b in groups for k in order if nested.stores[k].buffer is b]
        return self._built(nested, [*sorted_, *nested.cells])

    # -- domains ----------------------------------------------------------------------------------------
    def _built(self, nested: _Nested, stores: Sequence[Store]) -> Sequence[Stmt] | None:
        slices = [without_unused(Nest((), (*nested.work, store))) for store in stores]
        found = [s for s in slices if isinstance(s, Nest)]
        if sum(map(_cost, found)) > _cost(Nest((), nested.work)) + AGAIN * len(stores):
            return None
        before: list[Stmt] = []
        some: Operand = Lit(True, DType.bool)
        extents: list[Dim] = []
        for axis in nested.axes:
            extent = self._extent(before, axis)
            extents.append(extent)
            low = extent.lower_bound()
            if low is None or low < 1:
                test = self._let(before, "gt", (self._integer(before, extent), Lit(0, DType.i64)))
                some = test if isinstance(some, Lit) else self._let(before, "logical_and", (some, test))
        domains = tuple(self._domain(nested, extents, s.body) for s in found)
        return (*before, *domains) if isinstance(some, Lit) else (*before, Branch(some, domains, ()))

    def _extent(self, out: list[Stmt], axis: _Axis) -> Dim:
        """How many rounds; a name of its own where it is not made of sizes, which are never negative."""
        if not any(n.startswith("%") for n in axis.extent.symbols()):
            return axis.extent
        count = Ref(self.state.names.fresh("%"), DType.i64)
        out.append(Let(count, "maximum", (self._integer(out, axis.extent), Lit(0, DType.i64))))
        return Dim.symbol(count.name)

    def _integer(self, out: list[Stmt], value: Dim) -> Operand:
        if value.value is not None:
            return Lit(value.value, DType.i64)
        ref = Ref(self.state.names.fresh("%"), DType.i64)
        out.append(IndexOf(ref, value))
        return ref

    def _let(self, out: list[Stmt], op: str, args: tuple[Operand, ...]) -> Ref:
        ref = Ref(self.state.names.fresh("%"), DType.bool)
        out.append(Let(ref, op, args))
        return ref

    def _domain(self, nested: _Nested, extents: Sequence[Dim], body: Sequence[Stmt]) -> Nest:
        """The statements over all rounds, in which loop variables are sums of a start and a variable."""
        copy = Copy(self.state)
        variables: list[Var] = []
        head: list[Stmt] = []
        for axis, extent in zip(nested.axes, extents, strict=True):
            variables.append(Var(self.state.names.fresh("#"), extent))
            index = Dim.symbol(variables[-1].name) + axis.lo
            ref = Ref(self.state.names.fresh("%"), DType.i64)
            head.append(IndexOf(ref, index))
            copy.dims[axis.name] = index
            copy.operands[axis.name] = ref
        copy.dims.update((n, d.substitute(copy.dims)) for n, d in self._inside(body).items())
        made = Nest(tuple(variables), (*head, *copy.body(body)))
        smaller = without_unused(made)
        assert isinstance(smaller, Nest)
        return smaller

    def _inside(self, body: Sequence[Stmt]) -> dict[str, Dim]:
        names = {s.result.name for s in body if isinstance(s, Let | IndexOf)}
        return {n: d for n, d in self.ints.items() if n in names}


def _cost(nest: Nest) -> int:
    return sum(cost_of(s.op) for s in nest.body if isinstance(s, Let))


def _shifts(axes: Sequence[_Axis], first: Dim, second: Dim) -> tuple[int, ...] | None:
    """The round in which the first store comes to a cell less that of the second one, along each axis.

    None unless these are the same for all cells.
    """
    rest, shifts = second - first, []
    steps: list[Dim] = []
    try:
        for axis in axes:
            step, first = coefficient(first, axis.name)
            other, second = coefficient(second, axis.name)
            if step != other or step == ZERO:
                return None
            steps.append(step)
    except ValueError:
        return None
    rest = second - first
    for step in steps:
        count = multiple(rest, step)
        if count is None or abs(count) > FARTHEST:
            return None
        shifts.append(count)
        rest = rest - step * count
    gaps = list(zip(steps, steps[1:], axes[1:], shifts[1:], strict=False))
    apart = all(_at_least_zero(outer - inner * (a.extent + abs(s))) for outer, inner, a, s in gaps)
    upwards = not gaps or all(_at_least_zero(step) for step in steps)
    return tuple(shifts) if rest == ZERO and apart and upwards else None


def _at_least_zero(dim: Dim) -> bool:
    low = dim.lower_bound()
    return low is not None and low >= 0


def _order(axes: Sequence[_Axis], shifts: Sequence[int]) -> int:
    """Below zero where the first store comes to a cell before the second one, above where it comes after."""
    for axis, shift in zip(axes, shifts, strict=True):
        if shift:
            return shift if axis.up else -shift
    return 0
