"""The scope of a live function: its closure, its module's globals, builtins."""

from __future__ import annotations

import builtins
import importlib
import inspect
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from adgen.frontend.abstract import Module, Namespace
from adgen.frontend.live_source import has_source, live_source
from adgen.frontend.scope import (
    Captured,
    Derived,
    Helper,
    Library,
    Meaning,
    Path,
    Unusable,
    is_capturable,
    is_library,
)
from adgen.objects.foreign import foreign
from adgen.objects.paths import step
from adgen.objects.transforms import subject_behind
from adgen.records import dataclass

_ABSENT = object()
_C_HOMES = {"_operator": "operator", "_functools": "functools"}
"""Modules written in C and where their functions are found."""


@dataclass(frozen=True, slots=True)
class LiveEnvironment:
    """Names as Python itself would find them now; ``path`` leads to ``function`` from the outermost one."""

    function: types.FunctionType
    path: Path = ()

    @property
    def owner(self) -> str:
        """The class in whose body the function stands."""
        return self.function.__qualname__.rpartition(".")[0]

    def resolve(self, name: str) -> Meaning | None:
        """What a free name means; None where it is not defined."""
        value = lookup(self.function, name)
        if value is _ABSENT:
            return Library(f"builtins.{name}") if hasattr(builtins, name) else None
        return meaning(value, name, (*self.path, ("name", name)))

    def origin(self, name: str, kind: str = "name") -> tuple[Path, Any] | None:
        """Where the object of a free name (or of a default) is found, and the object.

        A name that only Python itself defines has to stay undefined here.
        """
        value = lookup(self.function, name) if kind == "name" else _defaults(self.function)[name]
        if value is _ABSENT:
            return (*self.path, ("absent", name)), True
        return (*self.path, (kind, name)), value


@dataclass(frozen=True, slots=True)
class ModuleScope:
    """The names of an imported module of the user."""

    module: types.ModuleType
    path: Path
    owner: str = ""

    def resolve(self, name: str) -> Meaning | None:
        """What an attribute of the module means; None where there is none."""
        value = getattr(self.module, name, _ABSENT)
        return None if value is _ABSENT else meaning(value, name, (*self.path, ("attribute", name)))

    def origin(self, name: str, kind: str = "attribute") -> tuple[Path, Any] | None:
        """Where an attribute is found, and the object."""
        return (*self.path, ("attribute", name)), getattr(self.module, name)


def lookup(function: types.FunctionType, name: str) -> Any:
    """The object that a name means inside a function, or a sentinel."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    if name in cells:
        try:
            return cells[name].cell_contents
        except ValueError:
            return _ABSENT
    return function.__globals__.get(name, _ABSENT)


def fetch(function: types.FunctionType, path: Path) -> Any:
    """The object at a path, as it is now. Raises LookupError where it is gone."""
    current: Any = function
    for kind, key in path:
        match kind:
            case "name":
                current = lookup(plain(current), key)
            case "attribute":
                current = getattr(current, key, _ABSENT)
            case "item":
                current = current[key]
            case "default":
                current = _defaults(plain(current)).get(key, _ABSENT)
            case _:
                current = step(current, kind, key)
        if current is _ABSENT:
            raise LookupError(key)
    return current


def plain(value: Any) -> Any:
    """The Python function behind a transform of one or a bound method (itself otherwise)."""
    if isinstance(value, types.MethodType):
        return value.__func__
    subject = subject_behind(value)
    return value if subject is None else subject.plain


def meaning(value: Any, name: str, path: Path) -> Meaning:
    """What an object found under a name means."""
    if isinstance(value, types.ModuleType):
        if is_library(value.__name__):
            return Module(value.__name__)
        return Namespace(value.__name__, ModuleScope(value, path))
    qualified = _library_name(value)
    if qualified is not None:
        return Library(qualified)
    if subject_behind(value) is not None:
        return _transform(value, name, path)
    if has_rule(value):
        return ruled(value, name, path)
    if isinstance(value, types.FunctionType):
        return helper(value, path) if has_source(value) else Unusable("AG211", {"name": name})
    if is_capturable(value):
        return Captured(path, value)
    from adgen.frontend.live_objects import object_meaning

    found = object_meaning(value, name, path)
    if found is not None:
        return found
    what, help = foreign(value)
    return Unusable("AG207", {"name": name, "what": what, "help": help or None})


def _transform(value: Any, name: str, path: Path) -> Meaning:
    """A transform of a function: a compiled helper is its function, a derivative is resolved in place."""
    subject, plan = value.__adgen_subject__, value.__adgen_plan__
    inner = subject.function
    if subject_behind(inner) is not None:
        found = _transform(inner, name, path)
    elif has_rule(inner):
        found = ruled(inner, name, (*path, ("attribute", "__adgen_subject__"), ("attribute", "function")))
    else:
        found = helper(inner, path)
    if not isinstance(found, Helper | Derived):
        return found
    if plan.mode == "primal":
        return replace(found, identity=value)
    if plan.mode not in ("grad", "value_and_grad", "jacobian"):
        return Unusable("AG401", {"name": f"{name} (a derivative inside a differentiated function)"})
    return Derived(path, found, plan.mode, plan.wrt, plan.single, plan.has_aux, value, plan.direction)


def meaning_of_own(qualified: str) -> Meaning:
    """What a function of adgen means that is written as a user would write it."""
    home, _, name = qualified.rpartition(".")
    value = getattr(importlib.import_module(home), name)
    path: Path = (("adgen", qualified),)
    return ruled(value, name, path) if has_rule(value) else helper(value, path)


def has_rule(value: Any) -> bool:
    """Whether a function has (or may get) a rule of its own."""
    return hasattr(type(value), "__adgen_rule__")


def ruled(value: Any, name: str, path: Path) -> Meaning:
    """A function with a rule of its own, and what the functions of the rule mean."""
    opaque = None
    if value.result is not None:
        place = _importable(value)
        if place is None:
            return Unusable("AG207", {"name": name, "what": "a function that no module has"})
        opaque = (*place, (*path, ("attribute", "fun")), value.fun)
        found = meaning(value.result, name, (*path, ("attribute", "result")))
    else:
        found = meaning(value.fun, name, (*path, ("attribute", "fun")))
    if not isinstance(found, Helper):
        return found if isinstance(found, Unusable) else Unusable("AG211", {"name": name})
    rules = (*path, ("attribute", "rules"))
    functions = tuple(meaning(f, name, (*rules, ("item", k))) for k, f in enumerate(value.rules))
    return replace(found, rule=(value.__adgen_rule__, functions, opaque), solver=value.solver)


def _importable(value: Any) -> tuple[str, str] | None:
    """The module and the name by which the function of a rule is found again; None where it is not."""
    module, name = (
        getattr(value.fun, "__module__", None),
        getattr(value.fun, "__qualname__", value.fun.__name__),
    )
    found: Any = sys.modules.get(str(module))
    for part in name.split("."):
        found = getattr(found, part, None)
    return (str(module), name) if found is value.fun or found is value else None


def helper(function: types.FunctionType, path: Path) -> Helper:
    """A live function as a helper."""
    environment = LiveEnvironment(function, path)
    defaults: Mapping[str, Meaning] = {
        parameter: meaning(value, parameter, (*path, ("default", parameter)))
        for parameter, value in _defaults(function).items()
    }
    return Helper(path, live_source(function), environment, defaults, function)


def _defaults(function: types.FunctionType) -> dict[str, Any]:
    return {
        p.name: p.default
        for p in inspect.signature(function, follow_wrapped=False).parameters.values()
        if p.default is not inspect.Parameter.empty
    }


#: modules whose functions do not all say where they are from
_HOMES = ("numpy.linalg", "numpy.random", "scipy.special", "scipy.linalg", "scipy.sparse.linalg", "random")


def _packages(module: str) -> Iterator[str]:
    """The packages a private module is in, from the inside: its functions are those of its package."""
    while "._" in module:
        module = module.rpartition(".")[0]
        if "._" not in module:
            yield module


def _library_name(value: Any) -> str | None:
    """The qualified name of a library object, or None."""
    own = getattr(value, "__name__", None)
    if type(value).__module__.startswith("scipy.stats."):
        return next(
            (f"scipy.stats.{n}" for n, v in vars(sys.modules["scipy.stats"]).items() if v is value), None
        )
    if not isinstance(own, str):
        return None
    home = getattr(value, "__module__", None)
    if isinstance(home, str) and home.startswith("adgen"):
        return _public_name(value, own, home)
    home = str(_C_HOMES.get(str(home), home))
    for module in ("numpy", "math", "builtins", *_HOMES, *_packages(home), home):
        if not is_library(module):
            continue
        if getattr(sys.modules.get(module), own, _ABSENT) is value:
            return f"{module}.{own}"
    return None


def _public_name(value: Any, own: str, home: str) -> str | None:
    """The name under which the library knows a function of adgen: the public one, or that of its module."""
    from adgen.frontend.library import lookup as library_lookup

    for module in ("adgen", home):
        if getattr(sys.modules.get(module), own, _ABSENT) is not value:
            continue
        qualified = f"{module}.{own}"
        if library_lookup(qualified) is not None or (module == "adgen" and own in (*ADGEN_FORMS, *OWN)):
            return qualified
    return None


OWN = ("straight_through", "cotangent", "fixed_point", "root", "argmin")
"""Functions of adgen that are read like those of a user."""

ADGEN_FORMS = (
    *("unroll", "checkpointed", "truncated", "recompute", "grad", "value_and_grad", "jit"),
    *("custom_vjp", "custom_jvp", "vjp", "jvp", "hvp", "jacobian", "jacrev", "jacfwd", "hessian"),
)
"""Functions of adgen that the frontend itself understands."""
