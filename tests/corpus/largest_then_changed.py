"""Row maxima that start the carried array, the bounds and the test of what follows them."""

import numpy as np


def program(x, steps):
    u = np.outer(x, x).max(axis=-1) + 0.3
    for _ in range(steps):
        u[-1] += 0.5
    high = np.max(x)
    t = high + 1.0
    while t > 0.5:
        t = t - 0.4
    if np.max(x * x) > 1.0:
        t = t * 2.0
    return np.sum(np.sin(u)) + t


def example(rng):
    return rng.normal(size=3) * 1.7, 2


def no_round(rng):
    return rng.normal(size=3), 0


CASE = {"fun": "program", "args": example, "more": (no_round,), "signature": "f64[n], i64", "wrt": (0,)}
