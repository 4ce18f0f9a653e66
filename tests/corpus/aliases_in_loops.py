"""Aliases that a loop writes through: of a local array, of an argument, of what the loop runs over."""

import numpy as np


def _raised(v, by):
    v += by
    return v


def aliased(x, s, n):
    y = x * s
    z = y[1:]
    for k in range(n):
        y *= 1.5
        z[k] += s
        y = _raised(y, x)
    total = np.sum(z * y[1:])
    for v in y:
        y += 0.1 * v
    first = x
    while s < 5.0:
        first *= 1.1
        s = s * 2.0
    return total + np.sum(y * x)


def example(rng):
    return rng.uniform(0.2, 0.6, 5), 0.9, 3


CASE = {
    "fun": "aliased",
    "args": example,
    "signature": "f64[m], f64, i64",
    "wrt": (0, 1),
    "tags": ("mutates",),
}
