"""Orthonormal columns, one after the other, stored by column slices."""

import numpy as np


def orthonormal(a, w):
    n, m = a.shape
    q = np.zeros((n, m))
    for j in range(m):
        v = a[:, j].copy()
        for i in range(j):
            v -= np.dot(q[:, i], v) * q[:, i]
        q[:, j] = v / np.sqrt(np.dot(v, v))
    return np.sum(q * w)


def example(rng):
    return rng.standard_normal((5, 3)), rng.standard_normal((5, 3))


CASE = {"fun": "orthonormal", "args": example, "signature": "f64[n,m], f64[n,m]", "wrt": (0, 1)}
