"""Arrays that grow in loops: element by element, by copies of themselves, and as rows of a matrix."""

import numpy as np


def sequence(x, tol):
    y = x[:1]
    k = 1
    while y[-1] > tol:
        y = np.concatenate([y, y[-1:] * x[k % len(x)]])
        k += 1
    rows = np.zeros((0, 2))
    for i in range(3):
        rows = np.concatenate([rows, np.array([[y[0], x[i]]]), rows[:1]])
    both = np.zeros(0)
    for v in x:
        both = np.concatenate((both, v * both, np.array([v])))
    return np.sum(y * y) * len(y) + np.sum(rows[:, 0] * rows[:, 1]) + np.sum(both[::2])


def example(rng):
    return rng.uniform(0.5, 0.9, 4), 0.1


CASE = {"fun": "sequence", "args": example, "signature": "f64[n], f64", "wrt": (0,), "tags": ("host",)}
