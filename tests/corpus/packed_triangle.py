"""A triangle in packed storage, whose position is counted up by two loops."""

import numpy as np


def packed_triangle(low, x):
    total, pos = 0.0, 0
    for r in range(x.shape[0]):
        t = x[r]
        for c in range(r):
            t -= np.sin(low[pos]) * x[c]
            pos += 1
        total += t * t
    return total * low[pos - 1]


def example(rng):
    return rng.normal(size=10), rng.normal(size=5)


CASE = {"fun": "packed_triangle", "args": example, "signature": "f64[k], f64[n]", "wrt": (0, 1)}
