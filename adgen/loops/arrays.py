"""Arrays during lowering: a strided view of a buffer, or a rule that computes any element on demand.

A rule is how producers are fused into consumers: an array that is used once, or is cheap, never gets a
buffer of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

from adgen.ir.dims import ONE, ZERO, Dim
from adgen.ir.types import DType
from adgen.loops.blocks import Block
from adgen.loops.buffers import Buffer, Operand
from adgen.records import dataclass

Index = tuple[Dim, ...]
Rule = Callable[[Block, Index], Operand]


@dataclass(frozen=True, slots=True)
class View:
    """Element (i, j, ...) is buffer[base + i*strides[0] + j*strides[1] + ...]."""

    buffer: Buffer
    base: Dim
    strides: tuple[Dim, ...]

    def at(self, index: Sequence[Dim]) -> Dim:
        """The flat index of an element."""
        total = self.base
        for i, stride in zip(index, self.strides, strict=True):
            total = total + i * stride
        return total


def row_major(dims: Sequence[Dim]) -> tuple[Dim, ...]:
    """Strides of a contiguous array."""
    strides: list[Dim] = []
    step = ONE
    for d in reversed(dims):
        strides.append(step)
        step = step * d
    return tuple(reversed(strides))


def whole(buffer: Buffer, dims: Sequence[Dim]) -> View:
    """The buffer as one contiguous array."""
    return View(buffer, ZERO, row_major(dims))


@dataclass(slots=True, eq=False)
class Array:
    """An array value: `view` where its elements are in memory, else `rule`.

    `parents` are the arrays that the rule takes elements from, `cost` its flops per element, `uses` how often
    the program will still use it, `level` the region that made it.
    """

    dims: tuple[Dim, ...]
    dtype: DType
    view: View | None = None
    rule: Rule | None = None
    parents: tuple[Array, ...] = ()
    cost: int = 0
    uses: int = 1
    level: int = field(default=0)

    def at(self, block: Block, index: Index) -> Operand:
        """The value of an element, computed once per block."""
        if self.view is not None:
            return block.load(self.view.buffer, self.view.at(index))
        assert self.rule is not None
        if not block.pure:
            return self.rule(block, index)
        found = block.remembered((self, index))
        return found if found is not None else block.remember((self, index), self.rule(block, index))

    @property
    def sources(self) -> frozenset[Buffer]:
        """The buffers that reading an element reads now: a parent may have got its buffer since."""
        if self.view is not None:
            return frozenset({self.view.buffer})
        return frozenset().union(*(parent.sources for parent in self.parents))

    @property
    def work(self) -> int:
        """Flops to get an element."""
        return 1 if self.view is not None else self.cost

    def contiguous(self) -> bool:
        """Whether the elements lie in row-major order without gaps."""
        if self.view is None:
            return False
        pairs = zip(self.dims, self.view.strides, row_major(self.dims), strict=True)
        return all(d == ONE or stride == wanted for d, stride, wanted in pairs)
