"""where, clip, maximum and minimum away from their kinks."""

import numpy as np


def piecewise(x, y):
    a = np.where(x > 0.0, np.sqrt(np.abs(x) + 1.0), x * y)
    b = np.clip(x, -0.8, 0.8)
    c = np.maximum(x, y) - np.minimum(x, 0.3)
    return np.sum(a * b + c)


def example(rng):
    return rng.standard_normal(6), rng.standard_normal(6)


CASE = {"fun": "piecewise", "args": example, "signature": "f64[n], f64[n]", "wrt": (0, 1)}
