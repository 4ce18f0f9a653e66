"""How fast a linear recurrence grows: the largest size of an eigenvalue, and how far they turn."""

import numpy as np


def growth(a, weight):
    values = np.linalg.eigvals(a)
    return np.max(np.abs(values)) + weight * np.sum(values.imag**2)


def example(rng):
    turning = np.array([[0.5, -2.0, 0.1], [1.5, 0.7, 0.3], [0.2, 0.1, 0.4]])
    return turning + 0.1 * rng.standard_normal((3, 3)), 0.3


CASE = {"fun": "growth", "args": example, "signature": "f64[n,n], f64", "wrt": (0, 1)}
