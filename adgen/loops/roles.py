"""Which axes of a sum of products are rows, columns and terms of a matrix product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adgen.ir.dims import Dim
from adgen.loops.buffers import Operand
from adgen.loops.calls import Product
from adgen.loops.core import Nest, Stmt, Var, coefficient
from adgen.loops.sides import Hull, Side
from adgen.loops.state import State
from adgen.records import dataclass


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


def plain_product(
    state: State, roles: Roles, sides: tuple[Side, Side, Side], ends: Hull, how: tuple[bool, Operand]
) -> Stmt:
    """The product of two sides at every point of the other axes; `how` is whether it adds, and the scale."""
    left, right, out = sides
    m, n, k = (ends[name][1] - ends[name][0] for name in (roles.rows, roles.columns, roles.terms))
    corner = {name: lo for name, (lo, _) in ends.items()}
    variables = []
    for name in roles.others:
        lo, hi = ends[name]
        variables.append(Var(state.names.fresh("#"), hi - lo))
        corner[name] = Dim.symbol(variables[-1].name) + lo
    product = Product(
        (m, n, k),
        left.matrix(roles.rows, roles.terms, corner),
        right.matrix(roles.terms, roles.columns, corner),
        out.matrix(roles.rows, roles.columns, corner),
        *how,
    )
    return Nest(tuple(variables), (product,)) if variables else product


def steppable(index: Dim, names: Iterable[str]) -> bool:
    """Whether an index is linear in some axes, with steps that do not depend on them."""
    try:
        steps = [coefficient(index, n)[0] for n in names]
    except ValueError:
        return False
    return not any(n in names for step in steps for n in step.symbols())
