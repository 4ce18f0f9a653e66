"""zip over two arrays and the rows of a matrix."""

import numpy as np


def mixed(x, y, m):
    total = 0.0
    for a, b, row in zip(x, y, m):  # noqa: B905
        total += a * np.sin(b) + np.sum(row * row) * a
    return total


def example(rng):
    return rng.standard_normal(4), rng.standard_normal(4), rng.standard_normal((4, 3))


CASE = {"fun": "mixed", "args": example, "signature": "f64[n], f64[n], f64[n,m]", "wrt": (0, 1, 2)}
