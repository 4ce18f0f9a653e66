"""The trapezoid rule by a loop and by arange; loop counters become floats."""

import numpy as np


def integrand(x, k):
    return np.exp(-k * x) * np.sin(x)


def integrals(a, b, k, n):
    h = (b - a) / n
    total = 0.5 * (integrand(a, k) + integrand(b, k))
    for i in range(1, n):
        total += integrand(a + i * h, k)
    grid = a + h * np.arange(n)
    return total * h + np.sum(integrand(grid + 0.5 * h, k)) * h


def example(rng):
    return 0.1, 1.6, 0.8, 6


CASE = {"fun": "integrals", "args": example, "signature": "f64, f64, f64, i64", "wrt": (0, 1, 2)}
