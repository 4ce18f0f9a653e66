"""A dynamic-programming table with a smooth minimum (soft alignment)."""

import numpy as np


def soft_min(a, b, c, gamma):
    m = min(a, b, c)
    s = np.exp((m - a) / gamma) + np.exp((m - b) / gamma) + np.exp((m - c) / gamma)
    return m - gamma * np.log(s)


def align(x, y, gamma):
    n = x.shape[0]
    m = y.shape[0]
    table = np.full((n + 1, m + 1), 1e3)
    table[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d = x[i - 1] - y[j - 1]
            best = soft_min(table[i - 1, j], table[i, j - 1], table[i - 1, j - 1], gamma)
            table[i, j] = d * d + best
    return table[n, m]


def example(rng):
    return rng.standard_normal(4), rng.standard_normal(3), 0.8


CASE = {"fun": "align", "args": example, "signature": "f64[n], f64[m], f64", "wrt": (0, 1, 2)}
