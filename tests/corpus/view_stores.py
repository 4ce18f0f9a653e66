"""Stores through names that are views of another array."""

import numpy as np


def through_views(x, w):
    a = x * 1.0
    row = a[1]
    row[0] = w[0] * a[0, 0]
    row += w
    inner = a[1:, 1:]
    inner *= 2.0
    inner[0, 0] = a[1, 0] * w[1]
    a[:, 0] = a[:, 1] * a[:, 0]
    return np.sum(a * a) + np.sum(row)


def example(rng):
    return rng.standard_normal((3, 3)), rng.standard_normal(3)


CASE = {"fun": "through_views", "args": example, "signature": "f64[n,3], f64[3]", "wrt": (0, 1)}
