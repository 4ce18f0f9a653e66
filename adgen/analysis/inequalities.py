"""Linear inequalities: whether some can hold together, by Fourier's elimination.

Facts are dims that are not negative; every monomial counts as a variable of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import gcd

from adgen.ir.dims import Dim, Monomial

#: More inequalities than this are not eliminated: then nothing is proved.
_MOST = 120

_Row = tuple[dict[Monomial, int], int]


def follows(goal: Dim, facts: Iterable[Dim]) -> bool:
    """Whether ``goal`` is never negative where none of the facts is."""
    if goal.value is not None:
        return goal.value >= 0
    bound = goal.lower_bound()
    if bound is not None and bound >= 0 and all(not s.startswith("@") for s in goal.symbols()):
        return True
    return _impossible([-goal - 1, *_related(goal, list(facts))])


def contradict(facts: Iterable[Dim]) -> bool:
    """Whether the facts cannot hold together."""
    return _impossible(list(facts))


def _related(goal: Dim, facts: list[Dim]) -> list[Dim]:
    """The facts that share variables with the goal, directly or through other facts."""
    seen = set(goal.symbols())
    found: list[Dim] = []
    while True:
        more = [f for f in facts if not seen.isdisjoint(f.symbols())]
        if not more:
            return found
        found += more
        facts = [f for f in facts if seen.isdisjoint(f.symbols())]
        seen.update(s for f in more for s in f.symbols())


def _impossible(facts: Sequence[Dim]) -> bool:
    """Whether no integers make all facts hold; sizes of arrays are known not to be negative."""
    sizes = {m for f in facts for m, _ in f.terms if m and all(not s.startswith("@") for s in m)}
    rows = [_tightened(dict(f.terms)) for f in facts] + [({m: 1}, 0) for m in sizes]
    while True:
        if any(not row and constant < 0 for row, constant in rows):
            return True
        rows = _strongest(row for row in rows if row[0])
        if not rows or len(rows) > _MOST:
            return False
        rows = _without(rows, _cheapest(rows))


def _tightened(terms: dict[Monomial, int]) -> _Row:
    """A fact with its constant apart, divided by the common factor of the other coefficients."""
    constant = terms.pop((), 0)
    terms = {m: c for m, c in terms.items() if c}
    factor = gcd(*terms.values()) if terms else 1
    return {m: c // factor for m, c in terms.items()}, constant // factor


def _strongest(rows: Iterable[_Row]) -> list[_Row]:
    """Of facts that differ in the constant alone only the strongest."""
    least: dict[frozenset[tuple[Monomial, int]], _Row] = {}
    for row, constant in rows:
        key = frozenset(row.items())
        if key not in least or constant < least[key][1]:
            least[key] = (row, constant)
    return list(least.values())


def _cheapest(rows: Sequence[_Row]) -> Monomial:
    """The variable whose elimination makes the fewest new facts."""

    def cost(variable: Monomial) -> int:
        up = sum(row.get(variable, 0) > 0 for row, _ in rows)
        down = sum(row.get(variable, 0) < 0 for row, _ in rows)
        return up * down

    return min(sorted({m for row, _ in rows for m in row}), key=cost)


def _without(rows: Sequence[_Row], variable: Monomial) -> list[_Row]:
    """What the facts say of the other variables."""
    kept = [r for r in rows if variable not in r[0]]
    for up, high in (r for r in rows if r[0].get(variable, 0) > 0):
        for down, low in (r for r in rows if r[0].get(variable, 0) < 0):
            a, b = -down[variable], up[variable]
            terms = {m: a * up.get(m, 0) + b * down.get(m, 0) for m in {*up, *down}}
            kept.append(_tightened({**terms, (): a * high + b * low}))
    return kept
