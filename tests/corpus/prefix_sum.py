"""Prefix sums and products in place; every element reads the one before."""

import numpy as np


def scan(x, w):
    y = x.copy()
    for i in range(1, y.shape[0]):
        y[i] += w * y[i - 1]
    for i in range(y.shape[0] - 2, -1, -1):
        y[i] *= 1.0 + 0.1 * y[i + 1]
    return np.sum(y * y)


def example(rng):
    return rng.standard_normal(6), 0.6


def single(rng):
    return rng.standard_normal(1), 0.6


CASE = {"fun": "scan", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "more": (single,)}
