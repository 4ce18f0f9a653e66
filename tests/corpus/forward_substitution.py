"""A triangular system solved in place."""

import numpy as np


def solve_lower(lower, b):
    n = b.shape[0]
    x = np.zeros(n)
    for i in range(n):
        s = b[i]
        for j in range(i):
            s -= lower[i, j] * x[j]
        x[i] = s / lower[i, i]
    return np.sum(x * x)


def example(rng):
    return rng.standard_normal((5, 5)) * 0.3 + 2.0 * np.eye(5), rng.standard_normal(5)


CASE = {"fun": "solve_lower", "args": example, "signature": "f64[n,n], f64[n]", "wrt": (0, 1)}
