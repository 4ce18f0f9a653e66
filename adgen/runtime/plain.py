"""What adgen's names do in a function that runs undifferentiated: plain Python, nothing recorded.

Markers give back what they are given. Activations are in :mod:`adgen.nn`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

from adgen.objects.recomputed import Recomputed

P = ParamSpec("P")
T = TypeVar("T")


# -- markers --------------------------------------------------------------------------------------------
def unroll(iterable: Iterable[T]) -> Iterable[T]:
    """``iterable``; a loop over it is written out step by step when it is differentiated."""
    return iterable


def truncated(iterable: Iterable[T], window: int) -> Iterable[T]:
    """``iterable``; cotangents flow through at most ``window`` steps of a loop over it."""
    return iterable


def checkpointed(
    iterable_or_condition: T,
    schedule: str = "sqrt",
    slots: int | None = None,
    every: int | None = None,
    memory: int | str | None = None,
    disk: bool = False,
) -> T:
    """What it is given; a loop over it keeps some of its states and recomputes the rest."""
    return iterable_or_condition


def recompute(fun: Callable[P, T]) -> Callable[P, T]:
    """``fun``; the reverse sweep runs it again instead of keeping what it computed."""
    made = Recomputed(fun)
    functools.update_wrapper(made, fun)
    return made
