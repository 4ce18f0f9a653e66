"""A name that is a view at first and an array of its own later, while the viewed array changes."""

import numpy as np


def program(a, y):
    n = len(a)
    w = a[::-1]
    total = 0.0
    for e in range(n):
        a[0, 0] = total + y[e]
        q = 0
        while q < 2 and y[e] < 1.7:
            q += 1
            total += 0.1 * w[n - q, 0]
            w = a * 1.0
    a[n - 1, 1] = 0.5
    return np.sum(np.sin(w)) + np.sum(np.cos(a)) + total


def example(rng):
    return rng.normal(size=(3, 3)), rng.normal(size=3)


CASE = {
    "fun": "program",
    "args": example,
    "signature": "f64[n,m], f64[n]",
    "wrt": (0, 1),
    "tags": ("mutates",),
}
