"""What a loop carries, as it is bound at its head, handed on by a round, and known behind the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field

import libcst as cst

from adgen.frontend import merging
from adgen.frontend.abstract import Abstract, Array, Root
from adgen.frontend.carried_forms import Name, ends_of, form_of, places_in
from adgen.frontend.carried_places import Places, Slots
from adgen.frontend.merging import Leaf
from adgen.frontend.reader import Reader
from adgen.frontend.state import (
    BOUND,
    FLAGS,
    Activation,
    Binding,
    Missing,
    State,
    roots_of,
    shown_name,
)
from adgen.frontend.turns import Turns
from adgen.frontend.unbound import at_end
from adgen.ir.core import Node, Value
from adgen.ir.types import AnyType
from adgen.records import dataclass

_SOMETHING = Root("unknown")
"""Stands for a root made inside the loop, which cannot be named at its head."""


@dataclass(slots=True)
class Bindings:
    """The names and arrays that a loop carries, as they are bound at its head, in it and behind it."""

    r: Reader
    act: Activation
    node: cst.For | cst.While
    names: list[Name]
    live: frozenset[str]
    outside: State
    roots: list[Root] = field(default_factory=list)
    fresh: dict[Root | None, None] = field(default_factory=dict)
    rounds: Callable[[], Value] | None = None
    turns: Turns | None = None
    site: object = None
    waiting: bool = False
    slots: Slots = field(init=False)

    def __post_init__(self) -> None:
        self.slots = Slots(self.r, self.outside)

    @property
    def placed(self) -> bool:
        """Whether it is followed which arrays the names are (see :mod:`adgen.frontend.carried_places`)."""
        return self.site in self.r.followed

    # -- around the loop ----------------------------------------------------------------------------------
    def _leaves(self) -> Iterator[tuple[str | None, AnyType, Abstract | Value | None]]:
        for item in self.names:
            shown = shown_name(item.name)
            for at, type_ in enumerate(item.types):
                hint = shown if len(item.types) == 1 or shown is None else f"{shown}_{at}"
                yield hint, type_, item.starts[at]
        for root in self.roots:
            version = self.r.state.versions[root]
            yield self.r.root_names.get(root), version.any_type, version

    def params(self) -> tuple[Value, ...]:
        """Fresh region parameters."""
        return tuple(Value(t, hint) for hint, t, _ in self._leaves())

    def hints(self) -> list[str | None]:
        """Names of the results."""
        return [hint for hint, _, _ in self._leaves()]

    def inits(self) -> tuple[Value, ...]:
        """What the loop starts from."""
        return tuple(merging.convert(self.r, start, t) for _, t, start in self._leaves())

    # -- inside -------------------------------------------------------------------------------------------
    def enter(self, params: tuple[Value, ...]) -> None:
        """Bind the names and versions at the head of the body."""
        values = iter(params)
        frames = self.r.state.frames
        self.slots.enter()
        later: list[tuple[Name, Abstract]] = []
        for item in self.names:
            if item.late or item.gone is not None:
                frames[item.key].pop(item.name, None)
                frames[item.key].pop(BOUND + item.name, None)
                if item.gone is not None and item.gone.error is not None:
                    frames[item.key][item.name] = item.gone
                elif self.waiting and item.late and item.gone is None:
                    frames[item.key][item.name] = Missing(waits=True)
                for _ in item.types:
                    next(values)
                continue
            later.append((item, merging.rebuild(self.r, item.skeleton, values)))
        for root in self.roots:
            self.r.state.versions[root] = next(values)
        for item, bound in later:
            self._share(item, bound)
            frames[item.key][item.name] = bound

    def _share(self, item: Name, bound: Abstract, behind: bool = False) -> None:
        """Mark the roots of a rebuilt name as aliases of others, where they may be."""
        versions = self.r.state.versions
        aliases = item.at_end if behind else {**item.at_entry, **item.at_end}
        for root in roots_of(bound) if item.types and not places_in(item.skeleton) else ():
            sources = {source: versions[source] for source in aliases if source in versions}
            if _SOMETHING in aliases:
                sources[root] = versions[root]
            if sources:
                self.r.state.shared[root] = sources
                self.r.joined[root] = self.site

    def note_aliases(
        self, item: Name, bound: Binding | None, state: State, known: State, noted: dict[Root, None]
    ) -> bool:
        """Note the roots a carried name comes with that can be reached besides; whether any is new."""
        before = len(noted)
        if bound is None or not item.types or places_in(item.skeleton):
            return False
        others = state.reachable(item.key, item.name, self.live if item.key == self.act.key else None)
        for root in roots_of(bound):
            if (root.origin != "local" or root in others) and not self.turns_with(root):
                noted.setdefault(root if root in known.versions else _SOMETHING)
            for source in state.shared.get(root, {}):
                if source is not root:
                    noted.setdefault(source if source in known.versions else _SOMETHING)
        if noted and self.placed:
            raise self.r.refuse("AG245", self.act, self.node, name=item.name)
        return len(noted) > before

    def form(self, key: int, name: str, x: Abstract) -> tuple[object, list[Leaf]]:
        """The form of a binding in front of the loop."""
        if not self.placed:
            return form_of(self.r, x)
        others = self.outside.reachable(key, name, self.live if key == self.act.key else None)

        def placed(one: Array) -> Places:
            type_ = self.r.type_of(one)
            assert type_ is not None
            found = Places(self.slots, shown_name(name) or "array", one, type_)
            found.start(alone=one.root not in others and one.root not in self.outside.shared)
            return found

        return form_of(self.r, x, placed)

    def turns_with(self, root: Root) -> bool:
        return self.turns is not None and root in self.turns.arrays.values()

    def yields(self, nodes: list[Node], state: State, params: tuple[Value, ...]) -> tuple[Value, ...]:
        """What a round hands to the next."""
        found: list[Value] = []
        with self.r.inside(nodes, state):
            rest = iter(params)
            for item in self.names:
                own = [next(rest) for _ in item.types]
                if item.gone is not None:
                    continue
                end = at_end(state.frames[item.key], item.name)
                ends = (
                    own
                    if end is None or isinstance(end, Missing)
                    else list(ends_of(self.r, item.skeleton, end))
                )
                found += [merging.convert(self.r, x, t) for x, t in zip(ends, item.types, strict=True)]
            found += [state.versions[root] for root in self.roots]
        return tuple(found)

    def leave(self, results: tuple[Value, ...], runs: bool) -> None:
        """Bind the names and versions behind the loop, which is known to have run where ``runs`` says so."""
        values = iter(results)
        later: list[tuple[Name, Abstract]] = []
        for item in self.names:
            frame = self.r.state.frames[item.key]
            if item.gone is not None:
                if item.name in frame or item.name not in FLAGS:
                    frame[item.name] = item.gone
                continue
            later.append((item, merging.rebuild(self.r, item.skeleton, values)))
        for root in self.roots:
            self.r.state.versions[root] = next(values)
        for item, bound in later:
            self._share(item, bound, runs)
            self.r.state.frames[item.key][item.name] = bound
        if self.turns is not None:
            self.turns.leave(self.r, {item.name: bound for item, bound in later}, self.site)
