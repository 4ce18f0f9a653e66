"""Elements picked by a condition: how many there are is known only when the function runs."""

import numpy as np


def spread(x, bound):
    kept = []
    for value in x:
        if value > bound:
            kept.append(value * value)  # noqa: PERF401
    if not kept:
        return bound * x[0]
    total = 0.0
    for k, value in enumerate(kept):
        total += value * (k + 1)
    return total / len(kept) + kept[-1] * kept[0] + max(kept) + np.sum(np.array(kept)) * bound


def example(rng):
    return np.array([0.4, -1.0, 2.0, 0.7, 3.0, -0.2]), 0.1


def nothing(rng):
    return -np.arange(1.0, 4.0), 0.3


CASE = {"fun": "spread", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "more": (nothing,)}
