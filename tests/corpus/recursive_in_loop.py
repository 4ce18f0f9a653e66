"""Calls of a function that calls itself inside a loop and in one branch of it."""

import numpy as np


def legendre(n, x):
    if n < 1:
        return 1.0
    if n < 2:
        return x
    return ((2 * n - 1) * x * legendre(n - 1, x) - (n - 1) * legendre(n - 2, x)) / n


def series(c, x):
    s = 0.0
    for k in range(len(c)):
        if k % 2 == 1:
            s = s * np.cos(legendre(k, s))
            continue
        s = s + c[k] * legendre(k, x)
    return s


def example(rng):
    return rng.standard_normal(5), rng.uniform(-0.9, 0.9)


CASE = {"fun": "series", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "tags": ("host",)}
