"""Integer, fractional, negative and variable exponents."""

import numpy as np


def powers(x, y, s):
    a = x**2 + x**3 - x**-1 + x**0.5 + x**-1.5
    b = x**y + 2.0**y + np.power(x, 2.5) + np.square(y)
    return np.sum(a * b) * s**3 + s ** y[0]


def example(rng):
    return rng.uniform(0.5, 1.5, 4), rng.standard_normal(4), 0.9


CASE = {"fun": "powers", "args": example, "signature": "f64[n], f64[n], f64", "wrt": (0, 1, 2)}
