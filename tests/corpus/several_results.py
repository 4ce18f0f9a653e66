"""A tuple of a number, a vector and a matrix."""

import numpy as np


def analyse(a, x):
    y = a @ x
    return np.sum(y), np.tanh(y), np.outer(y, x)


def example(rng):
    return rng.standard_normal((3, 2)), rng.standard_normal(2)


CASE = {
    "fun": "analyse",
    "args": example,
    "signature": "f64[n,m], f64[m]",
    "wrt": (0, 1),
    "tags": ("vector",),
}
