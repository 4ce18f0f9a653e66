"""Cholesky's factorisation in three loops, then the log-determinant."""

import numpy as np


def log_determinant(a):
    n = a.shape[0]
    c = np.zeros((n, n))
    total = 0.0
    for j in range(n):
        s = a[j, j]
        for k in range(j):
            s -= c[j, k] * c[j, k]
        c[j, j] = np.sqrt(s)
        total += 2.0 * np.log(c[j, j])
        for i in range(j + 1, n):
            s = a[i, j]
            for k in range(j):
                s -= c[i, k] * c[j, k]
            c[i, j] = s / c[j, j]
    return total


def example(rng):
    a = rng.standard_normal((4, 4))
    return (a @ a.T + 4.0 * np.eye(4),)


CASE = {"fun": "log_determinant", "args": example, "signature": "f64[n,n]", "wrt": (0,)}
