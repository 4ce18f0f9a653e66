"""Two states into one: what a name is after a branch, and what is carried from round to round.

A value that is a number or an array on both paths gets one type (an int and a float give a float, a Python
and a NumPy number a NumPy number) and becomes a result of the branch. Whatever cannot be joined is kept as a
name that is refused when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field, replace

from adgen.frontend import cells
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Generator,
    Grown,
    Known,
    Maybe,
    Number,
    Root,
    Tuple,
)
from adgen.frontend.carried_places import Places
from adgen.frontend.following import Following, Joint
from adgen.frontend.nested import note_made
from adgen.frontend.open_sizes import closed, sized
from adgen.frontend.optional import can_be_absent, is_none, learn
from adgen.frontend.promotion import join_types
from adgen.frontend.reader import Reader, describe
from adgen.frontend.signals import Unfounded
from adgen.frontend.state import (
    RAISED,
    Binding,
    Missing,
    State,
    roots_of,
    shown_name,
)
from adgen.ir.core import Node, Region, Value
from adgen.ir.dims import ZERO as DIM_ZERO
from adgen.ir.dims import Dim
from adgen.ir.types import BOOL, AnyType, DType, Kind, StackType, Type
from adgen.primitives.elementwise import cast as cast_
from adgen.primitives.opening import open_axes, open_zero
from adgen.primitives.shape import full
from adgen.primitives.sizes import constant
from adgen.primitives.tape import stack_new
from adgen.records import dataclass

Own = Callable[[Root | None, Root | None], bool]
"""Whether two containers, one of each side, are referred to by nothing but the name that is joined."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One value that differs between two paths: its two sides, and the type it gets."""

    left: Abstract | Value | None
    right: Abstract | Value | None
    type: AnyType
    name: str | None


class Unjoinable(Exception):
    """Two bindings have no common form."""

    def __init__(self, left: Binding, right: Binding) -> None:
        super().__init__()
        self.left = left
        self.right = right


# -- structure ----------------------------------------------------------------------------------------------
def align(
    r: Reader,
    left: Binding,
    right: Binding,
    name: str | None,
    own: Own | None = None,
    following: Following | None = None,
) -> tuple[object, list[Leaf]]:
    """The common form of two bindings: a skeleton and the leaves it waits for. Raises Unjoinable.

    A container that is another one on each side has no identity behind, unless ``own`` says that nothing
    else refers to either. With ``following`` an array goes on to be one of the two.
    """
    if left is right or (isinstance(left, Known | Array | Cells) and left == right):
        return left, []
    if isinstance(left, Maybe) or isinstance(right, Maybe) or is_none(left) or is_none(right):
        return _align_optional(r, left, right, name, own, following)
    if isinstance(left, Grown) and isinstance(right, Grown) and left.same_as(right):
        return left, []
    if isinstance(left, Cells) or isinstance(right, Cells):
        return _align_lists(r, left, right, name)
    if isinstance(left, Tuple) and isinstance(right, Tuple):
        if not same_form(left, right):
            raise unlike(r, left, right)
        parts = [
            align(r, a, b, None if name is None else f"{name}_{k}", own, following)
            for k, (a, b) in enumerate(zip(left.items, right.items, strict=True))
        ]
        fresh = own is not None and own(left.owner, right.owner)
        like = left
        if left.owner is not right.owner:
            owner = Root(left.kind, None, r.b.span) if fresh else None
            if owner is not None:
                note_made(r, owner, left.owner, right.owner)
            like = replace(left, owner=owner)
        skeleton = ("tuple", like, [p[0] for p in parts])
        return skeleton, [leaf for p in parts for leaf in p[1]]
    if isinstance(left, Grown) or isinstance(right, Grown):
        raise unlike(r, left, right)
    if following is not None and isinstance(left, Array) and isinstance(right, Array):
        found = following.align(left, right, name)
        if found is not None:
            return found
    types = [_type_of(r, x) for x in (left, right)]
    if types[0] is None or types[1] is None:
        raise Unjoinable(left, right)
    joined = join_types(types[0], types[1])
    if joined is None:
        raise Unjoinable(left, right)
    assert not isinstance(left, Missing)
    assert not isinstance(right, Missing)
    return ("leaf",), [Leaf(left, right, joined, name)]


def _align_optional(
    r: Reader,
    left: Binding,
    right: Binding,
    name: str | None,
    own: Own | None,
    following: Following | None,
) -> tuple[object, list[Leaf]]:
    """A value on one path, None on the other: a flag, and the value."""
    flags = [_absence(x) for x in (left, right)]
    items = [x.item if isinstance(x, Maybe) else None if is_none(x) else x for x in (left, right)]
    for item in items:
        if isinstance(item, Missing) or (item is not None and not can_be_absent(item)):
            raise Unjoinable(left, right)
    flag = Leaf(flags[0], flags[1], BOOL, None if name is None else f"no_{name}")
    if items[0] is None or items[1] is None:
        at = 0 if items[1] is None else 1
        present = items[at]
        assert present is not None
        skeleton, leaves = filled(r, present, at == 1, r.state, name, following)
    else:
        skeleton, leaves = align(r, items[0], items[1], name, own, following)
    return ("optional", skeleton), [flag, *leaves]


def _absence(x: Binding) -> Abstract:
    return Number(x.absent) if isinstance(x, Maybe) else Known(is_none(x))


def _align_lists(r: Reader, left: Binding, right: Binding, name: str | None) -> tuple[object, list[Leaf]]:
    """Two lists of run-time length become one of the same kind of elements."""
    if not (isinstance(left, Cells) and isinstance(right, Cells)):
        raise unlike(r, left, right)
    like = cells.alike(r, left, right)
    found = [
        Leaf(r.state.versions[a], r.state.versions[b], type_, name)
        for a, b, type_ in zip(left.roots, right.roots, cells.stack_types(like), strict=True)
    ]
    return ("cells", like), found


def unlike(r: Reader, left: Binding, right: Binding) -> Exception:
    """What two forms that do not fit lead to: lists are read again as lists of run-time length."""
    error: Exception = Unjoinable(left, right)
    lists = [x for x in (left, right) if isinstance(x, Grown) or (isinstance(x, Tuple) and x.kind == "list")]
    owners = [x.owner for x in lists]
    if len(owners) + sum(isinstance(x, Cells) for x in (left, right)) == 2:
        for owner in owners:
            error = cells.instead(r, owner, error)
    return error


def same_form(left: Tuple, right: Tuple) -> bool:
    """Whether two containers are of one kind, with items of the same names."""
    form = (len(left.items), left.keys, left.kind, left.cls)
    return form == (len(right.items), right.keys, right.kind, right.cls)


def _type_of(r: Reader, x: Binding) -> Type | None:
    return None if isinstance(x, Missing) else r.type_of(x)


def rebuild(r: Reader, skeleton: object, values: Iterator[Value], shared: Sharing | None = None) -> Abstract:
    """The abstract value of a skeleton with its leaves filled in."""
    match skeleton:
        case ("leaf",):
            value = closed(r, next(values))
            found = r.wrap(value)
            if isinstance(found, Array):
                r.rebuilt.setdefault(found.root)
                if value.hint is not None:
                    r.root_names[found.root] = value.hint
            if shared is not None and isinstance(found, Array):
                shared.note(found.root)
            return found
        case ("places", Places() as places):
            return places.rebuilt(r, values)
        case ("optional", inner):
            flag = next(values)
            return Maybe(flag, rebuild(r, inner, values, shared))
        case ("joint", Joint() as joint):
            return joint.rebuilt(r, values)
        case ("cells", Cells() as like):
            made = cells.like(r, like, values)
            if shared is not None:
                for root in made.roots:
                    shared.note(root)
            return made
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
    site: object = None
    noted: list[Root] = field(default_factory=list)

    def note(self, root: Root) -> None:
        """Record what a new root may be an alias of."""
        if self.sources:
            self.r.state.shared[root] = dict(self.sources)
            self.r.joined[root] = self.site
            self.noted.append(root)

    def renew(self, sides: tuple[Side, Side]) -> None:
        """Go on with the versions behind the branch, for what was up to date at the end of a side."""
        now = self.r.state.versions
        for root in self.noted:
            self.r.state.shared[root] = {
                source: now[source]
                if source in now and any(side.state.versions.get(source) is version for side in sides)
                else version
                for source, version in self.sources.items()
            }


# -- conversion ---------------------------------------------------------------------------------------------
def convert(r: Reader, x: Abstract | Value | None, type_: AnyType) -> Value:
    """``x`` in a joined type; zeros where it has no value on this path."""
    if isinstance(type_, StackType):
        return x if isinstance(x, Value) else stack_new(r.b, element=type_.element)
    assert isinstance(type_, Type)
    if x is None:
        return zeros(r, type_)
    if isinstance(x, Generator):
        return x.value
    value = r.value(x)
    if value.type.kind is not Kind.array or type_.kind is Kind.array:
        value = r.cast(value, type_.dtype, type_.kind)
    else:
        value = cast_(r.b, value, dtype=type_.dtype, kind=type_.kind)
    return sized(r, value, type_)


def zeros(r: Reader, type_: Type) -> Value:
    """A value of a type, for a path on which it is never read."""
    if open_axes(type_):
        return open_zero(r.b, type=type_)
    if type_.rank:
        return full(r.b, constant(r.b, 0, type_.with_dims()), dims=type_.dims)
    zero = constant(r.b, False if type_.dtype is DType.bool else 0, type_)
    return r.cast(zero, type_.dtype, type_.kind) if type_.kind is Kind.array else zero


# -- branches -----------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Side:
    """One branch after it was lowered; ``unfounded`` where it says nothing (yet) about what follows."""

    nodes: list[Node]
    state: State
    unfounded: bool = False


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
        if not isinstance(leaf.type, Type):
            continue
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
        type_ = types_[at]
        assert isinstance(type_, Type)
        dims = type_.dims
        types_[at] = replace(type_, dims=(*dims[:axis], r.sizes.dim_of(value), *dims[axis + 1 :]))
    return [replace(leaf, type=type_) for leaf, type_ in zip(leaves, types_, strict=True)]


def _side_type(r: Reader, side: Side, x: Abstract | Value | None) -> Type | None:
    if x is None or isinstance(x, Value):
        return None if x is None else x.type
    outer, r.state = r.state, side.state
    try:
        return r.type_of(x)
    finally:
        r.state = outer


def said(r: Reader, side: Side, x: Binding) -> str:
    """How a binding of one branch is called in a message."""
    if isinstance(x, Missing):
        return "unbound"
    with r.inside(side.nodes, side.state):
        return describe(r, x)


def aligned(
    r: Reader,
    sides: tuple[Side, Side],
    left: Binding,
    right: Binding,
    name: str,
    own: Own | None = None,
    following: Following | None = None,
) -> tuple[object, list[Leaf]]:
    """:func:`align` with each side's array versions."""
    outer = r.state
    merged = outer.fork()
    for side in sides:
        merged.versions.update(side.state.versions)
    r.state = merged
    try:
        return align(r, left, right, shown_name(name), own, following)
    finally:
        r.state = outer


def filled(
    r: Reader,
    present: Binding,
    missing_left: bool,
    state: State,
    name: str | None = None,
    following: Following | None = None,
) -> tuple[object, list[Leaf]]:
    """A binding that one path lacks: leaves with one side open."""
    if isinstance(present, Grown):
        error = r.error("AG115", notes=["a list filled inside a loop or branch is not known behind it"])
        raise cells.instead(r, present.owner, error)
    if isinstance(present, Cells):
        versions = [state.versions[root] for root in present.roots]
        found = [
            Leaf(None, v, t, None) if missing_left else Leaf(v, None, t, None)
            for v, t in zip(versions, cells.stack_types(present), strict=True)
        ]
        return ("cells", present), found
    if isinstance(present, Maybe):
        flag = Number(present.absent)
        first = Leaf(None, flag, BOOL, None) if missing_left else Leaf(flag, None, BOOL, None)
        skeleton, leaves = filled(r, present.item, missing_left, state, name, following)
        return ("optional", skeleton), [first, *leaves]
    if isinstance(present, Tuple):
        names = [None if name is None else f"{name}_{k}" for k in range(len(present.items))]
        parts = [
            filled(r, item, missing_left, state, inner, following)
            for item, inner in zip(present.items, names, strict=True)
        ]
        return ("tuple", present, [p[0] for p in parts]), [leaf for p in parts for leaf in p[1]]
    if following is not None and isinstance(present, Array):
        handed = following.alone(int(missing_left), present, name)
        if handed is not None:
            return handed
    outer, r.state = r.state, state
    try:
        type_ = _type_of(r, present)
    finally:
        r.state = outer
    if type_ is None or isinstance(present, Missing):
        return present, []
    sides = (None, present) if missing_left else (present, None)
    return ("leaf",), [Leaf(sides[0], sides[1], type_, name)]


def sharing(
    r: Reader,
    sides: tuple[Side, Side],
    key: int,
    name: str,
    bound: tuple[Binding, Binding],
    live: frozenset[str] | None = None,
    site: object = None,
) -> Sharing:
    """Which roots a joined array may alias that can still be reached another way."""
    sources: dict[Root, Value] = {}
    for side, binding in zip(sides, bound, strict=True):
        for root in roots_of(binding):
            if root.origin != "local" or root in side.state.reachable(key, name, live):
                sources[root] = side.state.versions[root]
            sources.update(side.state.shared.get(root, {}))
    return Sharing(r, sources, site)


def both(r: Reader, pred: Value, then: Callable[[], None], orelse: Callable[[], None]) -> tuple[Side, Side]:
    """Lower two branches, each in a fork of the state.

    One that needs a result of which nothing is known yet is left as one that raises is. Raises Unfounded
    where both are.
    """
    found = []
    for action, holds in ((then, True), (orelse, False)):
        unfounded = False
        with r.branch(r.state, known=r.sizes.implied(pred, holds)) as (nodes, state):
            learn(r, pred, holds)
            try:
                action()
            except Unfounded:
                unfounded = True
                state.frames[r.running[-1].key][RAISED] = Known(True)
        found.append(Side(nodes, state, unfounded))
    if all(side.unfounded for side in found):
        raise Unfounded
    return found[0], found[1]
