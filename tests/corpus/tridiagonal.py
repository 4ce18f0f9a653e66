"""Thomas's algorithm: two sweeps over copies of the diagonals."""

import numpy as np


def solve(lower, diag, upper, rhs):
    n = diag.shape[0]
    c = np.zeros(n)
    d = np.zeros(n)
    c[0] = upper[0] / diag[0]
    d[0] = rhs[0] / diag[0]
    for i in range(1, n):
        m = diag[i] - lower[i - 1] * c[i - 1]
        if i < n - 1:
            c[i] = upper[i] / m
        d[i] = (rhs[i] - lower[i - 1] * d[i - 1]) / m
    for i in range(n - 2, -1, -1):
        d[i] -= c[i] * d[i + 1]
    return d


def example(rng):
    return (
        rng.standard_normal(4),
        4.0 + rng.standard_normal(5),
        rng.standard_normal(4),
        rng.standard_normal(5),
    )


CASE = {
    "fun": "solve",
    "args": example,
    "signature": "f64[n-1], f64[n], f64[n-1], f64[n]",
    "wrt": (0, 1, 2, 3),
    "tags": ("vector",),
}
