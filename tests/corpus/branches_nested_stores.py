"""An array made outside of nested branches is changed in them through views, then read on every path."""

import numpy as np


def energy(v):
    total = 0
    for j in range(v.shape[0]):
        total += v[j] * v[j]
    return np.tanh(total)


def nested(x, y):
    n = x.shape[0]
    v = np.zeros(n)
    if x[-1] > 0.4:
        if y[1] < 0.1:
            w = v[:-1]
            w[-1] = -np.sqrt(1.0 + y[-1] ** 2)
            w *= energy(x)
        u = v[1:]
        u[-1] = x[0] * y[0]
    return np.sum(np.sin(v)) + np.sum(v * x)


def example(rng):
    return np.array([0.3, -0.2, 0.8, 0.9]), np.array([1.0, -0.5, 0.3, 0.7])


def outer_alone(rng):
    return np.array([0.3, -0.2, 0.8, 0.9]), np.array([1.0, 0.5, 0.3, 0.7])


def neither(rng):
    return np.array([0.3, -0.2, 0.8, 0.1]), np.array([1.0, -0.5, 0.3, 0.7])


CASE = {
    "fun": "nested",
    "args": example,
    "more": (outer_alone, neither),
    "signature": "f64[n], f64[n]",
    "wrt": (0, 1),
}
