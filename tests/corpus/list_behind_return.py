"""A list whose length is known only behind an early return, and a loop over it whose rounds are saved."""

import numpy as np


def weighted(x, bound):
    kept = []
    for value in x:
        if value > bound:
            kept.append(value * value)  # noqa: PERF401
    if not kept:
        return bound * x[0]
    total = 0.0
    for value in kept:
        total += value * np.sin(value * total)
    return total / len(kept)


def example(rng):
    return np.array([0.4, -1.0, 1.2, 0.7, 1.3, -0.2]), 0.1


def nothing(rng):
    return -np.arange(1.0, 4.0), 0.3


CASE = {"fun": "weighted", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "more": (nothing,)}
