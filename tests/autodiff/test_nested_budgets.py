"""The option ``memory`` where loops stand in loops: those of a step get what the outer states leave over."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen

BACKENDS = ["numpy", "llvm"]
RNG = np.random.default_rng(5)
W, H = RNG.normal(size=(4, 4)) / 2, RNG.normal(size=4)


def while_in_for(w, h, n):
    for k in range(n):
        j = 0
        while np.sum(h * h) > 0.01 and j < 12:
            h = 0.9 * np.tanh(w @ h)
            j += 1
        h = h + 1.0 + 0.01 * k
    return np.sum(h * h)


def for_in_for(w, h, n):
    for k in range(3):
        for _ in range(n):
            h = np.tanh(w @ h + k)
    return np.sum(h * h)


def triangle(w, h, n):
    for k in range(n):
        for j in range(k):
            h = np.tanh(w @ h + 0.1 * j)
    return np.sum(h * h)


def three_deep(w, h, n):
    for _ in range(3):
        for j in range(n):
            i = 0
            while i < j % 4:
                h = np.tanh(w @ h + 0.1)
                i += 1
        h = h * 1.5
    return np.sum(h * h)


def left_early(w, h, n):
    for _ in range(n):
        for _ in range(20):
            h = np.tanh(w @ h + 0.3)
            if h[0] > 0.2:
                break
        h = h + 0.05
    return np.sum(h)


def two_inside(w, h, n):
    k = 0
    while k < n:
        for _ in range(10):
            h = np.tanh(w @ h)
        i = 0
        while i < k % 7:
            h = np.sin(w @ h) + 0.2
            i += 1
        k += 1
    return np.sum(h)


def in_branches(w, h, n):
    for k in range(n):
        if k % 2 == 0:
            j = 0
            while j < 5:
                h = np.tanh(w @ h)
                j += 1
        else:
            for _ in range(4):
                h = np.sin(w @ h + 1.0)
    return np.sum(h)


def trajectory(w, h, n):
    ys = np.zeros((n, len(h)))
    for k in range(n):
        gap, j = 1.0, 0
        while gap > 1e-2 and j < 8:
            g = np.tanh(w @ h + 0.1 * k)
            gap = np.sum((g - h) ** 2)
            h = g
            j += 1
        ys[k] = h
    return np.sum(ys**2)


FUNCTIONS = (
    *(while_in_for, for_in_for, triangle, three_deep),
    *(left_early, two_inside, in_branches, trajectory),
)


def least(function: Callable[..., Any], *args: Any) -> int:
    """The bytes that AG709 says are needed."""
    with pytest.raises(MemoryError, match="AG709") as found:
        adgen.grad(function, backend="numpy", memory=1)(*args)
    (number,) = re.findall(r"need at least (\d+) bytes", str(found.value))
    assert f"{int(number) - 1} bytes more" in str(found.value)
    return int(number)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_bits(function: Callable[..., Any], backend: str) -> None:
    plain = adgen.value_and_grad(function, (0, 1), backend=backend)
    for memory in (400, "1 MB") if backend == "llvm" else (400, 2000, "1 MB"):
        mine = adgen.value_and_grad(function, (0, 1), backend=backend, memory=memory)
        for n in (0, 1, 30):
            (value, found), (expected, wanted) = mine(W, H, n), plain(W, H, n)
            assert value == expected
            for one, other in zip(found, wanted, strict=True):
                np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_the_least_number_of_bytes_is_enough_and_one_less_is_not(function: Callable[..., Any]) -> None:
    needed = least(function, W, H, 40)
    found = adgen.grad(function, backend="numpy", memory=needed)(W, H, 40)
    np.testing.assert_array_equal(found, adgen.grad(function, backend="numpy")(W, H, 40))
    with pytest.raises(MemoryError, match=f"at least {needed} bytes"):
        adgen.grad(function, backend="numpy", memory=needed - 1)(W, H, 40)


def peak(transform: Callable[..., Any], *args: Any) -> int:
    """The most bytes that a call has at once."""
    transform(*args)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    transform(*args)
    found = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    return found


@pytest.mark.parametrize("function", [while_in_for, for_in_for, triangle], ids=lambda f: f.__name__)
def test_what_is_kept_stays_within_the_budget(function: Callable[..., Any]) -> None:
    rng = np.random.default_rng(2)
    args = (rng.normal(size=(32, 32)) / 6, rng.normal(size=32), 60)
    smallest = peak(adgen.grad(function, backend="numpy", memory=least(function, *args)), *args)
    for memory in (4_000, 12_000):
        found = peak(adgen.grad(function, backend="numpy", memory=memory), *args)
        assert found <= smallest + memory
    assert peak(adgen.grad(function, backend="numpy"), *args) > smallest + 12_000


def test_steps_are_not_run_again_where_their_tapes_fit() -> None:
    source = adgen.grad(for_in_for, backend="numpy", memory="1 MB").lower("f64[m,m], f64[m], i64").source
    assert "whole" in source
    assert "single" in source
    calls = [0]
    tanh = np.tanh

    def counting(x: Any) -> Any:
        calls[0] += 1
        return tanh(x)

    transform = adgen.grad(for_in_for, backend="numpy", memory="1 MB")
    transform(W, H, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(np, "tanh", counting)
        transform(W, H, 50)
    assert calls[0] == 150


def test_higher_orders_and_other_modes() -> None:
    plain = adgen.hessian(while_in_for, wrt=1)(W, H, 9)
    inner = adgen.grad(while_in_for, wrt=1, memory=400)
    np.testing.assert_allclose(adgen.jacfwd(inner, wrt=1)(W, H, 9), plain, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(adgen.jacrev(inner, wrt=1)(W, H, 9), plain, rtol=1e-11, atol=1e-14)
    _, pullback = adgen.vjp(while_in_for, W, H, 30, memory=400)
    np.testing.assert_allclose(pullback(1.0)[0], adgen.grad(while_in_for)(W, H, 30), rtol=1e-13)
