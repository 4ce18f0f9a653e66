"""Steps of paths from a function to the objects it uses.

Besides names, attributes, items and defaults a path has steps ``("root", object)``, where it starts anew,
``("member", name)``, the function of a class behind a method or property, ``("self", "")``, the object of a
bound method, ``("class", "")``, the class of an object, ``("structure", "")``, what a container is made of,
``("part", k)``, a part of a ``functools.partial``, and
``("absent", name)``, whether a name is defined nowhere but in Python itself.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any

from adgen.objects.containers import structure
from adgen.objects.recomputed import Recomputed


def step(value: Any, kind: str, key: Any) -> Any:
    """One step of a path through an object. Raises AttributeError or LookupError where it is gone."""
    match kind:
        case "root":
            return key
        case "member":
            return function_of(inspect.getattr_static(value, key))
        case "self":
            return value.__self__
        case "class":
            return type(value)
        case "part":
            return (value.func, value.args, value.keywords)[key]
        case "structure":
            return structure(value)
    raise LookupError(kind)


def function_of(raw: Any) -> Any:
    """The function behind a method, property and the like."""
    if isinstance(raw, property):
        return raw.fget
    if isinstance(raw, functools.cached_property):
        return raw.func
    if isinstance(raw, Recomputed):
        return raw.func
    return raw.__func__ if isinstance(raw, staticmethod | classmethod) else raw
