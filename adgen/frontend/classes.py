"""Classes of the user: making instances, their fields, methods and properties.

An instance made by the function, and every record among its arguments, is a container of known fields.
An object around the function is looked into attribute by attribute.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from adgen.frontend.abstract import (
    Abstract,
    Class,
    Instance,
    Known,
    LibraryFunction,
    Parent,
    Partial,
    Tuple,
    UserFunction,
)
from adgen.frontend.mutation import owned
from adgen.frontend.names import from_meaning, known_there
from adgen.frontend.reader import Reader
from adgen.frontend.scope import Field, Member, Members, UserClass

if TYPE_CHECKING:
    from adgen.frontend.calls import Arguments


def is_frozen(cls: type) -> bool:
    """Whether a dataclass refuses assignment to its fields."""
    return bool(getattr(getattr(cls, "__dataclass_params__", None), "frozen", False))


def class_of(r: Reader, cls: type) -> Class:
    """The class of a record."""
    if cls not in r.classes:
        from adgen.frontend.live_objects import user_class

        r.classes[cls] = Class(cls, user_class(cls, (("root", cls),)))
    found: Class = r.classes[cls]
    return found


# -- instances ------------------------------------------------------------------------------------------
def construct(r: Reader, cls: Class, given: Arguments) -> Abstract:
    """``cls(...)``."""
    made: UserClass = cls.definition
    if made.kind == "exception":
        raise r.error("AG118", construct="an exception that is not raised")
    if made.kind == "object":
        return _initialised(r, cls, given)
    found = _fields(r, made, given)
    keys = tuple(f.name for f in made.fields if f.name in found)
    items = tuple(found[name] for name in keys)
    if made.kind == "namedtuple":
        return Tuple(items, "namedtuple", keys, made.cls)
    record = owned(r, Tuple(items, "dataclass", keys, made.cls))
    if made.members.member("__post_init__") is None:
        return record
    return _after(r, cls, "__post_init__", record, None)


def _initialised(r: Reader, cls: Class, given: Arguments) -> Abstract:
    """An object of a plain class: whatever its ``__init__`` sets."""
    fresh = owned(r, Tuple((), "object", (), cls.cls))
    if cls.definition.members.member("__init__") is None:
        if given.positional or given.named:
            raise r.error("AG205", function=cls.name, reason="it takes no arguments")
        return fresh
    return _after(r, cls, "__init__", fresh, given)


def _after(r: Reader, cls: Class, name: str, fresh: Tuple, given: Arguments | None) -> Abstract:
    """An instance after a method that fills it has run."""
    from adgen.frontend.calls import Arguments, called

    slot = f"$made{r.activations}"
    r.state.frames.setdefault(_HELD, {})[slot] = fresh
    function = bound_member(r, cls.definition.members, name, fresh, cls)
    called(r, function, given or Arguments(), cls.name)
    found = r.state.frames[_HELD].pop(slot)
    assert isinstance(found, Tuple)
    return found


_HELD = -1
"""The frame of instances that are being made."""


def _fields(r: Reader, made: UserClass, given: Arguments) -> dict[str, Abstract]:
    """The values of fields by name, as the constructor binds them."""
    fields = [f for f in made.fields if f.init]
    positional = [f.name for f in fields if not f.keyword]
    problem = ""
    if len(given.positional) > len(positional):
        problem = f"it takes {len(positional)} arguments by position, not {len(given.positional)}"
    found: dict[str, Abstract] = dict(zip(positional, given.positional, strict=False))
    for name, x in given.named.items():
        if name not in {f.name for f in fields}:
            problem = problem or f"it has no field `{name}`"
        elif name in found:
            problem = problem or f"it gets `{name}` twice"
        found[name] = x
    for f in made.fields:
        if f.name not in found:
            default = _default(r, made, f)
            if default is not None:
                found[f.name] = default
            elif f.init:
                problem = problem or f"it lacks `{f.name}`"
    if problem:
        raise r.error("AG205", function=made.cls.__name__, reason=problem)
    return found


def _default(r: Reader, made: UserClass, f: Field) -> Abstract | None:
    if f.default is not None:
        return from_meaning(r, f.default, f.name)
    if f.factory is None:
        return None
    from adgen.frontend.calls import Arguments, called

    return called(r, from_meaning(r, f.factory, f.name), Arguments(), f.name)


# -- attributes -----------------------------------------------------------------------------------------
def record_member(r: Reader, base: Tuple, name: str) -> Abstract | None:
    """A method, property or class attribute of a record; None where its class has none of that name."""
    if base.cls is None:
        return None
    if base.kind in ("namedtuple", "dataclass"):
        from adgen.frontend.records import method

        own = method(base, name)
        if own is not None:
            return own
    cls = class_of(r, base.cls)
    if name == "__class__":
        return cls
    if cls.definition.members.member(name) is None:
        return None
    return bound_member(r, cls.definition.members, name, base, cls)


def instance_attribute(r: Reader, base: Instance, name: str) -> Abstract | None:
    """An attribute of an object around the function."""
    own = base.scope.resolve(name)
    if own is not None:
        return known_there(r, base.scope, own, name, "attribute")
    if name == "__class__":
        return base.cls
    if base.cls.definition.members.member(name) is None:
        return None
    return bound_member(r, base.cls.definition.members, name, base, base.cls)


def class_attribute(r: Reader, base: Class, name: str) -> Abstract | None:
    """An attribute read from a class itself."""
    if name in ("__name__", "__qualname__"):
        return Known(base.name)
    if name == "_fields" and base.definition.kind == "namedtuple":
        return Tuple(tuple(Known(f.name) for f in base.definition.fields))
    if name == "_make" and base.definition.kind == "namedtuple":
        from adgen.frontend.records import make

        return LibraryFunction("namedtuple._make", make, base)
    found = base.definition.members.member(name)
    if found is None:
        return None
    if issubclass(base.cls, Enum) and name in base.cls.__members__:
        return Known(base.cls[name])
    function = from_meaning(r, found.meaning, name)
    if found.kind == "class":
        assert isinstance(function, UserFunction | Partial)
        return Partial(function, (base,), ())
    return None if found.kind == "property" else function


def bound_member(r: Reader, members: Members, name: str, base: Abstract, cls: Class) -> Abstract:
    """A member of a class as an instance shows it: methods bound, properties computed."""
    found: Member | None = members.member(name)
    assert found is not None
    function = from_meaning(r, found.meaning, name)
    if found.kind in ("static", "value") or not isinstance(function, UserFunction | Partial):
        return function
    if found.kind == "property":
        from adgen.frontend.calls import Arguments, called

        return called(r, Partial(function, (base,), ()), Arguments(), name)
    return Partial(function, (cls if found.kind == "class" else base,), ())


def parent_members(r: Reader, base: Abstract, owner: str) -> Abstract:
    """``super()`` in a method of the class named ``owner``, called on ``base``."""
    match base:
        case Tuple(cls=type() as cls):
            mine = class_of(r, cls)
        case Instance(cls=mine) | (Class() as mine):
            pass
        case _:
            raise r.error("AG202", name="super")
    return Parent(base, mine, mine.definition.members.behind(owner))


def parent_attribute(r: Reader, base: Parent, name: str) -> Abstract | None:
    """A method of a base class, bound to the instance."""
    if base.members.member(name) is None:
        return None
    return bound_member(r, base.members, name, base.base, base.cls)
