"""What lowering changes as it goes: names, the current version of every array, values already computed.

A branch works on a fork of the state; joining two forks is the business of :mod:`adgen.frontend.merging`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import field
from typing import Any

from adgen.diagnostics import UserError
from adgen.frontend.abstract import Abstract, Array, Either, Root, Tuple, UserFunction
from adgen.frontend.liveness import Liveness
from adgen.frontend.scope import Environment
from adgen.frontend.source import Definition, FunctionSource
from adgen.ir.core import Value
from adgen.records import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Missing:
    """A name that has no usable value here; ``error`` says why, where there is more to say than unbound.

    One that ``waits`` is bound later in the round, so that only other rounds can read it.
    """

    error: UserError | None = None
    waits: bool = False


Binding = Abstract | Missing
RETURNED, BROKE, CONTINUED, RESULT = "$returned", "$broke", "$continued", "$result"
FLAGS = (RETURNED, BROKE, CONTINUED)
RAISED = "$raised"
BOUND = "$bound:"
STOPPED = "$stopped"
"""Whether a loop that has an ``else`` was left by ``break``."""
_SHOWN = {RETURNED: "returned", BROKE: "stopped", CONTINUED: "skipped", RESULT: "result"}


def shown_name(name: str) -> str | None:
    """What a name is called in the program; names of our own have none or a plain one."""
    if name.startswith(BOUND):
        return f"{name.removeprefix(BOUND)}_bound"
    return _SHOWN.get(name, None if name.startswith("$") else name)


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function of the user, ready to be inlined: where it is written and what its free names mean."""

    source: FunctionSource
    node: Definition
    environment: Environment
    parent: Activation | None
    defaults: Mapping[str, Abstract]


@dataclass(frozen=True, slots=True, eq=False)
class Activation:
    """One inlined run of a function; its names live in the state under ``key``."""

    key: int
    name: str
    source: FunctionSource
    environment: Environment
    parent: Activation | None
    local: frozenset[str]
    liveness: Liveness
    node: Definition
    depth: int


@dataclass(slots=True)
class State:
    """Names by activation, array versions, cached reads, and which arrays are shared between two roots."""

    frames: dict[int, dict[str, Binding]] = field(default_factory=dict)
    versions: dict[Root, Value] = field(default_factory=dict)
    cache: dict[Hashable, Any] = field(default_factory=dict)
    shared: dict[Root, dict[Root, Value]] = field(default_factory=dict)

    def fork(self) -> State:
        """A copy that a branch may change."""
        return State(
            {key: dict(names) for key, names in self.frames.items()},
            dict(self.versions),
            dict(self.cache),
            dict(self.shared),
        )

    def reachable(self, key: int, name: str, live: frozenset[str] | None = None) -> set[Root]:
        """Roots that a name other than ``name`` of activation ``key`` refers to, or may refer to.

        With ``live`` only these names of the activation count.
        """
        found: set[Root] = set()
        for frame, names in self.frames.items():
            for other, bound in names.items():
                if frame == key and (other == name or not _counts(other, live)):
                    continue
                found.update(roots_of(bound))
        more = list(found)
        while more:
            sources = self.shared.get(more.pop(), {}).keys() - found
            found |= sources
            more += sources
        return found


def _counts(name: str, live: frozenset[str] | None) -> bool:
    return live is None or name in live or name.startswith("$")


def _behind(x: Either | Array | None) -> set[Root]:
    """The roots of places of which one is meant."""
    match x:
        case Either(then=then, orelse=orelse):
            return _behind(then) | _behind(orelse)
        case Array():
            return roots_of(x)
    return set()


def roots_of(bound: Binding) -> set[Root]:
    """The roots a binding refers to."""
    from adgen.frontend.abstract import Cells, Grown, Iterable, Maybe, Parent, Partial

    match bound:
        case Array(root):
            return {root, *_behind(root.either)}
        case Partial(function=function, positional=positional, named=named):
            given = (function, *positional, *(x for _, x in named))
            return set().union(*(roots_of(item) for item in given))
        case Grown(place=place):
            return set() if place is None else {place.root}
        case Cells(roots=roots):
            return set(roots)
        case Maybe(item=item):
            return roots_of(item)
        case Tuple(items=items) | Iterable(items=items):
            return set().union(*(roots_of(item) for item in items)) if items else set()
        case Parent(base=base):
            return roots_of(base)
        case UserFunction(definition=Closure(defaults=defaults)):
            return set().union(*(roots_of(item) for item in defaults.values())) if defaults else set()
    return set()
