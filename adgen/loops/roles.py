"""Which axes of a sum of products are rows, columns and terms of a matrix product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adgen.ir.dims import Dim
from adgen.loops.core import coefficient
from adgen.loops.sides import Side


@dataclass(frozen=True, slots=True)
class Roles:
    """The axes of a product: of rows, columns and terms, and others that products are repeated over."""

    rows: str
    columns: str
    terms: str
    others: tuple[str, ...]


#: Where a role is in the left factor, the right factor and the result.
_ROLES = {(True, False, True): 0, (False, True, True): 1, (True, True, False): 2, (True, True, True): 3}


def groups_of(names: Sequence[str], left: Side, right: Side, out: Side) -> list[list[str]] | None:
    """The axes of rows, columns, terms and repetitions; None where it is no matrix product."""
    if left.names | right.names | out.names != set(names):
        return None
    groups: list[list[str]] = [[], [], [], []]
    for name in names:
        role = _ROLES.get((name in left.names, name in right.names, name in out.names))
        if role is None:
            return None
        groups[role].append(name)
    return groups if all(groups[:3]) else None


def roles_of(names: Sequence[str], left: Side, right: Side, out: Side) -> Roles | None:
    """The roles of all axes, of which the last ones are taken for the product; None where there is none."""
    groups = groups_of(names, left, right, out)
    if groups is None:
        return None
    rows, columns, terms = (group[-1] for group in groups[:3])
    others = [n for group in groups[:3] for n in group[:-1]] + groups[3]
    return Roles(rows, columns, terms, tuple(others))


def steppable(index: Dim, names: Iterable[str]) -> bool:
    """Whether an index is linear in some axes, with steps that do not depend on them."""
    try:
        steps = [coefficient(index, n)[0] for n in names]
    except ValueError:
        return False
    return not any(n in names for step in steps for n in step.symbols())
