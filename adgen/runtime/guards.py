"""What has to hold on entry for a specialisation to apply: sizes, entry assumptions, demanded values.

A guard is compiled to one Python expression over the leaves, because it runs at every call; why it failed is
worked out afterwards, slowly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

from adgen.diagnostics import Diagnostic, RunError, UserError, diagnose, run_error
from adgen.diagnostics.errors import RunValueError
from adgen.ir.core import Assumption
from adgen.ir.dims import Dim, render
from adgen.ir.types import Type
from adgen.records import dataclass
from adgen.runtime.traced import Equality

Check = Callable[[Sequence[Any]], bool]


@dataclass(frozen=True, slots=True)
class Guard:
    """The leaf types of a specialisation, its assumptions, and the values of demanded leaves.

    ``names`` is how a user writes each leaf. Of dims that are ``alike`` one is not 1 where the other is not,
    and one of those in ``refuted`` is negative.
    """

    types: tuple[Type, ...]
    names: tuple[str, ...]
    assumptions: tuple[Assumption, ...] = ()
    demanded: Mapping[int, Any] = field(default_factory=dict)
    alike: tuple[tuple[Dim, Dim], ...] = ()
    refuted: tuple[Dim, ...] = ()

    def compile(self) -> Check:
        """The guard as a function of the leaves."""
        homes = self.homes()
        lines = [f"    {_local(homes, s)} = L[{leaf}].shape[{axis}]" for s, (leaf, axis) in homes.items()]
        terms = [f"L[{leaf}] == {value!r}" for leaf, value in self.demanded.items()]
        terms += [
            f"L[{leaf}].shape[{axis}] == {self._spell(dim, homes)}"
            for leaf, type_ in enumerate(self.types)
            for axis, dim in enumerate(type_.dims)
            if homes.get(next(iter(dim.symbols()), "")) != (leaf, axis)
        ]
        terms += [f"{self._spell(a.dim, homes)} {'==' if a.exact else '>='} 0" for a in self.assumptions]
        terms += [
            f"({self._spell(left, homes)} == 1) == ({self._spell(right, homes)} == 1)"
            for left, right in self.alike
        ]
        if self.refuted:  # calls that break nothing have a program that knows more
            terms.append(f"({' or '.join(f'{self._spell(d, homes)} < 0' for d in self.refuted)})")
        body = "\n".join([*lines, f"    return {' and '.join(terms) or 'True'}"])
        space: dict[str, Any] = {}
        exec(f"def guard(L):\n{body}\n", space)
        check: Check = space["guard"]
        return check

    def homes(self) -> dict[str, tuple[int, int]]:
        """Leaf and axis where each symbol stands alone first."""
        found: dict[str, tuple[int, int]] = {}
        for leaf, type_ in enumerate(self.types):
            for axis, dim in enumerate(type_.dims):
                names = dim.symbols()
                if names and dim == Dim.symbol(names[0]):
                    found.setdefault(names[0], (leaf, axis))
        return found

    def sizes(self, leaves: Sequence[Any]) -> dict[str, int]:
        """The size of every symbol for these leaves."""
        return {symbol: leaves[leaf].shape[axis] for symbol, (leaf, axis) in self.homes().items()}

    def _spell(self, dim: Dim, homes: Mapping[str, tuple[int, int]]) -> str:
        return render(dim, lambda symbol: _local(homes, symbol))

    # -- why it failed ----------------------------------------------------------------------------------
    def shape_error(self, leaves: Sequence[Any]) -> RunError | None:
        """The error of the first dim that is not what the types say, or None."""
        homes, sizes = self.homes(), self.sizes(leaves)
        for leaf, type_ in enumerate(self.types):
            for axis, dim in enumerate(type_.dims):
                got, expected = leaves[leaf].shape[axis], dim.evaluate(sizes)
                if got != expected:
                    return self._mismatch(leaf, dim, got, expected, homes)
        return None

    def _mismatch(
        self, leaf: int, dim: Dim, got: int, expected: int, homes: Mapping[str, tuple[int, int]]
    ) -> RunError:
        if dim.value is not None:
            message = f"dimension {dim} of `{self.names[leaf]}` is {got}"
            return run_error(ValueError, message, code="AG701")
        other = self.names[homes[dim.symbols()[0]][0]]
        from adgen.diagnostics.codes import CODES

        title = CODES["AG701"].title
        message = title.format(dim=dim, got=got, name=self.names[leaf], expected=expected, other=other)
        return run_error(ValueError, message, code="AG701")

    def broken(self, leaves: Sequence[Any]) -> list[Assumption]:
        """The assumptions that do not hold."""
        sizes = self.sizes(leaves)
        values = ((a, a.dim.evaluate(sizes)) for a in self.assumptions)
        return [a for a, value in values if (value != 0 if a.exact else value < 0)]


class EntryRefusal(UserError):
    """A call that is refused on entry: a diagnostic, and with a second base what Python would raise."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        UserError.__init__(self, diagnostic)
        self.message = diagnostic.title
        self.span = diagnostic.primary
        self.code = diagnostic.code

    def __reduce__(self) -> Any:
        return (type(self), (self.diagnostics[0],))

    __str__ = UserError.__str__


class EntryMismatch(EntryRefusal, RunValueError):
    """Sizes of the arguments that do not go together."""


def mismatch(equality: Equality, sizes: Mapping[str, int]) -> EntryMismatch:
    """AG702 for two dims that have to be equal."""
    left, right = (_with_size(side, sizes) for side in (equality.left, equality.right))
    return EntryMismatch(diagnose("AG702", equality.span, left=left, right=right))


def _with_size(dim: Dim, sizes: Mapping[str, int]) -> str:
    if dim.value is not None or any(s not in sizes for s in dim.symbols()):
        return str(dim)
    return f"{dim} = {dim.evaluate(sizes)}"


def assumption_error(assumption: Assumption, sizes: Mapping[str, int]) -> EntryMismatch:
    """AG706 for an assumption that no other program can mend."""
    sign = "==" if assumption.exact else ">="
    text = f"{assumption.dim} {sign} 0" + (f" ({assumption.reason})" if assumption.reason else "")
    values = ", ".join(f"{name} = {sizes[name]}" for name in assumption.dim.symbols())
    return EntryMismatch(diagnose("AG706", assumption.span, assumption=text, notes=[f"here {values}"]))


def _local(homes: Mapping[str, tuple[int, int]], symbol: str) -> str:
    leaf, axis = homes[symbol]
    return f"s{leaf}_{axis}"
