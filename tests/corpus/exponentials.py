"""Exponentials, logarithms and their careful forms."""

import numpy as np


def growth(x, y):
    a = np.exp(-x) + np.expm1(0.3 * x) + np.exp2(y)
    b = np.log(x) * np.log1p(y) + np.log2(x + 1.0) + np.log10(y + 2.0)
    c = np.logaddexp(x, y) + np.sqrt(x * y)
    return np.sum(a * b + c)


def example(rng):
    return rng.uniform(0.5, 2.0, 4), rng.uniform(0.5, 2.0, 4)


CASE = {"fun": "growth", "args": example, "signature": "f64[n], f64[n]", "wrt": (0, 1)}
