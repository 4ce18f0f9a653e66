"""What the free names of a function mean: one protocol, answered by live objects or by a file alone.

An answer is an abstract value that needs no lowering (a library name, a module), a helper function with its
own source and scope, a captured value, or the reason why the name cannot be used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Any, Protocol

from adgen.frontend.abstract import Module, Namespace
from adgen.frontend.source import FunctionSource
from adgen.records import dataclass

Path = tuple[tuple[str, Any], ...]
"""How to reach an object from the differentiated function: steps ``("name", n)``, ``("attribute", a)``,
``("item", i)``, ``("default", parameter)``."""


@dataclass(frozen=True, slots=True)
class Library:
    """A function, dtype or constant of a library by its qualified name."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Captured:
    """A number, array, string, None or container of them; ``value`` is what it is now."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Helper:
    """A function of the user. ``identity`` is the live object (None where the file alone is read).

    ``rule`` is what its derivative is by a rule of its own: the kind, what its functions mean, and where
    the function itself is found if it cannot be read; a ``solver`` differentiates what its function reads.
    Calls of a ``recomputed`` one are evaluated again.
    """

    path: Path
    source: FunctionSource
    environment: Environment
    defaults: Mapping[str, Meaning] = field(default_factory=dict)
    identity: Any = None
    rule: tuple[str, tuple[Meaning, ...], Any] | None = None
    solver: bool = False
    recomputed: bool = False


@dataclass(frozen=True, slots=True)
class Unusable:
    """A name that exists but cannot be used: the code of the diagnostic and its fields."""

    code: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """A derivative of a function that was made outside; ``identity`` is the transform."""

    path: Path
    function: Helper | Derived
    mode: str
    wrt: tuple[int | str, ...]
    single: bool
    has_aux: bool
    identity: Any
    direction: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of a record; at most one of ``default`` and ``factory`` is there."""

    name: str
    default: Meaning | None = None
    factory: Meaning | None = None
    init: bool = True
    keyword: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """What a class has under a name: ``kind`` is function, static, class, property or value."""

    kind: str
    meaning: Meaning


class Members(Protocol):
    """The attributes of a class and of those it inherits from."""

    def member(self, name: str) -> Member | None:
        """What the name means; None where there is no such attribute."""

    def behind(self, owner: str) -> Members:
        """The attributes as ``super()`` finds them in a method of the class named ``owner``."""


@dataclass(frozen=True, slots=True, eq=False)
class UserClass:
    """A class: ``kind`` is ``namedtuple``, ``dataclass``, ``exception`` or ``object``.

    ``cls`` is the class itself, or one of the same fields where the file alone is read.
    """

    path: Path
    kind: str
    cls: type
    fields: tuple[Field, ...]
    members: Members
    identity: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Compound:
    """A container that holds more than numbers and arrays: functions, objects."""

    path: Path
    kind: str
    items: tuple[Meaning, ...]
    keys: tuple[Any, ...]
    cls: type | None
    structure: Any


@dataclass(frozen=True, slots=True, eq=False)
class Object:
    """An object of a class of the user, whose attributes are looked up one by one."""

    path: Path
    cls: UserClass
    scope: Any


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A function with arguments given: a bound method, or ``functools.partial``."""

    path: Path
    function: Meaning
    positional: tuple[Meaning, ...]
    named: tuple[tuple[str, Meaning], ...] = ()
    identity: Any = None
    recomputed: bool = False


Meaning = (
    UserClass
    | Compound
    | Object
    | Bound
    | Library
    | Captured
    | Helper
    | Derived
    | Unusable
    | Module
    | Namespace
)


class Environment(Protocol):
    """The scope around a function."""

    @property
    def owner(self) -> str:
        """The qualified name of the class that a method belongs to; nothing for other functions."""

    def resolve(self, name: str) -> Meaning | None:
        """What a free name means; None where it is not defined."""

    def origin(self, name: str, kind: str = ...) -> tuple[Path, Any] | None:
        """Where the object of a free name is found, and the object; None where there are no live objects.

        ``kind`` "default" asks for the default value of a parameter instead.
        """


LIBRARIES = (
    "numpy",
    "math",
    "cmath",
    "adgen",
    "scipy",
    "functools",
    "builtins",
    "random",
    "operator",
    "itertools",
    "dataclasses",
    "typing",
    "copy",
    "numbers",
    "collections",
)


def is_library(module: str) -> bool:
    """Whether a module's functions are looked up in the table of library functions."""
    return module.partition(".")[0] in LIBRARIES


def is_capturable(value: Any) -> bool:
    """Whether a value can be a hidden argument or a constant of the program."""
    import numpy as np

    from adgen.ir.types import dtype_of
    from adgen.objects.generators import is_generator

    if value is None or value is ... or isinstance(value, bool | int | float | complex | str | Enum):
        return True
    if is_generator(value):
        return True
    if isinstance(value, np.ndarray | np.generic):
        plain = type(value) is np.ndarray or isinstance(value, np.memmap | np.generic)
        return plain and dtype_of(value.dtype) is not None
    if type(value) in (tuple, list) or isinstance(value, tuple):
        return all(is_capturable(item) for item in value)
    return type(value) is dict and all(
        isinstance(key, str | int) and is_capturable(item) for key, item in value.items()
    )
