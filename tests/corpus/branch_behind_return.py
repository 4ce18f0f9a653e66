"""An array is tested, then changed in the branch; the reverse sweep needs the test as it was."""

import numpy as np


def clipped(x, w):
    w = w * 1.0
    if x[2] < 0.3:
        return 0.5 * x[0]
    if np.sum(w) < 0.3:
        w[1:] = x[1]
    return np.sum(x) + np.sum(w * w)


def example(rng):
    return np.array([0.9, 0.8, 0.5, 1.4]), np.array([0.1, 1.3, -1.1, -0.9])


def not_taken(rng):
    return np.array([0.9, 0.8, 0.5, 1.4]), np.array([0.1, 1.3, 1.1, 0.9])


def early(rng):
    return np.array([0.9, 0.8, 0.1, 1.4]), np.array([0.1, 1.3, 1.1, 0.9])


CASE = {
    "fun": "clipped",
    "args": example,
    "more": (not_taken, early),
    "signature": "f64[n], f64[n]",
    "wrt": (0, 1),
}
