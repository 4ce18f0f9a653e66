"""A barrier for positive definite matrices: tr(c x) - log det x, and the determinant itself."""

import numpy as np


def barrier(x, c, weight):
    symmetric = 0.5 * (x + x.T) + 3.0 * np.eye(len(x))
    sign, volume = np.linalg.slogdet(symmetric)
    return np.trace(c @ symmetric) - weight * sign * volume + np.linalg.det(c)


def example(rng):
    return rng.standard_normal((3, 3)), rng.standard_normal((3, 3)), 0.5


CASE = {"fun": "barrier", "args": example, "signature": "f64[n,n], f64[n,n], f64", "wrt": (0, 1, 2)}
