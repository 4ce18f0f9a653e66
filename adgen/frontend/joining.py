"""The end of a branch: every name, and every array, as it is whichever way control came."""

from __future__ import annotations

from dataclasses import field

from adgen.diagnostics import Span, refuse
from adgen.frontend.abstract import Abstract, Array, Known, Number
from adgen.frontend.following import Following, site_of
from adgen.frontend.merging import (
    Leaf,
    Own,
    Sharing,
    Side,
    Unjoinable,
    aligned,
    emit_if,
    filled,
    rebuild,
    said,
    sharing,
)
from adgen.frontend.mutation import changed_names, sole
from adgen.frontend.reader import Reader
from adgen.frontend.state import BOUND, FLAGS, RAISED, RESULT, RETURNED, Binding, Missing, State
from adgen.frontend.unbound import open_flags
from adgen.ir.core import Value
from adgen.primitives.elementwise import logical_not
from adgen.records import dataclass

Name = tuple[int, str]
"""A name and the activation it belongs to."""


@dataclass(slots=True)
class _Joined:
    """What names are behind a branch: forms that wait for the leaves, or why they cannot be read."""

    following: Following
    leaves: list[Leaf] = field(default_factory=list)
    skeletons: dict[Name, tuple[object, Sharing | None]] = field(default_factory=dict)
    missing: dict[Name, Missing] = field(default_factory=dict)


def join_branches(
    r: Reader, pred: Value, sides: tuple[Side, Side], key: int, live: frozenset[str], span: Span | None
) -> None:
    """End an ``if``: append it, set the state behind it.

    ``key`` is the activation the branch belongs to: its names count as far as they are ``live``, names of
    others where a container they refer to was changed.
    """
    base = r.state
    out = _Joined(Following(r, pred, sides, site_of(r, span), base))
    open_flags(sides[0].state.frames[key], sides[1].state.frames[key], live)
    raised = [s.state.frames[key].get(RAISED) == Known(True) for s in sides]
    for name in _names(base, sides, key, live):
        if raised[0] != raised[1]:
            _only(r, sides, name, raised.index(True), out, live if name[0] == key else None)
            continue
        flag = _joined_flag(r, pred, sides, name) if _is_flag(name[1]) else None
        if flag is not None:
            out.skeletons[name] = (flag, None)
        else:
            _join_name(r, sides, name, out, span, live if name[0] == key else None)
    roots = [root for root in base.versions if len({id(s.state.versions[root]) for s in sides}) > 1]
    for root in roots:
        left, right = (s.state.versions[root] for s in sides)
        out.leaves.append(Leaf(left, right, left.any_type, r.root_names.get(root)))
    values = iter(emit_if(r, pred, sides, out.leaves))
    base.frames[key].clear()
    for (frame, text), (skeleton, shared) in out.skeletons.items():
        base.frames[frame][text] = rebuild(r, skeleton, values, shared)
    for (frame, text), absent in out.missing.items():
        base.frames[frame][text] = absent
    for root, value in zip(roots, values, strict=True):
        base.versions[root] = value
    out.following.finish()
    for _, shared in out.skeletons.values():
        if shared is not None:
            shared.renew(sides)
    for side in sides:
        _keep_new(base, side.state)


def _keep_new(base: State, side: State) -> None:
    """Take over what only one branch has made."""
    for root, sources in side.shared.items():
        base.shared[root] = {**base.shared.get(root, {}), **sources}
    for root, version in side.versions.items():
        base.versions.setdefault(root, version)
    for key, names in side.frames.items():
        base.frames.setdefault(key, names)


def _names(base: State, sides: tuple[Side, Side], key: int, live: frozenset[str]) -> list[Name]:
    found = dict.fromkeys([*sides[0].state.frames[key], *sides[1].state.frames[key]])
    own = [(key, name) for name in found if name.removeprefix(BOUND) in live or _is_own(name)]
    others = [n for side in sides for n in changed_names(base, side.state, key)]
    return [*own, *dict.fromkeys(others)]


def _is_own(name: str) -> bool:
    return name.startswith("$") and not name.startswith(BOUND)


def _is_flag(name: str) -> bool:
    return name in FLAGS or name.startswith(BOUND)


def _bindings(sides: tuple[Side, Side], name: Name) -> tuple[Binding | None, Binding | None]:
    left, right = (s.state.frames[name[0]].get(name[1]) for s in sides)
    return left, right


def _only(
    r: Reader,
    sides: tuple[Side, Side],
    name: Name,
    away: int,
    out: _Joined,
    live: frozenset[str] | None,
) -> None:
    """A name behind a branch whose other side raises: what it is on this side."""
    found = sides[1 - away].state.frames[name[0]].get(name[1])
    if found is None or isinstance(found, Missing):
        if name[1] != RESULT and not name[1].startswith(BOUND):
            out.missing[name] = found or Missing()
        return
    if isinstance(found, Known) or found == r.state.frames[name[0]].get(name[1]):
        out.skeletons[name] = (found, None)
        return
    _fill(r, sides, name, found, away, out, live)


def _fill(
    r: Reader,
    sides: tuple[Side, Side],
    name: Name,
    present: Binding,
    away: int,
    out: _Joined,
    live: frozenset[str] | None,
) -> None:
    """A name that one side has no value for, or needs none: what it is on the other one."""
    key, text = name
    state = sides[1 - away].state
    shown = None if text == RESULT else text
    skeleton, found = filled(r, present, away == 0, state, shown)
    bound = (Missing(), present) if away == 0 else (present, Missing())
    shared = sharing(r, sides, key, text, bound, live, out.following.site)
    if shared.sources and (out.following.active or (text == RESULT and len(r.running) > 1)):
        skeleton, found = filled(r, present, away == 0, state, shown, out.following)
    out.leaves += found
    # At the end of the program the result is what it was at the `return`, whatever has changed since.
    plain = not found or (text == RESULT and len(r.running) == 1)
    out.skeletons[name] = (skeleton, None if plain else shared)


def _joined_flag(r: Reader, pred: Value, sides: tuple[Side, Side], name: Name) -> Abstract | None:
    """A flag that one branch sets and the other does not: the condition itself."""
    unset = Known(name[1] not in FLAGS)
    left, right = (x or unset for x in _bindings(sides, name))
    if left == Known(True) and right == Known(False):
        return Number(pred)
    if left == Known(False) and right == Known(True):
        return Number(logical_not(r.b, pred))
    return None


def _join_name(
    r: Reader,
    sides: tuple[Side, Side],
    name: Name,
    out: _Joined,
    span: Span | None,
    live: frozenset[str] | None,
) -> None:
    left, right = _bindings(sides, name)
    if _is_flag(name[1]):
        unset = Known(name[1] not in FLAGS)
        left, right = left or unset, right or unset
    if name[1] == RESULT:
        left, right = _present(left), _present(right)
        if left is None and right is None:
            return
    open_ = _one_sided(r, sides, name, left, right)
    if open_ is not None:
        present = right if open_ == 0 else left
        assert present is not None
        _fill(r, sides, name, present, open_, out, live)
        return
    away = _without_value(sides, name)
    if away is not None:
        _join_open(r, sides, name, out, away, live)
        return
    if left is None or right is None or isinstance(left, Missing) or isinstance(right, Missing):
        known = next((x for x in (left, right) if isinstance(x, Missing) and x.error), None)
        out.missing[name] = known or Missing()
        return
    try:
        skeleton, found = aligned(r, sides, left, right, name[1], _own(sides, name))
    except Unjoinable as problem:
        texts = said(r, sides[0], problem.left), said(r, sides[1], problem.right)
        shown = "the result" if name[1] == RESULT else name[1]
        out.missing[name] = Missing(refuse("AG232", span, name=shown, left=texts[0], right=texts[1]))
        return
    following = out.following
    shared = sharing(r, sides, name[0], name[1], (left, right), live, following.site) if found else None
    if shared is not None and shared.sources and following.active:
        own = _own(sides, name)
        skeleton, found = aligned(r, sides, left, right, name[1], own, following)
    out.leaves += found
    out.skeletons[name] = (skeleton, shared)


def _own(sides: tuple[Side, Side], name: Name) -> Own:
    return lambda left, right: all(sole(s.state, *name, o) for s, o in zip(sides, (left, right), strict=True))


def _join_open(
    r: Reader,
    sides: tuple[Side, Side],
    name: Name,
    out: _Joined,
    away: int,
    live: frozenset[str] | None,
) -> None:
    """A name that one side does not bind: its value on the other one, which a flag goes with."""
    key, text = name
    present = sides[1 - away].state.frames[key][text]
    known = isinstance(present, Array) and not present.path and present.root in r.state.versions
    if known or isinstance(present, Known):
        out.skeletons[name] = (present, None)
        return
    _fill(r, sides, name, present, away, out, live)


def _without_value(sides: tuple[Side, Side], name: Name) -> int | None:
    """The side on which a name has no value, where a flag says so behind the branch."""
    key, text = name
    frames = [side.state.frames[key] for side in sides]
    if not all(BOUND + text in frame for frame in frames):
        return None
    gone = [frame.get(text) is None or isinstance(frame.get(text), Missing) for frame in frames]
    return gone.index(True) if gone[0] != gone[1] else None


def _one_sided(
    r: Reader, sides: tuple[Side, Side], name: Name, left: Binding | None, right: Binding | None
) -> int | None:
    """The side on which a name needs no value: nothing reads it there, because the function has returned."""
    if _is_flag(name[1]):
        return None
    if name[1] == RESULT:  # what could not be joined before is no missing value
        return next((k for k, x in enumerate((left, right)) if x is None), None)
    values = [None if isinstance(x, Missing) else x for x in (left, right)]
    gone = [s.state.frames[name[0]].get(RETURNED) == Known(True) for s in sides]
    if gone[0] == gone[1] or values[gone.index(False)] is None:
        return None
    away = gone.index(True)
    if values[away] is None:
        return away
    try:
        assert left is not None
        assert right is not None
        aligned(r, sides, left, right, name[1])
    except Unjoinable:
        return away
    return None


def _present(x: Binding | None) -> Binding | None:
    return None if isinstance(x, Missing) and x.error is None else x
