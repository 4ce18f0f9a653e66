"""A time loop of two slice updates."""

import numpy as np


def heat(u0, alpha, steps):
    u = u0.copy()
    v = np.zeros(u0.shape[0])
    for _ in range(steps):
        v[1:-1] = u[1:-1] + alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        u[1:-1] = v[1:-1] * (1.0 - 0.1 * v[1:-1])
    return np.sum(u * u)


def example(rng):
    return rng.standard_normal(7), 0.2, 3


CASE = {"fun": "heat", "args": example, "signature": "f64[n], f64, i64", "wrt": (0, 1)}
