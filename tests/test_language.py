"""Small functions, one way of writing each, on both backends against dual numbers."""

from __future__ import annotations

# ruff: noqa: E731
import math
from typing import Any

import numpy as np
import pytest

import adgen
from tests.oracle import dual_run

G = 2.5
TAB = np.array([0.5, -1.0, 2.0, 0.3])


def rebound_alias(x, s):
    y = x
    y = y * 2
    z = y
    y += 1.0
    return np.sum(z * y) * s


def store_through_alias(x, s):
    y = x.copy()
    z = y
    z[0] = s
    return np.sum(y * y)


def store_through_two_views(x, s):
    y = x[::2] * s
    y[::-1][0] = 3.0 * s
    return np.sum(y**3)


def enumerate_from_one(x, s):
    acc = np.zeros_like(x)
    for i, v in enumerate(x[1:], start=1):
        acc[i] += v * s
    return np.sum(np.cumsum(acc) * x)


def position_of_largest(x, s):
    best = x[0]
    k = 0
    for i in range(1, len(x)):
        if x[i] > best:
            best = x[i]
            k = i
    return best * s + k


def endless_loop(x, s):
    i = 0
    while True:
        s = s * 0.9 + x[i]
        i += 1
        if i >= x.shape[0] or s > 100.0:
            break
    return s


def continued(x, s):
    out = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            if i == j:
                continue
            out += x[i] * x[j] / (1 + abs(i - j))
    return out * s


def distances_of_pairs(x, s):
    """The root of zero on the diagonal counts neither by the index nor by `triu`."""
    d = np.sqrt((x - x[:, None]) ** 2)
    apart = d > 0
    d[apart] = s / d[apart]
    return np.sum(np.triu(d, 1))


def triangular_rows(x, s):
    m = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        m[i, : i + 1] = x[: i + 1] * s
    return np.sum(m @ x)


def python_builtins(x, s):
    return sum(x) * s + min(x[0], x[1]) + max(x[0], s, 0.1) + pow(s, 2) + abs(-s)


def lambda_with_default(x, s):
    f = lambda v, k=2.0: v * k + s
    return np.sum(f(x)) + f(s, k=3.0)


def nested_twice(x, s):
    def inner(v):
        def deeper(w):
            return w * s

        return deeper(v) + 1

    return np.sum(inner(x) ** 2)


def nested_tuples(x, s):
    t = (x, s)
    u = (t, 2.0)
    return np.sum(u[0][0]) * u[0][1] * u[1]


def captured_table(x, s):
    return np.sum(TAB[: x.shape[0]] * x[:4]) * G * s


def empty_then_filled(x, s):
    y = np.empty(x.shape[0])
    y[:] = s
    y[1:] = x[:-1]
    return np.dot(y, x)


def diagonal_store(x, s):
    n = x.shape[0]
    w = np.ones((n, n)) * s
    w[np.arange(n), np.arange(n)] = x
    return np.sum(w**2)


def norms(x, s):
    return np.linalg.norm(x) * s + np.sqrt(np.sum(x**2))


def spread(x, s):
    return np.var(x) * s + np.std(x)


def product(x, s):
    return np.prod(x) * s


def selections(x, s):
    y = np.where(x > 0, x, s * x)
    return y.sum() + np.maximum(x, 0).mean() + np.clip(x, -0.4, 0.6).sum()


def reversed_values(x, s):
    r = 1.0
    for v in reversed(x):
        r = math.exp(-r) * v + s
    return r


def counting(x, s):
    n = 0
    for v in x:
        if v > 0.25:
            n += 1
    return s * n / len(x)


def literal_and_joined(x, s):
    y = np.array([s, s * s, x[0]])
    z = np.concatenate((y, x))
    return np.sum(np.stack([z, z**2]))


def returns_everywhere(x, s):
    if s > 0.5:
        if x[0] < 0:
            return s * x[1]
        return s
    elif s < -1:
        return x[0]
    return x[2]


def ternary_of_arrays(x, s):
    for i in range(3):
        x = x * s if i % 2 == 0 else x + s
    return np.sum(x)


def rows_of_states(x, s):
    h = np.zeros((3, x.shape[0]))
    for t in range(1, 3):
        h[t] = np.tanh(h[t - 1] + x * s)
    return np.sum(h[-1])


def conversions(x, s):
    return float(np.sum(x)) * s + int(3.7) + round(2.5)


def stores_in_views(x, s):
    y = x[:, None] * x[None, :]
    y[0] *= s
    y[:, -1] += x
    y.T[1] = 2.0
    return (y @ y.T).sum()


def einstein_sum(x, s):
    return np.einsum("i,i->", x, x) * s


def reshaped(x, s):
    y = x.reshape(2, -1)
    y = y.T.ravel()
    return np.sum(y * np.arange(y.size)) * s


def two_conditions(x, s):
    total = 0
    it = 0
    while it < 10 and total < 3:
        total += s * x[it % len(x)] ** 2
        it += 1
    return total


def activations(x, s):
    return adgen.sigmoid(s) + adgen.relu(x).sum() + adgen.logsumexp(x) + adgen.softmax(x)[0]


def swapped_elements(x, s):
    y = x.copy()
    for i in range(len(x) - 1):
        y[i], y[i + 1] = y[i + 1], y[i] * s
    return np.sum(y * x)


def asserted(x, s):
    assert s > 0
    return np.sum(x) / s


def powers(x, s):
    x = np.abs(x)
    return (x**s).sum() + s**3 + 2**s


def floor_and_remainder(x, s):
    return np.sum(x // 0.3) + np.sum(x % 0.3) * s


def augmented(x, s):
    y = np.zeros(x.shape)
    y += x
    y -= s
    y /= 2.0
    y **= 2
    return y.sum()


def closure_over_constant(x, s):
    k = 3

    def step(v, n):
        nonlocal_k = k + n
        return v * nonlocal_k

    for n in range(3):
        s = step(s, n) * 0.2
    return s * x.max() * x.min()


PROGRAMS = [
    rebound_alias,
    store_through_alias,
    store_through_two_views,
    enumerate_from_one,
    position_of_largest,
    endless_loop,
    continued,
    triangular_rows,
    distances_of_pairs,
    python_builtins,
    lambda_with_default,
    nested_twice,
    nested_tuples,
    captured_table,
    empty_then_filled,
    diagonal_store,
    norms,
    spread,
    product,
    selections,
    reversed_values,
    counting,
    literal_and_joined,
    returns_everywhere,
    ternary_of_arrays,
    rows_of_states,
    conversions,
    stores_in_views,
    einstein_sum,
    reshaped,
    two_conditions,
    activations,
    swapped_elements,
    asserted,
    powers,
    floor_and_remainder,
    augmented,
    closure_over_constant,
]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("fun", PROGRAMS, ids=lambda f: f.__name__)
def test_gradient_equals_duals(fun: Any, backend: str) -> None:
    x, s = np.array([-0.3, 0.5, 0.2, 0.8]), 0.7
    exact = [dual_run.gradient(fun, (x, s), i) for i in (0, 1)]
    value, gradients = adgen.value_and_grad(fun, wrt=(0, 1), backend=backend)(x.copy(), s)
    assert value == pytest.approx(fun(x.copy(), s), rel=1e-13)
    for found, expected in zip(gradients, exact, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12)
