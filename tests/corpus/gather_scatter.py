"""Integer-array reads (with repetitions) and stores (without)."""

import numpy as np


def permuted(x, order, pairs):
    y = np.zeros(x.shape[0])
    y[order] = x * x
    y[order[:2]] += 0.5 * x[:2]
    picked = y[pairs]
    return np.sum(np.sin(picked)) + picked[0] * picked[-1]


def example(rng):
    return rng.standard_normal(5), np.array([3, 0, 4, 1, 2]), np.array([1, 1, 4, 0, 1, 3])


CASE = {"fun": "permuted", "args": example, "signature": "f64[n], i64[n], i64[m]", "wrt": (0,)}
