"""Reversed loops over many numbers take out common factors: fewer operations, the same derivatives."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import adgen


def pairs(x: np.ndarray, m: np.ndarray) -> Any:
    """Forces between all pairs, as in a simulation of particles."""
    n = x.shape[0]
    f = np.zeros((n, 2))
    for i in range(n):
        for j in range(i):
            a = x[j, 0] - x[i, 0]
            b = x[j, 1] - x[i, 1]
            w = 1.0 / (a * a + b * b + 0.1)
            f[i, 0] += m[j] * a * w
            f[i, 1] += m[j] * b * w
            f[j, 0] -= m[i] * a * w
            f[j, 1] -= m[i] * b * w
    return np.sum(f * f)


def shares(x: np.ndarray, m: np.ndarray) -> Any:
    """The same factors under a quotient."""
    total = np.zeros(x.shape[0])
    for i in range(x.shape[0]):
        d = x[i, 0] * x[i, 0] + m[i]
        total[i] = x[i, 0] * x[i, 1] / d - x[i, 1] * m[i] / d
    return np.sum(total * total)


def carried(x: np.ndarray, m: np.ndarray) -> Any:
    """A recurrence: what a round waits for stays as short as it is."""
    s = 0.3
    for i in range(x.shape[0]):
        s = s * x[i, 0] * m[i] + s * x[i, 1] * m[i] + 0.1 * s
    return s


def spring(x: np.ndarray, m: float, steps: int) -> Any:
    """Two bodies in the plane; factors that never change, of this round and from outside."""
    x, h = x[:, 0].copy(), 0.3 * m
    for _ in range(steps):
        a = x[0] - x[2]
        b = x[1] - x[3]
        f = 0.5 * m * h
        w = 1.0 / (a * a + b * b + 0.1)
        x[0] -= f * a * w
        x[1] -= f * b * w
        x[2] += m * a * w
        x[3] += m * b * w / h
    return np.sum(x * x)


def planned(schedule: str, **options: Any) -> Any:
    def function(x: np.ndarray, m: float, steps: int) -> Any:
        x, h = x[:, 0].copy(), 0.3 * m
        for _ in adgen.checkpointed(range(steps), schedule, **options):
            a = x[0] - x[2]
            b = x[1] - x[3]
            f = 0.5 * m * h
            w = 1.0 / (a * a + b * b + 0.1)
            x[0] -= f * a * w
            x[1] -= f * b * w
            x[2] += m * a * w
            x[3] += m * b * w / h
        return np.sum(x * x)

    return function


def _products(source: str) -> int:
    body = source.split("in reversed(range")[-1].split("return")[0]
    lines = [
        line.split(" = ", 1)[-1] for line in body.splitlines() if not re.search(r"\[.*\] = |^\s*for ", line)
    ]
    return sum(line.count(" * ") + line.count(" / ") for line in lines)


def _arguments() -> tuple[Any, Any]:
    rng = np.random.default_rng(3)
    return rng.standard_normal((5, 2)), rng.uniform(0.5, 1.5, 5)


def test_forces_take_few_products() -> None:
    transform = adgen.grad(pairs, (0, 1), backend="numpy")
    transform(*_arguments())
    assert _products(transform.source) <= 26


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", [pairs, shares, carried])
def test_gradients(function: Any, backend: str) -> None:
    x, m = _arguments()
    found = adgen.grad(function, (0, 1), backend=backend)(x, m)
    for k, array in enumerate((x, m)):
        for at in np.ndindex(array.shape):
            steps = [array.copy() for _ in range(2)]
            for sign, moved in zip((1e-6, -1e-6), steps, strict=True):
                moved[at] += sign
            values = [function(*(moved if n == k else v for n, v in enumerate((x, m)))) for moved in steps]
            assert found[k][at] == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("schedule", ["sqrt", "revolve", "online"])
def test_schedules_have_the_same_bits(schedule: str, backend: str) -> None:
    options = {} if schedule == "sqrt" else {"slots": 3}
    args = (_arguments()[0], 0.7, 9)
    value, (x_bar, m_bar) = adgen.value_and_grad(spring, (0, 1), backend=backend)(*args)
    found = adgen.value_and_grad(planned(schedule, **options), (0, 1), backend=backend)(*args)
    assert (found[0], found[1][1]) == (value, m_bar)
    assert np.array_equal(found[1][0], x_bar)
