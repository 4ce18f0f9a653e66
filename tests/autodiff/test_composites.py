"""Stable composites: the value is the user's, the derivative exact and finite, ties are no kinks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.analysis.shifts import neutral_maxima
from tests.frontend import harness
from tests.oracle import dual_run

BACKENDS = ["numpy", "llvm"]
Z = np.array([[0.3, -1.2, 2.0, 0.3], [1.5, 1.5, -0.5, 0.0], [-2.0, 0.4, 0.1, 0.9]])
Y = np.array([[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
LABELS = np.array([2, 0, 3])


# -- cross-entropy --------------------------------------------------------------------------------------
def by_log_sum_exp(z, labels):
    m = np.max(z, axis=1, keepdims=True)
    total = m[:, 0] + np.log(np.sum(np.exp(z - m), axis=1))
    return np.mean(total - z[np.arange(len(labels)), labels])


def by_log_softmax(z, labels):
    z = z - z.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def by_one_hot(z, labels):
    shifted = z - z.max(1)[:, None]
    log_p = shifted - np.log(np.exp(shifted).sum(1))[:, None]
    return -np.sum(np.eye(4)[labels] * log_p) / len(labels)


def row_by_row(z, labels):
    loss = 0.0
    for i in range(len(labels)):
        row = z[i]
        m = np.max(row)
        loss += m + np.log(np.sum(np.exp(row - m))) - row[labels[i]]
    return loss / len(labels)


def by_columns(z, labels):
    t = z.T
    m = t.max(axis=0)
    total = np.log(np.exp(t - m).sum(axis=0)) + m
    return np.mean(total - z[np.arange(len(labels)), labels])


STABLE = (by_log_sum_exp, by_log_softmax, by_one_hot, row_by_row, by_columns)


def _softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("function", STABLE, ids=lambda f: f.__name__)
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("scale", [1.0, 1e4, -1e4])
def test_cross_entropy_is_probabilities_minus_labels(
    function: Callable[..., Any], backend: str, scale: float
) -> None:
    z = Z * scale
    value, found = adgen.value_and_grad(function, backend=backend)(z, LABELS)
    assert value == pytest.approx(function(z, LABELS), rel=1e-15)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, (_softmax(z) - Y) / 3, rtol=1e-14, atol=1e-17)


@pytest.mark.parametrize("function", STABLE, ids=lambda f: f.__name__)
def test_no_derivative_passes_through_the_maximum(function: Callable[..., Any]) -> None:
    found = adgen.grad(function, backend="numpy")
    found(Z, LABELS)
    func = harness.lowered(function, Z, LABELS).func
    assert neutral_maxima(func)
    assert "==" not in found.source.partition("# Reverse sweep.")[2].partition("def grad")[0]


@pytest.mark.parametrize("function", STABLE, ids=lambda f: f.__name__)
def test_second_order_and_forward_mode(function: Callable[..., Any]) -> None:
    adgen.check_grad(function, Z, LABELS, order=2)


# -- what depends on the maximum ------------------------------------------------------------------------
def not_divided(z):
    return np.sum(np.exp(z - np.max(z)))


def returned_too(z):
    m = np.max(z)
    return m * np.log(np.sum(np.exp(z - m)))


def other_axis(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.sum(np.cos(e / e.sum(axis=0)))


def squared(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.sum(np.cos(e * e / e.sum(axis=1, keepdims=True)))


def transposed(z):
    s = z[:, :3]
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return np.sum(np.cos(e / e.T))


def mixed_rows(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.sum(np.cos((e.T @ e) / np.sum(e)))


def in_a_branch(z):
    m = np.max(z)
    t = np.log(np.sum(np.exp(z - m)))
    if z[0, 0] > 0:
        t = t + 2.0 * m
    return t


def added_twice(z):
    m = np.max(z)
    return np.log(np.sum(np.exp(z - m))) + m + m


@pytest.mark.parametrize(
    "function",
    [not_divided, returned_too, other_axis, squared, transposed, mixed_rows, in_a_branch, added_twice],
    ids=lambda f: f.__name__,
)
def test_maxima_that_matter(function: Callable[..., Any]) -> None:
    z = Z + np.arange(12.0).reshape(3, 4) / 100
    assert not neutral_maxima(harness.lowered(function, z).func)
    np.testing.assert_allclose(
        adgen.grad(function, backend="numpy")(z), dual_run.gradient(function, (z,), 0), rtol=1e-12, atol=1e-15
    )


# -- elementwise ----------------------------------------------------------------------------------------
def sigmoid(x):
    return np.sum(1.0 / (1.0 + np.exp(-x)))


def sigmoid_falling(x):
    return np.sum(1 / (np.exp(x) + 1))


def sigmoid_of_quotient(x):
    return np.sum(np.exp(x) / (1.0 + np.exp(x)))


def softplus(x):
    return np.sum(np.log1p(np.exp(x)))


def softplus_by_log(x):
    return np.sum(np.log(1.0 + np.exp(x)))


def log_sigmoid(x):
    return np.sum(np.log(1.0 / (1.0 + np.exp(-x))))


def log_rest(x):
    p = 1.0 / (1.0 + np.exp(-x))
    return np.sum(np.log(1.0 - p)) + 2.0 * np.sum(np.log1p(-p))


def log_falling(x):
    p = 1.0 / (1.0 + np.exp(x))
    return np.sum(np.log(p)) + 3.0 * np.sum(np.log(1.0 - p))


def log_softmax(x):
    e = np.exp(x)
    return np.sum(np.log(e / e.sum()) * np.arange(len(x)))


ELEMENTWISE = {
    sigmoid: lambda s: s * (1 - s),
    sigmoid_falling: lambda s: -s * (1 - s),
    softplus: lambda s: s,
    softplus_by_log: lambda s: s,
    log_sigmoid: lambda s: 1 - s,
    log_rest: lambda s: -3 * s,
    log_falling: lambda s: 3 * (1 - s) - s,
}
X = np.array([-1.5, 0.0, 0.3, 2.0])


@pytest.mark.parametrize(
    "function", [*ELEMENTWISE, sigmoid_of_quotient, log_softmax], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("backend", BACKENDS)
def test_derivatives_of_elementwise_composites(function: Callable[..., Any], backend: str) -> None:
    value, found = adgen.value_and_grad(function, backend=backend)(X)
    assert value == pytest.approx(function(X), rel=1e-15)
    np.testing.assert_allclose(found, dual_run.gradient(function, (X,), 0), rtol=1e-13)
    if backend == "numpy":
        adgen.check_grad(function, X, order=2)


@pytest.mark.parametrize("function", ELEMENTWISE, ids=lambda f: f.__name__)
@pytest.mark.parametrize("backend", BACKENDS)
def test_derivatives_stay_finite(function: Callable[..., Any], backend: str) -> None:
    x = np.array([-1e4, 1e4])
    with np.errstate(all="ignore"):
        found = adgen.grad(function, backend=backend)(x)
    np.testing.assert_array_equal(found, ELEMENTWISE[function](np.array([0.0, 1.0])))


def test_binary_cross_entropy_is_probability_minus_label() -> None:
    def loss(x, y):
        p = 1.0 / (1.0 + np.exp(-x))
        return -np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p))

    y = np.array([0.0, 1.0, 1.0, 0.0])
    expected = (1.0 / (1.0 + np.exp(-X)) - y) / 4
    np.testing.assert_allclose(adgen.grad(loss)(X, y), expected, rtol=1e-14)


def test_python_floats() -> None:
    def f(x):
        return math.log(1.0 / (1.0 + math.exp(-x)))

    assert adgen.grad(f, backend="numpy")(0.3) == pytest.approx(1 - 1 / (1 + math.exp(-0.3)), rel=1e-15)
    assert adgen.grad(f, backend="llvm")(40.0) == pytest.approx(0.0, abs=1e-16)


# -- remarks --------------------------------------------------------------------------------------------
def naive_softmax(x):
    return np.sum(np.exp(x) / np.sum(np.exp(x)) * x)


def naive_log_sum_exp(x):
    return np.log(np.exp(x).sum())


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (naive_softmax, ["a softmax"]),
        (naive_log_sum_exp, ["the logarithm of a sum of exponentials"]),
        (softplus, ["softplus"]),
        (log_softmax, ["the logarithm of a softmax"]),
        (log_falling, ["the logarithm of a sigmoid"] * 2),
        (sigmoid, []),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_unstable_spellings_are_remarked(function: Callable[..., Any], expected: list[str]) -> None:
    transform = adgen.grad(function, backend="numpy")
    transform(X)
    found = [d.title for d in transform.remarks if d.code == "AG323"]
    assert [title.partition(" spelled")[0] for title in found] == expected


@pytest.mark.parametrize("function", STABLE, ids=lambda f: f.__name__)
def test_stable_spellings_are_not(function: Callable[..., Any]) -> None:
    transform = adgen.grad(function, backend="numpy")
    transform(Z, LABELS)
    assert not [d for d in transform.remarks if d.code == "AG323"]
