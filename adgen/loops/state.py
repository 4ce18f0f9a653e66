"""The state of one lowering: values, buffers, pending rules, failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from adgen.diagnostics.spans import Span
from adgen.ir.core import Value
from adgen.ir.dims import Dim, product
from adgen.ir.types import DType, StackType, Type
from adgen.loops.arrays import Array, Index, Rule, View, whole
from adgen.loops.blocks import Block, Blocks, Names
from adgen.loops.bounds import Bounds
from adgen.loops.buffers import AtPointer, Buffer, InArena, Lit, OnHeap, OnStack, Operand, Place, Ref, Slot
from adgen.loops.core import BindSize, Check, Load, Nest, Reserve, walk
from adgen.loops.interface import Failure
from adgen.records import dataclass

#: A rule that is used more than once is kept only up to this many flops.
REPEATED_COST = 3
#: A rule whose elements are repeated by a broadcast is kept up to this many flops.
BROADCAST_COST = 2

Lowered = Operand | Array | Buffer


class Unsupported(Exception):
    """A program, or one of its operations, that kernels do not cover."""

    def __init__(self, operation: str, reason: str, span: Span | None = None) -> None:
        super().__init__(f"{operation}: {reason}")
        self.operation = operation
        self.reason = reason
        self.span = span


@dataclass(slots=True)
class State:
    """Everything that lowering keeps while it walks a function."""

    symbols: tuple[str, ...]
    names: Names = field(default_factory=Names)
    env: dict[Value, Lowered] = field(default_factory=dict)
    interleaved: dict[Value, View] = field(default_factory=dict)
    uses: dict[Value, int] = field(default_factory=dict)
    depths: dict[Value, int] = field(default_factory=dict)
    depth: int = 0
    polynomials: dict[Ref, Dim] = field(default_factory=dict)
    at_least: dict[Operand, tuple[Dim, ...]] = field(default_factory=dict)
    inside: dict[Value | Ref, Dim] = field(default_factory=dict)
    places: dict[Buffer, Place] = field(default_factory=dict)
    merged: dict[Buffer, Buffer] = field(default_factory=dict)
    adopted: dict[Buffer, Buffer] = field(default_factory=dict)
    apart: dict[Buffer, int] = field(default_factory=dict)
    removed: set[Buffer] = field(default_factory=set)
    tapes: list[Buffer] = field(default_factory=list)
    made_at: dict[Buffer, int] = field(default_factory=dict)
    pending: list[Array] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    bounds: Bounds = field(default_factory=Bounds)
    level: int = 0
    levels: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    span: Span | None = None
    blocks: Blocks = field(init=False)

    def __post_init__(self) -> None:
        self.blocks = Blocks(Block(self.names))

    @property
    def block(self) -> Block:
        """The block being built."""
        return self.blocks.current

    # -- values -----------------------------------------------------------------------------------------
    def scalar(self, value: Value) -> Operand:
        """A rank-0 value."""
        found = self.env[value]
        assert isinstance(found, Ref | Lit), value
        return found

    def array(self, value: Value) -> Array:
        """An array value."""
        found = self.env[value]
        assert isinstance(found, Array), value
        return found

    def as_array(self, value: Value) -> Array:
        """An array, or a scalar as an array without axes."""
        found = self.env[value]
        if isinstance(found, Array):
            return found
        assert isinstance(found, Ref | Lit)
        operand = found
        return Array((), value.type.dtype, rule=lambda block, index: operand)

    def polynomial(self, operand: Operand) -> Dim:
        """An integer scalar as a polynomial."""
        if isinstance(operand, Lit):
            return Dim.const(int(operand.value))
        if operand.dtype is not DType.i64:
            return self.polynomial(self.block.let("cast", (operand,), DType.i64))
        return self.polynomials.get(operand, Dim.symbol(operand.name))

    # -- buffers ----------------------------------------------------------------------------------------
    def buffer(self, dtype: DType, size: Dim, place: Place | None = None) -> Buffer:
        """A new buffer, in the arena where its size is known on entry, else on the heap."""
        made = Buffer(self.names.fresh("b"), dtype, size)
        self.made_at[made] = self.level
        if place is None:
            if all(name in self.symbols for name in size.symbols()):
                place = InArena(self.count("arena"))
            else:
                place = OnHeap()
                self.block.add(Reserve(made))
        self.places[made] = place
        return made

    def pointer(self, like: Buffer) -> Buffer:
        """A pointer variable for arrays like `like`."""
        return self.buffer(like.dtype, like.size, AtPointer(self.count("pointer")))

    def tape(self, dtype: DType) -> Buffer:
        """A growable tape."""
        return self.buffer(dtype, Dim.const(0), OnStack())

    def count(self, kind: str) -> int:
        """A running number."""
        number = self.counts.get(kind, 0)
        self.counts[kind] = number + 1
        return number

    def storage(self, buffer: Buffer) -> Buffer:
        """The buffer that this one is another name of, if it is."""
        while buffer in self.adopted:
            buffer = self.adopted[buffer]
        return buffer

    def may_overlap(self, a: Buffer, b: Buffer) -> bool:
        """Whether two buffers may be the same memory at one moment."""
        a, b = self.storage(a), self.storage(b)
        if a is b:
            return True
        if a in self.apart and self.apart.get(b) == self.apart[a]:
            return False
        return self.root(a) is self.root(b)

    def root(self, buffer: Buffer) -> Buffer:
        """The representative of the family of buffers that may share memory."""
        while buffer in self.merged:
            buffer = self.merged[buffer]
        return buffer

    def merge(self, *buffers: Buffer) -> None:
        """These may share memory."""
        first = self.root(buffers[0])
        for other in buffers[1:]:
            root = self.root(other)
            if root is not first:
                self.merged[root] = first

    # -- arrays -----------------------------------------------------------------------------------------
    def define_array(
        self, value: Value, rule: Rule, sources: Sequence[Array], cost: int, dims: Sequence[Dim] | None = None
    ) -> None:
        """A value computed by a rule over sources; given a buffer where recomputing would cost more."""
        total = cost + sum(source.work for source in sources)
        made = Array(
            tuple(value.type.dims if dims is None else dims),
            value.type.dtype,
            rule=rule,
            parents=tuple(sources),
            cost=total,
            uses=self.uses.get(value, 0),
            level=self.level,
        )
        self.env[value] = made
        self.pending.append(made)
        if made.uses > 1 and total > REPEATED_COST:
            self.force(made)

    def define_view(self, value: Value, view: View) -> None:
        """A value that is a view of memory."""
        self.env[value] = Array(
            value.type.dims, value.type.dtype, view, uses=self.uses.get(value, 0), level=self.level
        )

    def force(self, array: Array, into: View | None = None) -> View:
        """Put an array into memory (its own, or a given view)."""
        if array.view is not None and into is None:
            return array.view
        target = into or whole(self.buffer(array.dtype, product(array.dims)), array.dims)
        self.fill(target, array)
        if into is None and array.level == self.level:
            array.view = target
            array.rule = None
        return target

    def force_contiguous(self, array: Array) -> View:
        """The array in row-major order without gaps."""
        if array.contiguous():
            assert array.view is not None
            return array.view
        if array.view is None:
            return self.force(array)
        target = whole(self.buffer(array.dtype, product(array.dims)), array.dims)
        self.fill(target, array)
        return target

    def fill(self, target: View, array: Array, op: str = "") -> None:
        """Store every element of an array at a view of memory."""
        variables, index = self.block.domain(array.dims)
        with self.blocks.inside(pure=True) as body:
            value = array.at(body, index)
            body.store(target.buffer, target.at(index), value, op)
        self.emit_nest(variables, body)

    def emit_nest(self, variables: tuple[object, ...], body: Block) -> None:
        """Place a nest; without variables its statements stand alone."""
        if variables:
            self.block.add(Nest(tuple(variables), tuple(body.stmts)))  # type: ignore[arg-type]
        else:
            self.block.stmts.extend(body.stmts)

    def settle(self, buffer: Buffer) -> None:
        """Before a buffer changes: rules that read it and are still needed get their values now."""
        for array in list(self.pending):
            if (
                array.view is None
                and array.uses > 0
                and any(self.may_overlap(b, buffer) for b in array.sources)
            ):
                self.force(array)
        self._drop_settled()

    def _drop_settled(self) -> None:
        self.pending = [a for a in self.pending if a.view is None and a.uses > 0]

    # -- checks -----------------------------------------------------------------------------------------
    def check(self, ok: Operand, kind: str, message: str, block: Block | None = None) -> None:
        """The kernel fails with this error unless `ok`."""
        failure = Failure(kind, message, self.span)
        if failure not in self.failures:
            self.failures.append(failure)
        (block or self.block).add(Check(ok, self.failures.index(failure)))

    def bind(self, symbol: str, value: Operand) -> None:
        """A size symbol gets its value."""
        self.block.add(BindSize(symbol, value))

    def slot(self, dtype: DType) -> Slot:
        """A new variable."""
        made = Slot(self.names.fresh("$"), dtype)
        self.slots.append(made)
        return made


def element_type(value: Value) -> Type:
    """The type of a value or of the elements of a tape."""
    found = value.any_type
    element = found.element if isinstance(found, StackType) else found
    assert isinstance(element, Type)
    return element


def loads_elsewhere(state: State, body: Block, target: Buffer, index: Dim) -> bool:
    """Whether a body reads the target's memory anywhere but at the cell it stores."""
    for stmt in walk(tuple(body.stmts)):
        elsewhere = isinstance(stmt, Load) and (stmt.buffer is not target or stmt.index != index)
        if elsewhere and isinstance(stmt, Load) and state.may_overlap(stmt.buffer, target):
            return True
    return False


__all__ = ["BROADCAST_COST", "Index", "Lowered", "State", "Unsupported", "element_type", "loads_elsewhere"]
