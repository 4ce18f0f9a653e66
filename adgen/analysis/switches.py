"""Analyses that only save memory or time, by name, and how to do without them.

Every one of them may be off: programs then keep more, and compute the same bits. Tests turn them off to show
what each saves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ANALYSES = {
    "counters": "integers that loops count up follow from the number of the round",
    "settled": "cells that are final, or untouched, are read from the array itself",
    "stored": "a value that the function stores for good is read from where it is stored",
    "tables": "rounds that fill a table are made again from its final cells, loops over them included",
    "histories": "a carried value and its successor share one tape",
    "cut": "what is saved is a least cut between what is at hand and what is needed, in bytes times rounds",
    "invariants": "what a loop computes in every round alike is computed before it, or saved once",
    "undo": "versions of an array that changes a few cells a round follow from the cells it overwrites",
    "narrow": "integers that are known to be small are saved in four bytes, predicates on stacks in one",
    "firsts": "a cotangent that a loop fills, each cell once, begins without zeros",
    "packing": "loops whose bounds depend on outer counters have tapes without gaps",
}

_OFF: ContextVar[frozenset[str]] = ContextVar("analyses that are off", default=frozenset())


def enabled(name: str) -> bool:
    """Whether an analysis is on."""
    assert name in ANALYSES, name
    return name not in _OFF.get()


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Turn analyses off."""
    assert all(name in ANALYSES for name in names), names
    token = _OFF.set(_OFF.get() | frozenset(names))
    try:
        yield
    finally:
        _OFF.reset(token)
