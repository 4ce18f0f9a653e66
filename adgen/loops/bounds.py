"""What is known of integers: ranges of loop variables and checked indices, facts about sizes.

A polynomial is proved non-negative by replacing every bounded name by the end of its range that makes it
smallest, then using that sizes are non-negative.
"""

from __future__ import annotations

from dataclasses import field

from adgen.ir.dims import ZERO, Dim
from adgen.loops.core import coefficient
from adgen.records import dataclass

_ROUNDS = 8


@dataclass(slots=True)
class Bounds:
    """`ranges[name]` is (lowest, highest), both attained or not; `facts` are dims that are at least 0.

    So are those of `checked[name]` in the loop over a variable: its indices are inside of what they index.
    """

    ranges: dict[str, tuple[Dim, Dim]] = field(default_factory=dict)
    facts: list[Dim] = field(default_factory=list)
    checked: dict[str, list[Dim]] = field(default_factory=dict)

    def nonnegative(self, value: Dim) -> bool:
        """Whether a polynomial is provably at least 0."""
        lowest = self._lowest(value)
        if lowest is None:
            return False
        if _plainly(lowest):
            return True
        return any(_plainly(lowest - fact) for fact in self.facts) or self._follows(value)

    def _follows(self, value: Dim) -> bool:
        """Whether a polynomial is at least as large as a checked one."""
        checked = (fact for name in value.symbols() for fact in self.checked.get(name, ()))
        lowest = (self._lowest(value - fact) for fact in checked)
        return any(found is not None and _plainly(found) for found in lowest)

    def note_checked(self, name: str, index: Dim, size: Dim) -> None:
        """Remember that in every round of the loop over a variable an index is inside."""
        known = self.checked.setdefault(name, [])
        if name in index.symbols() and size - index - 1 not in known:
            known.append(size - index - 1)

    def inside(self, index: Dim, size: Dim) -> bool:
        """Whether 0 <= index < size, provably."""
        return self.nonnegative(index) and self.nonnegative(size - index - 1)

    def _lowest(self, value: Dim) -> Dim | None:
        for _ in range(_ROUNDS):
            names = [n for n in value.symbols() if n in self.ranges or n.startswith("%")]
            if not names:
                return value
            name = max(names, key=_age)
            if name not in self.ranges:
                return None
            low, high = self.ranges[name]
            try:
                factor, rest = coefficient(value, name)
            except ValueError:
                lower = self._unsquared(value, name, low, high)
                if lower is None:
                    return None
                value = lower
                continue
            if self._signed(factor):
                value = rest + factor * low
            elif self._signed(-factor):
                value = rest + factor * high
            else:
                return None
        return None

    def _unsquared(self, value: Dim, name: str, low: Dim, high: Dim) -> Dim | None:
        """A lower bound without squares of an integer: k*k is at least k, and at most k times its highest."""
        found = ZERO
        for monomial, factor in value.terms:
            term = Dim(((monomial, factor),))
            count = monomial.count(name)
            if count == 2:
                at = monomial.index(name)
                single = Dim(((monomial[:at] + monomial[at + 1 :], factor),))
                others = Dim(((tuple(n for n in monomial if n != name), factor),))
                if self._signed(others):
                    term = single
                elif self._signed(-others) and self.nonnegative(low):
                    term = single * high
                else:
                    return None
            elif count > 2:
                return None
            found = found + term
        return found

    def _signed(self, factor: Dim) -> bool:
        if any(n in self.ranges or n.startswith("%") for n in factor.symbols()):
            return self.nonnegative(factor)
        bound = factor.lower_bound()
        return bound is not None and bound >= 0


def _plainly(value: Dim) -> bool:
    bound = value.lower_bound()
    return bound is not None and bound >= 0


def _age(name: str) -> tuple[int, str]:
    digits = name.lstrip("%#")
    return (int(digits) if digits.isdigit() else -1, name)
