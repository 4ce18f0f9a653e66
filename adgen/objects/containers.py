"""What containers of a running program hold: items, their names, and the class of records."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

TUPLE, LIST, DICT, NAMED, RECORD = "tuple", "list", "dict", "namedtuple", "dataclass"


def container_of(value: Any) -> tuple[str, Sequence[Any], tuple[Any, ...], type | None] | None:
    """Kind, items, keys and class of a container; None of anything else."""
    kind = type(value)
    if kind is tuple:
        return TUPLE, value, (), None
    if kind is list:
        return LIST, value, (), None
    if kind is dict:
        return DICT, list(value.values()), tuple(value), None
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return NAMED, value, tuple(kind._fields), kind
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = tuple(f.name for f in dataclasses.fields(value) if hasattr(value, f.name))
        return RECORD, [getattr(value, name) for name in names], names, kind
    return None


def structure(value: Any) -> tuple[Any, ...]:
    """What a container is made of: the same object for equal structures."""
    found = container_of(value)
    if found is None:
        raise TypeError(f"{type(value).__name__} is no container")
    kind, items, keys, cls = found
    return _one((kind, len(items), keys, cls))


@functools.lru_cache(maxsize=4096)
def _one(found: tuple[Any, ...]) -> tuple[Any, ...]:
    return found
