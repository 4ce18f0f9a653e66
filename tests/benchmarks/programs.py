"""Programs of many kinds, as a NumPy user writes them, with arguments of any size."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import adgen

Maker = Callable[[np.random.Generator, int], tuple[Any, ...]]


def pendulum(angle, speed, damping, steps):
    """Scalar loop: a damped pendulum by the midpoint rule."""
    h = 0.01
    energy = 0.0
    for _ in range(steps):
        mid_speed = speed - 0.5 * h * (math.sin(angle) + damping * speed)
        mid_angle = angle + 0.5 * h * speed
        speed = speed - h * (math.sin(mid_angle) + damping * mid_speed)
        angle = angle + h * mid_speed
        energy = energy + 0.5 * speed * speed - math.cos(angle)
    return energy / steps


def population(rate, start, steps):
    """Scalar loop: a map of degree two with a branch."""
    x = start
    total = 0.0
    for _ in range(steps):
        if x > 0.5:
            x = rate * x * (1.0 - x)
        else:
            x = 0.9 * rate * x * (1.0 - 0.5 * x)
            total += 0.1
        total += x
    return total / steps


def heat(u0, k, steps):
    """Stencil on a line, stores into slices."""
    u = u0.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] + k * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def wave(u0, c, steps):
    """Stencil in the plane on three arrays that take turns."""
    before = u0.copy()
    now = u0.copy()
    for _ in range(steps):
        after = 2.0 * now - before
        after[1:-1, 1:-1] += c * (
            now[2:, 1:-1] + now[:-2, 1:-1] + now[1:-1, 2:] + now[1:-1, :-2] - 4.0 * now[1:-1, 1:-1]
        )
        before = now
        now = after
    return np.sum(now**2)


def network(W1, b1, W2, b2, x, y):
    """Two dense layers, squared error."""
    hidden = np.tanh(x @ W1 + b1)
    out = hidden @ W2 + b2
    return np.mean((out - y) ** 2)


def recurrent(W, U, b, xs):
    """A recurrent network rolled over time."""
    h = np.zeros((xs.shape[1], W.shape[0]))
    total = 0.0
    for t in range(xs.shape[0]):
        h = np.tanh(h @ W + xs[t] @ U + b)
        total += np.sum(h * h)
    return total


def chain(x, y):
    """Elementwise operations only, and one sum."""
    z = np.exp(-x * x) * np.tanh(y)
    z = z + np.log1p(z * z) / (1.0 + np.abs(x))
    return np.sum(np.where(z > 0.0, z * y, x))


def moments(x, w):
    """Reductions along either axis."""
    mean = np.sum(w * x, axis=1) / np.sum(w, axis=1)
    spread = np.sum(w * (x - mean[:, np.newaxis]) ** 2, axis=1) / np.sum(w, axis=1)
    return np.sum(np.log(spread)) + np.max(mean)


def filtered(x, a):
    """One element of a long array per round, from its neighbour: a recurrence in place."""
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = a * y[i - 1] + y[i]
    return np.sum(y * y)


def substitution(L, b):
    """Forward substitution: products of growing slices."""
    x = np.zeros(len(b))
    for i in range(len(b)):
        x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]
    return np.sum(x * x)


def lookup(table, codes):
    """Gather by integer arrays; the gradient scatters."""
    rows = table[codes]
    return np.sum(np.tanh(rows[1:] - rows[:-1]) ** 2)


def root(a, tolerance):
    """A loop of unknown length."""
    x = a
    while abs(x * x * x - a) > tolerance:
        x = x - (x * x * x - a) / (3.0 * x * x)
    return x


def classify(W, b, x, labels):
    """Softmax regression."""
    z = x @ W + b
    return np.mean(adgen.logsumexp(z, axis=1) - z[np.arange(len(labels)), labels])


def particles(p, q):
    """All pairs by broadcasting."""
    d = p[:, np.newaxis, :] - p[np.newaxis, :, :]
    r2 = np.sum(d * d, axis=2) + 0.01
    return np.sum(q[:, np.newaxis] * q / np.sqrt(r2))


@dataclass(frozen=True)
class Program:
    """A function, its arguments by size, the size of measurements, and what is differentiated.

    ``flops`` and ``moves`` bound the counted ratio of value and gradient to the value alone.
    """

    fun: Callable[..., Any]
    arguments: Maker
    size: int
    wrt: tuple[int, ...]
    flops: float
    moves: float

    @property
    def name(self) -> str:
        """The function's name."""
        return self.fun.__name__

    def make(self, size: int) -> tuple[Any, ...]:
        """Arguments of a size, the same every time."""
        return self.arguments(np.random.default_rng(7), size)


def _dense(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    shapes = ((n, n), (n,), (n, n // 2), (n // 2,), (2 * n, n), (2 * n, n // 2))
    return tuple(rng.normal(size=s) / math.sqrt(n) for s in shapes)


def _recurrent(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    return tuple(0.3 * rng.normal(size=s) for s in ((16, 16), (8, 16), (16,), (n, 4, 8)))


def _triangular(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    return np.tril(rng.normal(size=(n, n)), -1) / n + np.eye(n), rng.normal(size=n)


def _labelled(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    return rng.normal(size=(20, 10)), rng.normal(size=10), rng.normal(size=(n, 20)), rng.integers(0, 10, n)


PROGRAMS = (
    Program(pendulum, lambda rng, n: (1.0, 0.0, 0.1, n), 2_000, (0, 1, 2), 2.8, 1.0),
    Program(population, lambda rng, n: (3.2, 0.3, n), 2_000, (0, 1), 3.3, 1.0),
    Program(heat, lambda rng, n: (rng.normal(size=n), 0.1, 50), 2_000, (0, 1), 2.9, 2.8),
    Program(wave, lambda rng, n: (rng.normal(size=(n, n)), 0.1, 20), 60, (0, 1), 2.5, 2.5),
    Program(network, _dense, 128, (0, 1, 2, 3), 2.4, 2.5),
    Program(recurrent, _recurrent, 200, (0, 1, 2), 2.8, 3.5),
    Program(chain, lambda rng, n: (rng.normal(size=n), rng.normal(size=n)), 50_000, (0, 1), 2.7, 3.2),
    Program(
        moments, lambda rng, n: (rng.normal(size=(n, n)), rng.uniform(1, 2, (n, n))), 200, (0, 1), 2.7, 3.2
    ),
    Program(filtered, lambda rng, n: (rng.normal(size=n), 0.9), 4_000, (0, 1), 2.6, 2.6),
    Program(substitution, _triangular, 150, (0, 1), 3.1, 9.2),
    Program(lookup, lambda rng, n: (rng.normal(size=(50, 8)), rng.integers(0, 50, n)), 2_000, (0,), 3.1, 3.6),
    Program(root, lambda rng, n: (float(n), 1e-9), 1_000, (0,), 3.0, 1.0),
    Program(classify, _labelled, 1_000, (0, 1), 2.2, 3.2),
    Program(particles, lambda rng, n: (rng.normal(size=(n, 3)), rng.uniform(1, 2, n)), 100, (0, 1), 2.8, 2.6),
)
