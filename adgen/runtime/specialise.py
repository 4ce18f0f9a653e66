"""Specialisations: programs for one kind of call, found again by key, guards and surroundings.

The key of a call is the structure of its arguments and per leaf kind, dtype and rank. Under one key there may
be several programs: for other values of integers the program needs to know, for lengths that break an entry
assumption of the first one (``x[1:-1]`` of one element), for lengths of 1 that are stretched in a broadcast,
for captured values of other kinds. Anything else that changes, lengths above all, changes no program.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from adgen.diagnostics import RunError
from adgen.diagnostics.errors import Unequal
from adgen.ir.core import Assumption
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.records import dataclass
from adgen.runtime.abstract import AbstractTree
from adgen.runtime.captures import Surroundings, bind
from adgen.runtime.guards import Check, Guard, assumption_error, mismatch
from adgen.runtime.keys import Key
from adgen.runtime.traced import Equality, Traced

LARGEST_KEPT = 64
"""Elements of a captured array that a program remembers, so that its module can hold it."""

SMALL = 16
"""Inner lengths up to this one are compiled as literals at the first call of a kind."""

Pins = dict[str, int]
Trace = Callable[[Sequence[AbstractTree], frozenset[Dim], Mapping[str, int]], Traced]


@dataclass(frozen=True, slots=True, eq=False)
class Specialisation:
    """One traced program and when it applies. ``made`` holds what was compiled from it, by plan.

    Of a program from the disk ``again`` says how it is traced again: without which assumptions, at which
    sizes.
    """

    traced: Traced
    guard: Guard
    check: Check
    made: dict[Any, Any] = field(default_factory=dict)
    again: tuple[frozenset[Dim], Mapping[str, int]] | None = None

    @staticmethod
    def of(traced: Traced, refuted: frozenset[Dim] = frozenset()) -> Specialisation:
        """The specialisation that a function traced without the assumptions ``refuted`` is."""
        types = (*traced.leaf_types, *(hidden.type for hidden in traced.hidden))
        names = (*traced.leaf_names, *(hidden.name for hidden in traced.hidden))
        symbols = {s for t in types for d in t.dims for s in d.symbols()}
        negative = tuple(d for d in refuted if symbols.issuperset(d.symbols()))
        guard = Guard(types, names, traced.func.assumptions, traced.demanded, traced.alike, negative)
        return Specialisation(traced, guard, guard.compile())


@dataclass(slots=True, eq=False)
class Bound:
    """A specialisation bound to one function's surroundings; ``run`` executes it.

    ``entered`` says whether it has been asked for a native entry.
    """

    specialisation: Specialisation
    surroundings: Surroundings
    run: Callable[[list[Any]], Any] | None = None
    entered: bool = False

    def admits(self, leaves: list[Any]) -> bool:
        """Whether the program is right for these leaves; if so the hidden ones are appended."""
        count = len(leaves)
        if self.surroundings.fetch(leaves) and self.specialisation.check(leaves):
            return True
        del leaves[count:]
        return False


_LOCK = threading.RLock()
_SHARED: dict[str, dict[Key, tuple[Specialisation, ...]]] = {}


class Table:
    """The specialisations of one function object, and those that functions of equal code share with it.

    Reading needs no lock: tuples are replaced, never changed.
    """

    def __init__(self, function: Any, digest: str, pin_all: bool = False, pin_small: bool = False) -> None:
        self._function = function
        self._shared = _SHARED.setdefault(digest, {})
        self._pin_all = pin_all
        self._pin_small = pin_small
        self.bound: dict[Key, tuple[Bound, ...]] = {}
        self.latest: Specialisation | None = None

    def find(self, key: Key, leaves: list[Any]) -> Bound | None:
        """A specialisation that admits the leaves (hidden ones appended), among those bound already."""
        for bound in self.bound.get(key, ()):
            if bound.admits(leaves):
                self.latest = bound.specialisation
                return bound
        return None

    def shared(self, key: Key, leaves: list[Any]) -> Bound | None:
        """A specialisation that a function of equal code has made, bound to this one."""
        with _LOCK:
            bound = self._first(key, leaves, self._shared.get(key, ()))
            if bound is not None:
                self.latest = bound.specialisation
            return bound

    def make(
        self,
        key: Key,
        leaves: list[Any],
        arguments: Sequence[AbstractTree],
        trace: Trace,
        stored: Callable[[], Iterable[Specialisation]] = tuple,
    ) -> Bound:
        """Find a shared or a stored specialisation for this call or make one."""
        with _LOCK:
            bound = self.find(key, leaves) or self._first(key, leaves, self._shared.get(key, ()))
            bound = bound or self._first(key, leaves, stored())
            if bound is None:
                bound = self._new(key, leaves, arguments, trace)
            self.latest = bound.specialisation
            return bound

    def _first(self, key: Key, leaves: list[Any], among: Iterable[Specialisation]) -> Bound | None:
        for specialisation in among:
            bound = self._bind(specialisation)
            if bound is not None and bound.admits(leaves):
                self._keep(key, bound)
                return bound
        return None

    def _bind(self, specialisation: Specialisation) -> Bound | None:
        traced = specialisation.traced
        surroundings = bind(self._function, traced.hidden, traced.fixed)
        return None if surroundings is None else Bound(specialisation, surroundings)

    def _keep(self, key: Key, bound: Bound) -> None:
        others = [b for b in self.bound.get(key, ()) if b.specialisation is not bound.specialisation]
        self.bound[key] = (*others, bound)

    def _new(self, key: Key, leaves: list[Any], arguments: Sequence[AbstractTree], trace: Trace) -> Bound:
        first = not self._shared.get(key)
        pins = _pins(arguments, leaves, self._pin_all, self._pin_small and first)
        specialisation = specialise(arguments, leaves, trace, pins)
        specialisation = replace(specialisation, traced=_without_large(specialisation.traced))
        bound = self._bind(specialisation)
        if bound is None or not bound.admits(leaves):
            raise RunError("a captured value changed while the function was being transformed")
        self._keep(key, bound)
        self._shared[key] = (*self._shared.get(key, ()), specialisation)
        return bound


def _pins(arguments: Sequence[AbstractTree], leaves: Sequence[Any], every: bool, small: bool) -> Pins:
    """The lengths to compile as literals: all, or the small ones of inner axes, which make short loops."""
    if every:
        return sizes_of(arguments, leaves)
    if not small:
        return {}
    types = [t for tree in arguments for t in tree.types]
    inner = {s for t in types for d in t.dims[1:] for s in d.symbols()}
    return {s: n for s, n in sizes_of(arguments, leaves).items() if s in inner and 1 < n <= SMALL}


def specialise(
    arguments: Sequence[AbstractTree], leaves: Sequence[Any], trace: Trace, pins: Pins
) -> Specialisation:
    """Trace a function for these leaves until nothing it takes for granted on entry is wrong for them.

    Raises the error of a condition that no other program can mend.
    """
    sizes = sizes_of(arguments, leaves)
    pins = dict(pins)
    refuted: frozenset[Dim] = frozenset()
    while True:
        try:
            traced = trace([pinned(tree, pins) for tree in arguments], refuted, sizes)
        except Unequal as unequal:
            if unequal.sizes.keys() <= pins.keys() and unequal.refuted <= refuted:
                raise
            pins |= unequal.sizes
            refuted |= unequal.refuted
            continue
        known = sizes | _hidden_sizes(traced)
        early = _broken(traced.func.assumptions, known) - refuted
        if early:
            refuted |= early
            continue
        ones = next((found for e in traced.equalities if (found := _stretched(e, known))), {})
        if ones:
            pins |= ones
            continue
        specialisation = Specialisation.of(traced, refuted)
        full = [*leaves, *traced.examples]
        wrong = specialisation.guard.shape_error(full)
        if wrong is not None:
            raise wrong
        broken = [a.dim for a in specialisation.guard.broken(full)]
        if not broken:
            return specialisation
        if refuted.issuperset(broken):
            error = next(a for a in specialisation.guard.assumptions if a.dim in broken)
            raise assumption_error(error, specialisation.guard.sizes(full))
        refuted |= frozenset(broken)


def _without_large(traced: Traced) -> Traced:
    """The traced function without the large captured arrays it was traced with: they are not ours to keep."""
    kept = tuple(None if getattr(v, "size", 1) > LARGEST_KEPT else v for v in traced.examples)
    return replace(traced, examples=kept)


def _broken(assumptions: Sequence[Assumption], sizes: Pins) -> frozenset[Dim]:
    """The assumptions that ask for at least as much as there is, and are wrong for these sizes."""
    known = (a.dim for a in assumptions if not a.exact and set(a.dim.symbols()) <= sizes.keys())
    return frozenset(d for d in known if d.evaluate(sizes) < 0)


def _stretched(equality: Equality, sizes: Pins) -> Pins:
    """The sizes to pin because a length is 1 where the program was made for equal ones."""
    names = {*equality.left.symbols(), *equality.right.symbols()}
    if any(name not in sizes for name in names):
        return {}
    lengths = {side: side.evaluate(sizes) for side in (equality.left, equality.right)}
    if len(set(lengths.values())) == 1:
        return {}
    ones = [side for side, length in lengths.items() if length == 1]
    if not ones:
        raise mismatch(equality, sizes)
    return {name: sizes[name] for side in ones for name in side.symbols()}


def sizes_of(arguments: Sequence[AbstractTree], leaves: Sequence[Any]) -> Pins:
    """The size of every symbol of the arguments, for these leaves."""
    types = tuple(t for tree in arguments for t in tree.types)
    return Guard(types, ("",) * len(types)).sizes(leaves)


def _hidden_sizes(traced: Traced) -> Pins:
    found: Pins = {}
    for hidden, value in zip(traced.hidden, traced.examples, strict=True):
        if hidden.type.rank:
            found |= {f"{hidden.name}_{axis}": size for axis, size in enumerate(value.shape)}
    return found


def pinned(tree: AbstractTree, pins: Pins) -> AbstractTree:
    """The tree with symbols replaced by numbers."""
    dims = {name: Dim.const(size) for name, size in pins.items()}
    types = tuple(Type(t.dtype, tuple(d.substitute(dims) for d in t.dims), t.kind) for t in tree.types)
    return AbstractTree(tree.spec, types, tree.values)
