"""Taking arguments apart at a call: leaves, and the key of their kinds.

This is on the path of every call, so it looks at nothing but types, dtypes and ranks. The key of a tree is
flat: containers contribute a marker with their length and keys, leaves what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adgen.diagnostics import Span, UserError, refuse
from adgen.ir.dims import Dim
from adgen.ir.types import GENERATOR, DType, Kind, Type, dtype_of
from adgen.objects.containers import container_of
from adgen.objects.foreign import foreign
from adgen.objects.generators import is_generator
from adgen.runtime.abstract import AbstractTree
from adgen.runtime.trees import flatten, is_static

Key = tuple[Any, ...]
_NUMBERS = frozenset((float, int, bool, complex))
_PYTHON: dict[type, DType] = {float: DType.f64, int: DType.i64, bool: DType.bool, complex: DType.c128}


class NotTaken(Exception):
    """An argument of a kind adgen does not take; ``what`` describes it, ``path`` is where it was found."""

    def __init__(self, what: str, help: str = "", path: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.help = help
        self.path = path


def take_apart(arguments: Sequence[Any], leaves: list[Any], key: list[Any]) -> None:
    """Append the leaves of the arguments and the key of their kinds. Raises :class:`NotTaken`."""
    for argument in arguments:
        kind = type(argument)
        if kind is np.ndarray:
            leaves.append(argument)
            key.append(argument.dtype)
            key.append(argument.ndim)
        elif kind in _NUMBERS:
            leaves.append(argument)
            key.append(kind)
        else:
            _take_other(argument, kind, leaves, key)


def _take_other(argument: Any, kind: type, leaves: list[Any], key: list[Any]) -> None:
    if isinstance(argument, np.generic) and dtype_of(argument.dtype) is not None:
        leaves.append(argument)
        key.append(kind)
        return
    if is_generator(argument):
        leaves.append(argument)
        key.append(np.random.Generator)
        return
    found = container_of(argument)
    if found is not None:
        name, items, names, cls = found
        key.append((name, len(items), names, cls))
        take_apart(items, leaves, key)
    elif isinstance(argument, np.memmap):
        take_apart((np.asarray(argument),), leaves, key)
    elif is_static(argument) or callable(argument):
        key.append((kind, argument))
    else:
        raise not_taken(argument)


def not_taken(value: Any) -> NotTaken:
    """Why an argument is refused."""
    return NotTaken(*foreign(value))


def refusal(name: str, problem: NotTaken, span: Span | None) -> UserError:
    """AG264 for the argument ``name``."""
    return refuse("AG264", span, name=problem.path or name, what=problem.what, help=problem.help or None)


def key_of(value: Any) -> Key:
    """The key of one value. Raises :class:`NotTaken`."""
    leaves: list[Any] = []
    key: list[Any] = []
    take_apart((value,), leaves, key)
    return tuple(key)


def abstract_example(value: Any, name: str) -> AbstractTree:
    """What an example says of a parameter; dims become symbols named after the leaf.

    >>> str(abstract_example((np.zeros((2, 3)), 1.0), "w"))
    '(f64[w_0_0,w_0_1], f64)'
    """
    spec, leaves = flatten(value, lambda item: is_static(item) or callable(item))
    labels = zip(leaves, spec.names(name), spec.paths(name), strict=True)
    types = tuple(_placed_type(leaf, label, path) for leaf, label, path in labels)
    return AbstractTree(spec, types, tuple(_static_value(leaf) for leaf in leaves))


def _placed_type(leaf: Any, name: str, path: str) -> Type:
    try:
        return leaf_type(leaf, name)
    except NotTaken as problem:
        raise NotTaken(problem.what, problem.help, path) from None


def leaf_type(leaf: Any, name: str) -> Type:
    """The type of a leaf, its dims named ``name_0``, ``name_1``. Raises :class:`NotTaken`."""
    if type(leaf) in _PYTHON:
        return Type(_PYTHON[type(leaf)], (), Kind.py)
    if is_generator(leaf):
        return GENERATOR
    dtype = dtype_of(leaf.dtype) if isinstance(leaf, np.ndarray | np.generic) else None
    if dtype is None or not leaf.dtype.isnative:
        raise not_taken(leaf)
    if isinstance(leaf, np.generic):
        return Type(dtype, (), Kind.np)
    if type(leaf) is not np.ndarray and not isinstance(leaf, np.memmap):
        raise not_taken(leaf)
    return Type(dtype, tuple(Dim.symbol(f"{name}_{axis}") for axis in range(leaf.ndim)))


def _static_value(leaf: Any) -> int | bool | None:
    return leaf if type(leaf) in (int, bool) else None
