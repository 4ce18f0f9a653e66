"""A function of vectors applied along an axis, and one of numbers made one of arrays."""

import numpy as np


def normalised(row, power):
    return row / np.sum(np.abs(row) ** power) ** (1.0 / power)


def damped(a, b):
    return a * np.exp(-b) if a > 0.0 else a * b


def total(x, rates, power):
    rows = np.apply_along_axis(normalised, 1, x, power)
    sizes = np.apply_along_axis(lambda column: np.sum(column**2), 0, x)
    each = np.vectorize(damped)
    return np.sum(rows**3) + np.sum(np.sqrt(sizes)) + np.sum(each(x, rates))


def example(rng):
    return rng.standard_normal((3, 4)), rng.uniform(0.5, 1.5, 4), 3.0


CASE = {
    "fun": "total",
    "args": example,
    "signature": "f64[n,m], f64[m], f64",
    "wrt": (0, 1, 2),
}
