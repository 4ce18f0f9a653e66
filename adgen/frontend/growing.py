"""``for`` loops that append to lists: the rows are allocated before the loop, one is written per append.

How many rows a round adds, and of what type, is found by lowering the body; then it starts over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from adgen.diagnostics import Span
from adgen.frontend import indexing, lists, places
from adgen.frontend.abstract import Grown, Inner, Root, Tuple
from adgen.frontend.cells import instead
from adgen.frontend.liveness import Statement, names_assigned, statements
from adgen.frontend.nested import begin, flattened, learned, nested, note_names
from adgen.frontend.promotion import join_types
from adgen.frontend.reader import Reader
from adgen.frontend.state import Activation, roots_of
from adgen.ir.core import Node, Region, Value, walk
from adgen.ir.dims import ONE, ZERO, Dim
from adgen.ir.types import Type
from adgen.primitives.shape import empty
from adgen.primitives.sizes import constant
from adgen.records import dataclass

ATTEMPTS = 8
_SAME_NUMBER = "every round of the loop has to append the same number of elements"


@dataclass(slots=True, eq=False)
class Item:
    """One list that grows in a loop: what it is on entry and what a round adds."""

    name: str
    entry: Tuple | Grown
    owner: Root
    rate: Dim = ONE
    type: Type | None = None
    inner: Inner | None = None
    span: Span | None = None
    start: Grown | None = None
    head: Grown | None = None


@dataclass(slots=True, eq=False)
class Growth:
    """The lists that grow in one loop; ``rounds`` is how often it runs."""

    r: Reader
    act: Activation
    node: cst.For
    rounds: Dim
    items: list[Item]
    outside: frozenset[Root] = frozenset()
    known: frozenset[str] = frozenset()

    def of(self, owner: Root) -> Item:
        """The list with an identity."""
        return next(item for item in self.items if item.owner is owner)

    def note(self, owner: Root, span: Span | None) -> None:
        """Where a list is appended to."""
        self.of(owner).span = span

    def learn(self, owner: Root, type_: Type, inner: Inner | None) -> None:
        """The type of a list's elements, and what is in them where they are lists."""
        item = self.of(owner)
        if not all(self._known_outside(d, ()) for d in type_.dims):
            notes = ["the size of its elements is not known before the loop"]
            raise instead(self.r, owner, self.r.error("AG115", item.span, notes=notes))
        item.type, item.inner = type_, inner

    # -- around one attempt -------------------------------------------------------------------------------
    def begin(self) -> None:
        """Allocate the rows of lists that have none, and bind the names to them."""
        frame = self.r.state.frames[self.act.key]
        self.outside = frozenset(self.r.state.versions)
        for item in self.items:
            if isinstance(item.entry, Grown) and item.owner in self.r.growing:
                item.start = item.entry
            else:
                self.r.growing[item.owner] = self
                item.start = self._allocated(item)
            frame[item.name] = item.start

    def _allocated(self, item: Item) -> Grown:
        r, entry = self.r, item.entry
        if isinstance(entry, Grown):
            notes = ["a list grows in one loop (with the loops inside it) only"]
            raise instead(r, item.owner, r.error("AG115", item.span, notes=notes))
        count = Dim.const(len(entry.items))
        items = [flattened(r, x) for x in entry.items]
        for x in items:
            like = Grown(None, ZERO, item.type, item.owner, item.inner)
            found, inner = lists.element_type(r, like, x), lists.inner_of(like, x)
            joined = found if item.type is None else join_types(item.type, found)
            if joined is None or (inner is None) is not (nested(x) is None):
                raise instead(r, item.owner, lists.mixed(r, item.type, found))
            item.type, item.inner = joined, learned(r, item.owner, inner)
            if item.inner is not None:
                item.type = joined.with_dtype(item.inner.leaf.dtype)
        if item.type is None:
            return Grown(None, count, None, item.owner)
        rows = r.sizes.bindable(count + item.rate * self.rounds, "count")
        storage = empty(r.b, dims=(rows, *item.type.dims), dtype=item.type.dtype)
        place = r.new_array(storage, "list", item.name)
        if item.inner is not None:
            begin(r, place.root, item.owner)
            for x in entry.items:
                note_names(r, place.root, x)
        for at, x in enumerate(items):
            lists.remember(r, self, x)
            value = indexing.fit(r, r.value(x), item.type.dtype, item.type.dims)
            index = lists.row_index(item.type.rank, constant(r.b, at))
            version = r.state.versions[place.root]
            places.set_version(r, place.root, places.stored(r, version, (), index, value))
        return Grown(place, count, item.type, item.owner, item.inner)

    # -- in the body --------------------------------------------------------------------------------------
    def enter(self, counter: Value) -> None:
        """Bind the lists as a round finds them."""
        frame = self.r.state.frames[self.act.key]
        done = self.r.sizes.polynomial(counter)
        for item in self.items:
            start = item.start
            assert start is not None
            count = start.count + item.rate * done
            item.head = Grown(start.place, count, start.element, item.owner, start.inner)
            frame[item.name] = item.head
        self.r.written.clear()

    def check(self, nodes: Sequence[Node]) -> bool:
        """Whether a round added what was expected of it; learns what it did add otherwise."""
        frame = self.r.state.frames[self.act.key]
        good = True
        for item in self.items:
            end = frame.get(item.name)
            if not isinstance(end, Grown) or end.owner is not item.owner:
                raise instead(self.r, item.owner, self.r.error("AG115", item.span, notes=[_SAME_NUMBER]))
            assert item.head is not None
            added = end.count - item.head.count
            if added == item.rate:
                continue
            if not self._known_outside(added, nodes):
                raise instead(self.r, item.owner, self.r.error("AG115", item.span, notes=[_SAME_NUMBER]))
            item.rate, good = added, False
        self._check_elements()
        return good

    def _known_outside(self, size: Dim, nodes: Sequence[Node]) -> bool:
        """Whether a size means the same before the loop."""
        sizes = self.r.sizes
        inside = {v for node in walk(Region((), tuple(nodes), ())) for v in node.results}
        for symbol in size.symbols():
            if symbol.startswith("@"):
                value = sizes.unknowns[symbol]
                if value in inside or value in sizes.counters:
                    return False
            elif symbol not in sizes.inputs and symbol not in self.known:
                return False
        return True

    def _check_elements(self) -> None:
        """Refuse a round after which an appended array may still change.

        Arrays that nothing reaches any more are forgotten. One that is reached may be what a name joined by a
        loop or branch is in a later round.
        """
        r = self.r
        reached = r.state.reachable(self.act.key, "", self.act.liveness.head[self.node])
        kept = []
        for growth, root, version, span, joined in r.appended:
            present = r.state.versions.get(root)
            if present is not None and present is not version:
                raise lists.copy_instead(r, span)
            if present is not None and root.origin == "local" and root not in reached and not joined:
                continue
            kept.append((growth, root, version, span, joined))
            if any(w in r.rebuilt or (w is root and w in self.outside) for w in r.written):
                raise lists.copy_instead(r, span)
        r.appended[:] = kept

    # -- behind the loop ----------------------------------------------------------------------------------
    def leave(self) -> None:
        """Bind the lists as the loop leaves them; they hold only as long as no element changes."""
        frame = self.r.state.frames[self.act.key]
        for item in self.items:
            start = item.start
            assert start is not None
            count = start.count + item.rate * self.rounds
            inside = self.r.growing.get(item.owner) is not self
            if not inside and start.place is not None:
                type_ = self.r.type_of(start.place)
                assert type_ is not None
                count = type_.dims[0]
            frame[item.name] = Grown(start.place, count, start.element, item.owner, start.inner)
            if start.place is not None:
                self._hold(start.place.root)

    def _hold(self, storage: Root) -> None:
        r = self.r
        appended = {root for _, root, *_ in r.appended}
        sources = {
            root: r.state.versions[root]
            for names in r.state.frames.values()
            for b in names.values()
            for root in roots_of(b)
            if appended and (root in r.rebuilt or root in appended) and root in r.state.versions
        }
        if sources:
            r.state.shared[storage] = {**r.state.shared.get(storage, {}), **sources}


# -- finding them -------------------------------------------------------------------------------------------
def lists_of_loop(r: Reader, act: Activation, node: cst.For | cst.While) -> dict[str, Tuple | Grown]:
    """The lists made before a loop that its body appends to."""
    body = statements(node.body)
    frame = r.state.frames[act.key]
    found: dict[str, Tuple | Grown] = {}
    head = act.liveness.head[node]
    for name in dict.fromkeys(_appended(body)):
        bound = frame.get(name)
        is_list = isinstance(bound, Grown) or (isinstance(bound, Tuple) and bound.kind == "list")
        if name not in head or not is_list:
            continue
        assert isinstance(bound, Grown | Tuple)
        if name in names_assigned(body):
            notes = [f"the loop appends to `{name}` and binds the name anew"]
            raise instead(r, bound.owner, r.error("AG115", notes=notes))
        found[name] = bound
    return found


def _appended(body: Sequence[Statement]) -> Iterator[str]:
    for node in body:
        match node:
            case cst.Expr(value=value):
                found = lists.method_call(value)
                if found is not None:
                    yield found[0]
            case cst.If():
                yield from _appended(statements(node.body))
                if isinstance(node.orelse, cst.If):
                    yield from _appended([node.orelse])
                elif node.orelse is not None:
                    yield from _appended(statements(node.orelse.body))
            case cst.For() | cst.While():
                yield from _appended(statements(node.body))


def growth_of(
    r: Reader, act: Activation, node: cst.For, found: dict[str, Tuple | Grown], rounds: Value
) -> Growth:
    """What to keep of lists while a loop is lowered. Raises AG115 for lists that others may refer to."""
    from adgen.frontend.indexing import _length

    items = []
    for name, entry in found.items():
        lists.check_own(r, act, name, entry)
        assert entry.owner is not None
        items.append(Item(name, entry, entry.owner))
    count = _length(r, r.sizes.polynomial(rounds), Dim.const(0))
    growth = Growth(r, act, node, count, items)
    bound = [k for k in r.state.cache if isinstance(k, tuple) and k[0] == "dim"]
    growth.known = frozenset(s for k in bound for s in r.state.cache[k].symbols())
    return growth


__all__ = ["ATTEMPTS", "Growth", "growth_of", "lists_of_loop"]
