"""Broadcasts in both directions, with numbers and with new axes."""

import numpy as np


def combine(column, row, x, s):
    grid = column * row + s
    y = grid / (2.0 + np.cos(x)) - x[:, None] * 0.5
    return np.sum(y * (1 - s)) + np.sum(column - x)


def example(rng):
    return rng.standard_normal((3, 1)), rng.standard_normal((1, 3)), rng.standard_normal(3), 0.7


CASE = {
    "fun": "combine",
    "args": example,
    "signature": "f64[n,1], f64[1,n], f64[n], f64",
    "wrt": (0, 1, 2, 3),
}
