"""Specialisations: programs for one kind of call, found again by key, guards and surroundings.

The key of a call is the structure of its arguments and per leaf kind, dtype and rank. Under one key there may
be several programs: for other values of integers the program needs to know, for lengths that break an entry
assumption of the first one (``x[1:-1]`` of one element), for lengths of 1 that are stretched in a broadcast,
for captured values of other kinds. Anything else that changes, lengths above all, changes no program.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from adgen.diagnostics import RunError
from adgen.ir.core import Assumption
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.runtime.abstract import AbstractTree
from adgen.runtime.captures import Surroundings, bind
from adgen.runtime.guards import Check, Guard, assumption_error
from adgen.runtime.keys import Key
from adgen.runtime.traced import Traced

Pins = dict[str, int]
Trace = Callable[[Sequence[AbstractTree]], Traced]


@dataclass(frozen=True, slots=True, eq=False)
class Specialisation:
    """One traced program and when it applies. ``made`` holds what was compiled from it, by plan."""

    traced: Traced
    guard: Guard
    check: Check
    made: dict[Any, Any] = field(default_factory=dict)

    @staticmethod
    def of(traced: Traced) -> Specialisation:
        """The specialisation that a traced function is."""
        types = tuple(t for tree in traced.arguments for t in tree.types)
        names = tuple(
            path
            for p, tree in zip(traced.parameters, traced.arguments, strict=True)
            for path in tree.spec.paths(p)
        )
        guard = Guard(types, names, traced.func.assumptions, traced.demanded)
        return Specialisation(traced, guard, guard.compile())


@dataclass(slots=True, eq=False)
class Bound:
    """A specialisation bound to one function's surroundings; ``run`` is what executes it."""

    specialisation: Specialisation
    surroundings: Surroundings
    run: Callable[[list[Any]], Any] | None = None

    def admits(self, leaves: list[Any]) -> bool:
        """Whether the program is right for these leaves; if so the hidden ones are appended."""
        count = len(leaves)
        if not self.specialisation.check(leaves):
            return False
        if self.surroundings.fetch(leaves):
            return True
        del leaves[count:]
        return False


_LOCK = threading.RLock()
_SHARED: dict[str, dict[Key, tuple[Specialisation, ...]]] = {}


class Table:
    """The specialisations of one function object, and those that functions of equal code share with it.

    Reading needs no lock: tuples are replaced, never changed.
    """

    def __init__(self, function: FunctionType, digest: str, pin_all: bool = False) -> None:
        self._function = function
        self._shared = _SHARED.setdefault(digest, {})
        self._pin_all = pin_all
        self.bound: dict[Key, tuple[Bound, ...]] = {}
        self.latest: Specialisation | None = None

    def find(self, key: Key, leaves: list[Any]) -> Bound | None:
        """A specialisation that admits the leaves (hidden ones appended), among those bound already."""
        for bound in self.bound.get(key, ()):
            if bound.admits(leaves):
                return bound
        return None

    def make(self, key: Key, leaves: list[Any], arguments: Sequence[AbstractTree], trace: Trace) -> Bound:
        """Find a shared specialisation for this call or make one."""
        with _LOCK:
            bound = self.find(key, leaves) or self._from_shared(key, leaves)
            if bound is None:
                bound = self._new(key, leaves, arguments, trace)
            self.latest = bound.specialisation
            return bound

    def _from_shared(self, key: Key, leaves: list[Any]) -> Bound | None:
        for specialisation in self._shared.get(key, ()):
            if specialisation.check(leaves):
                bound = self._bind(key, specialisation)
                if bound is not None and bound.admits(leaves):
                    return bound
        return None

    def _bind(self, key: Key, specialisation: Specialisation) -> Bound | None:
        traced = specialisation.traced
        surroundings = bind(self._function, traced.hidden, traced.fixed)
        if surroundings is None:
            return None
        found = Bound(specialisation, surroundings)
        others = [b for b in self.bound.get(key, ()) if b.specialisation is not specialisation]
        self.bound[key] = (*others, found)
        return found

    def _new(self, key: Key, leaves: list[Any], arguments: Sequence[AbstractTree], trace: Trace) -> Bound:
        specialisation = specialise(arguments, leaves, trace, self._pin_all)
        bound = self._bind(key, specialisation)
        if bound is None or not bound.admits(leaves):
            raise RunError("a captured value changed while the function was being transformed")
        self._shared[key] = (*self._shared.get(key, ()), specialisation)
        return bound


def specialise(
    arguments: Sequence[AbstractTree], leaves: Sequence[Any], trace: Trace, pin_all: bool = False
) -> Specialisation:
    """Trace a function for these leaves, pinning lengths until no entry assumption is broken.

    Raises the error of a broken assumption that pinning cannot mend.
    """
    pins: Pins = {}
    if pin_all:
        pins = _all_sizes(arguments, leaves)
    while True:
        specialisation = Specialisation.of(trace([pinned(tree, pins) for tree in arguments]))
        wrong = specialisation.guard.shape_error(leaves)
        if wrong is not None:
            raise wrong
        broken = specialisation.guard.broken(leaves)
        if not broken:
            return specialisation
        sizes = specialisation.guard.sizes(leaves)
        more = {s: sizes[s] for a in broken for s in _mending(a, sizes)}
        if not more:
            raise assumption_error(broken[0], sizes)
        pins |= more


def _mending(assumption: Assumption, sizes: Pins) -> list[str]:
    """The symbols to pin: all of an inequality, of an equality those that are 1 and may be stretched."""
    names = assumption.dim.symbols()
    return [s for s in names if sizes[s] == 1] if assumption.exact else list(names)


def _all_sizes(arguments: Sequence[AbstractTree], leaves: Sequence[Any]) -> Pins:
    return Guard(tuple(t for tree in arguments for t in tree.types), ()).sizes(leaves)


def pinned(tree: AbstractTree, pins: Pins) -> AbstractTree:
    """The tree with symbols replaced by numbers."""
    dims = {name: Dim.const(size) for name, size in pins.items()}
    types = tuple(Type(t.dtype, tuple(d.substitute(dims) for d in t.dims), t.kind) for t in tree.types)
    return AbstractTree(tree.spec, types, tree.values)
