"""Programs as NumPy users write them; their twins for peers are in the test."""

from __future__ import annotations

import numpy as np


def cross_entropy(w1, b1, w2, b2, x, labels):
    """Two layers, softmax cross entropy over the batch."""
    h = np.maximum(x @ w1 + b1, 0.0)
    z = h @ w2 + b2
    total = 0.0
    for i in range(x.shape[0]):
        top = np.max(z[i])
        total += top + np.log(np.sum(np.exp(z[i] - top))) - z[i, labels[i]]
    return total / x.shape[0]


def recurrent(wx, wh, b, wo, x, y):
    """An Elman network over a sequence of batches."""
    h = np.zeros((x.shape[1], wh.shape[0]))
    for t in range(x.shape[0]):
        h = np.tanh(x[t] @ wx + h @ wh + b)
    e = h @ wo - y
    return np.sum(e * e)


def diffusion(u, k, steps):
    """An explicit stencil, in place."""
    v = u.copy()
    for _ in range(steps):
        v[1:-1, 1:-1] += k * (v[2:, 1:-1] + v[:-2, 1:-1] + v[1:-1, 2:] + v[1:-1, :-2] - 4.0 * v[1:-1, 1:-1])
        v[1:-1, 1:-1] *= np.cos(v[1:-1, 1:-1])
    return np.sum(v * v)


def attention(q, k, v):
    """One head of attention, scaled."""
    s = q @ k.T / np.sqrt(q.shape[1])
    s = s - s.max(axis=1, keepdims=True)
    a = np.exp(s)
    a = a / a.sum(axis=1, keepdims=True)
    return np.sum((a @ v) ** 2)


def pendulum(theta, omega, dt, steps):
    """A damped pendulum by Runge and Kutta's method of order two."""
    for _ in range(steps):
        mid = theta + 0.5 * dt * omega
        speed = omega - 0.5 * dt * (np.sin(theta) + 0.1 * omega)
        theta = theta + dt * speed
        omega = omega - dt * (np.sin(mid) + 0.1 * speed)
    return theta**2 + omega**2


def factor(a):
    """The logarithm of the determinant by Cholesky's factorisation, in place."""
    c = a @ a.T + np.eye(a.shape[0])
    n = c.shape[0]
    for j in range(n):
        for m in range(j):
            c[j, j] -= c[j, m] ** 2
        c[j, j] = np.sqrt(c[j, j])
        for i in range(j + 1, n):
            for m in range(j):
                c[i, j] -= c[i, m] * c[j, m]
            c[i, j] /= c[j, j]
    total = 0.0
    for j in range(n):
        total += 2.0 * np.log(c[j, j])
    return total
