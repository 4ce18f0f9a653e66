"""Attributes: of modules, arrays and numbers, and of containers with named fields."""

from __future__ import annotations

from enum import Enum

from adgen.frontend import classes, custom, frozen
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Class,
    DTypeObject,
    Generator,
    Instance,
    Known,
    LibraryFunction,
    Module,
    Namespace,
    Number,
    Parent,
    Partial,
    Tuple,
    UserFunction,
)
from adgen.frontend.dicts import method
from adgen.frontend.entries import Entry
from adgen.frontend.library import lookup
from adgen.frontend.library_context import context_of, results_of
from adgen.frontend.names import FORMS, known_there, library_name
from adgen.frontend.reader import Reader, describe
from adgen.ir.types import Kind

_LIST_METHODS = frozenset(["append", "extend", "insert", "pop", "remove", "sort", "reverse", "clear"])


def attribute(r: Reader, base: Abstract, name: str, shown: str) -> Abstract:
    """``base.name``; ``shown`` is the text of the whole expression."""
    match base:
        case Module(home):
            return _of_module(r, home, name, shown)
        case Namespace(scope=scope):
            found = scope.resolve(name)
            if found is None:
                raise r.error("AG201", name=shown)
            return known_there(r, scope, found, name, "attribute")
        case Array():
            return _of_array(r, base, name)
        case Number(value) if value.type.kind is not Kind.py:
            return _of_array(r, base, name)
        case Number() | Known(bool() | int() | float() | complex()) if name in ("real", "imag", "conjugate"):
            found = lookup(f"builtins.complex.{name}")
            assert isinstance(found, Entry)
            if found.attribute:
                return results_of(r, found.function(context_of(r, found.name), base))
            return LibraryFunction(found.name, found.function, base)
        case Generator():
            return _of_generator(r, base, name)
        case Tuple(items=items, kind=kind, keys=keys) if name in keys and kind != "dict":
            return items[keys.index(name)]
        case Tuple(cls=type()) | Instance() | Class() | Parent():
            inner = member(r, base, name)
            if inner is None:
                raise r.error("AG203", name=name, what=describe(r, base))
            return inner
        case Tuple(kind="dict") if method(base, name) is not None:
            found = method(base, name)
            assert found is not None
            return found
        case Tuple(kind=kind) if kind != "tuple" and name in _LIST_METHODS:
            raise r.error("AG115")
        case Known(Enum() as member_) if name in ("name", "value"):
            return Known(getattr(member_, name))
        case UserFunction() if (giver := custom.giver(base, name)) is not None:
            return giver
        case LibraryFunction() | UserFunction() if name in ("__name__", "__qualname__"):
            return Known(base.name.rpartition(".")[2])
        case LibraryFunction(name=function):
            return _of_function(r, function, name, shown)
        case Partial() if (of_distribution := frozen.method(r, base, name)) is not None:
            return of_distribution
        case DTypeObject() if name in ("type", "dtype"):
            return base
        case DTypeObject(dtype) if name == "itemsize":
            return Known(dtype.itemsize)
        case DTypeObject(dtype) if name in ("kind", "name", "char"):
            return Known(getattr(dtype.numpy, name))
    raise r.error("AG203", name=name, what=describe(r, base))


def member(r: Reader, base: Abstract, name: str) -> Abstract | None:
    """What a class gives one of its instances, or the class itself, under a name."""
    match base:
        case Tuple():
            return classes.record_member(r, base, name)
        case Instance():
            return classes.instance_attribute(r, base, name)
        case Class():
            return classes.class_attribute(r, base, name)
        case Parent():
            return classes.parent_attribute(r, base, name)
    return None


def _of_module(r: Reader, home: str, name: str, shown: str) -> Abstract:
    qualified = f"{home}.{name}"
    if qualified in FORMS or lookup(qualified) is not None:
        return library_name(r, qualified, shown)
    if home in ("numpy", "scipy") and name in ("linalg", "random", "fft", "special", "lib", "testing"):
        return Module(qualified)
    if home == "adgen" and name in ("nn", "optim"):
        return _own_module(r, qualified, shown)
    return library_name(r, qualified, shown)


def _own_module(r: Reader, qualified: str, shown: str) -> Abstract:
    """A module of adgen written in the accepted language: its functions are inlined like the user's."""
    import importlib.util

    from adgen.frontend.static_scope import ModuleFile, StaticEnvironment

    spec = importlib.util.find_spec(qualified)
    if spec is None or spec.origin is None:
        raise r.error("AG401", name=shown)
    path = (("adgen", qualified),)
    return Namespace(qualified, StaticEnvironment(ModuleFile.read(spec.origin), path))


def _of_array(r: Reader, base: Abstract, name: str) -> Abstract:
    found = lookup(f"numpy.ndarray.{name}")
    if not isinstance(found, Entry):
        raise r.error("AG203", name=name, what="arrays")
    if found.attribute:
        return results_of(r, found.function(context_of(r, found.name), base))
    return LibraryFunction(found.name, found.function, base)


def _of_generator(r: Reader, base: Generator, name: str) -> Abstract:
    found = lookup(f"numpy.random.Generator.{name}")
    if not isinstance(found, Entry):
        help_ = "draw from one of the distributions in the table of random draws"
        raise r.error("AG203", name=name, what="generators of random numbers", help=help_)
    return LibraryFunction(found.name, found.function, base)


def _of_function(r: Reader, function: str, name: str, shown: str) -> Abstract:
    """``np.add.at`` and its like."""
    return library_name(r, f"{function}.{name}", shown)
