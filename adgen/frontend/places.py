"""Places: reading an array through its path of views, and storing through it into the root.

A store through a view of a view composes the indices where it can, so that one element stays one element;
through a reshape it goes by way of the whole view.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adgen.frontend import either
from adgen.frontend.abstract import Array, Index, Part, Permute, Reshape, Root, Step, Stretch
from adgen.frontend.origins import sharing
from adgen.frontend.signals import Relearn
from adgen.ir.core import Access, Full, Gather, Indexer, Point, Range, Value
from adgen.ir.types import Kind, Type
from adgen.primitives.complexes import compose as compose_
from adgen.primitives.complexes import imag, real
from adgen.primitives.elementwise import add, mul
from adgen.primitives.indexing import add_at, selected_dims
from adgen.primitives.indexing import read as read_
from adgen.primitives.indexing import write as write_
from adgen.primitives.shape import broadcast, reshape, transpose
from adgen.primitives.sizes import constant

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader


# -- reading ------------------------------------------------------------------------------------------------
def read(r: Reader, place: Array) -> Value:
    """The current contents of a place."""
    if place.root.either is not None:
        return either.read(r, place)
    check_fresh(r, place.root)
    return along(r, r.state.versions[place.root], place.path)


def along(r: Reader, value: Value, path: Sequence[Step]) -> Value:
    """What a path of views shows of an array."""
    for step in path:
        key = (value, step)
        found = r.state.cache.get(key)
        if not isinstance(found, Value):
            found = _apply(r, value, step)
            r.state.cache[key] = found
        value = found
    return value


def is_at_hand(r: Reader, place: Array) -> bool:
    """Whether the current contents of a place were read already."""
    version = either.at_hand(r, place.root)
    if version is None:
        return False
    value = version
    for step in place.path:
        found = r.state.cache.get((value, step))
        if not isinstance(found, Value):
            return False
        value = found
    return True


def check_fresh(r: Reader, root: Root) -> None:
    """Refuse to read what may be a view of an array that has changed since."""
    for source, version in r.state.shared.get(root, {}).items():
        if r.state.versions.get(source) is not version:
            if settled(r, root):
                return
            if root.origin in ("list", "cells"):
                notes = ["an array that was appended to the list has been changed since: append a copy of it"]
                raise r.error("AG115", notes=notes)
            raise ambiguous(r, root)


def settled(r: Reader, root: Root) -> bool:
    """Whether what may share its contents with another array turns out to be a copy."""
    from adgen.frontend import layout

    return layout.settled(r, root)


def ambiguous(r: Reader, root: Root) -> Exception:
    """What to raise for a name that may be one of two arrays, or a copy of one or not.

    Where branches or a loop made it one of two, lowering starts over and keeps track of which one it is.
    """
    site = r.joined.get(root)
    if site is not None and site not in r.followed:
        r.followed.add(site)
        return Relearn()
    open_ = root in r.copies or root.origin == "read-only"
    name = r.root_names.get(root, "the array")
    return r.error("AG250" if open_ else "AG245", name=name, labels=sharing(r, root))


def _apply(r: Reader, value: Value, step: Step) -> Value:
    match step:
        case Index(indexer, operands):
            found = read_(r.b, value, *operands, index=indexer)
            return found if found.type.rank else r.cast(found, found.type.dtype, Kind.array)
        case Permute(axes):
            return transpose(r.b, value, perm=axes)
        case Reshape(dims):
            found = reshape(r.b, value, dims=dims)
            return found if dims else r.cast(found, found.type.dtype, Kind.array)
        case Stretch(dims, axes):
            return broadcast(r.b, value, dims=dims, axes=axes)
        case Part(name):
            part = (real if name == "real" else imag)(r.b, value)
            return r.cast(part, part.type.dtype, value.type.kind)


def type_through(root: Type, path: Sequence[Step]) -> Type:
    """The type of a place."""
    for step in path:
        match step:
            case Index(indexer, operands):
                root = Type(root.dtype, selected_dims(root.dims, indexer, [v.any_type for v in operands]))
            case Permute(axes):
                root = Type(root.dtype, tuple(root.dims[a] for a in axes))
            case Reshape(dims) | Stretch(dims):
                root = Type(root.dtype, dims)
            case Part():
                root = Type(root.dtype.real, root.dims)
    return root


# -- storing ------------------------------------------------------------------------------------------------
def full_index(rank: int) -> Index:
    """The index of a whole array."""
    return Index(Indexer(tuple(Full() for _ in range(rank))), ())


def store(r: Reader, place: Array, index: Index, value: Value, accumulate: bool = False) -> None:
    """Put ``value`` into the cells of a place that ``index`` names (add it, with ``accumulate``)."""
    check_writable(r, place)
    if place.root.either is not None:
        either.write(r, place, lambda one: store(r, one, index, value, accumulate))
        return
    version = r.state.versions[place.root]
    new = stored(r, version, place.path, index, value, accumulate)
    set_version(r, place.root, new)


def replace_contents(r: Reader, place: Array, value: Value) -> None:
    """Make ``value``, of the type of the place, its contents."""
    if place.root.either is not None:
        either.write(r, place, lambda one: replace_contents(r, one, value))
    elif not place.path:
        check_writable(r, place)
        set_version(r, place.root, value)
    else:
        store(r, place, full_index(value.type.rank), value)


def set_version(r: Reader, root: Root, value: Value) -> None:
    """A new version of a root."""
    r.state.versions[root] = value
    r.written.setdefault(root)
    name = r.root_names.get(root)
    if name is not None and value.hint is None:
        r.names.setdefault(value, name)


_COPY = "make a copy, and write into that: `.copy()`"


def check_writable(r: Reader, place: Array) -> None:
    """Refuse stores into captured arrays, broadcasts, and arrays that may be one of two."""
    root = place.root
    for one in either.leaves(root.either):
        check_writable(r, one)
    name = r.root_names.get(root, "the array")
    if root.origin == "captured":
        raise r.error("AG244", name=name)
    if root.origin == "list":
        notes = ["the elements of a list that was filled in a loop are not written into"]
        raise r.error("AG115", notes=notes)
    if root.origin == "read-only":
        raise r.error("AG122", construct="a diagonal, which NumPy makes read-only", help=_COPY)
    if root in r.state.shared and not settled(r, root):
        raise ambiguous(r, root)
    if any(isinstance(step, Stretch) for step in place.path):
        raise r.error("AG122", construct="a broadcast view, which NumPy makes read-only", help=_COPY)


def stored(
    r: Reader,
    base: Value,
    path: tuple[Step, ...],
    index: Index,
    value: Value,
    accumulate: bool = False,
) -> Value:
    """The contents of a root after a store through a path."""
    if not path and not base.type.rank:
        new = add(r.b, base, value) if accumulate else value
        return r.cast(new, base.type.dtype, Kind.array)
    if not path:
        prim = add_at if accumulate else write_
        return prim(r.b, base, value, *index.operands, index=index.indexer)
    step = path[0]
    if len(path) == 1:
        composed = _composed(r, step, index, base.type)
        if composed is not None:
            return stored(r, base, (), composed[0], _permuted(r, value, composed[1]), accumulate)
    inner = _apply(r, base, step)
    changed = stored(r, inner, path[1:], index, value, accumulate)
    match step:
        case Index(indexer, operands):
            return write_(r.b, base, changed, *operands, index=indexer)
        case Permute(axes):
            inverse = tuple(sorted(range(len(axes)), key=axes.__getitem__))
            return transpose(r.b, changed, perm=inverse)
        case Part(name):
            both = (changed, imag(r.b, base)) if name == "real" else (real(r.b, base), changed)
            return compose_(r.b, *both)
        case _:
            return reshape(r.b, changed, dims=base.type.dims)


def _permuted(r: Reader, value: Value, perm: tuple[int, ...] | None) -> Value:
    return value if perm is None else transpose(r.b, value, perm=perm)


def _composed(
    r: Reader, outer: Step, inner: Index, base: Type
) -> tuple[Index, tuple[int, ...] | None] | None:
    """One index for a view step and an index into the view, and how the value's dims move; None without."""
    match outer:
        case Index():
            found = compose(r, outer, inner)
            return None if found is None else (found, None)
        case Permute(axes) if not any(isinstance(a, Gather) for a in inner.indexer.access):
            return _through_transpose(axes, inner)
    return None


def _through_transpose(axes: tuple[int, ...], inner: Index) -> tuple[Index, tuple[int, ...] | None]:
    operands = iter(inner.operands)
    taken = [() if isinstance(a, Full) else (next(operands),) for a in inner.indexer.access]
    order = sorted(range(len(axes)), key=axes.__getitem__)
    access = tuple(inner.indexer.access[k] for k in order)
    kept = [k for k in range(len(axes)) if not isinstance(inner.indexer.access[k], Point)]
    perm = tuple(kept.index(k) for k in order if k in kept)
    index = Index(Indexer(access, inner.indexer.once), tuple(v for k in order for v in taken[k]))
    return index, None if perm == tuple(range(len(perm))) else perm


def compose(r: Reader, outer: Index, inner: Index) -> Index | None:
    """The index that is ``inner`` of what ``outer`` selects; None where gathers make it none."""
    if any(isinstance(a, Gather) for a in outer.indexer.access):
        return None
    outer_operands, inner_operands = iter(outer.operands), iter(inner.operands)
    inner_access = iter(inner.indexer.access)
    access: list[Access] = []
    operands: list[Value] = []
    for a in outer.indexer.access:
        if isinstance(a, Point):
            access.append(a)
            operands.append(next(outer_operands))
            continue
        b = next(inner_access)
        given = [] if isinstance(b, Full) else [next(inner_operands)]
        if isinstance(a, Full):
            access.append(b)
            operands.extend(given)
            continue
        start = next(outer_operands)
        if isinstance(b, Full):
            access.append(a)
            operands.append(start)
            continue
        if isinstance(b, Gather):
            return None
        assert isinstance(a, Range)
        access.append(Range(b.size, a.step * b.step) if isinstance(b, Range) else b)
        operands.append(_shifted(r, start, given[0], a))
    if _mixes(access):
        return None
    return Index(Indexer(tuple(access), inner.indexer.once), tuple(operands))


def fused(r: Reader, path: tuple[Step, ...]) -> tuple[Step, ...]:
    """A path with neighbouring steps made one where that can be."""
    found: list[Step] = []
    for step in path:
        match found[-1:], step:
            case [Index() as outer], Index() as inner if (both := compose(r, outer, inner)) is not None:
                found[-1] = both
            case [Permute(first)], Permute(second):
                found[-1] = Permute(tuple(first[a] for a in second))
            case [Reshape()], Reshape():
                found[-1] = step
            case _:
                found.append(step)
    return tuple(s for s in found if not isinstance(s, Permute) or s.axes != tuple(range(len(s.axes))))


def _mixes(access: Sequence[Access]) -> bool:
    kinds = {type(a) for a in access}
    return Gather in kinds and Point in kinds


def _shifted(r: Reader, start: Value, index: Value, along: Range) -> Value:
    """``start + index * step``."""
    scaled = index if along.step == 1 else mul(r.b, index, constant(r.b, along.step))
    known = r.sizes.polynomial(start)
    if known.value == 0:
        return scaled
    if r.sizes.polynomial(index).value == 0:
        return start
    return add(r.b, start, scaled)
