"""Calls that are made several times for one: each finds the arguments as they were on entry.

What a call changes (arrays that are written, generators that are drawn from) stays with its copies until
``commit`` hands the outcome of the last one to the caller.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import field
from typing import Any

import numpy as np

from adgen.objects.generators import is_generator
from adgen.records import dataclass
from adgen.runtime.executables import refuse_overlaps
from adgen.runtime.traced import Traced


def own_generator(generator: np.random.Generator) -> np.random.Generator:
    """Another generator in the same state."""
    return copy.deepcopy(generator)


@dataclass(slots=True)
class Replicas:
    """The copies that the last call got, each with what it stands for."""

    pairs: list[tuple[Any, Any]] = field(default_factory=list)

    def take(self, leaves: Sequence[Any], traced: Traced) -> list[Any]:
        """The leaves with copies of all that the function may change. Raises AG704 where they overlap."""
        if traced.mutated:
            refuse_overlaps(leaves, traced.mutated, traced)
        twins: dict[int, Any] = {}
        for k, leaf in enumerate(leaves):
            if is_generator(leaf):
                twins.setdefault(id(leaf), own_generator(leaf))
            elif k in traced.mutated:
                twins[id(leaf)] = leaf.copy()
        self.pairs = [(leaf, twins[id(leaf)]) for leaf in leaves if id(leaf) in twins]
        return [twins.get(id(leaf), leaf) for leaf in leaves]

    def commit(self) -> None:
        """Let the caller see what the last call did."""
        for original, twin in self.pairs:
            if is_generator(original):
                original.bit_generator.state = twin.bit_generator.state
            else:
                np.copyto(original, twin)
