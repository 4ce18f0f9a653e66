"""Zero-dimensional arrays and NumPy scalars."""

import numpy as np


def mix(a, s, x):
    t = a * s + np.float64(2.0) * x[0]
    return np.sum(x) * t


def example(rng):
    return np.array(0.7), np.float64(1.3), rng.standard_normal(3)


CASE = {"fun": "mix", "args": example, "signature": "f64[], f64, f64[n]", "wrt": (0, 1, 2)}
