"""What calls of one function have in common: the structure and types of its arguments, or of its results.

A template says what is a value of the program (:class:`Plain`), what is a container, and what is the same
thing at every call (:class:`Fixed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from adgen.frontend.abstract import (
    Abstract,
    Array,
    Cells,
    Class,
    DTypeObject,
    Generator,
    Grown,
    Known,
    LibraryFunction,
    Module,
    Number,
    Tuple,
    UserFunction,
)
from adgen.frontend.promotion import join_types
from adgen.ir.calls import instantiated
from adgen.ir.core import Value
from adgen.ir.dims import Dim, linear_in
from adgen.ir.types import Type
from adgen.records import dataclass

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader

Path = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """One value of the program."""

    type: Type
    path: Path


@dataclass(frozen=True, slots=True)
class Group:
    """A container."""

    like: Tuple
    items: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same at every call: a string, None, a function, a number that never changes."""

    value: Abstract


Template = Plain | Group | Fixed


class Mismatch(Exception):
    """Two arguments, or two results, that no template fits both of."""

    def __init__(self, left: Template, right: Abstract) -> None:
        super().__init__(left, right)
        self.left = left
        self.right = right


def template(r: Reader, x: Abstract, path: Path, numbers: bool) -> Template:
    """The template of one thing; for results ``numbers`` are values, known or not."""
    match x:
        case Tuple(items=items):
            parts = tuple(template(r, item, (*path, k), numbers) for k, item in enumerate(items))
            return Group(replace(x, owner=None, items=()), parts)
        case Grown() | Cells() | Generator():
            raise Mismatch(Fixed(x), x)
        case Known() if not numbers:
            return Fixed(x)
    type_ = r.type_of(x)
    if type_ is not None:
        return Plain(type_, path)
    if numbers and not isinstance(x, Known | DTypeObject | Module):
        raise Mismatch(Fixed(x), x)
    return Fixed(x)


def joined(r: Reader, old: Template, x: Abstract, path: Path, arrays: bool = False) -> Template:
    """The template that fits ``x`` too. Raises Mismatch. ``arrays`` may change their dtype."""
    match old:
        case Group(like=like, items=items):
            if not isinstance(x, Tuple) or _shape(x) != (len(items), *_shape(like)[1:]):
                raise Mismatch(old, x)
            pairs = enumerate(zip(items, x.items, strict=True))
            return Group(like, tuple(joined(r, t, item, (*path, k), arrays) for k, (t, item) in pairs))
        case Fixed(value=value):
            if _same(value, x):
                return old
            left = r.type_of(value)
        case Plain(type=left):
            pass
    right = r.type_of(x)
    found = None if left is None or right is None else join_types(left, right)
    if found is None or (found.rank and not arrays and left is not None and found.dtype is not left.dtype):
        raise Mismatch(old, x)
    return Plain(found, path)


def _shape(x: Tuple) -> tuple[object, ...]:
    return (len(x.items), x.kind, x.keys, x.cls)


def _same(one: Abstract, other: Abstract) -> bool:
    match one, other:
        case (Known(), Known()) | (DTypeObject(), DTypeObject()) | (Module(), Module()) | (Class(), Class()):
            return one == other
        case LibraryFunction(bound=None), LibraryFunction(bound=None):
            return one == other
        case UserFunction(), UserFunction():
            mine, others = one.definition, other.definition
            return mine is others or (mine.node is others.node and mine.parent is others.parent)
    return one is other


def plains(t: Template) -> Iterator[Plain]:
    """The values of the program in a template, in order."""
    match t:
        case Plain():
            yield t
        case Group(items=items):
            for item in items:
                yield from plains(item)


def retyped(t: Template, types: Iterator[Type]) -> Template:
    """A template with other types."""
    match t:
        case Plain():
            return replace(t, type=next(types))
        case Group(items=items):
            return replace(t, items=tuple(retyped(item, types) for item in items))
        case Fixed():
            return t


def filled(t: Template, values: Iterator[Abstract]) -> Abstract:
    """What a template stands for, with its values."""
    match t:
        case Plain():
            return next(values)
        case Group(like=like, items=items):
            return replace(like, items=tuple(filled(item, values) for item in items))
        case Fixed(value=value):
            return value


def flat(t: Template, x: Abstract) -> Iterator[Abstract]:
    """The parts of ``x`` that a template has values for."""
    match t:
        case Plain():
            yield x
        case Group(items=items):
            assert isinstance(x, Tuple)
            for item, part in zip(items, x.items, strict=True):
                yield from flat(item, part)


def values_of(r: Reader, parts: list[Abstract], types: list[Type]) -> list[Value]:
    """Values for parts, numbers in the wanted type; the dims of arrays stay."""
    from adgen.frontend.merging import convert

    return [r.value(x) if type_.rank else convert(r, x, type_) for x, type_ in zip(parts, types, strict=True)]


def is_array(x: Abstract) -> bool:
    """Whether this is a place."""
    return isinstance(x, Array)


def is_number(x: Abstract) -> bool:
    """Whether this is a number, computed or known."""
    return isinstance(x, Number | Known)


# -- dims ---------------------------------------------------------------------------------------------------
def own_dims(types: list[Type], fresh: Callable[[str], str]) -> list[Type]:
    """The types with symbols of the callee's own, each of which can be told from an argument's shape."""
    names: dict[str, Dim] = {}
    for s in (s for t in types for d in t.dims for s in d.symbols()):
        if s not in names:
            names[s] = Dim.symbol(fresh(s))
    renamed = [_with_dims(t, [d.substitute(names) for d in t.dims]) for t in types]
    return _told_apart(renamed, fresh)


def _told_apart(types: list[Type], fresh: Callable[[str], str]) -> list[Type]:
    """The types with a new symbol for every dim whose symbols no argument's shape gives."""
    known: set[str] = set()
    waiting = [d for t in types for d in t.dims]
    while True:
        found = {
            u[0]
            for d in waiting
            if len(u := [s for s in d.symbols() if s not in known]) == 1 and linear_in(d, u[0])
        }
        if not found:
            break
        known |= found
    unclear = {d: Dim.symbol(fresh("d")) for d in waiting if any(s not in known for s in d.symbols())}
    return [_with_dims(t, [unclear.get(d, d) for d in t.dims]) for t in types]


def widened(types: list[Type], given: list[Type], fresh: Callable[[str], str]) -> list[Type] | None:
    """Types that fit the arguments of a call too; None where these do already."""
    try:
        instantiated(types, given)
    except TypeError:
        pass
    else:
        return None
    mapping: dict[str, Dim] = {}
    found: list[Type] = []
    for wanted, type_ in zip(types, given, strict=True):
        dims = []
        for d, size in zip(wanted.dims, type_.dims, strict=True):
            name = d.symbols()[0] if d.value is None else ""
            bare = d == Dim.symbol(name)
            fits = mapping.setdefault(name, size) == size if bare else d.substitute(mapping) == size
            dims.append(d if fits else Dim.symbol(fresh(name or "d")))
        found.append(_with_dims(wanted, dims))
    return _told_apart(found, fresh)


def _with_dims(type_: Type, dims: list[Dim]) -> Type:
    return replace(type_, dims=tuple(dims))
