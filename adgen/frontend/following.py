"""Branches that bind a name to one array or another: the name goes on to stand for the one it is bound to.

A joined array is a value as long as nobody can tell: its contents on both paths. Where it is written, or read
after one of the two has changed, lowering starts over, and follows at this branch which array it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from adgen.frontend import either
from adgen.frontend.abstract import Array, Either, Number, Root, Step
from adgen.frontend.either import Tree
from adgen.ir.core import Value
from adgen.ir.dims import Dim
from adgen.ir.types import BOOL, I64, Type
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.diagnostics import Span
    from adgen.frontend.merging import Leaf, Side
    from adgen.frontend.reader import Reader
    from adgen.frontend.state import State


def site_of(r: Reader, span: Span | None) -> object:
    """Where two arrays become one name: the place in the source, and the calls that led there."""
    return ("joined", span, tuple(r.calls))


@dataclass(frozen=True, slots=True)
class View:
    """A place of a side as it is behind the branch; a number stands for a value that the branch hands on."""

    root: Root
    steps: tuple[Step, ...]
    operands: tuple[Value | int, ...]


@dataclass(frozen=True, slots=True)
class Fork:
    """One of two places, as it is behind the branch."""

    pred: Value | int
    then: View | Fork
    orelse: View | Fork


@dataclass(frozen=True, slots=True)
class Joint:
    """What a joined array waits for: ``count`` values, those of new roots and of the contents among them."""

    following: Following
    form: View | Fork
    count: int
    roots: tuple[tuple[Root, int], ...]
    contents: int | None
    name: str | None

    def rebuilt(self, r: Reader, values: Iterator[Value]) -> Array:
        """The place behind the branch."""
        given = [next(values) for _ in range(self.count)]
        for root, at in self.roots:
            r.state.versions[root] = given[at]
        tree = _resolved(self.form, given)
        if isinstance(tree, Array):
            return tree
        assert self.contents is not None
        contents = given[self.contents]
        tree = either.compact(r, tree)
        if isinstance(tree, Array):
            return either.named(r, tree, contents.type.dims)
        return self.following.bind(_sized(r, tree, contents.type.dims), contents, self.name)


def _resolved(form: View | Fork, given: list[Value]) -> Tree:
    def value(x: Value | int) -> Value:
        return given[x] if isinstance(x, int) else x

    if isinstance(form, View):
        return Array(form.root, either.path_of(form.steps, iter([value(x) for x in form.operands])))
    return Either(value(form.pred), _resolved(form.then, given), _resolved(form.orelse, given))


def _sized(r: Reader, tree: Tree, dims: tuple[Dim, ...]) -> Either:
    """Places of these dims, which they turn out to have where they are meant."""

    def sized(x: Tree) -> Tree:
        return _sized(r, x, dims) if isinstance(x, Either) else either.named(r, x, dims)

    assert isinstance(tree, Either)
    return Either(tree.pred, sized(tree.then), sized(tree.orelse))


@dataclass(slots=True)
class Following:
    """The arrays of one branch that are followed, and what each side hands on for them."""

    r: Reader
    pred: Value
    sides: tuple[Side, Side]
    site: object
    base: State
    own: dict[tuple[int, Root], Root] = field(default_factory=dict)
    bound: dict[Root, Value] = field(default_factory=dict)
    made: list[set[Value]] = field(default_factory=list)

    @property
    def active(self) -> bool:
        """Whether arrays are followed here."""
        return self.site in self.r.followed

    def bind(self, tree: Either, contents: Value, name: str | None) -> Array:
        """A new root for one of several places, whose contents are known."""
        root = Root("local", name, self.r.b.span, tree)
        self.r.state.versions[root] = contents
        self.bound[root] = contents
        self.r.rebuilt.setdefault(root)
        if name is not None:
            self.r.root_names[root] = name
        return Array(root)

    def finish(self) -> None:
        """Behind the branch, with the versions there."""
        for root, contents in self.bound.items():
            either.remember(self.r, root, contents)

    # -- two places into one ------------------------------------------------------------------------------
    def align(self, left: Array, right: Array, name: str | None) -> tuple[object, list[Leaf]] | None:
        """The place that is one on one path and the other on the other; None where they are unlike."""
        from adgen.frontend.merging import Leaf

        types = [self._type(0, left), self._type(1, right)]
        trees = self._tree(0, left), self._tree(1, right)
        alike = (types[0].dtype, types[0].rank) == (types[1].dtype, types[1].rank)
        if not alike or not all(self._portable(k, tree) for k, tree in enumerate(trees)):
            return None
        out = _Handed(self)
        form: View | Fork | None = out.common(*trees)
        if form is None:
            form = Fork(self.pred, out.form(0, trees[0]), out.form(1, trees[1]))
        contents = None
        if isinstance(form, Fork):
            contents = len(out.leaves)
            out.leaves.append(Leaf(left, right, types[0], name))
        return self._joint(form, out, contents, name)

    def alone(self, at: int, place: Array, name: str | None) -> tuple[object, list[Leaf]] | None:
        """A place of one side, for what follows where that was taken; None where it cannot be handed on."""
        tree = self._tree(at, place)
        if not self._portable(at, tree):
            return None
        out = _Handed(self)
        form = out.form(at, tree)
        contents = None
        if isinstance(form, Fork):
            contents = out.add(at, place, self._type(at, place))
        return self._joint(form, out, contents, name)

    def _joint(
        self, form: View | Fork, out: _Handed, contents: int | None, name: str | None
    ) -> tuple[object, list[Leaf]]:
        joint = Joint(self, form, len(out.leaves), tuple(out.roots), contents, name)
        return ("joint", joint), out.leaves

    def _tree(self, at: int, place: Array) -> Tree:
        return either.expanded(place, lambda root: root in self.base.versions and root.either is None)

    def _type(self, at: int, place: Array) -> Type:
        outer, self.r.state = self.r.state, self.sides[at].state
        try:
            found = self.r.type_of(place)
        finally:
            self.r.state = outer
        assert found is not None
        return found

    def _portable(self, at: int, tree: Tree) -> bool:
        """Whether the places of a side mean something behind the branch."""
        from adgen.frontend.places import ambiguous

        state = self.sides[at].state
        for one in either.leaves(tree):
            new = one.root not in self.base.versions
            if new and one.root in state.shared:
                raise ambiguous(self.r, one.root)
            if new and one.root.origin != "local":
                return False
            if not all(self.r.sizes.in_scope(d) for d in either.dims_of(either.plain(one).path)):
                return False
        return True

    def visible(self, at: int, value: Value) -> bool:
        """Whether a value of a side can be used behind the branch."""
        if not self.made:
            self.made += [{v for n in s.nodes for v in n.results} for s in self.sides]
        return value not in self.made[at]


@dataclass(slots=True)
class _Handed:
    """The values that a branch hands on for one name."""

    following: Following
    leaves: list[Leaf] = field(default_factory=list)
    roots: list[tuple[Root, int]] = field(default_factory=list)

    def common(self, left: Tree, right: Tree) -> View | None:
        """Two views of one array that differ in their indices only."""
        if not (isinstance(left, Array) and isinstance(right, Array) and left.root is right.root):
            return None
        left, right = either.plain(left), either.plain(right)
        steps = either.pattern(left.path)
        if left.root not in self.following.base.versions or steps != either.pattern(right.path):
            return None
        pairs = zip(either.operands(left.path), either.operands(right.path), strict=True)
        return View(left.root, steps, tuple(self._either(a, b) for a, b in pairs))

    def _either(self, left: Value, right: Value) -> Value | int:
        from adgen.frontend.merging import Leaf

        if left is right:
            return left
        self.leaves.append(Leaf(left, right, I64, None))
        return len(self.leaves) - 1

    def form(self, at: int, tree: Tree) -> View | Fork:
        """The places of one side."""
        if isinstance(tree, Either):
            return Fork(
                self._value(at, tree.pred, BOOL), self.form(at, tree.then), self.form(at, tree.orelse)
            )
        tree = either.plain(tree)
        operands = tuple(self._value(at, v, I64) for v in either.operands(tree.path))
        return View(self._root(at, tree.root), either.pattern(tree.path), operands)

    def _root(self, at: int, root: Root) -> Root:
        """The root of a side behind the branch: one made there gets a new one, empty on the other side."""
        f = self.following
        if root in f.base.versions:
            return root
        if (at, root) not in f.own:
            f.own[at, root] = Root("local", root.name, root.span)
            type_ = f.sides[at].state.versions[root].type
            self.roots.append((f.own[at, root], self.add(at, Array(root), type_)))
            if root in f.r.orders:
                f.r.orders[f.own[at, root]] = f.r.orders[root]
            if root in f.r.root_names:
                f.r.root_names[f.own[at, root]] = f.r.root_names[root]
        return f.own[at, root]

    def _value(self, at: int, value: Value, type_: Type) -> Value | int:
        return value if self.following.visible(at, value) else self.add(at, Number(value), type_)

    def add(self, at: int, x: Array | Number, type_: Type) -> int:
        """Hand on a value of one side; how many there were before."""
        from adgen.frontend.merging import Leaf

        self.leaves.append(Leaf(None, x, type_, None) if at else Leaf(x, None, type_, None))
        return len(self.leaves) - 1
