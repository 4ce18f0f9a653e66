"""The best of all splits, in the cell of the table itself (as in PolyBench's nussinov)."""

import numpy as np


def folded(s):
    n = len(s)
    t = np.zeros((n, n))
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            t[i, j] = max(t[i, j - 1], t[i + 1, j]) + 0.1 * s[j, i]
            if i + 1 < j:
                t[i, j] = max(t[i, j], t[i + 1, j - 1] + s[i, j])
            for k in range(i + 1, j):
                c = t[i, k] * t[k + 1, j]
                if c > t[i, j]:
                    t[i, j] = c
    return t[0, n - 1]


def example(rng):
    return (rng.standard_normal((6, 6)),)


CASE = {"fun": "folded", "args": example, "signature": "f64[n, n]", "wrt": (0,)}
