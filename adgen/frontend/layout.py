"""Where elements lie in memory, as far as that decides what is a view (`reshape`, `ravel`) and what a copy.

NumPy reshapes without a copy where the strides allow it. Strides are polynomials here: those of an array in C
order, followed through the steps of a place. An array that came about in another order (a transposed one
copied, or computed from) has unknown strides. Where it is not known whether NumPy copies, the result is a new
array that may share its contents with the old one: it can be read, and is refused where one of the two is
written and the other used.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from adgen.frontend import places
from adgen.frontend.abstract import Array, Index, Part, Permute, Reshape, Root, Stretch
from adgen.ir.core import Full, Gather, Point, Value
from adgen.ir.dims import ONE, ZERO, Dim, product
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader

_DEPTH = 24


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy, provided that these sizes are not negative; None where that is open."""

    conditions: tuple[Dim, ...] | None


@dataclass(frozen=True, slots=True)
class Axis:
    """One dim of an array, and how far apart in memory its elements are."""

    size: Dim
    stride: Dim


# -- order of new arrays ------------------------------------------------------------------------------------
def in_order(r: Reader, value: Value, depth: int = _DEPTH) -> bool:
    """Whether NumPy makes a new array of these contents in C order, as far as that is known."""
    if value.is_stack:
        return False  # its elements may be in any order
    if value.type.rank < 2 or value in r.ordered:
        return True
    if value in r.disordered or depth == 0:
        return False
    op = r.b.defs.op(value)
    if op is None:
        return False
    if op.prim.name in ("transpose", "contract", "collect"):
        return op.prim.name != "transpose"
    if op.prim.name == "read":
        access = op.attr("index").access
        gathers = [k for k, a in enumerate(access) if isinstance(a, Gather)]
        if gathers and any(not isinstance(a, Gather) for a in access[: gathers[-1]]):
            return False
    return all(in_order(r, v, depth - 1) for v in op.operands)


def mark(r: Reader, array: Array, ordered: bool) -> None:
    """Note whether a new array is in C order, where that does not follow from how it is computed."""
    r.orders[array.root] = ordered
    if not ordered:
        r.disordered.setdefault(r.state.versions[array.root])


def is_ordered(r: Reader, root: Root) -> bool:
    """Whether an array was made in C order."""
    return r.orders.get(root, root.origin != "local")


def keeps_order(r: Reader, place: Array) -> bool:
    """Whether a new array with the order of a place is in C order."""
    still = not any(isinstance(step, Permute | Stretch) for step in place.path)
    return r.state.versions[place.root].type.rank < 2 or (still and is_ordered(r, place.root))


# -- strides ------------------------------------------------------------------------------------------------
def axes_of(r: Reader, place: Array) -> list[Axis] | None:
    """The dims and strides of a place; None where they are not known."""
    type_ = r.state.versions[place.root].type
    if not is_ordered(r, place.root) and type_.rank > 1:
        return None
    axes = in_c_order(type_.dims)
    for step in place.path:
        match step:
            case Index(indexer):
                axes = _indexed(axes, indexer.access)
            case Permute(order):
                axes = [axes[k] for k in order]
            case Stretch(dims, at):
                kept = dict(zip(at, axes, strict=True))
                axes = [
                    kept[k] if k in kept and kept[k].size == d else Axis(d, ZERO) for k, d in enumerate(dims)
                ]
            case Part():
                axes = [Axis(a.size, a.stride * 2) for a in axes]
            case Reshape(dims):
                found = reshaped_axes(axes, dims)
                if isinstance(found, Copied):
                    return None
                axes = found
    return axes


def in_c_order(dims: Sequence[Dim]) -> list[Axis]:
    """Dims of an array in C order, strides counted in elements."""
    return [Axis(d, product(tuple(dims[k + 1 :]))) for k, d in enumerate(dims)]


def _indexed(axes: Sequence[Axis], access: Sequence[object]) -> list[Axis]:
    found = []
    for axis, a in zip(axes, access, strict=True):
        if isinstance(a, Point):
            continue
        found.append(axis if isinstance(a, Full) else Axis(a.size, axis.stride * a.step))  # type: ignore[attr-defined]
    return found


def reshaped_axes(axes: Sequence[Axis], dims: Sequence[Dim]) -> list[Axis] | Copied:
    """Dims and strides of a reshaped view; or that (and when) NumPy copies."""
    old = [a for a in axes if a.size != ONE]
    found: list[Axis] = []
    conditions: list[Dim] = []
    at = 0
    for group, new in _groups([a.size for a in old], dims):
        joined = old[at : at + group]
        at += group
        state = contiguous(joined)
        if isinstance(state, Copied):
            if state.conditions is None:
                return state
            conditions += state.conditions
            if state.conditions:
                return Copied(tuple(conditions))
        last = joined[-1].stride if joined else ONE
        found += [Axis(a.size, a.stride * last) for a in in_c_order(new)]
    return found


def _groups(old: Sequence[Dim], new: Sequence[Dim]) -> list[tuple[int, tuple[Dim, ...]]]:
    """How many old dims become which new dims; the last group takes what cannot be told apart."""
    found: list[tuple[int, tuple[Dim, ...]]] = []
    i = k = 0
    while k < len(new):
        if new[k] == ONE:
            found.append((0, (ONE,)))
            k += 1
        elif i < len(old) and new[k] == old[i]:
            found.append((1, (new[k],)))
            i, k = i + 1, k + 1
        else:
            taken = _shortest(old[i:], new[k:])
            found.append((taken[0], tuple(new[k : k + taken[1]])))
            i, k = i + taken[0], k + taken[1]
    return found


def _shortest(old: Sequence[Dim], new: Sequence[Dim]) -> tuple[int, int]:
    """The fewest dims of both sides with equal products; all where there are none."""
    for i in range(1, len(old) + 1):
        for k in range(1, len(new) + 1):
            if product(tuple(old[:i])) == product(tuple(new[:k])):
                return i, k
    return len(old), len(new)


def contiguous(axes: Sequence[Axis]) -> Copied | None:
    """None where dims lie in memory like one; else when they do not for certain."""
    axes = [a for a in axes if a.size != ONE]
    for outer, inner in pairwise(axes):
        gap = outer.stride - inner.size * inner.stride
        if gap == ZERO:
            continue
        needed = [outer.size - 2, inner.size - 2]
        if gap.value is None:
            return Copied((*needed, gap - 1)) if _grows(gap) else Copied((*needed, -gap - 1))
        return Copied(tuple(needed))
    return None


def _grows(gap: Dim) -> bool:
    """Whether a size that is not known is more likely above 0 than below."""
    return gap.evaluate(dict.fromkeys(gap.symbols(), 100)) > 0


def is_contiguous(r: Reader, place: Array) -> bool | Copied:
    """Whether a place is in C order without gaps; else when it is not."""
    axes = axes_of(r, place)
    if axes is None:
        return Copied(None)
    long = [a for a in axes if a.size != ONE]
    state = contiguous(long)
    if state is not None:
        return state
    if long and long[-1].stride != ONE:
        return Copied((long[-1].size - 2,)) if long[-1].stride.value is not None else Copied(None)
    return True


# -- views and copies ---------------------------------------------------------------------------------------
def reshaped(r: Reader, place: Array, dims: tuple[Dim, ...]) -> Array:
    """A place in other dims: a view or a copy, as NumPy makes it."""
    axes = axes_of(r, place)
    found = Copied(None) if axes is None else reshaped_axes(axes, dims)
    view = Array(place.root, (*place.path, Reshape(dims)))
    return copied(r, place, view, found) if isinstance(found, Copied) else view


def copied(r: Reader, place: Array, view: Array, found: Copied) -> Array:
    """The contents of a view as a new array, which may share them with ``place`` where that is open."""
    new = r.new_array(places.read(r, view), "local")
    mark(r, new, True)
    r.state.shared[new.root] = {place.root: r.state.versions[place.root]}
    r.copies[new.root] = found.conditions
    return new


def read_only(r: Reader, place: Array, value: Value) -> Array:
    """Elements of a place as an array that is not written, and not read once the place has changed."""
    new = r.new_array(value, "read-only")
    r.state.shared[new.root] = {place.root: r.state.versions[place.root]}
    return new


def settled(r: Reader, root: Root) -> bool:
    """Whether a root that may share its contents is known to be a copy after all, from now on."""
    if root not in r.copies:
        return False
    sources = r.state.shared.get(root, {})
    if any(source in r.state.shared for source in sources):
        return False
    named = r.state.reachable(-1, "")
    if not any(source in named or source.origin != "local" for source in sources):
        r.state.shared.pop(root, None)
        return True
    conditions = r.copies[root]
    if conditions is None or not all(r.sizes.assume(d, "a reshaped array is a copy") for d in conditions):
        return False
    r.state.shared.pop(root, None)
    return True
