"""A table over intervals, filled along diagonals: the best of all splits (Nussinov's folding)."""

import numpy as np


def paired(s):
    n = s.shape[0]
    t = np.zeros((n, n))
    for d in range(1, n):
        for i in range(n - d):
            j = i + d
            best = t[i + 1, j - 1] + s[i, j] if d > 1 else s[i, j]
            for k in range(i, j):
                best = max(best, t[i, k] + t[k + 1, j])
            t[i, j] = best
    return t[0, n - 1]


def example(rng):
    return (rng.standard_normal((6, 6)),)


CASE = {"fun": "paired", "args": example, "signature": "f64[n, n]", "wrt": (0,)}
