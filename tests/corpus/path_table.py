"""A table filled along rows from the left and from above."""

import numpy as np


def paths(cost):
    n, m = cost.shape
    t = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            up = t[i - 1, j] if i > 0 else 0.0
            left = t[i, j - 1] if j > 0 else 0.0
            t[i, j] = np.sin(cost[i, j]) + 0.5 * up + 0.3 * left * cost[i, j]
    return t[-1, -1]


def example(rng):
    return (rng.standard_normal((4, 3)),)


CASE = {"fun": "paths", "args": example, "signature": "f64[n,m]", "wrt": (0,)}
