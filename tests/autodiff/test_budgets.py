"""The option ``memory``: tapes of loops stay within so many bytes, at the fewest steps that run again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import comb
from typing import Any

import numpy as np
import pytest

import adgen

BACKENDS = ["numpy", "llvm"]
RNG = np.random.default_rng(11)
W, H = RNG.normal(size=(4, 4)) / 2, RNG.normal(size=4)


def recurrence(w, h, n):
    total = 0.0
    for _ in range(n):
        h = np.tanh(w @ h)
        total += np.sum(h * h)
    return total


def two_loops(w, h, n):
    for _ in range(n):
        h = np.tanh(w @ h)
    y = np.zeros((n, len(h)))
    for k in range(n - 1, 0, -2):
        h = np.sin(w.T @ h)
        y[k] = h
    return np.sum(y * y)


def until(w, h, n):
    k = 0
    while np.sum(h * h) > 1e-3 and k < n:
        h = 0.9 * np.tanh(w @ h)
        k += 1
    return np.sum(h)


def nested(w, h, n):
    for k in range(n):
        for j in range(len(h)):
            h = np.sin(w @ h) * (k + j + 1.0)
    return np.sum(h)


def in_a_branch(w, h, n):
    if h[0] > -5.0:
        for _ in range(n):
            h = np.tanh(w @ h)
    for _ in range(n):
        h = np.cos(h * h)
    return np.sum(h)


def linear(w, h, n):
    for _ in range(n):
        h = h * 1.001 + 1.0
    return np.sum(w @ h)


FUNCTIONS = (recurrence, two_loops, until, nested, in_a_branch, linear)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("backend", BACKENDS)
def test_bits(function: Any, backend: str) -> None:
    plain = adgen.value_and_grad(function, (0, 1), backend=backend)
    for memory in ("1 kB", "3 kB", "1 MB"):
        mine = adgen.value_and_grad(function, (0, 1), backend=backend, memory=memory)
        for n in (0, 1, 2, 37, 100):
            (value, found), (expected, wanted) = mine(W, H, n), plain(W, H, n)
            assert value == expected
            for one, other in zip(found, wanted, strict=True):
                np.testing.assert_array_equal(one, other)
            _, pullback = adgen.vjp(function, W, H, n, backend=backend, memory=memory)
            np.testing.assert_allclose(pullback(1.0)[0], wanted[0], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("function", [recurrence, until], ids=lambda f: f.__name__)
def test_higher_orders_and_other_modes(function: Any) -> None:
    plain = adgen.hessian(function, wrt=1)(W, H, 9)
    inner = adgen.grad(function, wrt=1, memory="0.5 kB")
    np.testing.assert_allclose(adgen.jacfwd(inner, wrt=1)(W, H, 9), plain, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(adgen.jacrev(inner, wrt=1)(W, H, 9), plain, rtol=1e-11, atol=1e-14)
    tangent = adgen.jvp(function, (W, H, 9), (W, H, None), memory="1 kB")[1]
    np.testing.assert_allclose(tangent, adgen.jvp(function, (W, H, 9), (W, H, None))[1])


# -- how many bytes, and how many steps -----------------------------------------------------------------
@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[int], list[int]]]:
    """Counts calls of np.tanh, and the bytes of arrays that np.empty makes."""
    tanh, empty = np.tanh, np.empty
    calls: list[int] = [0]
    sizes: list[int] = []

    def counting(x: Any) -> Any:
        calls[0] += 1
        return tanh(x)

    def measured(*args: Any, **kwargs: Any) -> Any:
        found = empty(*args, **kwargs)
        sizes.append(found.nbytes)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(np, "tanh", counting)
        patch.setattr(np, "empty", measured)
        yield calls, sizes


def advances(steps: int, slots: int) -> int:
    """What binomial checkpointing runs again."""
    runs = next(r for r in range(steps + 1) if comb(slots + r, slots) >= steps)
    return runs * steps - comb(slots + runs, runs - 1)


def fewest(steps: int, memory: int, state: int, tape: int, fixed: int) -> int | None:
    """The fewest steps that run again, over all segments and slots that fit; None where nothing does."""
    if fixed + tape * steps <= memory:
        return 0
    found = []
    for size in range(1, steps + 1):
        last = steps - (-(-steps // size) - 1) * size
        slots = (memory - 2 * fixed - tape * (size + last)) // state
        if slots >= 1:
            found.append(size * advances(-(-steps // size), slots))
    return min(found, default=None)


def test_the_fewest_steps_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    state, tape, fixed = 4 * 8 + 8, 4 * 8, 4 * 8  # h and its place; rows of h
    for memory in (168, 200, 260, 500, 1000, 2000, 5000):
        transform = adgen.grad(recurrence, backend="numpy", memory=memory)
        transform(W, H, 1)
        for steps in (1, 2, 3, 10, 50, 144):
            with watched(monkeypatch) as (calls, sizes):
                transform(W, H, steps)
            rooms, tapes = sizes[:2], sizes[2:]
            assert sum(rooms) + tapes[0] + max(tapes[1:], default=0) <= memory, (memory, steps, sizes)
            assert calls[0] - steps == fewest(steps, memory, state, tape, fixed), (memory, steps)


@pytest.mark.parametrize("function", [two_loops, until, nested], ids=lambda f: f.__name__)
def test_budgets_of_several_loops(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for memory in (800, 1500, 4000):
        transform = adgen.grad(function, backend="numpy", memory=memory)
        transform(W, H, 1)
        with watched(monkeypatch) as (_, sizes):
            transform(W, H, 60)
        assert sizes, "something is kept"
        assert max(sizes) <= memory, (memory, sizes)


@pytest.mark.parametrize("backend", BACKENDS)
def test_too_little(backend: str) -> None:
    transform = adgen.grad(recurrence, backend=backend, memory=100)
    transform(W, H, 2)
    with pytest.raises(adgen.UserError, match="at least 168 bytes") as found:
        transform(W, H, 50)
    assert found.value.diagnostic.code == "AG709"
    assert isinstance(found.value, MemoryError)
    assert "68 bytes more" in str(found.value)
    adgen.grad(recurrence, backend=backend, memory=168)(W, H, 50)
    _, pullback = adgen.vjp(recurrence, W, H, 50, backend=backend, memory=168)
    pullback(1.0)
    with pytest.raises(MemoryError, match="at least 168"):
        adgen.vjp(recurrence, W, H, 50, backend=backend, memory=167)


def drawn(x, rng):
    for _ in range(20):
        x = np.sin(x) + rng.standard_normal()
    return x


def appended(x, _):
    found = []
    for k in range(20):
        x = np.sin(x + 1.0)
        if x > 0.5:
            found.append(x * k)
    return sum(found)


def power(x, n):
    return x if n == 0 else np.sin(power(x, n - 1)) * x


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_cannot_be_counted_is_refused(backend: str) -> None:
    rng = np.random.default_rng(0)
    for function, second in ((drawn, rng), (appended, 1.0), (power, 5)):
        with pytest.raises(adgen.UserError, match="a budget of 64 bytes does not hold") as found:
            adgen.grad(function, backend=backend, memory=64)(0.3, second)
        assert found.value.diagnostic.code == "AG406"


def walked(x, rng):
    """Steps that draw, and need no tape."""
    for _ in range(20):
        x = 0.5 * x + rng.standard_normal()
    return x


def test_draws_without_a_tape_are_no_obstacle() -> None:
    assert adgen.grad(walked, memory=1)(1.0, np.random.default_rng(0)) == 0.5**20


def test_values_of_the_option() -> None:
    for wrong in (0, -1, 1.5, True, "a lot", "64 XB", ""):
        with pytest.raises(adgen.UserError, match="AG274"):
            adgen.grad(recurrence, memory=wrong)


def test_a_schedule_of_its_own_is_left_alone() -> None:
    def function(h, n):
        for _ in adgen.checkpointed(range(n), every=3):
            h = np.sin(h)
        return np.sum(h)

    source = adgen.grad(function, backend="numpy", memory=1).lower("f64[m], i64").source
    assert "MemoryError" not in source
