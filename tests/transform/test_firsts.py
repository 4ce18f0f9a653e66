"""Cells of cotangents that are zero before an addition are stored to at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen


def relaxed(u: np.ndarray, steps: int) -> Any:
    u = u.copy()
    for _ in range(steps):
        v = u[1:-1]
        u[1:-1] = v * v * 0.5 + 0.1
    return np.sum(u * u)


def refreshed(u: np.ndarray, steps: int) -> Any:
    """The zeros are read in between."""
    u = u.copy()
    total = 0.0
    for k in range(steps):
        u[k] = 0.0
        total += u[k] + u[k + 1]
        u[k] += 2.0 * u[k + 1]
    return total + np.sum(u * u)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", [relaxed, refreshed])
def test_gradients(function: Any, backend: str) -> None:
    u = np.linspace(0.3, 1.2, 6)
    found = adgen.grad(function, backend=backend)(u, 3)
    for k in range(6):
        ends = [function(u + sign * 1e-6 * np.eye(6)[k], 3) for sign in (1, -1)]
        assert found[k] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-6, abs=1e-8)


def test_no_zeros_before_an_addition() -> None:
    transform = adgen.grad(relaxed, backend="numpy")
    transform(np.linspace(0.3, 1.2, 6), 3)
    reverse = transform.source.split("in reversed(range")[1].split("return")[0]
    assert "= 0.0" not in reverse
    assert "u_bar[1:-1] = " in reverse
