"""A loop that changes one element of a long array per round: the gradient takes time linear in its length.

Eight times the length may take at most twelve times the time, on both backends, and no array is copied that
the program does not copy itself. On the interpreter the same is asserted of what is counted, to second order.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.analysis.cost import cost_of
from tests.benchmarks.measure import best, copies_in


def filtered(x, a):
    """Every element depends on the one before it."""
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = a * y[i - 1] * x[i] + x[i]
    return np.sum(y * y)


def overwritten(x, a):
    """The old value of every cell is needed again."""
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = np.sin(y[i]) * a + y[i - 1] * y[i]
    return np.sum(y)


def revisited(x, a):
    """The same few cells are changed over and over, the array is long."""
    y = x.copy()
    for i in range(len(x)):
        k = i % 7
        y[k] = y[k] * a + x[i]
    return np.sum(y * y)


def accumulated(x, a):
    """Added to in place, by an augmented assignment."""
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        y[i] += a * x[i - 1]
        y[i - 1] *= x[i]
    return np.sum(y * y)


def rows(x, a):
    """One row of a matrix per round, through a view."""
    y = np.zeros((len(x), 2))
    for i in range(1, len(x)):
        row = y[i]
        row[0] = a * y[i - 1, 1] + x[i]
        row[1] = np.tanh(row[0])
    return np.sum(y * y)


def until(x, a):
    """By `while`."""
    y = x.copy()
    i = 1
    while i < len(y):
        y[i] = y[i] + a * y[i - 1] * y[i]
        i += 1
    return np.sum(y * y)


ALL = (filtered, overwritten, revisited, accumulated, rows, until)
OWN_COPIES = {"overwritten": 1, "revisited": 1, "until": 1}
SHORT = {"numpy": 1_000, "llvm": 10_000}
PROGRAMS = pytest.mark.parametrize("fun", ALL, ids=lambda fun: fun.__name__)


def _arguments(length: int) -> tuple[Any, ...]:
    return 0.5 * np.cos(np.arange(length)), 0.4


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@PROGRAMS
def test_time(fun: Callable[..., Any], backend: str) -> None:
    transform = adgen.value_and_grad(fun, wrt=(0, 1), backend=backend)
    short, long = _arguments(SHORT[backend]), _arguments(8 * SHORT[backend])
    transform(*short)
    fastest = {len(args[0]): math.inf for args in (short, long)}
    for _ in range(8):  # the machine may be busy with something else
        for args in (short, long):
            seconds = best(lambda args=args: transform(*args), 0.05, time.process_time)
            fastest[len(args[0])] = min(fastest[len(args[0])], seconds)
        if fastest[len(long[0])] < 12 * fastest[len(short[0])]:
            return
    pytest.fail(
        f"8 times the length takes {fastest[len(long[0])] / fastest[len(short[0])]:.1f} times the time"
    )


@PROGRAMS
def test_no_copies(fun: Callable[..., Any]) -> None:
    lowered = adgen.value_and_grad(fun, wrt=(0, 1)).lower(*_arguments(9))
    own = OWN_COPIES.get(fun.__name__, 0)
    assert copies_in(lowered.artifacts.program.final) <= own
    assert f" {own} copies of arrays" in lowered.explain() or " 0 copies of arrays" in lowered.explain()


@pytest.mark.parametrize("order", [1, 2])
@PROGRAMS
def test_counts(fun: Callable[..., Any], order: int) -> None:
    def moves(length: int) -> int:
        transform = adgen.value_and_grad(fun, wrt=(0, 1))
        if order == 2:
            transform = adgen.grad(adgen.grad(fun, wrt=1), wrt=(0, 1))
        args = _arguments(length)
        return cost_of(transform.lower(*args).artifacts.program.final, args).moves

    base, more, most = (moves(length) for length in (14, 28, 42))
    assert most - more == more - base
