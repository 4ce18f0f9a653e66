"""Arrays in lists of run-time length, from round to round: none may change behind the list's back."""

from __future__ import annotations

from dataclasses import field

from adgen.frontend.abstract import Root
from adgen.frontend.lists import copy_instead
from adgen.frontend.nested import check_round
from adgen.frontend.reader import Reader
from adgen.frontend.state import Activation, State, roots_of
from adgen.ir.core import Value
from adgen.records import dataclass


@dataclass(slots=True)
class ListRound:
    """One round of a loop, from its head on: the versions there, and what lists shared already."""

    r: Reader
    act: Activation
    live: frozenset[str]
    head: dict[Root, Value] = field(init=False)
    shared: dict[Root, dict[Root, Value]] = field(init=False)

    def __post_init__(self) -> None:
        self.head = dict(self.r.state.versions)
        self.shared = dict(self.r.state.shared)

    def check(self) -> None:
        """Refuse a round that appends what a later round may change."""
        check_round(self.r, self.live, self.act.key)
        state = self.r.state
        changed = {
            root
            for root, version in self.head.items()
            if root.origin != "cells" and state.versions.get(root) is not version
        }
        if not changed:
            return
        reached = state.reachable(self.act.key, "", self.live)
        for root, sources in state.shared.items():
            if root.origin != "cells" or sources == self.shared.get(root):
                continue
            for source in sources:
                made = source not in self.head or source in self.r.rebuilt
                again = made and source in reached
                if source in changed or (again and any(root in self.r.rebuilt for root in changed)):
                    raise copy_instead(self.r, None)


def hold(r: Reader, inside: State) -> None:
    """Behind a loop: the elements of its lists may be the arrays it carried."""
    carried = {
        root: r.state.versions[root]
        for names in r.state.frames.values()
        for bound in names.values()
        for root in roots_of(bound)
        if root in r.rebuilt and root.origin != "cells" and root in r.state.versions
    }
    for root, sources in inside.shared.items():
        if root.origin == "cells" and root in r.state.versions and sources:
            outer = {s: v for s, v in sources.items() if s in r.state.versions}
            r.state.shared[root] = {**r.state.shared.get(root, {}), **outer, **carried}
