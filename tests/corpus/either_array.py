"""A name bound to one array or another, in branches and conditional expressions, and written through."""

import numpy as np


def _larger(a, b, limit):
    if np.sum(a) > limit:
        limit += 1.0
        if a[0] > b[0]:
            return a
    return b


def either(x, y, s):
    a = x * s
    b = y.copy()
    both = np.stack([x, y])
    chosen = a if x[0] > y[0] else b[:]
    chosen[0] = 3.0 * x[1]
    if s > 0.5:  # noqa: SIM108
        row = both[1]
    else:
        row = np.zeros(len(y))
    row[1] += np.sum(a) * s
    row *= 1.5
    picked = _larger(chosen, b, s)
    picked[2] = picked[0] * y[2]
    total = np.sum(a * b) + np.sum(both * both) + row[1]
    last = both[0] if x[1] > 0.0 else both[1]
    both[0] *= 2.0
    return total + np.sum(last * y) + chosen[2]


def example(rng):
    return rng.uniform(0.5, 1.5, 4), rng.uniform(0.2, 0.4, 4), 0.9


def other(rng):
    return rng.uniform(-0.4, -0.2, 4), rng.uniform(0.5, 1.5, 4), 0.3


CASE = {
    "fun": "either",
    "args": example,
    "more": (other,),
    "signature": "f64[n], f64[n], f64",
    "wrt": (0, 1, 2),
}
