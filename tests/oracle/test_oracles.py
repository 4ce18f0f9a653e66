"""Each oracle agrees with known derivatives, and catches seeded wrong ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

from tests.oracle import complex_step, dot_product, dual_run, finite

BIAS = np.array([0.3, -0.2])


def dense(w: np.ndarray, x: np.ndarray, scale: float) -> float:
    """A layer with a broadcast bias, a loop with stores, a branch and math on floats."""
    z = np.tanh(x @ w + BIAS)
    total = np.zeros(z.shape[1])
    for i in range(z.shape[0]):
        total += z[i] * scale
        total[0] = total[0] * math.exp(-scale)
    s = 0.0
    for v in total:
        if v > 0.0:
            s += v * v
        else:
            s -= v
    return s


def dense_gradient(w: np.ndarray, x: np.ndarray, scale: float) -> np.ndarray:
    """The gradient of `dense` in w, by hand."""
    z = np.tanh(x @ w + BIAS)
    decay = math.exp(-scale)
    weights = np.ones_like(z) * scale
    total = np.zeros(2)
    for i in range(len(z)):
        total += z[i] * scale
        total[0] *= decay
        weights[: i + 1, 0] *= decay
    slope = np.where(total > 0, 2.0 * total, -1.0)
    return x.T @ (weights * slope * (1.0 - z * z))


def _arguments() -> tuple[np.ndarray, np.ndarray, float]:
    rng = np.random.default_rng(5)
    return rng.standard_normal((3, 2)), rng.standard_normal((4, 3)), 0.4


def _directional(name: str, fun: Callable[..., Any], args: Any, tangents: Any) -> float:
    if name == "dual":
        return float(dual_run.jvp(fun, args, tangents)[1])
    if name == "complex":
        return float(complex_step.jvp(fun, args, tangents))
    return float(finite.jvp(fun, args, tangents)[0])


ORACLES = {"dual": 1e-13, "complex": 1e-13, "finite": 1e-7}


def _rejects(name: str, gradient: np.ndarray) -> bool:
    """Does the oracle find this gradient of `dense` wrong?"""
    args = _arguments()
    direction = np.random.default_rng(6).standard_normal((3, 2))
    tangents = (direction, np.zeros((4, 3)), 0.0)
    truth = _directional(name, dense, args, tangents)
    return abs(truth - float(np.sum(gradient * direction))) > ORACLES[name] * (1.0 + abs(truth))


@pytest.mark.parametrize("name", ORACLES)
def test_right_gradient_passes(name: str) -> None:
    assert not _rejects(name, dense_gradient(*_arguments()))


def _dropped_factor(g: np.ndarray) -> np.ndarray:
    return g / 0.4


def _sign_flip(g: np.ndarray) -> np.ndarray:
    return np.concatenate([g[:1], -g[1:]])


def _small_slip(g: np.ndarray) -> np.ndarray:
    wrong = g.copy()
    wrong[2, 1] *= 1.001
    return wrong


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("seed", [_dropped_factor, _sign_flip, _small_slip])
def test_wrong_gradient_is_caught(name: str, seed: Callable[[np.ndarray], np.ndarray]) -> None:
    assert _rejects(name, seed(dense_gradient(*_arguments())))


def broadcast(b: np.ndarray, x: np.ndarray) -> float:
    return np.sum(np.sin(x + b) * x)


@pytest.mark.parametrize("name", ORACLES)
def test_missing_broadcast_sum_is_caught(name: str) -> None:
    b, x = np.array([0.1, 0.4]), np.arange(6.0).reshape(3, 2) / 7
    wrong = np.cos(x + b)[0] * x[0]
    direction = np.array([0.7, -0.3])
    truth = _directional(name, broadcast, (b, x), (direction, np.zeros((3, 2))))
    right = np.sum(np.cos(x + b) * x, axis=0)
    assert abs(truth - right @ direction) < 1e-7
    assert abs(truth - wrong @ direction) > 1e-2


def _dot_defect(wrong: Callable[[np.ndarray], np.ndarray]) -> float:
    w, x, _ = _arguments()
    rng = np.random.default_rng(7)
    w_dot, b_dot, y_bar = rng.standard_normal((3, 2)), rng.standard_normal(2), rng.standard_normal((4, 2))
    z = x @ w + BIAS
    slope = 1.0 - np.tanh(z) ** 2
    y_dot = slope * (x @ w_dot + b_dot)
    return dot_product.defect((w_dot, b_dot), y_dot, y_bar, (x.T @ (slope * y_bar), wrong(slope * y_bar)))


def test_dot_product_identity() -> None:
    assert _dot_defect(lambda z_bar: z_bar.sum(axis=0)) <= 1.0
    assert _dot_defect(lambda z_bar: -z_bar.sum(axis=0)) > 1e6
    assert _dot_defect(lambda z_bar: 2.0 * z_bar.sum(axis=0)) > 1e6
    assert _dot_defect(lambda z_bar: z_bar[0]) > 1e6
    assert _dot_defect(lambda z_bar: z_bar.sum(axis=0) * (1.0 + 1e-11)) > 1.0


def test_dual_counts_no_nan() -> None:
    assert dot_product.defect((1.0,), float("nan"), 1.0, (1.0,)) == float("inf")


def test_finite_needs_a_plateau() -> None:
    with pytest.raises(finite.NoPlateau):
        finite.jvp(lambda x: np.sqrt(np.abs(x)) * np.sin(1e9 * x), (0.3,), (1.0,))


def test_complex_step_refuses_what_it_cannot_follow() -> None:
    with pytest.raises(complex_step.NotAnalytic):
        complex_step.jvp(lambda x: np.linalg.norm(x), (np.ones(3),), (np.ones(3),))


def test_second_derivative_by_nested_duals() -> None:
    args = _arguments()
    rng = np.random.default_rng(8)
    u, v = rng.standard_normal((2, 3, 2))
    zero = np.zeros((4, 3))
    h = 1e-5

    def slope(w: np.ndarray) -> float:
        return float(np.sum(dense_gradient(w, args[1], args[2]) * u))

    numeric = (slope(args[0] + h * v) - slope(args[0] - h * v)) / (2 * h)
    exact = dual_run.second(dense, args, (u, zero, 0.0), (v, zero, 0.0))
    assert exact == pytest.approx(numeric, rel=1e-7)


def _elementwise_cases() -> list[Any]:
    from tests.oracle.dual_partials import BINARY, UNARY

    return [*UNARY, *BINARY]


@pytest.mark.parametrize("ufunc", _elementwise_cases(), ids=lambda u: u.__name__)
def test_partials_against_differences(ufunc: np.ufunc) -> None:
    point = (1.3,) if ufunc is np.arccosh else (0.37,) if ufunc.nin == 1 else (0.37, 0.81)
    args = tuple(np.array([v, v + 0.05]) for v in point)
    held = ufunc in (special.jv, special.gammainc)
    directions = tuple(np.array([1.0, 0.7]) * (not held or k == 1) for k, _ in enumerate(point))
    expected = finite.jvp(lambda *a: ufunc(*a), args, directions, rtol=1e-5)
    got = dual_run.jvp(lambda *a: ufunc(*a), args, directions)[1]
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-9)


def test_dual_conventions_at_kinks() -> None:
    def at(fun: Callable[[Any], Any], x: Any) -> Any:
        return dual_run.jvp(fun, (x,), (np.ones_like(x) if isinstance(x, np.ndarray) else 1.0,))[1]

    assert at(lambda x: np.maximum(x, 0.0), 0.0) == 0.5
    assert at(lambda x: abs(x), 0.0) == 0.0
    assert at(lambda x: np.clip(x, 0.0, 1.0), 1.0) == 1.0
    assert at(lambda x: np.sqrt(x), 0.0) == np.inf
    assert at(lambda x: np.where(x > 0, np.log(x), 0.0), 0.0) == 0.0
    assert at(lambda x: np.max(x), np.array([1.0, 1.0, 0.0])) == 1.0
    assert at(lambda x: max(x, 0.0), 0.0) == 0.5
