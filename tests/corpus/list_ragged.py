"""A list of arrays of different sizes, changed and read by position."""

import numpy as np


def tails(x):
    parts = []
    for i in range(len(x)):
        if x[i] > 0.0:
            parts.append(np.cos(x[i:]) * x[i])  # noqa: PERF401
    parts[0] = parts[0][1:] * 2.0
    total = 0.0
    for i in range(len(parts)):
        total += np.sum(parts[i] ** 2) * len(parts[i])
    last = parts.pop()
    return total + last[0]


def example(rng):
    return (np.array([0.5, -0.3, 1.1, 0.7]),)


CASE = {"fun": "tails", "args": example, "signature": "f64[n]", "wrt": (0,), "tags": ("host",)}
