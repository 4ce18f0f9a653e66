"""Classes and objects of a running program: which fields, methods and attributes they have."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from adgen.frontend.live_scope import helper, meaning
from adgen.frontend.live_source import has_source
from adgen.frontend.scope import (
    Bound,
    Compound,
    Field,
    Meaning,
    Member,
    Members,
    Object,
    Path,
    Unusable,
    UserClass,
    is_library,
)
from adgen.objects.containers import container_of, structure
from adgen.objects.paths import function_of
from adgen.objects.recomputed import Recomputed
from adgen.records import dataclass

_ABSENT = object()


# -- objects --------------------------------------------------------------------------------------------
def object_meaning(value: Any, name: str, path: Path) -> Meaning | None:
    """A class, a container, a bound method or an object of a class of the user; None for anything else."""
    if isinstance(value, type):
        return None if _is_foreign(value) else user_class(value, path)
    if isinstance(value, functools._lru_cache_wrapper):
        return meaning(value.__wrapped__, name, (*path, ("attribute", "__wrapped__")))
    if isinstance(value, types.MethodType):
        return _method(value, name, path)
    if isinstance(value, functools.partial):
        return _partial(value, name, path)
    if isinstance(value, types.UnionType):
        return meaning(value.__args__, name, (*path, ("attribute", "__args__")))
    container = container_of(value)
    if container is not None:
        kind, items, keys, cls = container
        step_of = "attribute" if cls is not None else "item"
        labels = keys or tuple(range(len(items)))
        found = tuple(
            meaning(
                item,
                f"{name}.{label}" if cls is not None else f"{name}[{label!r}]",
                (*path, (step_of, label)),
            )
            for label, item in zip(labels, items, strict=True)
        )
        wrong = next((m for m in found if isinstance(m, Unusable)), None)
        return wrong or Compound(path, kind, found, keys, cls, structure(value))
    if _is_foreign(type(value)):
        return None
    return Object(path, user_class(type(value), (*path, ("class", ""))), Attributes(value, path))


def _is_foreign(cls: type) -> bool:
    """Whether a class is not one of the user: built in, of a library, or without attributes of its own."""
    home = getattr(cls, "__module__", "builtins")
    return is_library(home) or home.partition(".")[0] in ("adgen", "types", "_io", "re", "random", "abc")


def _method(value: types.MethodType, name: str, path: Path) -> Meaning:
    function = value.__func__
    if not isinstance(function, types.FunctionType) or not has_source(function):
        return Unusable("AG211", {"name": name})
    owner = meaning(value.__self__, name, (*path, ("self", "")))
    if isinstance(owner, Unusable):
        return owner
    inner = helper(function, (*path, ("attribute", "__func__")))
    return Bound(path, inner, (owner,))


def _partial(value: functools.partial[Any], name: str, path: Path) -> Meaning:
    parts = [meaning(value.func, name, (*path, ("part", 0)))]
    parts += [meaning(x, name, (*path, ("part", 1), ("item", k))) for k, x in enumerate(value.args)]
    named = [(k, meaning(x, k, (*path, ("part", 2), ("item", k)))) for k, x in value.keywords.items()]
    wrong = next((m for m in (*parts, *(m for _, m in named)) if isinstance(m, Unusable)), None)
    recomputed = isinstance(value, Recomputed)
    return wrong or Bound(path, parts[0], tuple(parts[1:]), tuple(named), value, recomputed)


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes that an object itself has."""

    value: Any
    path: Path
    owner: str = ""

    def resolve(self, name: str) -> Meaning | None:
        """What an attribute means; None where the object has none of its own."""
        if name not in getattr(self.value, "__dict__", {}) and name not in _slots(type(self.value)):
            return None
        found = getattr(self.value, name, _ABSENT)
        return None if found is _ABSENT else meaning(found, name, (*self.path, ("attribute", name)))

    def origin(self, name: str, kind: str = "attribute") -> tuple[Path, Any] | None:
        """Where an attribute is found, and the object."""
        return (*self.path, ("attribute", name)), getattr(self.value, name)


def _slots(cls: type) -> Iterable[str]:
    for base in cls.__mro__:
        found = base.__dict__.get("__slots__", ())
        yield from (found,) if isinstance(found, str) else found


# -- classes --------------------------------------------------------------------------------------------
def user_class(cls: type, path: Path) -> UserClass:
    """What a class is made of."""
    members = LiveMembers(cls, path)
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return UserClass(path, "namedtuple", cls, _named_fields(cls, path), members, cls)
    if issubclass(cls, BaseException):
        return UserClass(path, "exception", cls, (), members, cls)
    if dataclasses.is_dataclass(cls) and _has_made_init(cls):
        return UserClass(path, "dataclass", cls, _data_fields(cls, path), members, cls)
    return UserClass(path, "object", cls, (), members, cls)


def _has_made_init(cls: type) -> bool:
    """Whether the constructor is the one that ``dataclass`` made."""
    init = getattr(cls, "__init__", None)
    return isinstance(init, types.FunctionType) and init.__code__.co_filename == "<string>"


def _named_fields(cls: Any, path: Path) -> tuple[Field, ...]:
    where = (*path, ("attribute", "_field_defaults"))
    found = {n: meaning(x, n, (*where, ("item", n))) for n, x in cls._field_defaults.items()}
    return tuple(Field(name, found.get(name)) for name in cls._fields)


def _data_fields(cls: Any, path: Path) -> tuple[Field, ...]:
    found = []
    for f in dataclasses.fields(cls):
        where = (*path, ("attribute", "__dataclass_fields__"), ("item", f.name))
        default = factory = None
        if f.default is not dataclasses.MISSING:
            default = meaning(f.default, f.name, (*where, ("attribute", "default")))
        if f.default_factory is not dataclasses.MISSING:
            factory = meaning(f.default_factory, f.name, (*where, ("attribute", "default_factory")))
        found.append(Field(f.name, default, factory, f.init, bool(f.kw_only)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class LiveMembers:
    """The attributes of a class, in the order of its bases from ``start`` on."""

    cls: type
    path: Path
    start: int = 0

    def member(self, name: str) -> Member | None:
        """What the name means in the first class that has it."""
        for base in self.cls.__mro__[self.start :]:
            if name in base.__dict__ and base is not object and not _is_foreign(base):
                path = self.path if not self.start else (("root", base),)
                return _member(base.__dict__[name], name, path)
        return None

    def behind(self, owner: str) -> Members:
        """The attributes of the classes after the one that is named ``owner``."""
        names = [base.__qualname__ for base in self.cls.__mro__]
        return LiveMembers(self.cls, self.path, names.index(owner) + 1 if owner in names else len(names))


def _member(raw: Any, name: str, path: Path) -> Member | None:
    function = function_of(raw)
    where = (*path, ("member", name))
    if isinstance(function, types.FunctionType):
        kinds = {staticmethod: "static", classmethod: "class"}
        plain = raw is function or isinstance(raw, Recomputed)
        kind = kinds.get(type(raw), "function" if plain else "property")
        if not has_source(function):
            return None
        return Member(kind, replace(helper(function, where), recomputed=isinstance(raw, Recomputed)))
    if isinstance(raw, types.MemberDescriptorType | types.GetSetDescriptorType):
        return None
    return Member("value", meaning(raw, name, (*path, ("attribute", name))))
