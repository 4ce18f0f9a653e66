"""Inner loops that wait for themselves run several abreast in kernels: the same bits, the same counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.analysis.cost import cost_of
from adgen.ir.core import For, Func, walk
from adgen.runtime.surface import Lowered


def recurrence(w: Any, h: Any, xs: Any) -> Any:
    total = 0.0
    for x in xs:
        h = np.tanh(w @ h + x)
        total += np.sum(h * h)
    return total


def in_segments(w: Any, h: Any, xs: Any) -> Any:
    total = 0.0
    for x in adgen.checkpointed(xs):
        h = np.tanh(w @ h + x)
        total += np.sum(h * h)
    return total


def of_three(w: Any, h: Any, xs: Any) -> Any:
    total = 0.0
    for x in adgen.checkpointed(xs, every=3):
        h = np.tanh(w @ h + x)
        total += np.sum(h * h)
    return total


def backwards(w: Any, h: Any, xs: Any) -> Any:
    total = 0.0
    for k in adgen.checkpointed(range(len(xs) - 1, -1, -2), every=2):
        h = np.tanh(w @ h + xs[k])
        total += np.sum(h * h)
    return total


def backwards_plain(w: Any, h: Any, xs: Any) -> Any:
    total = 0.0
    for k in range(len(xs) - 1, -1, -2):
        h = np.tanh(w @ h + xs[k])
        total += np.sum(h * h)
    return total


def until(w: Any, h: Any, xs: Any) -> Any:
    k = 0
    while adgen.checkpointed(k < len(xs), every=4):
        h = np.tanh(w @ h + xs[k])
        k += 1
    return np.sum(h * h)


def until_plain(w: Any, h: Any, xs: Any) -> Any:
    k = 0
    while k < len(xs):
        h = np.tanh(w @ h + xs[k])
        k += 1
    return np.sum(h * h)


def of_rows(w: Any, h: Any, xs: Any) -> Any:
    """Rows that need nothing of each other, and a sum over them: without any schedule."""
    total = 1.0
    for x in xs:
        s = h
        for _ in range(3):
            s = np.tanh(w @ s + x)
        for k in range(len(s)):
            total = total * 0.9 + s[k]
    return total


PAIRS = [
    (in_segments, recurrence),
    (of_three, recurrence),
    (backwards, backwards_plain),
    (until, until_plain),
    (of_rows, of_rows),
]


def arguments(rounds: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(rounds)
    return rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=(rounds, 3))


@pytest.mark.parametrize(("function", "reference"), PAIRS, ids=lambda f: f.__name__)
def test_any_number_of_rounds(function: Callable[..., Any], reference: Callable[..., Any]) -> None:
    mine = adgen.value_and_grad(function, wrt=(0, 1, 2), backend="llvm")
    theirs = adgen.value_and_grad(reference, wrt=(0, 1, 2), backend="llvm")
    other = adgen.value_and_grad(reference, wrt=(0, 1, 2), backend="numpy")
    for rounds in (0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 26, 40):
        args = arguments(rounds)
        found, wanted, also = mine(*args), theirs(*args), other(*args)
        assert found[0] == wanted[0]
        for a, b, c in zip(found[1], wanted[1], also[1], strict=True):
            np.testing.assert_array_equal(a, b)
            np.testing.assert_allclose(a, c, rtol=1e-12, atol=1e-14)


def called(function: Callable[..., Any], args: tuple[Any, ...], backend: str) -> Lowered:
    """What a call is answered with."""
    transform = adgen.grad(function, backend=backend)
    transform(*args)
    lowered = transform._current()
    lowered.artifacts.leaves = list(args)
    return lowered


def loops_abreast(func: Func) -> list[For]:
    """Loops over groups of rounds."""
    return [n for n in walk(func.body) if isinstance(n, For) and n.counter.hint == "group"]


@pytest.mark.parametrize("function", [in_segments, of_three, until])
def test_segments_run_abreast_and_no_step_more_often(function: Callable[..., Any]) -> None:
    args = arguments(30)
    kernel, source = (called(function, args, b).artifacts.program.final for b in ("llvm", "numpy"))
    assert len(loops_abreast(kernel)) == 1
    assert not loops_abreast(source)
    assert cost_of(kernel, args).calls == cost_of(source, args).calls


def large(w: Any, h: Any, steps: int) -> Any:
    for _ in adgen.checkpointed(range(steps)):
        h = np.tanh(w @ h)
    return np.sum(h)


def test_large_steps_keep_a_processor_busy_by_themselves() -> None:
    for size, abreast in ((5, 1), (100, 0)):
        args = (np.eye(size), np.ones(size), 10)
        assert len(loops_abreast(called(large, args, "llvm").artifacts.program.final)) == abreast


def test_the_report_counts_the_tapes_of_all() -> None:
    args = arguments(30)
    plans = [called(of_three, args, backend).storage for backend in ("llvm", "numpy")]
    kernel, source = (plan.bytes or 0 for plan in plans)
    assert kernel > source > 0
