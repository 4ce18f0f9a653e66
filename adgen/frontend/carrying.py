"""What a loop carries: the bindings at its head, the versions of the arrays it changes, and their types.

The types start as those on entry and widen until a round leaves them as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from adgen.diagnostics import UserError
from adgen.frontend import cells, merging
from adgen.frontend.abstract import Abstract, Array, Cells, Grown, Known, Maybe, Root, Tuple
from adgen.frontend.carried_forms import (
    Name,
    form_of,
    has_form,
    is_placeable,
    placed_ends,
    places_in,
    refit,
    types_of,
)
from adgen.frontend.carried_names import Bindings
from adgen.frontend.carried_places import Places
from adgen.frontend.following import site_of
from adgen.frontend.merging import Unjoinable
from adgen.frontend.mutation import changed_names, sole
from adgen.frontend.nested import note_made
from adgen.frontend.open_sizes import in_scope, opened
from adgen.frontend.optional import can_be_absent, is_none
from adgen.frontend.origins import becoming
from adgen.frontend.promotion import join_types
from adgen.frontend.reader import Reader, describe
from adgen.frontend.signals import Peel, Relearn
from adgen.frontend.state import (
    BOUND,
    RESULT,
    STOPPED,
    Activation,
    Binding,
    Missing,
    State,
)
from adgen.frontend.turns import turns_of
from adgen.frontend.unbound import at_end, is_open, may_be_open
from adgen.ir.core import Node
from adgen.ir.types import BOOL, AnyType, Type
from adgen.records import dataclass


@dataclass(slots=True)
class Carried(Bindings):
    """Everything one loop carries; its types and forms widen until a round leaves them as they are."""

    def widen(self, nodes: list[Node], state: State, runs: Callable[[], bool]) -> bool:
        """Compare the end of the body with its head; whether a type, a form or a set of roots changed."""
        if not self.placed and self._take_turns(state):
            return True
        changed = self._take_up(state)
        if self.placed:
            changed |= self._follow(nodes, state, runs)
        for item in list(self.names):
            frame = state.frames[item.key]
            end = at_end(frame, item.name)
            with self.r.inside(nodes, state):
                changed |= self._widen(item, end, runs, state)
            changed |= self.note_aliases(item, end, state, self.r.state, item.at_end)
        base = self.r.state.versions
        for root, version in base.items():
            if root not in self.roots and state.versions[root] is not version:
                self.roots.append(root)
                changed = True
        return changed

    # -- which arrays the names are -----------------------------------------------------------------------
    def _late(self, one: Array) -> Places:
        type_ = self.r.type_of(one)
        assert type_ is not None
        return Places(self.slots, "array", None, type_)

    def _follow(self, nodes: list[Node], state: State, runs: Callable[[], bool]) -> bool:
        """Take up what the names are at the end of a round; whether anything is new."""
        was_open = self.slots.open
        with self.r.inside(nodes, state):
            for item in list(self.names):
                end = at_end(frame := state.frames[item.key], item.name)
                if item.entry is None and item.skeleton is None and is_placeable(end):
                    assert isinstance(end, Array | Tuple)
                    self._first(item, end, runs, is_open(frame, item.name))
                elif is_none(item.skeleton) and is_placeable(end):
                    assert not isinstance(end, Missing | None)
                    self._make_optional(item, end, runs)
            ends = [pair for item in self.names for pair in self._pairs(item, state)]
            fits = self.slots.assign(ends)
            admitted = [places.admit(end) for places, end in ends] if fits else [None]
        if None in admitted:
            places, end = ends[admitted.index(None)]
            known = [x for x in (places.entry, end) if x is not None]
            labels = becoming(self.r, places.name, known)
            raise self.r.refuse("AG245", self.act, self.node, name=places.name, labels=labels)
        grown = [
            item for item in self.names if any(p.width != len(p.parts()) for p in places_in(item.skeleton))
        ]
        for item in grown:
            refit(item)
        return bool(grown) or True in admitted or was_open is not self.slots.open

    def _pairs(self, item: Name, state: State) -> list[tuple[Places, Array]]:
        """The places of a name, with what they are at the end of a round."""
        end = at_end(state.frames[item.key], item.name)
        if end is None or isinstance(end, Missing) or item.gone is not None:
            return []
        return list(placed_ends(item.skeleton, end))

    def _take_up(self, state: State) -> bool:
        """Carry the names whose containers the body changes, those of other activations among them."""
        base, known = self.r.state, {(item.key, item.name) for item in self.names}
        names = changed_names(base, state, self.act.key)
        own = base.frames[self.act.key].items()
        ends = state.frames[self.act.key]
        names += [(self.act.key, n) for n, x in own if _is_changed(n, x, ends.get(n))]
        found = [n for n in names if n not in known]
        found = [n for n in found if not isinstance(base.frames[n[0]][n[1]], Grown | Missing)]
        for key, name in found:
            entry = base.frames[key][name]
            assert not isinstance(entry, Missing)
            skeleton, leaves = self.form(key, name, entry)
            types, starts = [leaf.type for leaf in leaves], [leaf.left for leaf in leaves]
            self.names.append(Name(key, name, entry, skeleton, types, starts, False))
            self.note_aliases(self.names[-1], entry, base, base, self.names[-1].at_entry)
        return bool(found)

    def _widen(self, item: Name, end: Binding | None, runs: Callable[[], bool], state: State) -> bool:
        if item.gone is not None:
            return False
        if end is None or isinstance(end, Missing):
            if item.late and not item.types:
                item.gone = end if end is not None and end.error else Missing()
                return False
            item.gone = end if isinstance(end, Missing) and end.error else Missing()
            item.types, item.starts = [], []
            if any(places.slots for places in places_in(item.skeleton)):
                raise self.r.refuse("AG245", self.act, self.node, name=item.name)
            return True
        if item.late and item.entry is None and not item.types and not places_in(item.skeleton):
            return self._first(item, end, runs, is_open(state.frames[item.key], item.name))
        return self._join(item, end, runs, state)

    def _first(self, item: Name, end: Abstract, runs: Callable[[], bool], is_open: bool) -> bool:
        """A name first bound in the body: it starts from zeros, with a flag where that may not happen."""
        open_ = item.name != RESULT and (self.waiting or is_open or not runs())
        if open_ and not may_be_open(end):
            item.gone = Missing()
            return False
        placed = self.placed and is_placeable(end)
        if placed:
            skeleton, leaves = form_of(self.r, end, self._late)
        else:
            skeleton, leaves = merging.filled(self.r, end, True, self.r.state)
        if open_:
            flag = Name(item.key, BOUND + item.name, Known(False), ("leaf",), [BOOL], [Known(False)], False)
            self.names.append(flag)
            item.late = False
        item.skeleton = skeleton
        item.types = [self._outside(leaf.type) for leaf in leaves]
        item.starts = [None] * len(leaves)
        return bool(leaves) or open_ or placed

    def _take_turns(self, state: State) -> bool:
        """Whether names turn out to exchange whole arrays in every round, some of the caller's too."""
        frame, key = state.frames[self.act.key], self.act.key
        moved = [
            item
            for item in self.names
            if item.key == key and isinstance(item.skeleton, Array) and frame.get(item.name) != item.skeleton
        ]
        starts = {item.name: item.skeleton for item in moved if isinstance(item.skeleton, Array)}
        ends = {name: frame.get(name) for name in starts}
        outside = {name: self.outside.reachable(key, name, self.live) for name in starts}
        if self.turns is not None or not starts:
            return False
        self.turns = turns_of(starts, ends, outside, self.rounds)
        for item in moved if self.turns is not None else ():
            self._release(item)
        return self.turns is not None

    def _release(self, item: Name) -> None:
        """Let a name that kept to one array be any array of its type."""
        assert item.entry is not None
        assert not isinstance(item.entry, Missing)
        inner, self.r.state = self.r.state, self.outside
        try:
            item.skeleton, leaves = form_of(self.r, item.entry)
            item.types, item.starts = [leaf.type for leaf in leaves], [leaf.left for leaf in leaves]
            self.note_aliases(item, item.entry, self.outside, self.outside, item.at_entry)
        finally:
            self.r.state = inner

    def _join(self, item: Name, end: Abstract, runs: Callable[[], bool], state: State) -> bool:
        def own(before: Root | None, after: Root | None) -> bool:
            outside = sole(self.r.state, item.key, item.name, before) or before in self.fresh
            return outside and sole(state, item.key, item.name, after)

        if isinstance(item.skeleton, Array) and item.skeleton != end:
            self._release(item)
            self._join(item, end, runs, state)
            return True
        if self._make_optional(item, end, runs):
            return True
        by_value = self._by_value(item, end)
        try:
            types = list(types_of(self.r, item.skeleton, end))
            disowned = self._disowned(item.skeleton, end, own)
        except Unjoinable:
            self._learn_lists(item, end)
            if not self._may_peel(runs) and self._as_list(item, end):
                return True
            raise self._cannot(item, end, runs) from None
        item.skeleton = disowned or item.skeleton
        if not item.types and not types:
            if has_form(item.skeleton, end) or item.late:
                return disowned is not None
            self._learn_lists(item, end)
            raise self._cannot(item, end, runs)
        joined = [self._joined(item, a, b, end, runs) for a, b in zip(item.types, types, strict=True)]
        changed = by_value or joined != item.types or disowned is not None
        item.types = joined
        return changed

    def _make_optional(self, item: Name, end: Abstract, runs: Callable[[], bool]) -> bool:
        """A name that is None in some rounds goes on with a flag."""
        match item.skeleton:
            case ("optional", _):
                return False
            case Known(value=None):
                inner = end.item if isinstance(end, Maybe) else end
                if is_none(inner) or not can_be_absent(inner):
                    return False
                if inner is end and self._may_peel(runs):
                    return False
                if self.placed and is_placeable(inner):
                    form, leaves = form_of(self.r, inner, self._late)
                else:
                    form, leaves = merging.filled(self.r, inner, True, self.r.state)
                item.skeleton = ("optional", form)
                item.types = [BOOL, *(self._outside(leaf.type) for leaf in leaves)]
                item.starts = [Known(True), *([None] * len(leaves))]
                return True
        if not (isinstance(end, Maybe) or is_none(end)):
            return False
        item.skeleton = ("optional", item.skeleton)
        item.types, item.starts = [BOOL, *item.types], [Known(False), *item.starts]
        return True

    def _disowned(self, skeleton: object, end: Abstract, own: merging.Own) -> object | None:
        """The skeleton with other identities for containers that a round may have exchanged, or None.

        A container that only the carried name refers to, before the loop and behind a round, is always the
        name's own; any other has no identity at the head of the loop.
        """
        match skeleton:
            case ("tuple", Tuple() as like, list() as parts) if isinstance(end, Tuple):
                found = [self._disowned(p, x, own) for p, x in zip(parts, end.items, strict=True)]
                lost = like.owner is not None and like.owner is not end.owner
                if lost and own(like.owner, end.owner):
                    if like.owner in self.fresh:
                        lost = False
                    else:
                        owner = Root(like.kind, None, self.r.b.span)
                        note_made(self.r, owner, like.owner, end.owner)
                        like = replace(like, owner=owner)
                        self.fresh[owner] = None
                elif lost:
                    like = replace(like, owner=None)
                if not lost and all(f is None for f in found):
                    return None
                return ("tuple", like, [p if f is None else f for p, f in zip(parts, found, strict=True)])
        return None

    def _by_value(self, item: Name, end: Abstract) -> bool:
        """A name that is another list behind a round carries the contents; until then it is one list."""
        entry = item.entry
        if (
            not (isinstance(end, Cells) and isinstance(entry, Cells))
            or item.skeleton != entry
            or end == entry
        ):
            return False
        like = cells.alike(self.r, entry, end)
        item.skeleton = ("cells", like)
        item.types = list(cells.stack_types(like))
        item.starts = [self.outside.versions[root] for root in entry.roots]
        return True

    def _as_list(self, item: Name, end: Abstract) -> bool:
        """A tuple that is a list behind every round is one before the loop: nothing can change it there."""
        match item.skeleton:
            case ("tuple", Tuple(kind="tuple", cls=None) as like, list() as parts) if isinstance(end, Tuple):
                if end.kind != "list" or len(end.items) != len(parts):
                    return False
                owner = Root("list", None, self.r.b.span)
                note_made(self.r, owner, end.owner)
                self.fresh[owner] = None
                item.skeleton = ("tuple", replace(like, kind="list", owner=owner), parts)
                return True
        return False

    def _learn_lists(self, item: Name, end: Abstract) -> None:
        """Start over with lists of run-time length where a list changes its length from round to round."""
        if item.entry is not None and not isinstance(item.entry, Missing):
            unlike = merging.unlike(self.r, item.entry, end)
            if isinstance(unlike, Relearn):
                raise unlike

    def _joined(
        self, item: Name, old: AnyType, new: AnyType | None, end: Abstract, runs: Callable[[], bool]
    ) -> AnyType:
        if new is None:
            return old
        if not isinstance(old, Type) or not isinstance(new, Type):
            assert old == new
            return old
        joined = join_types(old, new)
        if joined is None:
            raise self._cannot(item, end, runs)
        return opened(self.r, joined, new)

    def _outside(self, type_: AnyType) -> AnyType:
        """A type as it is in front of the loop: sizes that are not known there are left open."""
        if not isinstance(type_, Type):
            return type_
        inner, self.r.state = self.r.state, self.outside
        try:
            return in_scope(self.r, type_)
        finally:
            self.r.state = inner

    def _may_peel(self, runs: Callable[[], bool]) -> bool:
        """Whether the first round may be read on its own."""
        return isinstance(self.node, cst.For) and self.node not in self.r.peeled and runs()

    def _cannot(self, item: Name, end: Abstract, runs: Callable[[], bool]) -> UserError:
        """The refusal of a name whose form changes; peels the first round where that can help."""
        if self._may_peel(runs):
            self.r.peeled.add(self.node)
            raise Peel
        entry = (
            "unbound"
            if item.entry is None or isinstance(item.entry, Missing)
            else describe(self.r, item.entry)
        )
        return self.r.refuse(
            "AG233", self.act, self.node, name=item.name, left=entry, right=describe(self.r, end)
        )


def carried_at_entry(
    r: Reader, act: Activation, candidates: dict[str, bool], node: cst.For | cst.While, live: frozenset[str]
) -> Carried:
    """The names a loop carries, with their types on entry; ``live`` are those that matter from here on."""
    frame = r.state.frames[act.key]
    for name in [n for n in frame if n not in live and not n.startswith("$")]:
        del frame[name]
    names: list[Name] = []
    site = site_of(r, act.source.span(node))
    carried = Carried(r, act, node, names, live, r.state, site=site)
    for name, late in candidates.items():
        entry = None if late else frame.get(name)
        if entry is None or isinstance(entry, Missing):
            names.append(Name(act.key, name, None, None, [], [], True))
            continue
        keeps = isinstance(entry, Array) and not carried.placed
        skeleton, leaves = (entry, []) if keeps else carried.form(act.key, name, entry)
        types, starts = [leaf.type for leaf in leaves], [leaf.left for leaf in leaves]
        names.append(Name(act.key, name, entry, skeleton, types, starts, False))
    for item in names:
        carried.note_aliases(item, item.entry, r.state, r.state, item.at_entry)
    return carried


def _is_changed(name: str, before: Binding, after: Binding | None) -> bool:
    """Whether a name that the body itself does not bind means something else behind a round."""
    ours = name.startswith("$") and name != STOPPED
    return not ours and before is not after and before != after
