"""Ties share the cotangent evenly: reductions, pairs, Python's max and min."""

import numpy as np


def ties(x, y, a, b):
    pair = np.sum(np.maximum(x, y) * 2.0)
    return np.max(x) + 10.0 * np.min(y) + pair + 100.0 * max(a, b) + 1000.0 * min(a, b)


def example(rng):
    return np.array([1.0, 2.0, 0.5]), np.array([0.3, 4.0, 1.5]), 0.2, 0.4


AT_KINKS = (np.array([2.0, 2.0, 1.0]), np.array([1.0, 2.0, 1.0]), 3.0, 3.0)
EXPECTED = (np.array([2.5, 1.5, 1.0]), np.array([5.0, 1.0, 6.0]), 550.0, 550.0)

CASE = {
    "fun": "ties",
    "args": example,
    "signature": "f64[n], f64[n], f64, f64",
    "wrt": (0, 1, 2, 3),
    "kinks": ((AT_KINKS, EXPECTED),),
}
