"""Loops over products of ranges, neighbouring elements and all indices of an array."""

import itertools

import numpy as np


def energy(a, x):
    total = 0.0
    for i, j in np.ndindex(a.shape):
        total += a[i, j] * x[i] * x[j]
    for i, j in itertools.product(range(len(x)), range(2)):
        total += x[i] * (j + 1)
    for left, right in itertools.pairwise(x):
        total += (right - left) ** 2
    for i, j in itertools.combinations(range(3), 2):
        total += x[i] * x[j]
    return total


def example(rng):
    return rng.standard_normal((3, 3)), rng.standard_normal(3)


CASE = {"fun": "energy", "args": example, "signature": "f64[n,n], f64[n]", "wrt": (0, 1)}
