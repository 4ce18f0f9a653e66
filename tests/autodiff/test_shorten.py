"""Recurrences of cotangents wait for as little as possible, with the same bits whatever is stored."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen


def logistic(r: float, x: float, steps: int) -> Any:
    total = 0.0
    for _ in range(steps):
        x = r * x * (1.0 - x)
        total = total + x
    return total / steps


def halving(x: float, c: float, steps: int) -> Any:
    y = 0.5
    for k in range(steps):
        x = (x - y * c) / (k + 2.0)
        y = 0.3 * y - x
    return x * y


def _body(source: str) -> str:
    return source.split("in reversed(range")[1].split("return")[0]


def test_one_multiply_add_for_each_round() -> None:
    transform = adgen.value_and_grad(logistic, (0, 1), backend="numpy")
    transform(3.2, 0.3, 7)
    (last,) = [line for line in _body(transform.source).splitlines() if line.strip().startswith("x_bar = ")]
    assert last.count("x_bar") == 2
    kernel = adgen.value_and_grad(logistic, (0, 1), backend="llvm")
    kernel(3.2, 0.3, 7)
    assert "fma(" in kernel.loops


def test_known_divisors_are_divided_by_before() -> None:
    transform = adgen.grad(halving, (0, 1), backend="numpy")
    transform(1.0, 0.7, 5)
    late = [line for line in _body(transform.source).splitlines() if line.strip().startswith("x_bar")]
    assert not any("x_bar /" in line for line in late)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", [logistic, halving])
def test_gradients(function: Any, backend: str) -> None:
    args = (3.1, 0.4, 12)
    found = adgen.grad(function, (0, 1), backend=backend)(*args)
    for k in range(2):
        step = np.zeros(3, complex)
        step[k] = 1e-30j
        wanted = function(*(a + s for a, s in zip(args[:2], step[:2], strict=True)), args[2]).imag / 1e-30
        assert found[k] == pytest.approx(wanted, rel=1e-12)


def _scheduled(schedule: str, **options: Any) -> Any:
    def loop(r: float, x: float, steps: int) -> Any:
        total = 0.0
        for _ in adgen.checkpointed(range(steps), schedule, **options):
            x = r * x * (1.0 - x)
            total = total + x
        return total / steps

    return loop


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("schedule", ["sqrt", "revolve", "every", "online"])
def test_schedules_have_the_same_bits(schedule: str, backend: str) -> None:
    options = {"revolve": {"slots": 3}, "online": {"slots": 3}, "every": {"every": 4}}.get(schedule, {})
    args = (3.3, 0.31, 23)
    plain = adgen.value_and_grad(logistic, (0, 1), backend=backend)(*args)
    assert adgen.value_and_grad(_scheduled(schedule, **options), (0, 1), backend=backend)(*args) == plain
