"""Arguments made up from a signature, for ``check`` and ``bench``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

import numpy as np

from adgen.diagnostics import refuse
from adgen.ir.types import GENERATOR, Kind, Type
from adgen.runtime.abstract import AbstractTree

LOW, HIGH = 0.5, 1.5
"""Floats are drawn from here: inside the domain of logarithms and roots, off the kinks at 0."""


def sample(trees: Iterable[AbstractTree], sizes: Mapping[str, int], seed: int) -> tuple[Any, ...]:
    """One argument per tree, the same for the same seed."""
    rng = np.random.default_rng(seed)
    return tuple(tree.spec.unflatten([_leaf(t, sizes, rng) for t in tree.types]) for tree in trees)


def choose_sizes(trees: Iterable[AbstractTree], first: int, given: Mapping[str, int]) -> dict[str, int]:
    """A size per symbol: the given ones, else ``first``, ``first + 1``... so that no two are equal."""
    symbols = dict.fromkeys(name for tree in trees for name in tree.symbols())
    free = (size for size in count(first) if size not in given.values())
    return {name: given[name] if name in given else next(free) for name in symbols}


def parse_sizes(text: str | None) -> dict[str, int]:
    """``n=100,m=10`` as a dict."""
    sizes: dict[str, int] = {}
    for part in (text or "").split(","):
        if not part.strip():
            continue
        found = re.fullmatch(r"\s*([^\W\d]\w*)\s*=\s*(\d+)\s*", part)
        if found is None:
            raise refuse("AG810", option="--sizes", value=part.strip(), form="NAME=NUMBER")
        sizes[found[1]] = int(found[2])
    return sizes


def _leaf(type: Type, sizes: Mapping[str, int], rng: np.random.Generator) -> Any:
    if type == GENERATOR:
        return np.random.default_rng(rng.integers(2**32))
    shape = tuple(dim.evaluate(sizes) for dim in type.dims)
    drawn: np.ndarray[Any, Any] | float
    if type.is_float:
        drawn = rng.uniform(LOW, HIGH, shape)
        if type.is_complex:
            drawn = drawn + 1j * rng.uniform(LOW, HIGH, shape)
    elif type.dtype.is_integer:
        drawn = rng.integers(1, 3, shape)
    else:
        drawn = rng.integers(0, 2, shape)
    array = np.asarray(drawn).astype(type.dtype.numpy)
    match type.kind:
        case Kind.py:
            return array.item()
        case Kind.np:
            return array[()]
        case Kind.array:
            return array
