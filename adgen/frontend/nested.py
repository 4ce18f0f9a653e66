"""Containers inside lists of run-time length; lists of numbers among them are kept as rows of an array.

What is appended to such a list is copied into it. In Python both stay one object, so a list, dict or record
that was appended is *sealed*: it can be read by its name, but a change of it is refused. Where a round of a
loop may append the one of an earlier round, that is refused as well.

Numbers are stored into the rows (``m[i][j] = v``) as long as nothing but the outer list refers to them: no
name of a row, and no other list into which rows were copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace

from adgen.frontend import cells
from adgen.frontend.abstract import Abstract, Array, Cells, Grown, Inner, Known, Number, Root, Tuple
from adgen.frontend.promotion import join_types
from adgen.frontend.reader import Reader
from adgen.frontend.signals import Relearn
from adgen.ir.core import Value
from adgen.ir.dims import Dim
from adgen.ir.types import Type
from adgen.records import dataclass

_COPY = "append a copy: `.append(list(row))`, `.append(dict(row))`"
_LATER = f"what was appended to a list is not changed afterwards; {_COPY}"
_SHARED = "other names or lists may refer to the list that is written into; use an array: `np.zeros((n, m))`"
_UNKNOWN = "lists in a list of run-time length are written into by `xs[i][j] = v` only; use an array"
_EARLIER = f"every round would append the same object; make it inside the loop, or {_COPY}"


def flattened(r: Reader, x: Abstract) -> Abstract:
    """An element of a list with the lists in it as rows. The containers that it consists of are sealed."""
    from adgen.frontend.lists import owners_in

    for owner in dict.fromkeys(owners_in(x)):
        _seal(r, owner)
    return _in_rows(r, x)


def _in_rows(r: Reader, x: Abstract) -> Abstract:
    found = _row(r, x)
    if found is not None or not isinstance(x, Tuple):
        return x if found is None else found
    items = tuple(_in_rows(r, item) for item in x.items)
    return x if all(a is b for a, b in zip(items, x.items, strict=True)) else replace(x, items=items)


def _row(r: Reader, x: Abstract | None) -> Grown | None:
    """A list as a row of numbers, or None where it is not one of numbers of one dtype, or of such lists."""
    match x:
        case Grown(place=None) | Cells(form=None):
            return None
        case Cells(form=form):
            is_row = form is not None and form[0] != "tuple"
            return _row(r, cells.columns(r, x)[0]) if is_row else None
        case Grown(element=Type() as element, inner=inner):
            from adgen.frontend.lists import contents

            if inner is None and element.rank:
                return None
            _note_copy(r, x)
            return Grown(contents(r, x), x.count, element, None, inner)
        case Tuple(kind="list", items=items) if items:
            return _row_of_items(r, x, [item if _is_number(item) else _row(r, item) for item in items])
    return None


def _is_number(x: Abstract) -> bool:
    return isinstance(x, Number) or (isinstance(x, Known) and isinstance(x.value, bool | int | float))


def _row_of_items(r: Reader, x: Tuple, items: Sequence[Abstract | None]) -> Grown | None:
    kinds = [_kind(r, item) for item in items]
    first = kinds[0]
    if first is None:
        return None
    depth, leaf, dims = first
    for kind in kinds[1:]:
        if kind is None or kind[0] != depth or kind[1].dtype != leaf.dtype or kind[2] != dims:
            return None
        both = join_types(leaf, kind[1])
        if both is None:
            return None
        leaf = both
    place = r.wrap(r.value(x))
    assert isinstance(place, Array)
    element = Type(leaf.dtype, dims) if depth else leaf
    return Grown(place, Dim.const(len(items)), element, None, Inner(depth, leaf) if depth else None)


def _kind(r: Reader, x: Abstract | None) -> tuple[int, Type, tuple[Dim, ...]] | None:
    """How deep lists are nested in an item, the type of its numbers, and its dims."""
    match x:
        case None:
            return None
        case Grown(count=count, element=Type() as element, inner=None):
            return 1, element, (count,)
        case Grown(count=count, element=Type() as element, inner=Inner(depth, leaf)):
            return depth + 1, leaf, (count, *element.dims)
    found = r.type_of(x)
    return None if found is None or found.rank else (0, found, ())


# -- as elements ----------------------------------------------------------------------------------------
def nested(x: Abstract) -> Inner | None:
    """What is inside an element that is a row."""
    if not isinstance(x, Grown) or x.element is None:
        return None
    return Inner(1, x.element) if x.inner is None else Inner(x.inner.depth + 1, x.inner.leaf)


def row_of(element: Type, inner: Inner, place: Array) -> Grown:
    """The row in a place, of the type ``element``, as the list that it is."""
    if inner.depth == 1:
        return Grown(place, element.dims[0], inner.leaf, None)
    below = Type(element.dtype, element.dims[1:])
    return Grown(place, element.dims[0], below, None, replace(inner, depth=inner.depth - 1))


def joined(one: Inner | None, other: Inner | None) -> Inner | None:
    """What both are; None where they differ."""
    if one is None or other is None or one.depth != other.depth:
        return None
    leaf = join_types(one.leaf, other.leaf)
    return None if leaf is None else Inner(one.depth, leaf)


# -- stores into rows -----------------------------------------------------------------------------------
@dataclass(slots=True)
class Rows:
    """The lists kept in one array: where it was made, and who may refer to one of them besides."""

    site: object
    born: tuple[object, ...]
    named: bool = False
    writes: list[tuple[object, ...]] = field(default_factory=list)
    copies: bool = False


def begin(r: Reader, storage: Root, owner: Root) -> None:
    """Note an array that will hold the lists in a list."""
    r.rows[storage] = Rows(r.sites.get(owner), tuple(r.rounds))


def note_names(r: Reader, storage: Root, item: Abstract) -> None:
    """Note whether a list that goes into a row has a name."""
    from adgen.frontend.lists import owners_in

    rows, owners = r.rows.get(storage), set(owners_in(item))
    if rows is None or not owners:
        return
    bindings = (bound for names in r.state.frames.values() for bound in names.values())
    rows.named |= any(owner in owners for bound in bindings for owner in owners_in(bound))
    if rows.named and rows.writes:
        raise r.error("AG115", notes=[_SHARED])


def _note_copy(r: Reader, x: Grown) -> None:
    """Note that rows become elements of another list as well."""
    rows = None if x.place is None else r.rows.get(x.place.root)
    if rows is None:
        return
    rows.copies = True
    here = tuple(r.rounds)[len(rows.born) :]
    if any(here[:1] == there[:1] for there in rows.writes if there):
        raise r.error("AG115", notes=[_SHARED])


def learned(r: Reader, owner: Root | None, inner: Inner | None) -> Inner | None:
    """What is in the elements of a list, with what is stored there later."""
    known = None if owner is None or inner is None else r.leaves.get(r.sites.get(owner))
    return inner if inner is None or known is None else joined(inner, Inner(inner.depth, known))


def store(r: Reader, row: Grown, at: Value, item: Abstract) -> None:
    """Put a number into a row."""
    from adgen.frontend import places
    from adgen.frontend.lists import row_index

    rows = None if row.place is None else r.rows.get(row.place.root)
    found = r.type_of(item)
    if rows is None or row.place is None or row.element is None or row.inner is not None or found is None:
        raise r.error("AG115", notes=[_UNKNOWN])
    if rows.named or rows.copies:
        raise r.error("AG115", notes=[_SHARED])
    rows.writes.append(tuple(r.rounds)[len(rows.born) :])
    both = None if found.rank else join_types(row.element, found)
    if both is None:
        raise r.error("AG115", notes=[_UNKNOWN])
    if both != row.element:
        known = r.leaves.get(rows.site)
        wanted = both if known is None else join_types(known, both)
        if wanted is None or wanted == known:
            raise r.error("AG115", notes=[_UNKNOWN])
        r.leaves[rows.site] = wanted
        raise Relearn()
    root = row.place.root
    value = r.cast(r.value(item), row.element.dtype, row.element.kind)
    version = places.stored(r, r.state.versions[root], row.place.path, row_index(0, at), value)
    places.set_version(r, root, version)


def own(r: Reader, x: Grown) -> Grown:
    """A list of the same elements that stays as it is where a row is written into."""
    if x.inner is not None or x.place is None or x.place.root not in r.rows:
        return replace(x, owner=None)
    from adgen.frontend import places
    from adgen.frontend.lists import contents

    return replace(x, place=r.new_array(places.read(r, contents(r, x)), "list"), owner=None)


# -- sealed containers ---------------------------------------------------------------------------------------
def _seal(r: Reader, owner: Root) -> None:
    here, born = tuple(r.rounds), r.born.get(owner)
    if born is None or born[: len(here)] != here:
        raise r.error("AG115", notes=[_EARLIER])
    r.sealed.setdefault(owner)


def note_made(r: Reader, owner: Root, *before: Root | None) -> None:
    """Note where a container was made; it goes on with the identity of others, which may be sealed."""
    r.born[owner] = tuple(r.rounds)
    if any(one in r.sealed for one in before):
        r.sealed[owner] = None


def check_unsealed(r: Reader, owner: Root | None) -> None:
    """Refuse to change what is an element of a list."""
    if owner is not None and owner in r.sealed:
        raise r.error("AG115", notes=[_LATER])


def check_round(r: Reader, names: frozenset[str], key: int) -> None:
    """Refuse a round behind which a sealed list is still at hand: a later round may change it."""
    from adgen.frontend.lists import owners_in

    if not r.sealed:
        return
    for frame, bindings in r.state.frames.items():
        for name, bound in bindings.items():
            seen = frame != key or name in names
            if seen and any(owner in r.sealed and _is_recent(r, owner) for owner in owners_in(bound)):
                raise r.error("AG115", notes=[_LATER])


def _is_recent(r: Reader, owner: Root) -> bool:
    """Whether a list was made in the round that is read."""
    here = tuple(r.rounds)
    return bool(here) and r.born[owner][: len(here)] == here
