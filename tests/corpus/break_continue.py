"""break and continue in nested loops."""

import numpy as np


def scan(x, limit):
    total = 0.0
    for i in range(x.shape[0]):
        if x[i] < 0.0:
            continue
        for j in range(i, x.shape[0]):
            if x[j] < -0.5:
                break
            total += x[i] * x[j]
        if total > limit:
            break
    return total * total


def example(rng):
    return np.array([0.5, -0.2, 0.8, 0.3, -0.9, 0.4, 0.6]), 50.0


def stops(rng):
    return np.array([0.5, -0.2, 0.8, 0.3, -0.9, 0.4, 0.6]), 0.6


CASE = {"fun": "scan", "args": example, "signature": "f64[n], f64", "wrt": (0,), "more": (stops,)}
