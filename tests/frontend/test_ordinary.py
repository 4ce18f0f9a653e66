"""Differential equations, and functions that SciPy keeps in private modules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import odeint, solve_ivp
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


def oscillated(k: Any, y0: Any, method: str) -> Any:
    found = solve_ivp(
        lambda t, y: [y[1], -k * y[0] - 0.1 * t * y[1]],
        (0.0, 1.5),
        [y0, 0.3],
        method=method,
        t_eval=[0.04, 0.5, 1.1, 1.5],
        rtol=1e-9,
        atol=1e-11,
    )
    return found.y


@pytest.mark.parametrize("method", ["RK45", "RK23", "DOP853"])
def test_methods(method: str) -> None:
    def first(k: Any, y0: Any) -> Any:
        return oscillated(k, y0, method)[0]

    np.testing.assert_allclose(adgen.jit(first, backend="numpy")(1.3, 0.8), first(1.3, 0.8), rtol=1e-13)
    h = 1e-5
    slope = (first(1.3 + h, 0.8) - first(1.3 - h, 0.8)) / (2 * h)
    found = adgen.jacobian(first, wrt=0, backend="numpy")(1.3, 0.8)
    np.testing.assert_allclose(found, slope, rtol=1e-6, atol=1e-8)
    steps = lambda k: solve_ivp(lambda t, y: -k * y, (0.0, 1.0), [2.0], method=method)  # noqa: E731
    wanted, times = steps(0.7).y, steps(0.7).t
    values = adgen.jit(lambda k: (steps(k).y, steps(k).t), backend="numpy")(0.7)
    np.testing.assert_allclose(values[0], wanted, rtol=1e-13)
    np.testing.assert_allclose(values[1], times, rtol=1e-13)


def test_a_method_in_kernels() -> None:
    def last(k: Any, y0: Any) -> Any:
        return oscillated(k, y0, "DOP853")[0, -1]

    value, slope = adgen.value_and_grad(last, backend="llvm")(1.3, 0.8)
    np.testing.assert_allclose(value, last(1.3, 0.8), rtol=1e-12)
    np.testing.assert_allclose(slope, adgen.grad(last, backend="numpy")(1.3, 0.8), rtol=1e-10)
