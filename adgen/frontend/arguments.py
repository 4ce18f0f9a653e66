"""What is known of the arguments when a function is lowered, and the structure of results.

A specialisation (made from a signature or from a call) says for every parameter which tree of leaves it is;
:func:`adgen.frontend.lowering.lower` flattens the leaves, in order, into parameters of the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adgen.ir.types import Type


@dataclass(frozen=True, slots=True)
class Leaf:
    """A number or array. ``value`` is that of an int or bool, where one is at hand.

    It is baked in only when the program demands it (``Lowered.demands`` then names the leaf).
    """

    type: Type
    value: int | bool | None = None


@dataclass(frozen=True, slots=True)
class Static:
    """A value fixed at build time: a string, None, a demanded int, a function."""

    value: Any


@dataclass(frozen=True, slots=True)
class Branch:
    """A container: ``kind`` is ``tuple`` or ``list``."""

    kind: str
    items: tuple[Spec, ...]


Spec = Leaf | Static | Branch


def leaves(spec: Spec, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Leaf]]:
    """The leaves of a tree with their paths, in order."""
    match spec:
        case Leaf():
            yield path, spec
        case Branch(_, items):
            for position, item in enumerate(items):
                yield from leaves(item, (*path, position))
        case Static():
            return


def leaf_name(parameter: str, path: tuple[int, ...]) -> str:
    """The name of a leaf: ``w`` for a bare parameter, ``w_0_1`` inside containers."""
    return "_".join((parameter, *(str(position) for position in path)))
