"""Gaussian elimination with outer-product updates of a shrinking block."""

import numpy as np


def determinant(a0):
    a = a0.copy()
    n = a.shape[0]
    d = 1.0
    for k in range(n):
        d *= a[k, k]
        a[k + 1 :, k:] -= np.outer(a[k + 1 :, k] / a[k, k], a[k, k:])
    return d


def example(rng):
    return (rng.standard_normal((4, 4)) + 3.0 * np.eye(4),)


CASE = {"fun": "determinant", "args": example, "signature": "f64[n,n]", "wrt": (0,)}
