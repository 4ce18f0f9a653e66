"""Differential equations, and functions that SciPy keeps in private modules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import odeint
from scipy.ndimage import gaussian_filter
from scipy.signal import fftconvolve

import adgen


def decay(y: Any, t: Any, rate: Any) -> Any:
    return -rate * y


def decayed(rate: Any, start: Any, end: Any) -> Any:
    return odeint(decay, start, np.array([0.0, end / 2, end]), args=(rate,))[-1, 0]


def prey(t: Any, y: Any, grow: Any, eat: Any) -> Any:
    return [grow * y[0] - eat * y[0] * y[1], -y[1] + 0.5 * y[0] * y[1]]


def hunted(y0: Any, grow: Any, eat: Any) -> Any:
    return np.sum(odeint(prey, y0, [0.0, 0.7, 1.0], (grow, eat), tfirst=True, rtol=1e-10, atol=1e-10))


def smoothed(x: Any) -> Any:
    return np.sum(fftconvolve(gaussian_filter(x, 1.0), x) ** 2)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_exponential_decay(backend: str) -> None:
    value, slopes = adgen.value_and_grad(decayed, wrt=(0, 1, 2), backend=backend)(0.7, 2.0, 1.5)
    exact = 2.0 * np.exp(-1.05)
    np.testing.assert_allclose(value, exact, rtol=1e-7)
    np.testing.assert_allclose(slopes, (-1.5 * exact, exact / 2.0, -0.7 * exact), rtol=1e-7)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_a_system(backend: str) -> None:
    at = (np.array([1.0, 0.8]), 1.1, 0.4)
    value, (by_start, by_grow, _) = adgen.value_and_grad(hunted, wrt=(0, 1, 2), backend=backend)(*at)
    np.testing.assert_allclose(value, hunted(*at), rtol=1e-8)
    h = 1e-5
    ends = [hunted(at[0], 1.1 + sign * h, 0.4) for sign in (1, -1)]
    np.testing.assert_allclose(by_grow, (ends[0] - ends[1]) / (2 * h), rtol=1e-4)
    ends = [hunted(at[0] + sign * h, 1.1, 0.4) for sign in (1, -1)]
    np.testing.assert_allclose(np.sum(by_start), (ends[0] - ends[1]) / (2 * h), rtol=1e-4)


def test_names_of_private_modules() -> None:
    x = np.array([0.3, 0.2, 0.9, 0.4])
    value, slope = adgen.value_and_grad(smoothed)(x)
    np.testing.assert_allclose(value, smoothed(x))
    h = 1e-6
    np.testing.assert_allclose(np.sum(slope), (smoothed(x + h) - smoothed(x - h)) / (2 * h), rtol=1e-5)
