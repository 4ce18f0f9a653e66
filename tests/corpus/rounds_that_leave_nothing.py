"""Arrays that nobody reads, and names that swap: loops with no work in the reverse sweep."""

import numpy as np


def program(x, w):
    b = np.ones(4)
    if np.sum(b) > -1:
        for _ in range(3, -1, -1):
            x, b = b, x
            b = np.tanh(b)
            unused = np.zeros(4)  # noqa: F841
    b[1] -= np.sum(b)
    turned = b[::-1]
    return np.sum(x) + np.sum(w) + np.sum(b) + np.sum(turned)


def example(rng):
    return rng.normal(size=4), rng.normal(size=4)


CASE = {"fun": "program", "args": example, "signature": "f64[4], f64[4]", "wrt": (0, 1)}
