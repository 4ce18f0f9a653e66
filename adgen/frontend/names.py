"""Free names: what the environment says, as abstract values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adgen.frontend.abstract import (
    Abstract,
    Class,
    Derivative,
    Instance,
    Known,
    LibraryFunction,
    Module,
    Namespace,
    Partial,
    Rule,
    Tuple,
    UserFunction,
)
from adgen.frontend.derivatives import TRANSFORMS
from adgen.frontend.entries import Entry
from adgen.frontend.library import lookup
from adgen.frontend.live_scope import OWN
from adgen.frontend.scope import (
    Bound,
    Captured,
    Compound,
    Derived,
    Environment,
    Helper,
    Library,
    Meaning,
    Object,
    Unusable,
    UserClass,
)
from adgen.frontend.state import Closure

if TYPE_CHECKING:
    from adgen.frontend.reader import Reader

_BUILTINS = (
    *("range", "len", "enumerate", "zip", "reversed", "tuple", "list", "dict", "print", "slice"),
    *("isinstance", "issubclass", "type", "hasattr", "getattr", "setattr", "callable", "super"),
    *("iter", "next", "map", "filter", "any", "all", "sorted", "str", "object", "set", "frozenset", "bytes"),
)
_ITERTOOLS = (
    *("product", "chain", "pairwise", "accumulate", "zip_longest", "combinations", "permutations"),
    *("combinations_with_replacement", "islice", "starmap", "repeat"),
)
_OPERATORS = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor"),
    *("lshift", "rshift", "eq", "ne", "lt", "le", "gt", "ge", "neg", "not_"),
)
FORMS = (
    frozenset(f"builtins.{name}" for name in _BUILTINS)
    | frozenset(f"itertools.{name}" for name in _ITERTOOLS)
    | frozenset(f"operator.{name}" for name in _OPERATORS)
    | frozenset(f"dataclasses.{name}" for name in ("replace", "asdict", "astuple", "fields", "is_dataclass"))
    | frozenset(
        f"numpy.{name}" for name in ("generic", "number", "floating", "complexfloating", "integer", "inexact")
    )
    | frozenset(f"numbers.{name}" for name in ("Number", "Complex", "Real", "Integral"))
    | {
        "functools.partial",
        "functools.reduce",
        "functools.wraps",
        "functools.lru_cache",
        "functools.cache",
        "typing.cast",
        "numpy.ndindex",
        "copy.copy",
    }
    | {"numpy.errstate"}
    | {"adgen.vjp", "adgen.jvp", "adgen.hvp"}
    | {"adgen.custom_vjp", "adgen.custom_jvp", "adgen.defrule"}
    | {"adgen.unroll", "adgen.recompute", "adgen.checkpointed", "adgen.truncated"}
    | TRANSFORMS
)
"""Functions that the frontend itself understands."""

_OWN = frozenset(f"adgen.{name}" for name in OWN)

_NOT_YET = frozenset(
    [
        "check_grad",
    ]
)
"""Names of adgen that run undifferentiated, but not inside a function that is transformed."""

_UNSUPPORTED_DTYPES = frozenset(
    [
        "complex64",
        "complex128",
        "complex256",
        "float128",
        "longdouble",
        "object_",
        "str_",
        "bytes_",
        "datetime64",
        "timedelta64",
        "csingle",
        "cdouble",
        "clongdouble",
        "void",
    ]
)


def free_name(r: Reader, environment: Environment, name: str) -> Abstract:
    """What a name means that the function does not bind. Raises AG201 where nothing does."""
    found = environment.resolve(name)
    if found is None:
        raise r.error("AG201", name=name)
    return known_there(r, environment, found, name, "name")


def known_there(r: Reader, environment: Environment, found: Meaning, name: str, kind: str) -> Abstract:
    """The abstract value of what ``environment`` found; what is built in has to stay what it is."""
    if isinstance(found, Library | Module | Namespace):
        r.baked.update(filter(None, [environment.origin(name, kind)]))
    return from_meaning(r, found, name)


def from_meaning(r: Reader, found: Meaning, name: str) -> Abstract:
    """The abstract value of what an environment found."""
    match found:
        case Library(qualified):
            return library_name(r, qualified, name)
        case Module() | Namespace():
            return found
        case Captured(path, value) if path[0][0] == "adgen":
            return Known(value)  # a constant of ours
        case Captured(path, value):
            if path not in r.meanings:
                r.meanings[path] = r.capture(path, value, name)
            return r.meanings[path]
        case Helper(recomputed=True):
            function = _helper(r, found)
            assert isinstance(function, UserFunction)
            return Partial(function, recomputed=True)
        case Helper():
            return _helper(r, found)
        case Derived():
            return _derived(r, found)
        case UserClass(path, cls=cls, identity=identity):
            if identity is not None and path[0][0] != "root":
                r.baked[path] = identity
            r.classes.setdefault(cls, Class(cls, found))
            return Class(cls, found)
        case Compound(path, kind, items, keys, cls):
            parts = tuple(from_meaning(r, item, name) for item in items)
            r.baked[(*path, ("structure", ""))] = found.structure
            return Tuple(parts, kind, keys, cls)
        case Object(path, cls, scope):
            from_meaning(r, cls, name)
            return Instance(Class(cls.cls, cls), scope)
        case Bound():
            return _bound(r, found, name)
        case Unusable(code, fields):
            raise r.error(code, **dict(fields))


def _helper(r: Reader, found: Helper) -> Abstract:
    if found.path not in r.meanings:
        if found.identity is not None:
            r.baked[found.path] = found.identity
        defaults = {p: known_there(r, found.environment, m, p, "default") for p, m in found.defaults.items()}
        definition = Closure(found.source, found.source.node, found.environment, None, defaults)
        r.meanings[found.path] = UserFunction(found.source.name, definition)
        if found.rule is not None:
            kind, functions, opaque = found.rule
            parts = tuple(from_meaning(r, m, f"the rule of {found.source.name}") for m in functions)
            r.meanings[found.path] = UserFunction(
                found.source.name, definition, Rule(kind, parts, opaque, found.solver)
            )
    return r.meanings[found.path]


def _bound(r: Reader, found: Bound, name: str) -> Abstract:
    if found.identity is not None:
        r.baked[found.path] = found.identity
    function = from_meaning(r, found.function, name)
    if not isinstance(function, UserFunction | LibraryFunction | Partial | Class):
        raise r.error("AG207", name=name, what="a bound function of an unknown kind")
    positional = tuple(from_meaning(r, m, name) for m in found.positional)
    named = tuple((k, from_meaning(r, m, k)) for k, m in found.named)
    return Partial(function, positional, named, found.recomputed)


def _derived(r: Reader, found: Derived) -> Abstract:
    inner = found.function
    function = _helper(r, inner) if isinstance(inner, Helper) else _derived(r, inner)
    assert isinstance(function, UserFunction | Derivative)
    r.baked[found.path] = found.identity
    return Derivative(function, found.mode, found.wrt, found.single, found.has_aux, found.direction)


def library_name(r: Reader, qualified: str, shown: str) -> Abstract:
    """A library function, dtype, constant or namespace. Raises AG202 and its like for unknown ones."""
    if qualified in FORMS:
        return LibraryFunction(qualified, _no_function)
    if qualified in _OWN:
        return from_meaning(r, own_function(qualified), shown)
    found = lookup(qualified)
    match found:
        case None:
            raise _unknown(r, qualified, shown)
        case Entry(name, function):
            return LibraryFunction(name, function)
    return found if not isinstance(found, Known) else Known(found.value)


def own_function(qualified: str) -> Meaning:
    """What a function of adgen means that is written as a user would write it."""
    from adgen.frontend.live_scope import meaning_of_own

    return meaning_of_own(qualified)


def _no_function(*args: object) -> None:
    raise AssertionError("a form of the frontend is not called through the library")


def _unknown(r: Reader, qualified: str, shown: str) -> Exception:
    home, _, name = qualified.rpartition(".")
    if home == "adgen" and name in _NOT_YET:
        return r.error("AG401", name=qualified)
    if home == "random" or (home == "numpy.random" and name.islower()):
        return r.error("AG125", name=shown)
    if home == "numpy" and name in _UNSUPPORTED_DTYPES:
        return r.error("AG238", dtype=name)
    return r.error("AG202", name=shown)
