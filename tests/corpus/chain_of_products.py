"""The cheapest order of a chain of products: the best split is selected by a branch."""

import numpy as np


def cheapest(p):
    n = len(p) - 1
    cost = np.zeros((n, n))
    for length in range(2, n + 1):
        for i in range(n - length + 1):
            j = i + length - 1
            best = np.inf
            for k in range(i, j):
                c = cost[i, k] + cost[k + 1, j] + p[i] * p[k + 1] * p[j + 1]
                if c < best:
                    best = c
            cost[i, j] = best
    return cost[0, n - 1]


def example(rng):
    return (1.0 + rng.random(7),)


CASE = {"fun": "cheapest", "args": example, "signature": "f64[n]", "wrt": (0,)}
