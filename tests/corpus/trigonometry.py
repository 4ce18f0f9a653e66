"""Circular and hyperbolic functions and their inverses."""

import numpy as np


def circle(x, y):
    a = np.sin(x) * np.cos(y) + np.tan(0.5 * x)
    b = np.arcsin(0.4 * np.tanh(x)) + np.arccos(0.3 * np.sin(y)) + np.arctan(x * y)
    c = np.sinh(x) / np.cosh(y) + np.arcsinh(x) + np.arccosh(1.5 + y * y) + np.arctanh(0.2 * np.sin(x))
    return np.sum(a * b + c + np.arctan2(x, 2.0 + y * y))


def example(rng):
    return rng.standard_normal(4), rng.standard_normal(4)


CASE = {"fun": "circle", "args": example, "signature": "f64[n], f64[n]", "wrt": (0, 1)}
