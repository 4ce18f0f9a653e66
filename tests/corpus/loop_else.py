"""Loops with `else`, nested, with `break` and `return`; names bound by `:=`."""

import numpy as np


def search(x, limit):
    total = 0.0
    for i in range(len(x)):
        for j in range(i):
            if x[i] * x[j] > limit:
                found = x[j]
                break
            total = total + x[i]
        else:
            found = x[i] * x[i]
        total = total + found
    steps = 0
    while (steps := steps + 1) < 4:
        total = total * 1.1
    while total > 50.0:
        total = 0.5 * total
    else:
        total = total + x[0]
    if (scale := x[1] * limit) > 100.0:
        return scale
    return total + scale


def example(rng):
    return np.array([0.9, 1.4, -0.3, 0.7]), 0.8


def never(rng):
    return np.array([0.9, 1.4, -0.3, 0.7]), 80.0


CASE = {"fun": "search", "args": example, "more": (never,), "signature": "f64[n], f64", "wrt": (0, 1)}
