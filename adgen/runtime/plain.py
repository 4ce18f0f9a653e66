"""What adgen's names do in a function that runs undifferentiated: plain Python, nothing recorded.

Markers give back what they are given. Activations are in :mod:`adgen.nn`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar

import numpy as np

from adgen.diagnostics import refuse

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
    memory: int | None = None,
) -> T:
    """What it is given; a loop over it keeps some of its states and recomputes the rest."""
    return iterable_or_condition


def recompute(fun: T) -> T:
    """``fun``; the reverse sweep runs it again instead of keeping what it computed."""
    return fun


def fixed_point(f: Callable[..., Any], x0: Any, *args: Any, tol: float = 1e-10, max_iter: int = 1000) -> Any:
    """The solution of ``x = f(x, *args)``, found by iterating from ``x0``."""
    x = x0
    for _ in range(max_iter):
        new = f(x, *args)
        if np.max(np.abs(np.subtract(new, x))) <= tol:
            return new
        x = new
    return x


# -- named, but not there yet ---------------------------------------------------------------------------
def _unavailable(name: str) -> NoReturn:
    raise refuse("AG401", name=f"adgen.{name}")


def root(g: Callable[..., Any], x0: Any, *args: Any, **options: Any) -> Any:
    """The solution of ``g(x, *args) = 0`` near ``x0``."""
    _unavailable("root")


def argmin(f: Callable[..., Any], x0: Any, *args: Any, **options: Any) -> Any:
    """The minimum of ``f(x, *args)`` near ``x0``."""
    _unavailable("argmin")
