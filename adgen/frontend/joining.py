"""The end of a branch: every name, and every array, as it is whichever way control came."""

from __future__ import annotations

from adgen.diagnostics import Span, refuse
from adgen.frontend.abstract import Abstract, Known, Number
from adgen.frontend.merging import (
    Leaf,
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
from adgen.frontend.reader import Reader
from adgen.frontend.state import BOUND, FLAGS, RAISED, RESULT, RETURNED, Binding, Missing
from adgen.frontend.unbound import open_flags
from adgen.ir.core import Value
from adgen.primitives.elementwise import logical_not


def join_branches(
    r: Reader, pred: Value, sides: tuple[Side, Side], key: int | None, live: frozenset[str], span: Span | None
) -> None:
    """End an ``if``: append it, set the state behind it. ``key`` is the activation whose names may differ."""
    base = r.state
    leaves: list[Leaf] = []
    skeletons: dict[str, tuple[object, Sharing | None]] = {}
    missing: dict[str, Missing] = {}
    if key is not None:
        open_flags(sides[0].state.frames[key], sides[1].state.frames[key], live)
        raised = [s.state.frames[key].get(RAISED) == Known(True) for s in sides]
        for name in _names(sides, key, live):
            if raised[0] != raised[1]:
                _only(r, sides[raised.index(False)], key, name, not raised[1], leaves, skeletons, missing)
                continue
            flag = _joined_flag(r, pred, sides, key, name) if _is_flag(name) else None
            if flag is not None:
                skeletons[name] = (flag, None)
            else:
                _join_name(r, sides, key, name, (leaves, skeletons, missing), (span, live))
    roots = [root for root in base.versions if len({id(s.state.versions[root]) for s in sides}) > 1]
    for root in roots:
        left, right = (s.state.versions[root] for s in sides)
        leaves.append(Leaf(left, right, left.any_type, r.root_names.get(root)))
    results = emit_if(r, pred, sides, leaves)
    values = iter(results)
    if key is not None:
        frame = base.frames[key]
        frame.clear()
        kept = {name: rebuild(r, s, values, shared) for name, (s, shared) in skeletons.items()}
        frame.update(kept)
        frame.update(missing)
    for root, value in zip(roots, values, strict=True):
        base.versions[root] = value
    for side in sides:
        for root, sources in side.state.shared.items():
            base.shared[root] = {**base.shared.get(root, {}), **sources}
        for root, version in side.state.versions.items():
            base.versions.setdefault(root, version)


def _names(sides: tuple[Side, Side], key: int, live: frozenset[str]) -> list[str]:
    found = dict.fromkeys([*sides[0].state.frames[key], *sides[1].state.frames[key]])
    return [name for name in found if name.removeprefix(BOUND) in live or _is_own(name)]


def _is_own(name: str) -> bool:
    return name.startswith("$") and not name.startswith(BOUND)


def _is_flag(name: str) -> bool:
    return name in FLAGS or name.startswith(BOUND)


def _only(
    r: Reader,
    side: Side,
    key: int,
    name: str,
    missing_left: bool,
    leaves: list[Leaf],
    skeletons: dict[str, tuple[object, Sharing | None]],
    missing: dict[str, Missing],
) -> None:
    """A name behind a branch whose other side raises: what it is on this side."""
    found = side.state.frames[key].get(name)
    if found is None or isinstance(found, Missing):
        if name != RESULT and not name.startswith(BOUND):
            missing[name] = found or Missing()
        return
    if isinstance(found, Known) or found == r.state.frames[key].get(name):
        skeletons[name] = (found, None)
        return
    skeleton, fresh = filled(r, found, missing_left, side.state)
    leaves += fresh
    skeletons[name] = (skeleton, None)


def _joined_flag(r: Reader, pred: Value, sides: tuple[Side, Side], key: int, name: str) -> Abstract | None:
    """A flag that one branch sets and the other does not: the condition itself."""
    unset = Known(name not in FLAGS)
    left, right = (s.state.frames[key].get(name, unset) for s in sides)
    if left == Known(True) and right == Known(False):
        return Number(pred)
    if left == Known(False) and right == Known(True):
        return Number(logical_not(r.b, pred))
    return None


Collected = tuple[list[Leaf], dict[str, tuple[object, "Sharing | None"]], dict[str, Missing]]


def _join_name(
    r: Reader,
    sides: tuple[Side, Side],
    key: int,
    name: str,
    out: Collected,
    where: tuple[Span | None, frozenset[str]],
) -> None:
    leaves, skeletons, missing = out
    span, live = where
    left, right = (s.state.frames[key].get(name) for s in sides)
    if _is_flag(name):
        unset = Known(name not in FLAGS)
        left, right = left or unset, right or unset
    if name == RESULT:
        left, right = _present(left), _present(right)
        if left is None and right is None:
            return
    open_ = _one_sided(r, sides, key, name, left, right)
    if open_ is not None:
        present = right if open_ == 0 else left
        assert present is not None
        skeleton, found = filled(r, present, open_ == 0, sides[1 - open_].state)
        leaves += found
        skeletons[name] = (skeleton, None)
        return
    away = _without_value(sides, key, name)
    if away is not None:
        _join_open(r, sides, key, name, out, away, live)
        return
    if left is None or right is None or isinstance(left, Missing) or isinstance(right, Missing):
        known = next((x for x in (left, right) if isinstance(x, Missing) and x.error), None)
        missing[name] = known or Missing()
        return
    try:
        skeleton, found = aligned(r, sides, left, right, name)
    except Unjoinable as problem:
        found_ = said(r, sides[0], problem.left), said(r, sides[1], problem.right)
        shown = "the result" if name == RESULT else name
        missing[name] = Missing(refuse("AG232", span, name=shown, left=found_[0], right=found_[1]))
        return
    leaves += found
    skeletons[name] = (skeleton, sharing(r, sides, key, name, (left, right), live) if found else None)


def _join_open(
    r: Reader,
    sides: tuple[Side, Side],
    key: int,
    name: str,
    out: Collected,
    away: int,
    live: frozenset[str],
) -> None:
    """A name that one side does not bind: its value on the other one, which a flag goes with."""
    leaves, skeletons, _ = out
    present = sides[1 - away].state.frames[key][name]
    if isinstance(present, Known):
        skeletons[name] = (present, None)
        return
    skeleton, found = filled(r, present, away == 0, sides[1 - away].state, name)
    leaves += found
    bound = (Missing(), present) if away == 0 else (present, Missing())
    skeletons[name] = (skeleton, sharing(r, sides, key, name, bound, live) if found else None)


def _without_value(sides: tuple[Side, Side], key: int, name: str) -> int | None:
    """The side on which a name has no value, where a flag says so behind the branch."""
    frames = [side.state.frames[key] for side in sides]
    if not all(BOUND + name in frame for frame in frames):
        return None
    gone = [frame.get(name) is None or isinstance(frame.get(name), Missing) for frame in frames]
    return gone.index(True) if gone[0] != gone[1] else None


def _one_sided(
    r: Reader, sides: tuple[Side, Side], key: int, name: str, left: Binding | None, right: Binding | None
) -> int | None:
    """The side on which a name needs no value: nothing reads it there, because the function has returned."""
    if _is_flag(name):
        return None
    values = [None if isinstance(x, Missing) else x for x in (left, right)]
    if name == RESULT:
        return next((k for k, x in enumerate(values) if x is None), None)
    gone = [s.state.frames[key].get(RETURNED) == Known(True) for s in sides]
    if gone[0] == gone[1] or values[gone.index(False)] is None:
        return None
    away = gone.index(True)
    if values[away] is None:
        return away
    try:
        assert left is not None
        assert right is not None
        aligned(r, sides, left, right, name)
    except Unjoinable:
        return away
    return None


def _present(x: Binding | None) -> Binding | None:
    return None if isinstance(x, Missing) and x.error is None else x
