"""Loops left early whose counters fall, or move by steps that the round itself names."""

import numpy as np


def program(x, limit):
    i = len(x) - 1
    total = 0.0
    while i >= 0 and total < limit:
        total += x[i] * np.sin(x[i])
        i += -2
    for j in range(3):
        k = 8
        while True:
            k -= 3
            if k < j:
                break
            if k == 2:
                continue
            total += x[k % 4] * x[j]
            if total > limit:
                return total * x[0]
    return total


def example(rng):
    return rng.normal(size=6), 100.0


def soon(rng):
    return rng.uniform(0.5, 1.5, size=6), 0.8


CASE = {"fun": "program", "args": example, "more": (soon,), "signature": "f64[n], f64", "wrt": (0,)}
