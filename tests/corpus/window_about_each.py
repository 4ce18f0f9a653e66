"""A loop whose counter runs from below 0: neighbours on both sides, weighted by their distance."""

import numpy as np


def smoothed(a, w):
    half = 3
    total = 0.0
    for i in range(half, len(a) - half):
        mean = 0.0
        for d in range(-half, half + 1):
            mean += a[i + d] * np.exp(-d * d * w[0])
        total += mean * mean
    return total


def example(rng):
    return rng.uniform(0.2, 1.5, 9), rng.uniform(0.5, 1.5, 2)


CASE = {"fun": "smoothed", "args": example, "signature": "f64[n], f64[m]", "wrt": (0, 1)}
