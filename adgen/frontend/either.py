"""An array that is one of several places, decided at run time: a root of its own kind stands for them.

What is read is selected, what is stored goes to the one that is meant, under the condition that it is. So
stores through a name that branches or a loop have made one of two arrays are exact, without a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from adgen.frontend.abstract import Array, Either, Index, Reshape, Root, Step, Stretch
from adgen.frontend.origins import becoming
from adgen.ir.core import Range, Region, Value
from adgen.ir.dims import Dim
from adgen.primitives.elementwise import eq, where
from adgen.primitives.sizes import constant

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader

Tree = Array | Either


def leaves(x: Tree | None) -> Iterator[Array]:
    """The places of which one is meant."""
    match x:
        case Either(then=then, orelse=orelse):
            yield from leaves(then)
            yield from leaves(orelse)
        case Array():
            yield x


def through(x: Tree, path: tuple[Step, ...]) -> Tree:
    """The same view of each of the places."""
    if isinstance(x, Array):
        return replace(x, path=(*x.path, *path)) if path else x
    return Either(x.pred, through(x.then, path), through(x.orelse, path))


def expanded(place: Array, known: Callable[[Root], bool]) -> Tree:
    """A place as those it may be, as far as they are not known themselves."""
    if place.root.either is None or known(place.root):
        return place
    return _expanded(through(place.root.either, place.path), known)


def _expanded(x: Tree, known: Callable[[Root], bool]) -> Tree:
    if isinstance(x, Array):
        return expanded(x, known)
    return Either(x.pred, _expanded(x.then, known), _expanded(x.orelse, known))


# -- reading and storing ------------------------------------------------------------------------------------
def _key(r: Reader, root: Root) -> tuple[object, ...]:
    """What the contents of a root depend on: itself, and the versions of those it stands for."""
    versions = r.state.versions
    behind = (tuple(versions[x] for x in _behind(one)) for one in leaves(root.either))
    return ("either", root, *behind)


def _behind(place: Array) -> list[Root]:
    """The roots behind a place, in a fixed order."""
    if place.root.either is None:
        return [place.root]
    return [root for one in leaves(place.root.either) for root in _behind(one)]


def remember(r: Reader, root: Root, value: Value) -> None:
    """Note that the contents of a root are known now."""
    r.state.versions[root] = value
    r.state.cache[_key(r, root)] = value


def at_hand(r: Reader, root: Root) -> Value | None:
    """The current contents of a root, where they need no selection any more."""
    if root.either is None:
        return r.state.versions[root]
    found = r.state.cache.get(_key(r, root))
    return found if isinstance(found, Value) else None


def read(r: Reader, place: Array) -> Value:
    """The current contents of a place that is one of several."""
    from adgen.frontend import places

    whole = at_hand(r, place.root)
    if whole is not None:
        return places.along(r, whole, place.path)
    key = (*_key(r, place.root), place.path)
    found = r.state.cache.get(key)
    if not isinstance(found, Value):
        found = pick(r, place, lambda one: places.read(r, one))
        r.state.cache[key] = found
    return found


def pick(r: Reader, place: Array, action: Callable[[Array], Value]) -> Value:
    """What an action gives for the place that is meant."""
    assert place.root.either is not None
    return _picked(r, through(place.root.either, place.path), action)


def _picked(r: Reader, x: Tree, action: Callable[[Array], Value]) -> Value:
    if isinstance(x, Array):
        return action(x)
    regions = []
    for side in (x.then, x.orelse):
        with r.branch(r.state) as (nodes, _):
            value = _picked(r, side, action)
        regions.append(Region((), tuple(nodes), (value,)))
    (found,) = r.b.if_else(x.pred, regions[0], regions[1], [None])
    return found


def write(r: Reader, place: Array, action: Callable[[Array], None]) -> None:
    """Run an action that stores for the place that is meant. Raises AG245 where their sizes may differ."""
    assert place.root.either is not None
    type_ = r.type_of(place)
    for one in leaves(through(place.root.either, place.path)):
        if type_ is None or (found := r.type_of(one)) is None or found.dims != type_.dims:
            name = r.root_names.get(place.root, "the array")
            raise r.error("AG245", name=name, labels=becoming(r, name, leaves(place.root.either)))
    _written(r, through(place.root.either, place.path), action)


def _written(r: Reader, x: Tree, action: Callable[[Array], None]) -> None:
    from adgen.frontend import places

    if isinstance(x, Array):
        action(x)
        return
    sides = []
    for side in (x.then, x.orelse):
        with r.branch(r.state) as (nodes, state):
            _written(r, side, action)
        sides.append((nodes, state.versions))
    before = r.state.versions
    changed = [root for root, v in before.items() if any(side[root] is not v for _, side in sides)]
    then, orelse = (Region((), tuple(nodes), tuple(side[x] for x in changed)) for nodes, side in sides)
    names = [r.root_names.get(root) for root in changed]
    for root, value in zip(changed, r.b.if_else(x.pred, then, orelse, names), strict=True):
        places.set_version(r, root, value)


# -- few of them --------------------------------------------------------------------------------------------
def compact(r: Reader, x: Either) -> Tree:
    """The same choice with every place in it once: many branches between few arrays stay few."""
    found = list(leaves(x))
    kinds = list(dict.fromkeys((one.root, pattern(one.path)) for one in found))
    if len(kinds) == len(found):
        return x
    which, given = numbered(r, x, kinds)
    places = [Array(root, path_of(steps, iter(given[k]))) for k, (root, steps) in enumerate(kinds)]
    tree: Tree = places[-1]
    for k in range(len(places) - 2, -1, -1):
        tree = Either(eq(r.b, which, constant(r.b, k)), places[k], tree)
    return tree


def numbered(
    r: Reader, x: Tree, kinds: Sequence[tuple[object, tuple[Step, ...]]]
) -> tuple[Value, dict[int, list[Value]]]:
    """Which kind of place is meant, and the values in the paths of each kind."""
    if isinstance(x, Array):
        k = kinds.index((x.root, pattern(x.path)))
        return constant(r.b, k), {k: operands(x.path)}
    then, orelse = numbered(r, x.then, kinds), numbered(r, x.orelse, kinds)
    given = {**then[1], **orelse[1]}
    for k in then[1].keys() & orelse[1].keys():
        pairs = zip(then[1][k], orelse[1][k], strict=True)
        given[k] = [a if a is b else where(r.b, x.pred, a, b) for a, b in pairs]
    return where(r.b, x.pred, then[0], orelse[0]), given


# -- paths --------------------------------------------------------------------------------------------------
def plain(place: Array) -> Array:
    """A place without other names for its sizes."""
    match place.path:
        case (*path, Reshape(names=True)):
            return plain(Array(place.root, tuple(path)))
    return place


def named(r: Reader, place: Array, dims: tuple[Dim, ...]) -> Array:
    """A place whose sizes turn out to be these, where it is the one that is meant."""
    type_ = r.type_of(place)
    assert type_ is not None
    return place if type_.dims == dims else Array(place.root, (*place.path, Reshape(dims, names=True)))


def pattern(path: tuple[Step, ...]) -> tuple[Step, ...]:
    """A path without the values in it."""
    return tuple(replace(s, operands=()) if isinstance(s, Index) else s for s in path)


def operands(path: tuple[Step, ...]) -> list[Value]:
    """The values in a path."""
    return [v for s in path if isinstance(s, Index) for v in s.operands]


def path_of(steps: tuple[Step, ...], values: Iterator[Value]) -> tuple[Step, ...]:
    """The path of a pattern with these values in it."""
    found: list[Step] = []
    for step in steps:
        if isinstance(step, Index):
            step = replace(step, operands=tuple(islice(values, step.indexer.operand_count)))
        found.append(step)
    return tuple(found)


def dims_of(path: tuple[Step, ...]) -> Iterator[Dim]:
    """The sizes in a path."""
    for step in path:
        match step:
            case Index(indexer):
                yield from (a.size for a in indexer.access if isinstance(a, Range))
            case Reshape(dims) | Stretch(dims):
                yield from dims
