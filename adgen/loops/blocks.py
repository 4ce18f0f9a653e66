"""Blocks under construction: statements are appended, pure scalars are computed once per block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field

from adgen.ir.dims import Dim
from adgen.ir.types import DType
from adgen.loops.buffers import Buffer, Lit, Operand, Ref, Slot
from adgen.loops.core import IndexOf, Let, Load, Stmt, Store, Var
from adgen.records import dataclass


@dataclass(slots=True)
class Names:
    """Fresh names, one counter per kind of thing."""

    counts: dict[str, int] = field(default_factory=dict)

    def fresh(self, prefix: str) -> str:
        """The next name with this prefix."""
        number = self.counts.get(prefix, 0)
        self.counts[prefix] = number + 1
        return f"{prefix}{number}"


class Block:
    """A statement list being built.

    In the body of a domain (`pure`) loads are remembered too: there, nothing is stored before it is read.
    """

    def __init__(self, names: Names, parent: Block | None = None, pure: bool = False) -> None:
        self.names = names
        self.parent = parent
        self.pure = pure
        self.stmts: list[Stmt] = []
        self._memo: dict[object, Operand] = {}

    def nested(self, pure: bool = False) -> Block:
        """A block inside this one."""
        return Block(self.names, self, pure)

    def remembered(self, key: object) -> Operand | None:
        """What was computed under a key here or in a block around."""
        found = self._memo.get(key)
        if found is None and self.parent is not None:
            return self.parent.remembered(key)
        return found

    def remember(self, key: object, value: Operand) -> Operand:
        """Remember a value under a key in this block."""
        self._memo[key] = value
        return value

    def ref(self, dtype: DType) -> Ref:
        """A fresh name."""
        return Ref(self.names.fresh("%"), dtype)

    def add(self, stmt: Stmt) -> None:
        """Append a statement."""
        self.stmts.append(stmt)

    def let(self, op: str, args: Sequence[Operand], dtype: DType) -> Operand:
        """A scalar operation, once per block."""
        key = (op, tuple(args), dtype)
        found = self.remembered(key)
        if found is not None:
            return found
        result = self.ref(dtype)
        self.add(Let(result, op, tuple(args)))
        return self.remember(key, result)

    def index(self, index: Dim) -> Operand:
        """The i64 value of a polynomial."""
        if index.value is not None:
            return Lit(index.value, DType.i64)
        found = self.remembered(index)
        if found is not None:
            return found
        result = self.ref(DType.i64)
        self.add(IndexOf(result, index))
        return self.remember(index, result)

    def load(self, buffer: Buffer, index: Dim) -> Operand:
        """An element of a buffer."""
        key = (buffer, index)
        found = self.remembered(key) if self.pure else None
        if found is not None:
            return found
        result = self.ref(buffer.dtype)
        self.add(Load(result, buffer, index))
        return self.remember(key, result) if self.pure else result

    def store(self, buffer: Buffer, index: Dim, value: Operand, op: str = "") -> None:
        """Store an element, or combine it with what is there."""
        self.add(Store(buffer, index, value, op))

    def domain(self, dims: Sequence[Dim]) -> tuple[tuple[Var, ...], tuple[Dim, ...]]:
        """Variables for a domain and the index along each axis (0 along axes of length 1)."""
        variables: list[Var] = []
        index: list[Dim] = []
        for d in dims:
            if d.value == 1:
                index.append(Dim.const(0))
                continue
            variables.append(Var(self.names.fresh("#"), d))
            index.append(Dim.symbol(variables[-1].name))
        return tuple(variables), tuple(index)

    def slot(self, dtype: DType) -> Slot:
        """A fresh variable."""
        return Slot(self.names.fresh("$"), dtype)


@dataclass(slots=True)
class Blocks:
    """The stack of blocks being built."""

    current: Block

    @contextmanager
    def inside(self, pure: bool = False) -> Iterator[Block]:
        """Build a block inside the current one; the caller places its statements."""
        outer = self.current
        self.current = outer.nested(pure)
        try:
            yield self.current
        finally:
            self.current = outer
