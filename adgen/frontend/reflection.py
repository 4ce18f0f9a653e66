"""What a value is: ``isinstance``, ``type``, ``hasattr`` and the like, answered at build time."""

from __future__ import annotations

import types
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import libcst as cst
import numpy as np

from adgen.diagnostics import UserError
from adgen.frontend.abstract import (
    Abstract,
    Array,
    Class,
    Derivative,
    DTypeObject,
    Grown,
    Instance,
    Iterable,
    Known,
    LibraryFunction,
    Number,
    Partial,
    Slice,
    Tuple,
    UserFunction,
)
from adgen.frontend.reader import Reader, describe
from adgen.ir.types import DType, Kind

if TYPE_CHECKING:
    from adgen.frontend.calls import Arguments

_PYTHON: dict[DType, type] = {
    DType.f64: float,
    DType.c128: complex,
    DType.i64: int,
    DType.bool: bool,
}
_CONTAINERS: dict[str, type] = {"tuple": tuple, "list": list, "dict": dict}


def class_of_value(r: Reader, x: Abstract) -> type | None:
    """The class that Python would find, or None where that is not known."""
    match x:
        case Known(value):
            return type(value)
        case Number(value):
            if value.type.kind is Kind.py:
                return _PYTHON.get(value.type.dtype)
            found: type = value.type.dtype.numpy.type
            return found
        case Array():
            return np.ndarray
        case Tuple(kind=kind, cls=cls):
            return cls or _CONTAINERS.get(kind)
        case Grown():
            return list
        case Instance(cls=of):
            return of.cls
        case UserFunction() | Partial():
            return types.FunctionType
        case Class() | DTypeObject():
            return type
        case Iterable(kind="range"):
            return range
        case Slice():
            return slice
    return None


def named_class(x: Abstract) -> Any:
    """The class that a name stands for, or None."""
    match x:
        case Class(cls=cls):
            return cls
        case DTypeObject(dtype):
            return dtype.numpy.type
        case LibraryFunction(name=name, bound=None):
            home, _, short = name.rpartition(".")
            found = getattr(import_module(home), short, None) if home and home.isidentifier() else None
            return found if isinstance(found, type) else None
    return None


def named_classes(x: Abstract) -> tuple[Abstract, ...] | None:
    """The classes that a name, None or a tuple of classes stands for; None where it is something else."""
    if isinstance(x, Tuple) and x.items:
        found = [named_classes(item) for item in x.items]
        return None if None in found else tuple(y for names in found for y in names or ())
    return (x,) if x == Known(None) or named_class(x) is not None else None


def _classes(r: Reader, x: Abstract) -> list[type]:
    if isinstance(x, Tuple):
        return [cls for item in x.items for cls in _classes(r, item)]
    if x == Known(None):
        return [type(None)]
    found = named_class(x)
    if found is None:
        raise r.error("AG240", what="the class in a test of a type")
    return [found]


def _exactly(r: Reader, given: Arguments, function: str, *counts: int) -> list[Abstract]:
    if len(given.positional) not in counts or given.named:
        raise r.error("AG205", function=function, reason=f"it got {len(given.positional)} arguments")
    return given.positional


def _isinstance(r: Reader, given: Arguments) -> Abstract:
    x, wanted = _exactly(r, given, "isinstance", 2)
    cls = class_of_value(r, x)
    if cls is None:
        raise r.error("AG240", what="the type of a value")
    return Known(any(issubclass(cls, other) for other in _classes(r, wanted)))


def _issubclass(r: Reader, given: Arguments) -> Abstract:
    x, wanted = _exactly(r, given, "issubclass", 2)
    cls = named_class(x)
    if cls is None:
        raise r.error("AG240", what="the class in a test of a type")
    return Known(any(issubclass(cls, other) for other in _classes(r, wanted)))


def _type(r: Reader, given: Arguments) -> Abstract:
    """``type(x)``: the name of a class, which may be compared and called."""
    from adgen.frontend.classes import class_of
    from adgen.frontend.names import library_name

    (x,) = _exactly(r, given, "type", 1)
    match x:
        case Tuple(cls=type() as cls):
            return class_of(r, cls)
        case Instance(cls=of):
            return of
        case Number(value) if value.type.kind is not Kind.py:
            return DTypeObject(value.type.dtype)
    found = class_of_value(r, x)
    if found is None or found.__module__ not in ("builtins", "numpy"):
        raise r.error("AG240", what="the type of a value")
    name = "numpy.ndarray" if found is np.ndarray else f"builtins.{found.__name__}"
    return library_name(r, name, found.__name__)


# -- attributes by name -----------------------------------------------------------------------------------
def _getattr(r: Reader, given: Arguments) -> Abstract:
    from adgen.frontend.attributes import attribute

    base, name, *default = _exactly(r, given, "getattr", 2, 3)
    text = r.static(name, "the name of an attribute")
    if default and not _has(r, base, text):
        return default[0]
    return attribute(r, base, str(text), f"{describe(r, base)}.{text}")


def _hasattr(r: Reader, given: Arguments) -> Abstract:
    base, name = _exactly(r, given, "hasattr", 2)
    return Known(_has(r, base, r.static(name, "the name of an attribute")))


def _has(r: Reader, base: Abstract, name: str) -> bool:
    from adgen.frontend.attributes import attribute

    cls = class_of_value(r, base)
    if cls is not None and not isinstance(base, Tuple | Instance):
        return hasattr(cls, name)
    try:
        with r.branch(r.state):
            attribute(r, base, name, name)
    except UserError as error:
        if error.diagnostic.code in ("AG201", "AG202", "AG203"):
            return False
        raise
    return True


def _setattr(r: Reader, given: Arguments) -> Abstract:
    from adgen.frontend.assignments import set_attribute

    base, name, x = _exactly(r, given, "setattr", 3)
    set_attribute(r, base, str(r.static(name, "the name of an attribute")), x)
    return Known(None)


def _callable(r: Reader, given: Arguments) -> Abstract:
    from adgen.frontend.attributes import member

    (x,) = _exactly(r, given, "callable", 1)
    plain = isinstance(x, UserFunction | LibraryFunction | Partial | Class | DTypeObject | Derivative)
    return Known(plain or (isinstance(x, Tuple | Instance) and member(r, x, "__call__") is not None))


def _super(r: Reader, given: Arguments) -> Abstract:
    """``super()``: inside a method, of the instance it was called on."""
    from adgen.frontend.classes import parent_members

    items = _exactly(r, given, "super", 0, 2)
    if items:
        named = named_class(items[0])
        return parent_members(r, items[1], getattr(named, "__qualname__", ""))
    act = r.running[-1]
    params = act.node.params
    first = next((p.name.value for p in (*params.posonly_params, *params.params)), None)
    owner = act.environment.owner
    base = None if first is None else r.state.frames[act.key].get(first)
    if not owner or base is None or not isinstance(act.node, cst.FunctionDef):
        raise r.error("AG202", name="super")
    return parent_members(r, base, owner)  # type: ignore[arg-type]


def _cast(r: Reader, given: Arguments) -> Abstract:
    return _exactly(r, given, "typing.cast", 2)[1]


def _str(r: Reader, given: Arguments) -> Abstract:
    from adgen.frontend.abstract import Message

    (x,) = _exactly(r, given, "str", 1)
    return Known(str(x.value)) if isinstance(x, Known) else Message()


FORMS: dict[str, Callable[[Reader, Arguments], Abstract]] = {
    "builtins.isinstance": _isinstance,
    "builtins.issubclass": _issubclass,
    "builtins.type": _type,
    "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr,
    "builtins.callable": _callable,
    "builtins.super": _super,
    "builtins.str": _str,
    "typing.cast": _cast,
}
