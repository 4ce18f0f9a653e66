"""Reverse regions while they are emitted."""

from __future__ import annotations

from dataclasses import field

from adgen.autodiff.homes import Homes, Path
from adgen.autodiff.residuals import Tape
from adgen.ir.builder import Builder
from adgen.ir.core import If, Node, Value, While
from adgen.primitives.sizes import known_dim
from adgen.records import dataclass


@dataclass(slots=True, eq=False)
class Frame:
    """One reverse region while it is emitted: what it made available, and the stacks it draws from."""

    path: Path
    prologue: list[Node] = field(default_factory=list)
    env: dict[Value, Value] = field(default_factory=dict)
    symbols: set[str] = field(default_factory=set)
    stacks: dict[Tape, Value] = field(default_factory=dict)
    stack_params: dict[Tape, Value] = field(default_factory=dict)
    position: Value | None = None

    @property
    def is_loop(self) -> bool:
        """Whether the frame is the body of a loop."""
        return bool(self.path) and not isinstance(self.path[-1][0], If)


def within(path: Path, prefix: Path) -> bool:
    """Whether a region is inside another one."""
    return path[: len(prefix)] == prefix


def stride(b: Builder, step: Value) -> int | None:
    """The step of a loop, where it is known."""
    known = known_dim(b, step)
    return None if known is None else known.value


def name_of_rounds(homes: Homes, b: Builder, forward: While) -> str | None:
    """The user's name for the number of the round, if there is one."""
    for param in forward.body.params:
        counts = homes.inductions.get(param)
        if counts is not None and not counts.falls and param.hint is not None:
            start, step = (known_dim(b, v) for v in (counts.start, counts.step))
            if start is not None and step is not None and (start.value, step.value) == (0, 1):
                return param.hint
    return None
