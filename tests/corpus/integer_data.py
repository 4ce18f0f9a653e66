"""Integer arrays and counters take part in float arithmetic."""

import numpy as np


def counts(x, n, k):
    s = n * x
    total = 0.0
    for i in range(k):
        total += s[i] / n[i] + k * x[i] ** 2 - i
    return total + np.sum(s) // 1000.0


def example(rng):
    return rng.standard_normal(5), np.array([3, 1, 4, 1, 5]), 4


CASE = {"fun": "counts", "args": example, "signature": "f64[n], i64[n], i64", "wrt": (0,)}
