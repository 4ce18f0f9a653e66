"""Newton's square root to a tolerance, one loop for each element."""

import numpy as np


def roots(a, w):
    total = 0.0
    for i in range(a.shape[0]):
        r = a[i]
        while abs(r * r - a[i]) > 1e-13 * a[i]:
            r = 0.5 * (r + a[i] / r)
        total += w[i] * r
    return total


def example(rng):
    return rng.uniform(0.5, 30.0, 4), rng.standard_normal(4)


def empty(rng):
    return np.zeros(0), np.zeros(0)


CASE = {
    "fun": "roots",
    "args": example,
    "signature": "f64[n], f64[n]",
    "wrt": (0, 1),
    "more": (empty,),
    "second": "loose",
}
