"""``dataclass`` as the standard library has it, in less time: adgen has hundreds, and is to start quickly.

The standard library compiles every method; here only constructors are compiled, and what few classes need (an
order, say) is left to it.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, **others):
        """The class with the methods that follow from its fields."""
        if others:
            return dataclasses.dataclass(cls, frozen=frozen, slots=slots, eq=eq, **others)
        if cls is None:
            return lambda found: _made(found, frozen, slots, eq)
        return _made(cls, frozen, slots, eq)


_MISSING = dataclasses.MISSING
_with_fields: Callable[[Any], Any] = dataclasses.dataclass(init=False, repr=False, eq=False)
Fields = Sequence["dataclasses.Field[Any]"]


def _made(cls: Any, frozen: bool, slots: bool, eq: bool) -> Any:
    own = dict(cls.__dict__)
    has_hash = "__hash__" in own and not (own["__hash__"] is None and "__eq__" in own)
    found = dataclasses.fields(_with_fields(cls))
    for name, method in _methods(cls, found, frozen, slots, eq).items():
        if name not in own or (name == "__hash__" and not has_hash):
            method.__qualname__, method.__module__ = f"{cls.__qualname__}.{name}", cls.__module__
            setattr(cls, name, method)
    if eq and not frozen and not has_hash:
        cls.__hash__ = None
    if frozen:
        cls.__setattr__, cls.__delattr__ = _refuse_to_set, _refuse_to_delete
    return _slotted(cls, [field.name for field in found], frozen) if slots else cls


# -- methods --------------------------------------------------------------------------------------------
def _methods(cls: Any, found: Fields, frozen: bool, slots: bool, eq: bool) -> dict[str, Any]:
    """The methods that follow from the fields, by name; only the constructor is compiled."""
    scope: dict[str, Any] = {"_set": object.__setattr__, "_missing": _MISSING}
    methods: dict[str, Any] = {"__repr__": _repr(found)}
    exec("\n".join(_init(cls, found, frozen, slots, scope)), scope, methods)
    if eq:
        key = _key([field.name for field in found if field.compare])
        methods["__eq__"] = lambda self, other: (
            key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented
        )
    if eq and frozen:
        hashed = _key([f.name for f in found if (f.compare if f.hash is None else f.hash)])
        methods["__hash__"] = lambda self: hash(hashed(self))
    return methods


def _key(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """The values of these fields, as a tuple."""
    if len(names) > 1:
        return operator.attrgetter(*names)
    return lambda record: tuple(getattr(record, name) for name in names)


def _init(cls: Any, found: Fields, frozen: bool, slots: bool, scope: dict[str, Any]) -> list[str]:
    plain = [_parameter(k, f, scope) for k, f in enumerate(found) if f.init and not f.kw_only]
    named = [_parameter(k, f, scope) for k, f in enumerate(found) if f.init and f.kw_only]
    star = ["*"] if named else []
    lines = [f"def __init__({', '.join(['self', *plain, *star, *named])}):"]
    for k, field in enumerate(found):
        value = field.name
        if field.default_factory is not _MISSING:
            scope[f"_f{k}"] = field.default_factory
            value = f"_f{k}() if {value} is _missing else {value}" if field.init else f"_f{k}()"
        elif not field.init:
            if field.default is _MISSING or not slots:
                continue
            scope[f"_d{k}"], value = field.default, f"_d{k}"
        lines.append(f" _set(self, {field.name!r}, {value})" if frozen else f" self.{field.name} = {value}")
    lines += [" self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    return [*lines, " return None"]


def _parameter(k: int, field: dataclasses.Field[Any], scope: dict[str, Any]) -> str:
    if field.default_factory is not _MISSING:
        return f"{field.name}=_missing"
    if field.default is _MISSING:
        return field.name
    scope[f"_d{k}"] = field.default
    return f"{field.name}=_d{k}"


def _repr(found: Fields) -> Callable[[Any], str]:
    names = [field.name for field in found if field.repr]

    def shown(self: Any) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({fields})"

    return shown


def _refuse_to_set(self: Any, name: str, value: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


# -- slots ----------------------------------------------------------------------------------------------
def _slotted(cls: Any, names: Sequence[str], frozen: bool) -> Any:
    """The class again, with its fields in slots; the state of frozen instances is that of the fields."""
    inherited = {name for base in cls.__mro__[1:-1] for name in getattr(base, "__slots__", ())}
    content = {
        k: v for k, v in cls.__dict__.items() if k not in names and k not in ("__dict__", "__weakref__")
    }
    content["__slots__"] = tuple(name for name in names if name not in inherited)
    if frozen:
        content.setdefault("__getstate__", _state)
        content.setdefault("__setstate__", _restore)
    made = type(cls)(cls.__name__, cls.__bases__, content)
    made.__qualname__ = cls.__qualname__
    return made


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: Sequence[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
