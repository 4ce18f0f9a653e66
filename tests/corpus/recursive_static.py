"""Recursion that ends where everything is known: over a nested tuple, and over a literal number."""

import numpy as np


def combine(t, depth):
    if depth == 0:
        return np.sum(np.sin(t))
    left, right = t
    return combine(left, depth - 1) * combine(right, depth - 1) + depth


def horner(x, n):
    return 1.0 if n == 0 else 1.0 + x * horner(x, n - 1)


def mixed(x, y):
    return combine(((x, y), (y, x * y)), 2) * horner(x[0], 4)


def example(rng):
    return rng.standard_normal(3), rng.standard_normal(3)


CASE = {"fun": "mixed", "args": example, "signature": "f64[n], f64[n]", "wrt": (0, 1)}
