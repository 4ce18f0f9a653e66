"""Stores into an argument, whose name goes on with a copy of it: the caller sees the first ones only."""

import numpy as np


def program(x, n):
    for f in range(n):
        for _ in range(n - 1, 0, -2):
            x[0], x[f] = x[f] * x[1], x[0] + f
            x = x.copy()
    x[1] *= 2.0
    return np.sum(np.sin(x))


def example(rng):
    return rng.normal(size=4), 3


CASE = {"fun": "program", "args": example, "signature": "f64[m], i64", "wrt": (0,), "tags": ("mutates",)}
