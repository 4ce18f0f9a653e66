"""Places in loops and branches, and single runs of them: what :mod:`adgen.analysis.settled` compares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from adgen.ir.core import If, Node, Op, Value
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.records import dataclass

#: comparisons, and what holds where they do not
OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}

Path = tuple[tuple[Node, int], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last cell along one dim, and the step between cells (0 for a single one)."""

    first: Dim
    last: Dim
    step: int


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """The versions of one array that an outermost loop carries, and the stores that make them."""

    before: Value
    after: Value
    stores: tuple[Op, ...]


@dataclass(slots=True)
class Instance:
    """One run of a place in the program: the counters around it, by name, and their bounds."""

    mark: str
    path: Path
    counters: dict[Value, Dim] = field(default_factory=dict)
    facts: list[Dim] = field(default_factory=list)


def is_integer(value: Value) -> bool:
    """Whether a value is a single integer."""
    return isinstance(value.any_type, Type) and value.type.dtype.is_integer and not value.type.rank


def exclude(one: Path, other: Path) -> bool:
    """Whether two places are on different sides of one branch, so that no round comes to both."""
    for a, b in zip(one, other, strict=False):
        if a != b:
            return a[0] is b[0] and isinstance(a[0], If)
    return False


def common(one: Path, other: Path) -> Iterator[Node]:
    """The nodes around both of two places, outermost first."""
    for a, b in zip(one, other, strict=False):
        if a != b:
            return
        yield a[0]
