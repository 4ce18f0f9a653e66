"""Selections by index arrays, read in part, while the cells that they were taken from change."""

import numpy as np


def program(a, x, rows, cols):
    n = len(x)
    total = 0.0
    for i in range(n - 1):
        part = x[rows]
        total += np.sin(part[n - 1]) * part[i]
        corner = a[rows, cols][1:]
        total += np.sum(corner * corner[::-1])
        x[i] = x[i] * 1.5
        a[i, 0] = np.cos(a[i, 1])
    return total + np.sum(x) + np.sum(np.sin(a))


def example(rng):
    return rng.normal(size=(4, 2)), rng.normal(size=4), np.array([3, 0, 2, 1]), np.array([0, 1, 0, 0])


CASE = {
    "fun": "program",
    "args": example,
    "signature": "f64[n,2], f64[n], i64[n], i64[n]",
    "wrt": (0, 1),
    "tags": ("mutates",),
}
