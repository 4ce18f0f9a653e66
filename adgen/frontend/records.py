"""NamedTuples and dataclasses: the methods that every one has, and the functions of ``dataclasses``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from adgen.frontend.abstract import Abstract, Class, Known, LibraryFunction, Tuple
from adgen.frontend.context import LibraryContext
from adgen.frontend.dicts import new_dict
from adgen.frontend.library_context import CallContext
from adgen.frontend.mutation import owned
from adgen.frontend.reader import Reader, describe

if TYPE_CHECKING:
    from adgen.frontend.calls import Arguments


def method(base: Tuple, name: str) -> Abstract | None:
    """What a record has whatever its class says."""
    if name in ("__match_args__", "_fields") and base.kind == "namedtuple":
        return Tuple(tuple(Known(key) for key in base.keys))
    found = _METHODS.get(name) if base.kind == "namedtuple" else None
    return None if found is None else LibraryFunction(f"namedtuple.{name}", found, base)


def _reader(c: LibraryContext) -> Reader:
    assert isinstance(c, CallContext)
    return c.r


def _replace(c: LibraryContext, of: Abstract, /, **named: Abstract) -> Abstract:
    return with_fields(_reader(c), of, named)


def _asdict(c: LibraryContext, of: Abstract, /) -> Abstract:
    assert isinstance(of, Tuple)
    return new_dict(_reader(c), dict(zip(of.keys, of.items, strict=True)))


def make(c: LibraryContext, cls: Abstract, iterable: Abstract, /) -> Abstract:
    """``cls._make(iterable)`` of a NamedTuple."""
    from adgen.frontend.calls import Arguments
    from adgen.frontend.classes import construct

    assert isinstance(cls, Class)
    return construct(_reader(c), cls, Arguments(list(c.items(iterable))))


_METHODS: dict[str, Callable[..., Abstract]] = {"_replace": _replace, "_asdict": _asdict}


def with_fields(r: Reader, of: Abstract, named: dict[str, Abstract]) -> Abstract:
    """A record like another one with some fields replaced."""
    from adgen.frontend.calls import Arguments
    from adgen.frontend.classes import class_of, construct

    if not isinstance(of, Tuple) or of.cls is None:
        raise r.error("AG234", operation="replace", types=describe(r, of))
    cls = class_of(r, of.cls)
    fields = {f.name: f for f in cls.definition.fields}
    kept = {k: x for k, x in zip(of.keys, of.items, strict=True) if k in fields and fields[k].init}
    unknown = next((name for name in named if name not in kept), None)
    if unknown is not None:
        reason = f"{cls.name} has no field `{unknown}`"
        raise r.error("AG205", function="replace", reason=reason)
    return construct(r, cls, Arguments([], {**kept, **named}))


# -- functions of dataclasses -----------------------------------------------------------------------------
def _record(r: Reader, given: Arguments, function: str) -> Tuple:
    found = given.positional[0] if len(given.positional) == 1 else None
    if not isinstance(found, Tuple) or found.kind != "dataclass":
        raise r.error(
            "AG205", function=f"dataclasses.{function}", reason="it takes an instance of a dataclass"
        )
    return found


def _replaced(r: Reader, given: Arguments) -> Abstract:
    return with_fields(r, _record(r, given, "replace"), given.named)


def _as_dict(r: Reader, given: Arguments) -> Abstract:
    return _plain(r, _record(r, given, "asdict"), new_dict)


def _as_tuple(r: Reader, given: Arguments) -> Abstract:
    return _plain(r, _record(r, given, "astuple"), lambda r, found: Tuple(tuple(found.values())))


def _plain(r: Reader, x: Abstract, form: Callable[[Reader, dict[str, Abstract]], Tuple]) -> Abstract:
    """A tree of dataclasses as dicts or tuples; arrays in it are copied, as Python does."""
    from dataclasses import replace

    from adgen.frontend.abstract import Array

    if isinstance(x, Array):
        return r.new_array(r.value(x), "local")
    if not isinstance(x, Tuple):
        return x
    items = tuple(_plain(r, item, form) for item in x.items)
    if x.kind == "dataclass":
        return form(r, dict(zip(x.keys, items, strict=True)))
    return owned(r, replace(x, items=items)) if x.kind in ("dict", "list") else replace(x, items=items)


def _fields(r: Reader, given: Arguments) -> Abstract:
    raise r.error("AG202", name="dataclasses.fields")


def _is_dataclass(r: Reader, given: Arguments) -> Abstract:
    match given.positional:
        case [Tuple(kind=kind)]:
            return Known(kind == "dataclass")
        case [Class(definition=definition)]:
            return Known(definition.kind == "dataclass")
    return Known(False)


def _copied(r: Reader, given: Arguments) -> Abstract:
    """``copy.copy(x)``."""
    from adgen.frontend.abstract import Array

    match given.positional:
        case [Array() as x]:
            return r.new_array(r.value(x), "local")
        case [Tuple(kind=kind) as x] if kind not in ("tuple", "namedtuple"):
            return owned(r, x)
        case [x]:
            return x
    raise r.error("AG205", function="copy.copy", reason="it takes one argument")


FORMS: dict[str, Callable[[Reader, Arguments], Abstract]] = {
    "dataclasses.replace": _replaced,
    "dataclasses.asdict": _as_dict,
    "dataclasses.astuple": _as_tuple,
    "dataclasses.fields": _fields,
    "dataclasses.is_dataclass": _is_dataclass,
    "copy.copy": _copied,
}
