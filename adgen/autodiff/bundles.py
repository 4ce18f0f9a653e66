"""Arguments and results of a function as its callers see them: single values, and tapes of several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from adgen.analysis.activity import carries_derivative
from adgen.ir.calls import bundled, calls_in, slots
from adgen.ir.core import PLAIN, Func, Op, Value
from adgen.records import dataclass


@dataclass(frozen=True, slots=True)
class Bundles:
    """The parameters (or results) of a function, and how calls group them."""

    values: tuple[Value, ...]
    sizes: tuple[int, ...]

    @staticmethod
    def of(values: Sequence[Value], grouping: Sequence[int]) -> Bundles:
        """The bundles of parameters or results."""
        return Bundles(tuple(values), slots(grouping, len(values)))

    @staticmethod
    def taken(func: Func) -> Bundles:
        """What a function takes."""
        return Bundles.of(func.params, func.takes)

    @staticmethod
    def given(func: Func) -> Bundles:
        """What a function gives."""
        return Bundles.of(func.results, func.gives)

    def inner(self, k: int) -> tuple[int, ...]:
        """The positions behind argument (or result) ``k`` of a call that can have a derivative."""
        found = bundled(range(len(self.values)), self.sizes)[k]
        every = found if isinstance(found, tuple) else (found,)
        return tuple(p for p in every if carries_derivative(self.values[p].any_type))

    def positions(self, which: Iterable[int]) -> list[int]:
        """The positions behind several."""
        return [p for k in which for p in self.inner(k)]

    def varying(self) -> tuple[int, ...]:
        """The arguments (or results) that have a derivative where anything has; every tape is one."""
        return tuple(k for k, size in enumerate(self.sizes) if size != PLAIN or self.inner(k))

    def derived(self, which: Iterable[int]) -> tuple[int, ...]:
        """How the derivatives of some travel."""
        return tuple(PLAIN if self.sizes[k] == PLAIN else len(self.inner(k)) for k in which)


def taped_calls(func: Func, table: Mapping[str, Func]) -> Iterator[Op]:
    """The calls that leave or take a tape: those of a derivative that is differentiated again.

    All of them are taken to be active, with everything that can be: so what is on a tape, and what its
    derivative holds, depends on the function alone.
    """
    for op in calls_in(func.body):
        callee = table[op.attr("callee")]
        if callee.takes or callee.gives:
            yield op


def grouping(sizes: Sequence[int]) -> tuple[int, ...]:
    """Sizes as a function keeps them: none where nothing is bundled."""
    return tuple(sizes) if any(size != PLAIN for size in sizes) else ()


def free_name(wish: str, taken: Iterable[str]) -> str:
    """The wish, numbered where it is taken."""
    known = set(taken)
    candidates = (wish if k == 0 else f"{wish}_{k}" for k in range(len(known) + 1))
    return next(name for name in candidates if name not in known)
