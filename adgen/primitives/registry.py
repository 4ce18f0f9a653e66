"""The primitives, family by family. Nothing registers itself: what is not listed here does not exist."""

from __future__ import annotations

from adgen.primitives import contract, elementwise, indexing, reduce, shape, sizes, tape
from adgen.primitives.define import Primitive, Registry

FAMILIES = (sizes, elementwise, reduce, shape, contract, indexing, tape)

REGISTRY = Registry()
for _family in FAMILIES:
    REGISTRY.add(_family.PRIMITIVES)


def primitive(name: str) -> Primitive:
    """The primitive of that name. Raises KeyError where there is none."""
    return REGISTRY.table[name]
