"""What a program takes from its surroundings: hidden arguments fetched at every call, and objects baked in.

Both are described by paths from the function, so that a function made again by the same code can use what was
compiled for another one. Bound to a function they become direct look-ups: of a cell, or in a module's dict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import CellType, FunctionType, MethodType
from typing import Any

from adgen.ir.types import Type
from adgen.objects.paths import step as step_into
from adgen.objects.transforms import subject_behind
from adgen.records import dataclass
from adgen.runtime.digests import function_digest
from adgen.runtime.keys import Key, NotTaken, key_of, take_apart
from adgen.runtime.trees import TreeSpec

Path = tuple[tuple[str, Any], ...]
Getter = Callable[[], Any]

MISSING = object()


@dataclass(frozen=True, slots=True)
class Hidden:
    """A captured number or array: an argument that the caller does not see.

    ``root`` is the function the path starts from where that is not the traced one itself.
    """

    path: Path
    root: Any
    key: Key
    spec: TreeSpec
    type: Type

    @property
    def name(self) -> str:
        """The name it has in the program."""
        named = (str(name) for kind, name in reversed(self.path) if kind in ("name", "attribute", "default"))
        return next(named, "captured")


@dataclass(frozen=True, slots=True, eq=False)
class Fixed:
    """An object that is part of the program: a helper function, a module, a demanded value."""

    path: Path
    root: Any
    value: Any

    def admits(self, found: Any) -> bool:
        """Whether a program made for ``value`` is right for ``found``."""
        value = self.value
        if found is value:
            return True
        if isinstance(value, FunctionType) and isinstance(found, FunctionType):
            return function_digest(value) == function_digest(found)
        return _plain(value) and type(value) is type(found) and repr(value) == repr(found)


def _plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(_plain(item) for item in value)
    return value is None or isinstance(value, bool | int | float | complex | str)


def getter(function: Any, path: Path) -> Getter:
    """A look-up of the object at ``path``; it gives ``MISSING`` where there is none (any more)."""
    if not path:
        return lambda: function
    if path[-1][0] in _FETCHED:
        return _inner_getter(getter(function, path[:-1]), path[-1])
    holder = holder_of(function, path)
    if holder is MISSING:
        return lambda: MISSING
    kind, name = path[-1]
    if kind == "name" and isinstance(holder, FunctionType):
        return _name_getter(holder, name)
    if kind == "absent" and isinstance(holder, FunctionType):
        get = _name_getter(holder, name)
        return lambda: get() is MISSING
    return lambda: _step(holder, (kind, name))


def holder_of(function: Any, path: Path) -> Any:
    """The object that the last step of ``path`` is taken from (of a transform, the function behind it)."""
    holder: Any = function
    for step in path[:-1]:
        holder = _step(holder, step)
        if holder is MISSING:
            return MISSING
    return _behind(holder) if path and path[-1][0] in ("name", "absent") else holder


_FETCHED = ("item", "attribute", "self", "class", "structure", "part")
"""Steps into what is looked up anew at each call, because it may be another object by then."""


def _inner_getter(outer: Getter, step: tuple[str, Any]) -> Getter:
    """A part of an object that is looked up each time: it may be replaced, and its parts too."""

    def get() -> Any:
        found = outer()
        return MISSING if found is MISSING else _step(found, step)

    return get


def _name_getter(function: FunctionType, name: str) -> Getter:
    cell = cell_of(function, name)
    if cell is None:
        table = function.__globals__
        return lambda: table.get(name, MISSING)
    return lambda: _contents(cell)


def _step(holder: Any, step: tuple[str, Any]) -> Any:
    kind, name = step
    try:
        match kind:
            case "name":
                return _name_getter(_behind(holder), name)()
            case "attribute":
                return getattr(holder, name, MISSING)
            case "item":
                return holder[name]
            case "default":
                return _default(_behind(holder), name)
            case _:
                return step_into(holder, kind, name)
    except (LookupError, TypeError, AttributeError):
        return MISSING


def _behind(value: Any) -> Any:
    if isinstance(value, MethodType):
        return value.__func__
    subject = subject_behind(value)
    return value if subject is None else subject.plain


def cell_of(function: FunctionType, name: str) -> CellType | None:
    """The closure cell of a name, where it is a free name of the function."""
    names = function.__code__.co_freevars
    return (function.__closure__ or ())[names.index(name)] if name in names else None


def _contents(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def _default(function: FunctionType, name: str) -> Any:
    named = function.__kwdefaults__ or {}
    if name in named:
        return named[name]
    code, values = function.__code__, function.__defaults__ or ()
    positional = code.co_varnames[: code.co_argcount]
    at = positional.index(name) - (len(positional) - len(values)) if name in positional else -1
    return values[at] if at >= 0 else MISSING


@dataclass(slots=True, eq=False)
class Surroundings:
    """Hidden arguments and fixed objects, bound to one function."""

    hidden: tuple[tuple[Getter, Key], ...]
    fixed: tuple[tuple[Getter, Any], ...]

    def fetch(self, leaves: list[Any]) -> bool:
        """Append the hidden leaves; False where something is not what the program was made for."""
        for get, value in self.fixed:
            if get() is not value:
                return False
        for get, key in self.hidden:
            value = get()
            if value is MISSING:
                return False
            found: list[Any] = []
            try:
                take_apart((value,), leaves, found)
            except NotTaken:
                return False
            if tuple(found) != key:
                return False
        return True


def bind(function: Any, hidden: Sequence[Hidden], fixed: Sequence[Fixed]) -> Surroundings | None:
    """The surroundings of ``function`` where a program with these captures is right for it, else None."""
    kept = []
    for item in fixed:
        get = getter(item.root or function, item.path)
        now = get()
        if not item.admits(now):
            return None
        kept.append((get, now))
    found = [(getter(item.root or function, item.path), item.key) for item in hidden]
    for get, key in found:
        try:
            if key_of(get()) != key:
                return None
        except NotTaken:
            return None
    return Surroundings(tuple(found), tuple(kept))
