"""In-place sweeps: every update reads values of the same sweep."""

import numpy as np


def sweep(a0, steps):
    a = a0.copy()
    n = a.shape[0]
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                a[i, j] = (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1] + a[i, j] * a[i, j]) * 0.2
    return np.sum(a * a)


def example(rng):
    return rng.standard_normal((5, 5)), 2


CASE = {"fun": "sweep", "args": example, "signature": "f64[n,n], i64", "wrt": (0,)}
