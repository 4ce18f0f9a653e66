"""Arrays of rank 0: written in place through an alias, carried by a loop, filled and read back."""

import numpy as np


def rank_zero(z, x):
    total = np.zeros(())
    alias = total
    for value in x:
        alias += value * z
    scaled = z
    scaled *= 1.5
    z[()] += total[()]
    product = np.array(1.0)
    for value in x:
        product = product * value
    return total * product + z**2


def example(rng):
    return np.array(0.7), rng.uniform(0.5, 1.5, 4)


CASE = {
    "fun": "rank_zero",
    "args": example,
    "signature": "f64[], f64[n]",
    "wrt": (0, 1),
    "tags": ("mutates",),
}
