"""Two functions that call each other, once inside the argument of a call, with a float beside the ints."""

import numpy as np


def deeper(m, n, x):
    if m == 0:
        return n + 1, 1.01 * x
    return wider(m, n, x)


def wider(m, n, x):
    if n == 0:
        return deeper(m - 1, 1, np.sin(x))
    k, y = deeper(m, n - 1, x)
    return deeper(m - 1, k, y + 0.01 * np.cos(y))


def ackermann(x, m):
    k, y = deeper(m, 2, x)
    return k * y


def example(rng):
    return rng.uniform(0.5, 1.0), 2


CASE = {"fun": "ackermann", "args": example, "signature": "f64, i64", "wrt": (0,), "tags": ("host",)}
