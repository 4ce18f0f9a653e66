"""Further kinds of programs, counted only: factorisations, sparse products, recurrent cells, solvers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tests.benchmarks.programs import Program


def cholesky(A):
    """A factorisation in place, and the logarithm of the determinant."""
    L = A.copy()
    n = L.shape[0]
    total = 0.0
    for j in range(n):
        L[j, j] = np.sqrt(L[j, j])
        for i in range(j + 1, n):
            L[i, j] /= L[j, j]
        for k in range(j + 1, n):
            for i in range(k, n):
                L[i, k] -= L[i, j] * L[k, j]
        total += 2.0 * np.log(L[j, j])
    return total


def sparse(values, columns, starts, x):
    """A product with a sparse matrix, row by row."""
    total = 0.0
    for i in range(len(starts) - 1):
        found = 0.0
        for k in range(starts[i], starts[i + 1]):
            found += values[k] * x[columns[k]]
        total += found * found
    return total


def burgers(u0, nu, steps):
    """A stencil that is not linear."""
    u = u0.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] - 0.1 * u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def relaxed(u0, sweeps):
    """Gauss-Seidel sweeps in place."""
    u = u0.copy()
    for _ in range(sweeps):
        for i in range(1, u.shape[0] - 1):
            for j in range(1, u.shape[1] - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
    return np.sum(u * u)


def gated(W, U, b, xs):
    """A cell with gates, rolled over time."""
    n = U.shape[0]
    h = np.zeros(n)
    c = np.zeros(n)
    for t in range(xs.shape[0]):
        z = xs[t] @ W + h @ U + b
        i = 1.0 / (1.0 + np.exp(-z[:n]))
        f = 1.0 / (1.0 + np.exp(-z[n : 2 * n]))
        c = f * c + i * np.tanh(z[2 * n :])
        h = np.tanh(c)
    return np.sum(h * h)


def lorenz(x, y, z, rho, steps):
    """A chaotic equation by the classical method of order four."""
    h = 0.01
    for _ in range(steps):
        kx, ky, kz = 10.0 * (y - x), x * (rho - z) - y, x * y - 8.0 / 3.0 * z
        mx, my, mz = x + 0.5 * h * kx, y + 0.5 * h * ky, z + 0.5 * h * kz
        lx, ly, lz = 10.0 * (my - mx), mx * (rho - mz) - my, mx * my - 8.0 / 3.0 * mz
        x, y, z = x + h * lx, y + h * ly, z + h * lz
    return x * x + y * y + z * z


def normalised(x, gain, shift):
    """Rows of mean 0 and variance 1."""
    mean = np.mean(x, axis=1, keepdims=True)
    centred = x - mean
    spread = np.mean(centred**2, axis=1, keepdims=True)
    return np.sum((centred / np.sqrt(spread + 1e-5) * gain + shift) ** 2)


def softmax(x):
    """Entropy of the softmax of rows."""
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return -np.sum(p * np.log(p))


def gram(A):
    """A product of a matrix with its transpose."""
    return np.sum((A @ A.T) ** 2)


def aligned(D):
    """Soft dynamic time warping: a table of minima."""
    n, m = D.shape
    R = np.full((n + 1, m + 1), 1e6)
    R[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            a, b, c = -R[i - 1, j - 1], -R[i - 1, j], -R[i, j - 1]
            most = max(a, b, c)
            R[i, j] = D[i - 1, j - 1] - (
                most + math.log(math.exp(a - most) + math.exp(b - most) + math.exp(c - most))
            )
    return R[n, m]


def _positive(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    a = rng.normal(size=(n, n))
    return (a @ a.T + n * np.eye(n),)


def _rows(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    return rng.normal(size=5 * n), rng.integers(0, n, 5 * n), np.arange(n + 1) * 5, rng.normal(size=n)


def _gates(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    shapes = ((6, 24), (8, 24), (24,), (n, 6))
    return tuple(0.3 * rng.normal(size=s) for s in shapes)


KINDS = (
    Program(cholesky, _positive, 12, (0,), 3.2, 2.9),
    Program(sparse, _rows, 40, (0, 3), 3.0, 4.6),
    Program(burgers, lambda rng, n: (rng.normal(size=n), 0.1, 20), 60, (0, 1), 3.6, 3.4),
    Program(relaxed, lambda rng, n: (rng.normal(size=(n, n)), 3), 15, (0,), 2.3, 3.1),
    Program(gated, _gates, 20, (0, 1, 2), 3.1, 4.1),
    Program(lorenz, lambda rng, n: (1.0, 1.0, 1.0, 28.0, n), 60, (0, 1, 2, 3), 2.5, 1.0),
    Program(
        normalised,
        lambda rng, n: (rng.normal(size=(n, 16)), np.ones(16), np.zeros(16)),
        20,
        (0, 1, 2),
        3.0,
        3.2,
    ),
    Program(softmax, lambda rng, n: (rng.normal(size=(n, 10)),), 30, (0,), 2.8, 3.3),
    Program(gram, lambda rng, n: (rng.normal(size=(n, n)),), 30, (0,), 3.2, 3.2),
    Program(aligned, lambda rng, n: (rng.uniform(size=(n, n)),), 12, (0,), 3.7, 5.4),
)
"""What is counted beside the programs that are measured."""
