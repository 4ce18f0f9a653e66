"""A table of lists that is filled cell by cell, read through rows that are named, and sliced."""

import numpy as np


def program(x, y):
    n, m = len(x), len(y)
    cost = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        cost[i][0] = cost[i - 1][0] + x[i - 1] ** 2
    for j in range(1, m + 1):
        cost[0][j] = cost[0][j - 1] + y[j - 1] ** 2
    for i in range(1, n + 1):
        above = cost[i - 1]
        for j in range(1, m + 1):
            gap = (x[i - 1] - y[j - 1]) ** 2
            cost[i][j] = gap + min(above[j], cost[i][j - 1], above[j - 1])
            cost[i][j] *= 0.9
    row = cost[1]
    kept = row[:]
    row[0] = np.sin(row[1])
    cost[1][1] += 2.0 * x[0]
    count = [[0] * m for _ in range(2)]
    for j in range(m):
        count[1][j] += j
    return cost[n][m] + cost[1][0] + row[1] * kept[1] + kept[0] + count[1][m - 1] * x[0]


def example(rng):
    return rng.normal(size=4), rng.normal(size=3)


def short(rng):
    return rng.normal(size=1), rng.normal(size=2)


CASE = {"fun": "program", "args": example, "more": (short,), "signature": "f64[n], f64[m]", "wrt": (0, 1)}
