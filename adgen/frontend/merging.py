"""Two states into one: what a name is after a branch, and what is carried from round to round.

A value that is a number or an array on both paths gets one type (an int and a float give a float, a Python
and a NumPy number a NumPy number) and becomes a result of the branch. Whatever cannot be joined is kept as a
name that is refused when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adgen.diagnostics import Span, refuse
from adgen.frontend.abstract import Abstract, Array, Grown, Known, Number, Root, Tuple
from adgen.frontend.promotion import join_types, with_dims
from adgen.frontend.reader import Reader, describe
from adgen.frontend.state import (
    FLAGS,
    RAISED,
    RESULT,
    RETURNED,
    Binding,
    Missing,
    State,
    roots_of,
    shown_name,
)
from adgen.ir.core import Node, Region, Value
from adgen.ir.dims import ZERO as DIM_ZERO
from adgen.ir.dims import Dim
from adgen.ir.types import DType, Kind, Type
from adgen.primitives.elementwise import cast as cast_
from adgen.primitives.elementwise import logical_not
from adgen.primitives.shape import full
from adgen.primitives.sizes import constant

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One value that differs between two paths: its two sides, and the type it gets."""

    left: Abstract | Value | None
    right: Abstract | Value | None
    type: Type
    name: str | None


class Unjoinable(Exception):
    """Two bindings have no common form."""

    def __init__(self, left: Binding, right: Binding) -> None:
        super().__init__()
        self.left = left
        self.right = right


# -- structure ----------------------------------------------------------------------------------------------
def align(r: Reader, left: Binding, right: Binding, name: str | None) -> tuple[object, list[Leaf]]:
    """The common form of two bindings: a skeleton and the leaves it waits for. Raises Unjoinable."""
    if left is right or (isinstance(left, Known | Array) and left == right):
        return left, []
    if isinstance(left, Grown) and isinstance(right, Grown) and left.same_as(right):
        return left, []
    if isinstance(left, Tuple) and isinstance(right, Tuple):
        if len(left.items) != len(right.items) or left.keys != right.keys:
            raise Unjoinable(left, right)
        parts = [
            align(r, a, b, None if name is None else f"{name}_{k}")
            for k, (a, b) in enumerate(zip(left.items, right.items, strict=True))
        ]
        like = left if left.owner is right.owner else replace(left, owner=None)
        skeleton = ("tuple", like, [p[0] for p in parts])
        return skeleton, [leaf for p in parts for leaf in p[1]]
    types = [_type_of(r, x) for x in (left, right)]
    if types[0] is None or types[1] is None:
        raise Unjoinable(left, right)
    joined = join_types(types[0], types[1])
    if joined is None:
        raise Unjoinable(left, right)
    assert not isinstance(left, Missing)
    assert not isinstance(right, Missing)
    return ("leaf",), [Leaf(left, right, joined, name)]


def _type_of(r: Reader, x: Binding) -> Type | None:
    return None if isinstance(x, Missing) else r.type_of(x)


def rebuild(r: Reader, skeleton: object, values: Iterator[Value], shared: Sharing | None = None) -> Abstract:
    """The abstract value of a skeleton with its leaves filled in."""
    match skeleton:
        case ("leaf",):
            value = next(values)
            found = r.wrap(value)
            if isinstance(found, Array):
                r.rebuilt.setdefault(found.root)
                if value.hint is not None:
                    r.root_names[found.root] = value.hint
            if shared is not None and isinstance(found, Array):
                shared.note(found.root)
            return found
        case ("tuple", Tuple() as like, list() as parts):
            items = tuple(rebuild(r, part, values, shared) for part in parts)
            return replace(like, items=items)
    found_: Abstract = skeleton  # type: ignore[assignment]
    return found_


@dataclass(slots=True)
class Sharing:
    """Roots whose contents a joined array may share; it can then be neither written nor outlive a change."""

    r: Reader
    sources: dict[Root, Value]

    def note(self, root: Root) -> None:
        """Record what a new root may be an alias of."""
        if self.sources:
            self.r.state.shared[root] = dict(self.sources)


# -- conversion ---------------------------------------------------------------------------------------------
def convert(r: Reader, x: Abstract | Value | None, type_: Type) -> Value:
    """``x`` in a joined type; zeros where it has no value on this path."""
    if x is None:
        return zeros(r, type_)
    value = r.value(x)
    if value.type.kind is not Kind.array or type_.kind is Kind.array:
        value = r.cast(value, type_.dtype, type_.kind)
    else:
        value = cast_(r.b, value, dtype=type_.dtype, kind=type_.kind)
    return with_dims(r, value, type_.dims)


def zeros(r: Reader, type_: Type) -> Value:
    """A value of a type, for a path on which it is never read."""
    if type_.rank:
        return full(r.b, constant(r.b, 0, type_.with_dims()), dims=type_.dims)
    zero = constant(r.b, False if type_.dtype is DType.bool else 0, type_)
    return r.cast(zero, type_.dtype, type_.kind) if type_.kind is Kind.array else zero


# -- branches -----------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Side:
    """One branch after it was lowered."""

    nodes: list[Node]
    state: State


def join_branches(
    r: Reader, pred: Value, sides: tuple[Side, Side], key: int | None, live: frozenset[str], span: Span | None
) -> None:
    """End an ``if``: append it, set the state behind it. ``key`` is the activation whose names may differ."""
    base = r.state
    leaves: list[Leaf] = []
    skeletons: dict[str, tuple[object, Sharing | None]] = {}
    missing: dict[str, Missing] = {}
    if key is not None:
        raised = [s.state.frames[key].get(RAISED) == Known(True) for s in sides]
        for name in _names(sides, key, live):
            if raised[0] != raised[1]:
                _only(r, sides[raised.index(False)], key, name, not raised[1], leaves, skeletons, missing)
                continue
            flag = _joined_flag(r, pred, sides, key, name) if name in FLAGS else None
            if flag is not None:
                skeletons[name] = (flag, None)
            else:
                _join_name(r, sides, key, name, (leaves, skeletons, missing), (span, live))
    roots = [root for root in base.versions if len({id(s.state.versions[root]) for s in sides}) > 1]
    for root in roots:
        left, right = (s.state.versions[root] for s in sides)
        leaves.append(Leaf(left, right, left.type, r.root_names.get(root)))
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
            base.shared.setdefault(root, sources)
        for root, version in side.state.versions.items():
            base.versions.setdefault(root, version)


def emit_if(r: Reader, pred: Value, sides: tuple[Side, Side], leaves: list[Leaf]) -> tuple[Value, ...]:
    """Append an ``if`` whose results are the leaves."""
    if not leaves and not any(side.nodes for side in sides):
        return ()
    leaves = settled(r, pred, sides, leaves)
    regions = []
    for at, side in enumerate(sides):
        r.sizes.conditional += 1
        with r.inside(side.nodes, side.state):
            yields = [convert(r, leaf.right if at else leaf.left, leaf.type) for leaf in leaves]
        r.sizes.conditional -= 1
        regions.append(Region((), tuple(side.nodes), tuple(yields)))
    return r.b.if_else(pred, regions[0], regions[1], [leaf.name for leaf in leaves])


def settled(r: Reader, pred: Value, sides: tuple[Side, Side], leaves: list[Leaf]) -> list[Leaf]:
    """The leaves with sizes that mean the same on both sides and behind the branch.

    Sizes that differ are computed first, by a branch of their own, and get a symbol.
    """
    pairs: list[tuple[int, int, tuple[Dim, Dim]]] = []
    for at, leaf in enumerate(leaves):
        types = [_side_type(r, side, x) for side, x in zip(sides, (leaf.left, leaf.right), strict=True)]
        for axis in range(leaf.type.rank):
            sizes = [None if t is None else t.dims[axis] for t in types]
            known = next(d for d in sizes if d is not None)
            if all(d in (None, known) for d in sizes) and r.sizes.in_scope(known):
                continue
            pairs.append((at, axis, (sizes[0] or DIM_ZERO, sizes[1] or DIM_ZERO)))
    if not pairs:
        return leaves
    regions = []
    for k, side in enumerate(sides):
        nodes = list(side.nodes)
        with r.inside(nodes, side.state.fork()):
            yields = tuple(r.sizes.value(sizes[k]) for _, _, sizes in pairs)
        regions.append(Region((), tuple(nodes), yields))
    found = r.b.if_else(pred, regions[0], regions[1], ["size"] * len(pairs))
    types_ = [leaf.type for leaf in leaves]
    for (at, axis, _), value in zip(pairs, found, strict=True):
        dims = types_[at].dims
        types_[at] = replace(types_[at], dims=(*dims[:axis], r.sizes.dim_of(value), *dims[axis + 1 :]))
    return [replace(leaf, type=type_) for leaf, type_ in zip(leaves, types_, strict=True)]


def _side_type(r: Reader, side: Side, x: Abstract | Value | None) -> Type | None:
    if x is None or isinstance(x, Value):
        return None if x is None else x.type
    outer, r.state = r.state, side.state
    try:
        return r.type_of(x)
    finally:
        r.state = outer


def _names(sides: tuple[Side, Side], key: int, live: frozenset[str]) -> list[str]:
    found = dict.fromkeys([*sides[0].state.frames[key], *sides[1].state.frames[key]])
    return [name for name in found if name in live or name.startswith("$")]


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
        if name != RESULT:
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
    left, right = (s.state.frames[key].get(name, Known(False)) for s in sides)
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
    if name in FLAGS:
        left, right = left or Known(False), right or Known(False)
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
    if left is None or right is None or isinstance(left, Missing) or isinstance(right, Missing):
        known = next((x for x in (left, right) if isinstance(x, Missing) and x.error), None)
        missing[name] = known or Missing()
        return
    try:
        skeleton, found = _aligned(r, sides, left, right, name)
    except Unjoinable as problem:
        said = _said(r, sides[0], problem.left), _said(r, sides[1], problem.right)
        shown = "the result" if name == RESULT else name
        missing[name] = Missing(refuse("AG232", span, name=shown, left=said[0], right=said[1]))
        return
    leaves += found
    skeletons[name] = (skeleton, _sharing(r, sides, key, name, (left, right), live) if found else None)


def _one_sided(
    r: Reader, sides: tuple[Side, Side], key: int, name: str, left: Binding | None, right: Binding | None
) -> int | None:
    """The side on which a name needs no value: nothing reads it there, because the function has returned."""
    if name in FLAGS:
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
        _aligned(r, sides, left, right, name)
    except Unjoinable:
        return away
    return None


def _present(x: Binding | None) -> Binding | None:
    return None if isinstance(x, Missing) and x.error is None else x


def _said(r: Reader, side: Side, x: Binding) -> str:
    if isinstance(x, Missing):
        return "unbound"
    with r.inside(side.nodes, side.state):
        return describe(r, x)


def _aligned(
    r: Reader, sides: tuple[Side, Side], left: Binding, right: Binding, name: str
) -> tuple[object, list[Leaf]]:
    """:func:`align` with each side's array versions."""
    outer = r.state
    merged = outer.fork()
    for side in sides:
        merged.versions.update(side.state.versions)
    r.state = merged
    try:
        return align(r, left, right, shown_name(name))
    finally:
        r.state = outer


def filled(r: Reader, present: Binding, missing_left: bool, state: State) -> tuple[object, list[Leaf]]:
    """A binding that one path lacks: leaves with one side open."""
    if isinstance(present, Grown):
        raise r.error("AG115", notes=["a list filled inside a loop or branch is not known behind it"])
    if isinstance(present, Tuple):
        parts = [filled(r, item, missing_left, state) for item in present.items]
        return ("tuple", present, [p[0] for p in parts]), [leaf for p in parts for leaf in p[1]]
    outer, r.state = r.state, state
    try:
        type_ = _type_of(r, present)
    finally:
        r.state = outer
    if type_ is None or isinstance(present, Missing):
        return present, []
    sides = (None, present) if missing_left else (present, None)
    return ("leaf",), [Leaf(sides[0], sides[1], type_, None)]


def _sharing(
    r: Reader,
    sides: tuple[Side, Side],
    key: int,
    name: str,
    bound: tuple[Binding, Binding],
    live: frozenset[str] | None = None,
) -> Sharing | None:
    """Which roots a joined array may alias that can still be reached another way."""
    sources: dict[Root, Value] = {}
    for side, binding in zip(sides, bound, strict=True):
        for root in roots_of(binding):
            if root.origin != "local" or root in side.state.reachable(key, name, live):
                sources[root] = side.state.versions[root]
            sources.update(side.state.shared.get(root, {}))
    return Sharing(r, sources)


def both(r: Reader, pred: Value, then: Callable[[], None], orelse: Callable[[], None]) -> tuple[Side, Side]:
    """Lower two branches, each in a fork of the state."""
    found = []
    for action in (then, orelse):
        with r.branch(r.state) as (nodes, state):
            action()
        found.append(Side(nodes, state))
    return found[0], found[1]
