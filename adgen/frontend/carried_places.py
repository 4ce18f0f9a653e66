"""Names of arrays in a loop that are another array in another round: which one each is, from round to round.

Every array that a name may be at the head of the loop is a candidate: one from outside, seen through views
whose indices are carried, or one made in an earlier round, whose contents are carried in a slot. Several
candidates need a number that says which one it is; the others cost nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from adgen.frontend import either
from adgen.frontend.abstract import Abstract, Array, Either, Index, Reshape, Root, Step
from adgen.frontend.either import Tree
from adgen.ir.core import Region, Value
from adgen.ir.dims import Dim
from adgen.ir.types import I64, AnyType, Kind, Type
from adgen.primitives.elementwise import eq, where
from adgen.primitives.sizes import constant
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader
    from adgen.frontend.state import State


@dataclass(slots=True, eq=False)
class Slot:
    """An array made in an earlier round (or, at first, ``start``); its root is another one at every head."""

    name: str
    type: Type
    start: Array | None
    root: Root


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a name may be: an array from outside, or that of a slot, through views of this form."""

    base: Root | Slot
    steps: tuple[Step, ...]

    @property
    def count(self) -> int:
        """How many indices the views have."""
        return sum(s.indexer.operand_count for s in self.steps if isinstance(s, Index))


@dataclass(slots=True)
class Slots:
    """What the places of one loop have in common: which arrays of a round go on in which slot."""

    r: Reader
    outside: State
    places: list[Places] = field(default_factory=list)
    assigned: dict[Root, Slot] = field(default_factory=dict)
    open: bool = False
    trees: dict[Places, Tree] = field(default_factory=dict)
    numbers: dict[Root, int] = field(default_factory=dict)
    holders: dict[Root, list[Places]] = field(default_factory=dict)

    # -- at the head, and behind the loop -----------------------------------------------------------------
    def enter(self) -> None:
        """New roots for what the slots hold."""
        for slot in self.all():
            slot.root = Root("local", slot.name, self.r.b.span)
            self.r.rebuilt.setdefault(slot.root)
            self.r.root_names[slot.root] = slot.name

    def all(self) -> Iterator[Slot]:
        """Every slot."""
        for places in self.places:
            yield from places.slots

    # -- at the end of a round ----------------------------------------------------------------------------
    def assign(self, ends: Sequence[tuple[Places, Array]]) -> bool:
        """Decide which arrays made in a round go on in which slots; False where one cannot.

        Those that only one name refers to are one at a time, and share a slot. Where that is not enough,
        every name has one slot, for what none of those before it turns out to refer to as well.
        """
        self.trees = {places: self.tree(end, places.deep) for places, end in ends}
        made = {places: self._made(tree) for places, tree in self.trees.items()}
        roots = list(dict.fromkeys(root for found in made.values() for root in found))
        if not all(self._may_be_held(root) for root in roots):
            return False
        if not self.open:
            self._assign_now(made)
            self.open = any(len({s.type for s in p.slots}) < len(p.slots) for p in self.places)
        if self.open:
            self._assign_later(made, roots)
        return True

    def _fused(self, tree: Tree) -> Tree:
        """Places whose views of views are one view, so that a path does not grow from round to round."""
        from adgen.frontend.places import fused

        if isinstance(tree, Either):
            return Either(tree.pred, self._fused(tree.then), self._fused(tree.orelse))
        tree = either.plain(tree)
        return replace(tree, path=fused(self.r, tree.path))

    def _assign_now(self, made: Mapping[Places, Sequence[Root]]) -> None:
        self.assigned = {}
        for places, roots in made.items():  # what stays where it is
            self.assigned.update({s.root: s for s in places.slots if s.root in roots})
        counts = Counter(root for roots in made.values() for root in roots)
        for places, roots in made.items():
            for root in roots:
                if root not in self.assigned:
                    shared = counts[root] > 1
                    taken = [s for other, s in self.assigned.items() if shared or counts[other] > 1]
                    self.assigned[root] = places.slot(self.r.state.versions[root].type, taken)

    def _assign_later(self, made: Mapping[Places, Sequence[Root]], roots: Sequence[Root]) -> None:
        self.numbers = {root: k for k, root in enumerate(roots)}
        self.holders = {root: [] for root in roots}
        for places, found in made.items():
            kept = {s.type: s for s in reversed(places.slots)}
            places.slots = list(kept.values())
            for root in found:
                self.holders[root].append(places)
                places.slot(self.r.state.versions[root].type, ())
        left = [slot for places in self.places for slot in places.slots]
        for places in self.places:
            places.candidates = [c for c in places.candidates if isinstance(c.base, Root) or c.base in left]

    def _made(self, tree: Tree) -> list[Root]:
        """The arrays that a name may be which were made in the round, or carried in a slot."""
        roots = (one.root for one in either.leaves(tree))
        return list(dict.fromkeys(root for root in roots if not self.is_outside(root)))

    def _may_be_held(self, root: Root) -> bool:
        from adgen.frontend.places import ambiguous

        if root in self.r.state.shared:
            raise ambiguous(self.r, root)
        return root.origin == "local" and self.in_scope(self.r.state.versions[root].type.dims)

    def in_scope(self, dims: Iterable[Dim]) -> bool:
        """Whether sizes are known in front of the loop."""
        inner, self.r.state = self.r.state, self.outside
        try:
            return all(self.r.sizes.in_scope(d) for d in dims)
        finally:
            self.r.state = inner

    def is_outside(self, root: Root) -> bool:
        """Whether an array is there in front of the loop."""
        return root in self.outside.versions

    def tree(self, place: Array, deep: bool = False) -> Tree:
        """The places that one may be at the head of the next round; ``deep`` down to arrays of their own."""
        known = lambda root: self.is_outside(root) and not (deep and root.either is not None)  # noqa: E731
        return self._fused(either.expanded(place, known))

    def bases(self, places: Places, root: Root) -> list[Root | Slot]:
        """What an array may be in the next round; those of names before this one come first."""
        if self.is_outside(root):
            return [root]
        if not self.open:
            return [self.assigned[root]]
        type_ = self.r.state.versions[root].type
        return [p.slot(type_, ()) for p in (*self.before(places, root), places)]

    def before(self, places: Places, root: Root) -> list[Places]:
        """The names before this one that may refer to an array too."""
        return self.holders[root][: self.holders[root].index(places)]

    def number(self, r: Reader, tree: Tree) -> Value:
        """Which of the arrays made in a round a name is, -1 for one from outside."""
        if isinstance(tree, Either):
            then, orelse = self.number(r, tree.then), self.number(r, tree.orelse)
            return where(r.b, tree.pred, then, orelse)
        return constant(r.b, self.numbers.get(tree.root, -1))


@dataclass(slots=True, eq=False)
class Places:
    """What one name (or item of a container) may be at the head of a loop."""

    common: Slots
    name: str
    entry: Array | None
    type: Type
    candidates: list[Candidate] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    width: int = 0
    deep: bool = False

    def __post_init__(self) -> None:
        self.common.places.append(self)

    # -- what is carried ----------------------------------------------------------------------------------
    def parts(self) -> list[tuple[AnyType, Abstract | Value | None]]:
        """Types of the carried values, and what they start from."""
        which, indices = self._encoded_entry()
        found: list[tuple[AnyType, Abstract | Value | None]] = []
        if len(self.candidates) > 1:
            found.append((I64, which))
        found += [(I64, v) for v in indices]
        return [*found, *((slot.type, slot.start) for slot in self.slots)]

    def _encoded_entry(self) -> tuple[Value | None, list[Abstract | Value | None]]:
        found: list[Abstract | Value | None] = []
        if self.entry is None or any(slot.start is self.entry for slot in self.slots):
            return None, [None for c in self.candidates for _ in range(c.count)]
        tree = self.common.tree(self.entry, self.deep)
        kinds = [(c.base, c.steps) for c in self.candidates]
        which, given = either.numbered(self.common.r, tree, kinds)
        for k, candidate in enumerate(self.candidates):
            found += given.get(k, [None] * candidate.count)
        return which, found

    # -- learning -----------------------------------------------------------------------------------------
    def start(self, alone: bool) -> None:
        """Begin with what the name is in front of the loop; ``alone`` if nothing else refers to it."""
        entry = self.entry
        assert entry is not None
        if alone and entry.root.origin == "local" and not entry.path and entry.root.either is None:
            slot = Slot(self.name, self.type, entry, Root("local", self.name))
            self.slots.append(slot)
            self.candidates.append(Candidate(slot, ()))
        else:
            self._take_entry()

    def _take_entry(self) -> None:
        assert self.entry is not None
        for one in either.leaves(self.common.tree(self.entry, self.deep)):
            self._add(Candidate(one.root, either.pattern(one.path)))

    def _add(self, candidate: Candidate) -> None:
        if candidate not in self.candidates:
            self.candidates.append(candidate)

    def slot(self, type_: Type, taken: Sequence[Slot]) -> Slot:
        """A slot for arrays of a type that is not taken."""
        found = next((s for s in self.slots if s.type == type_ and s not in taken), None)
        if found is None:
            found = Slot(self.name, type_, None, Root("local", self.name))
            self.slots.append(found)
        return found

    def admit(self, end: Array) -> bool | None:
        """Take up what the name is at the end of a round; whether that is new, None where it cannot be."""
        common, r = self.common, self.common.r
        type_ = r.type_of(end)
        assert type_ is not None
        if (type_.dtype, type_.rank) != (self.type.dtype, self.type.rank):
            return None
        if not all(self._same_size(a, b) for a, b in zip(self.type.dims, type_.dims, strict=True)):
            return None
        before = len(self.candidates)
        for one in either.leaves(common.trees[self]):
            if not common.in_scope(either.dims_of(one.path)):
                return None
            for base in common.bases(self, one.root):
                self._add(Candidate(base, either.pattern(one.path)))
        new = len(self.candidates) > before
        if new and not self.deep and any(_is_either(c.base) for c in self.candidates):
            self.deep = True
            self.candidates = [c for c in self.candidates if not _is_either(c.base)]
            if self.entry is not None and not any(slot.start is self.entry for slot in self.slots):
                self._take_entry()
        return new

    def _same_size(self, one: Dim, other: Dim) -> bool:
        """Whether two sizes may be equal; arguments are then required to fit."""
        sizes = self.common.r.sizes
        gap = one - other
        if gap.value is None and sizes.about_inputs(gap):
            sizes.same(one, other, ())
        return gap.value in (None, 0)

    # -- binding ------------------------------------------------------------------------------------------
    def rebuilt(self, r: Reader, values: Iterator[Value]) -> Array:
        """The place at the head of a round, or behind the loop."""
        which = next(values) if len(self.candidates) > 1 else None
        found = [(c, either.path_of(c.steps, values)) for c in self.candidates]
        for slot in self.slots:
            r.state.versions[slot.root] = next(values)
        trees: list[Tree] = [self._place(c, path) for c, path in found]
        tree = trees[-1]
        for at in range(len(trees) - 2, -1, -1):
            assert which is not None
            tree = Either(eq(r.b, which, constant(r.b, at)), trees[at], tree)
        if isinstance(tree, Array):
            return tree
        root = Root("local", self.name, r.b.span, tree)
        r.root_names[root] = self.name
        r.rebuilt.setdefault(root)
        r.state.versions[root] = Value(self.type)  # what it holds is selected where it is read
        return Array(root)

    def _place(self, candidate: Candidate, path: tuple[Step, ...]) -> Array:
        from adgen.frontend.places import type_through

        base = candidate.base
        if isinstance(base, Slot):
            root, type_ = base.root, base.type
        else:
            root, type_ = base, self.common.outside.versions[base].type
        place = Array(root, path)
        dims = type_through(type_, path).dims
        return (
            place if dims == self.type.dims else replace(place, path=(*path, Reshape(self.type.dims, True)))
        )

    # -- from the end of a round --------------------------------------------------------------------------
    def ends(self, r: Reader, end: Array) -> Iterator[Value]:
        """What a round hands on, in the order of :meth:`parts`."""
        common, tree = self.common, self.common.trees[self]
        which, indices = self._encoded(r, tree)
        if len(self.candidates) > 1:
            yield which
        yield from (constant(r.b, 0) if v is None else v for v in indices)
        for slot in self.slots:
            if common.open:
                held = [root for root in common.numbers if r.state.versions[root].type == slot.type]
                yield _held(r, tree, held) or r.state.versions[slot.root]
            else:
                held = [root for root, s in common.assigned.items() if s is slot]
                found = _held(r, tree, held) if len(held) > 1 else None
                yield found or r.state.versions[held[0] if held else slot.root]

    def _encoded(self, r: Reader, tree: Tree) -> tuple[Value, list[Value | None]]:
        if isinstance(tree, Either):
            sides = self._encoded(r, tree.then), self._encoded(r, tree.orelse)
            pairs = zip(sides[0][1], sides[1][1], strict=True)
            chosen = [_chosen(r, tree.pred, a, b) for a, b in pairs]
            return where(r.b, tree.pred, sides[0][0], sides[1][0]), chosen
        common, steps = self.common, either.pattern(tree.path)
        found = [Candidate(base, steps) for base in common.bases(self, tree.root)]
        which = constant(r.b, self.candidates.index(found[-1]))
        if len(found) > 1:
            mine = constant(r.b, common.numbers[tree.root])
            others = zip(found, common.before(self, tree.root), strict=False)
            for candidate, other in reversed(list(others)):
                same = eq(r.b, common.number(r, common.trees[other]), mine)
                which = where(r.b, same, constant(r.b, self.candidates.index(candidate)), which)
        return which, self._indices(r, found, either.operands(tree.path))

    def _indices(self, r: Reader, found: list[Candidate], given: list[Value]) -> list[Value | None]:
        """The indices of all candidates: those of these ones, and none of the others."""
        indices: list[Value | None] = []
        for candidate in self.candidates:
            none: list[Value | None] = [None] * candidate.count
            indices += [r.cast(v, I64.dtype, Kind.py) for v in given] if candidate in found else none
        return indices


def _is_either(base: Root | Slot) -> bool:
    return isinstance(base, Root) and base.either is not None


def _held(r: Reader, tree: Tree, roots: Sequence[Root]) -> Value | None:
    """The contents of that one of some arrays that a name is; None where it is none of them."""
    if isinstance(tree, Array):
        return r.state.versions[tree.root] if tree.root in roots else None
    then, orelse = _held(r, tree.then, roots), _held(r, tree.orelse, roots)
    if then is None or orelse is None or then is orelse:
        return orelse if then is None else then
    (found,) = r.b.if_else(tree.pred, Region((), (), (then,)), Region((), (), (orelse,)), [None])
    return found


def _chosen(r: Reader, pred: Value, left: Value | None, right: Value | None) -> Value | None:
    if left is None or right is None or left is right:
        return right if left is None else left
    return where(r.b, pred, left, right)
