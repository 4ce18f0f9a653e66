"""A nested function that changes names of the one around it, called in a loop and in a branch."""

import numpy as np


def accumulated(x, gain):
    total, count = 0.0, 0

    def add(value):
        nonlocal total, count
        total = total + gain * value
        count += 1
        return total

    for value in x:
        add(value * value)
    if x[0] > 0.0:
        add(np.sum(x))
    with np.errstate(all="ignore"):
        last = add(x[1])
    return total * last / count


def example(rng):
    return np.array([0.5, -1.2, 0.8]), 0.7


CASE = {"fun": "accumulated", "args": example, "signature": "f64[n], f64", "wrt": (0, 1)}
