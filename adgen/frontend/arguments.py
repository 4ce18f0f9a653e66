"""What is known of the arguments when a function is lowered, and the structure of results.

A specialisation (made from a signature or from a call) says for every parameter which tree of leaves it is;
:func:`adgen.frontend.lowering.lower` flattens the leaves, in order, into parameters of the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adgen.ir.types import Type
from adgen.records import dataclass


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
    """A container: ``kind`` is ``tuple``, ``list``, ``dict``, ``namedtuple`` or ``dataclass``.

    ``keys`` are those of a dict, or the field names of ``cls``.
    """

    kind: str
    items: tuple[Spec, ...]
    keys: tuple[Any, ...] = ()
    cls: type | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A list whose length is known only at run time: the rows of one array; ``python`` numbers or not."""

    type: Type
    python: bool


Spec = Leaf | Static | Branch | Rows


LeafPath = tuple[str, *tuple[Any, ...]]
"""A parameter's name, then the positions (or keys) that lead to the leaf."""


def labels(branch: Branch) -> tuple[Any, ...]:
    """What its items are reached by: keys, field names or positions."""
    return branch.keys or tuple(range(len(branch.items)))


def leaves(spec: Spec, path: LeafPath) -> Iterator[tuple[LeafPath, Leaf]]:
    """The leaves of a tree with their paths, in order."""
    match spec:
        case Leaf():
            yield path, spec
        case Rows():
            yield path, Leaf(spec.type)
        case Branch():
            for label, item in zip(labels(spec), spec.items, strict=True):
                yield from leaves(item, (*path, label))
        case Static():
            return


def leaf_name(path: LeafPath) -> str:
    """The name of a leaf: ``w`` for a bare parameter, ``w_0_b`` inside containers."""
    return "_".join("".join(c if c.isalnum() else "_" for c in str(part)) for part in path)
