"""Checkpointed loops: the gradient is that of the plain loop to the bit, from few states and few steps."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen

BACKENDS = ["numpy", "llvm"]
RNG = np.random.default_rng(7)
W, U, X, H = (
    RNG.normal(size=(3, 3)) / 2,
    RNG.normal(size=(3, 2)),
    RNG.normal(size=(17, 2)),
    RNG.normal(size=3),
)


# -- a recurrence, in turn plain and under each schedule ------------------------------------------------
def plain(w, u, xs, h):
    total = 0.0
    for t in range(len(xs)):
        h = np.tanh(w @ h + u @ xs[t])
        total += np.sum(h * h)
    return total + np.sum(h)


def square_root(w, u, xs, h):
    total = 0.0
    for x in adgen.checkpointed(xs):
        h = np.tanh(w @ h + u @ x)
        total += np.sum(h * h)
    return total + np.sum(h)


def every_four(w, u, xs, h):
    total = 0.0
    for t in adgen.checkpointed(range(len(xs)), every=4):
        h = np.tanh(w @ h + u @ xs[t])
        total += np.sum(h * h)
    return total + np.sum(h)


def revolve(w, u, xs, h):
    total = 0.0
    for t in adgen.checkpointed(range(len(xs)), schedule="revolve", slots=3):
        h = np.tanh(w @ h + u @ xs[t])
        total += np.sum(h * h)
    return total + np.sum(h)


def one_slot(w, u, xs, h):
    total = 0.0
    for _, x in adgen.checkpointed(enumerate(xs), "revolve", 1):
        h = np.tanh(w @ h + u @ x)
        total += np.sum(h * h)
    return total + np.sum(h)


def budget(w, u, xs, h):
    total = 0.0
    for t in adgen.checkpointed(range(len(xs)), memory="0.2 kB"):
        h = np.tanh(w @ h + u @ xs[t])
        total += np.sum(h * h)
    return total + np.sum(h)


def two_levels(w, u, xs, h):
    total = 0.0
    for x in adgen.checkpointed(xs, every=6, slots=2):
        h = np.tanh(w @ h + u @ x)
        total += np.sum(h * h)
    return total + np.sum(h)


SCHEDULED = (square_root, every_four, revolve, one_slot, budget, two_levels)


@pytest.mark.parametrize("function", SCHEDULED, ids=lambda f: f.__name__)
@pytest.mark.parametrize("backend", BACKENDS)
def test_bits_of_the_plain_loop(function: Callable[..., Any], backend: str) -> None:
    every = (0, 1, 2, 3)
    mine, theirs = (adgen.value_and_grad(f, every, backend=backend) for f in (function, plain))
    for steps in (0, 1, 2, 3, 16, 17):
        args = (W, U, X[:steps], H)
        (value, found), (expected, gradients) = mine(*args), theirs(*args)
        assert value == expected
        for one, other in zip(found, gradients, strict=True):
            np.testing.assert_array_equal(one, other)
        out, pullback = adgen.vjp(function, *args, backend=backend)
        assert out == expected
        for one, other in zip(pullback(1.0), gradients, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("function", SCHEDULED, ids=lambda f: f.__name__)
def test_runs_as_it_stands_and_in_forward_mode(function: Callable[..., Any]) -> None:
    assert function(W, U, X, H) == plain(W, U, X, H)
    adgen.check_grad(function, W, U, X[:4], H, order=2)


# -- other loops ----------------------------------------------------------------------------------------
def integers(x, n):
    """A state of several kinds, and a step of two."""
    j, found, y = 0, False, x.copy()
    for i in adgen.checkpointed(range(2 * n, 1, -2), schedule="revolve", slots=2):
        y[j] = np.sin(y[j]) * (i if found else 1.0)
        j = (j + i) % len(x)
        found = not found
    return np.sum(y * y)


def integers_plain(x, n):
    j, found, y = 0, False, x.copy()
    for i in range(2 * n, 1, -2):
        y[j] = np.sin(y[j]) * (i if found else 1.0)
        j = (j + i) % len(x)
        found = not found
    return np.sum(y * y)


def nested(x, n):
    """A schedule inside another."""
    for _ in adgen.checkpointed(range(n), every=3):
        for i in adgen.checkpointed(range(1, len(x)), schedule="revolve", slots=2):
            x = np.roll(np.sin(x) * x[i], 1)
    return np.sum(x)


def nested_plain(x, n):
    for _ in range(n):
        for i in range(1, len(x)):
            x = np.roll(np.sin(x) * x[i], 1)
    return np.sum(x)


def left(x, n):
    """A loop with a way out."""
    total = 0.0
    for i in adgen.checkpointed(range(n)):
        total += np.sin(x[i]) * total + x[i]
        if total > 2.0:
            break
    return total


def left_plain(x, n):
    total = 0.0
    for i in range(n):
        total += np.sin(x[i]) * total + x[i]
        if total > 2.0:
            break
    return total


def until(x, n):
    y = np.sum(x)
    while adgen.checkpointed(abs(y * y - n) > 1e-10, schedule="online", slots=2):
        y = 0.5 * (y + n / y) + 0.01 * np.sin(x[0])
        n = n * 1.0
    return y


def until_plain(x, n):
    y = np.sum(x)
    while abs(y * y - n) > 1e-10:
        y = 0.5 * (y + n / y) + 0.01 * np.sin(x[0])
        n = n * 1.0
    return y


def in_a_loop(x, n):
    total = 0.0
    for k in range(3):
        y = x * k
        for _ in adgen.checkpointed(range(n + k)):
            y = np.sin(y + x)
        total += np.sum(y * y)
    return total


def in_a_loop_plain(x, n):
    total = 0.0
    for k in range(3):
        y = x * k
        for _ in range(n + k):
            y = np.sin(y + x)
        total += np.sum(y * y)
    return total


def spiral(x, n):
    z = x + 0.5j
    for _ in adgen.checkpointed(range(n), schedule="revolve", slots=2):
        z = z * z / (1.0 + np.abs(z) ** 2) + 0.3
    return np.sum(np.abs(z))


def spiral_plain(x, n):
    z = x + 0.5j
    for _ in range(n):
        z = z * z / (1.0 + np.abs(z) ** 2) + 0.3
    return np.sum(np.abs(z))


PAIRS = [
    (spiral, spiral_plain, 6),
    (integers, integers_plain, 5),
    (nested, nested_plain, 4),
    (left, left_plain, 6),
    (until, until_plain, 0.0),
    (in_a_loop, in_a_loop_plain, 5),
]


@pytest.mark.parametrize(("function", "reference", "n"), PAIRS, ids=lambda x: getattr(x, "__name__", ""))
@pytest.mark.parametrize("backend", BACKENDS)
def test_other_loops(
    function: Callable[..., Any], reference: Callable[..., Any], n: float, backend: str
) -> None:
    x = np.array([0.4, -0.3, 0.9, 0.2, 0.7, 1.1])
    if function is until:
        x, n = np.array([0.0, 1.2]), 2.0
    mine, theirs = (adgen.value_and_grad(f, backend=backend)(x, n) for f in (function, reference))
    assert mine[0] == theirs[0]
    np.testing.assert_array_equal(mine[1], theirs[1])


# -- truncation -----------------------------------------------------------------------------------------
def truncated(w, u, xs, h):
    total = 0.0
    for t in adgen.truncated(range(len(xs)), 5):
        h = np.tanh(w @ h + u @ xs[t])
        total += np.sum(h * h)
    return total + np.sum(h)


def detached(w, u, xs, h):
    """The reference: the state is a constant wherever a window begins."""
    total = 0.0
    for t in range(len(xs)):
        if t > 0 and t % 5 == 0:
            h = adgen.stop_gradient(h)
        h = np.tanh(w @ h + u @ xs[t])
        total += np.sum(h * h)
    return total + np.sum(h)


@pytest.mark.parametrize("backend", BACKENDS)
def test_windows_end_the_cotangents_of_the_state(backend: str) -> None:
    every = (0, 1, 2, 3)
    for steps in (0, 3, 5, 6, 17):
        args = (W, U, X[:steps], H)
        mine, theirs = (adgen.value_and_grad(f, every, backend=backend)(*args) for f in (truncated, detached))
        assert mine[0] == theirs[0]
        for one, other in zip(mine[1], theirs[1], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-15)
    assert not np.allclose(mine[1][0], adgen.grad(plain, backend=backend)(*args))


# -- how much is run again ------------------------------------------------------------------------------
def least(steps: int, slots: int) -> int:
    """The least number of advances that binomial checkpointing needs (Griewank and Walther 2000)."""
    if steps <= 1:
        return 0
    runs = next(r for r in range(steps + 1) if comb(slots + r, slots) >= steps)
    return runs * steps - comb(slots + runs, runs - 1)


def test_closed_form() -> None:
    assert [least(100, 3), least(100, 10), least(1000, 10)] == [490, 222, 3636]
    assert [least(10**4, 25), least(10**6, 20)] == [36346, 6815960]


@contextmanager
def counted_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Counts calls of np.tanh, of which a step of :func:`chain` makes one."""
    calls, tanh = [0], np.tanh

    def counting(x: Any) -> Any:
        calls[0] += 1
        return tanh(x)

    with monkeypatch.context() as patch:
        patch.setattr(np, "tanh", counting)
        yield calls


def chain(slots: int) -> Callable[..., Any]:
    def function(h, n):
        for _ in adgen.checkpointed(range(n), schedule="revolve", slots=slots):
            h = np.tanh(h * 1.5)
        return h

    return function


@pytest.mark.parametrize("slots", [1, 2, 3, 5, 10])
def test_advances_of_revolve(slots: int, monkeypatch: pytest.MonkeyPatch) -> None:
    transform = adgen.grad(chain(slots), backend="numpy")
    transform(np.array(0.3)[()], 1)
    for steps in [*range(1, 30), 57, 100]:
        with counted_steps(monkeypatch) as calls:
            transform(np.array(0.3)[()], steps)
        assert calls[0] - steps == least(steps, slots), steps  # each step is taped once besides


def unknown(slots: int) -> Callable[..., Any]:
    def function(h, n):
        k = 0
        while adgen.checkpointed(k < n, schedule="online", slots=slots):
            h = np.tanh(h * 1.5)
            k += 1
        return h

    return function


@pytest.mark.parametrize("slots", [1, 2, 3, 5])
def test_advances_of_a_loop_of_unknown_length(slots: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to (s + 1)(s + 2)/2 steps as few as when their number is known, else fewer than counting first."""
    transform = adgen.grad(unknown(slots), backend="numpy")
    transform(np.array(0.3)[()], 1)
    best = (slots + 1) * (slots + 2) // 2
    for steps in [*range(1, best + 9), 70]:
        with counted_steps(monkeypatch) as calls:
            transform(np.array(0.3)[()], steps)
        found = calls[0] - steps
        assert found <= steps + least(steps, slots), steps
        assert found == least(steps + 1, slots) or steps > best, steps
        assert found <= 1.13 * least(steps + 1, slots), steps


@pytest.mark.parametrize("slots", [1, 3])
def test_advances_of_a_pullback(slots: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for steps in (1, 2, 9, 30):
        with counted_steps(monkeypatch) as calls:
            _, pullback = adgen.vjp(chain(slots), np.array(0.3)[()], steps, backend="numpy")
            pullback(np.float64(1.0))
        assert calls[0] - steps <= least(steps + 1, slots), steps


def test_advances_of_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    def function(h, n):
        for _ in adgen.checkpointed(range(n), every=4):
            h = np.tanh(h * 1.5)
        return h

    transform = adgen.grad(function, backend="numpy")
    transform(np.array(0.3)[()], 1)
    for steps in range(1, 20):
        with counted_steps(monkeypatch) as calls:
            transform(np.array(0.3)[()], steps)
        last = steps - (steps - 1) // 4 * 4
        assert calls[0] - steps == steps - last


def test_advances_of_two_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    def function(h, n):
        for _ in adgen.checkpointed(range(n), every=7, slots=2):
            h = np.tanh(h * 1.5)
        return h

    transform = adgen.grad(function, backend="numpy")
    transform(np.array(0.3)[()], 1)
    for steps in (1, 6, 7, 8, 14, 30):
        with counted_steps(monkeypatch) as calls:
            transform(np.array(0.3)[()], steps)
        full = (steps - 1) // 7
        last = steps - 7 * full
        assert calls[0] - steps == 7 * full + full * least(7, 2) + least(last, 2), steps


# -- states on disk -------------------------------------------------------------------------------------
def on_disk(h, n, limit):
    for _ in adgen.checkpointed(range(n), every=10, slots=2, disk=True):
        h = np.sin(h) * 1.1
        if h[0] > limit:
            raise ValueError("too far")
    return np.sum(h)


def in_memory(h, n):
    for _ in range(n):
        h = np.sin(h) * 1.1
    return np.sum(h)


def test_files_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After success, after an error, after an interrupt."""
    made: list[int] = []
    temporary = tempfile.TemporaryFile

    def watched(**given: Any) -> Any:
        made.append(len(list(tmp_path.iterdir())))
        return temporary(dir=tmp_path, **given)

    monkeypatch.setattr(tempfile, "TemporaryFile", watched)
    h = np.linspace(0.1, 0.9, 50)
    transform = adgen.grad(on_disk, backend="numpy")
    np.testing.assert_array_equal(transform(h, 95, 9.0), adgen.grad(in_memory, backend="numpy")(h, 95))
    assert made
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="too far"):
        transform(h, 95, 0.05)
    assert not list(tmp_path.iterdir())
    sine, calls = np.sin, [0]

    def interrupted(x: Any) -> Any:
        calls[0] += 1
        if calls[0] == 70:
            raise KeyboardInterrupt
        return sine(x)

    monkeypatch.setattr(np, "sin", interrupted)
    with pytest.raises(KeyboardInterrupt):
        transform(h, 95, 9.0)
    assert not list(tmp_path.iterdir())


def test_a_folder_without_room_for_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent/folder")
    with pytest.raises(OSError, match="cannot be kept on disk: No such file") as found:
        adgen.grad(on_disk, backend="numpy")(np.ones(2), 95, 9.0)
    assert isinstance(found.value, adgen.RunError)
    assert found.value.line is not None


def test_kernels_keep_nothing_on_disk() -> None:
    with pytest.raises(adgen.UserError, match="AG602"):
        adgen.grad(on_disk, backend="llvm")(np.ones(2), 3, 9.0)
    auto = adgen.grad(on_disk)
    auto(np.ones(2), 3, 9.0)
    assert [r.code for r in auto.remarks][-1] == "AG601"


# -- what cannot be -------------------------------------------------------------------------------------
def test_a_budget_below_one_state() -> None:
    def function(h):
        for _ in adgen.checkpointed(range(10), memory=64):
            h = np.sin(h)
        return np.sum(h)

    for backend in BACKENDS:
        transform = adgen.grad(function, backend=backend)
        np.testing.assert_array_equal(transform(np.zeros(7)), np.ones(7))
        with pytest.raises(MemoryError, match="one state takes"):
            transform(np.zeros(9))


def test_random_draws_are_not_run_again() -> None:
    def function(x, rng):
        for _ in adgen.checkpointed(range(10)):
            x = x * rng.normal()
        return x

    with pytest.raises(adgen.UserError, match="AG405"):
        adgen.grad(function)(1.0, np.random.default_rng(0))
