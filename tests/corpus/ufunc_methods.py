"""`outer`, `accumulate`, `reduce` and `at` of ufuncs; repeated indices count each time."""

import numpy as np


def methods(x, y, i):
    gaps = np.subtract.outer(x, y)
    highest = np.maximum.accumulate(gaps, axis=1)
    total = np.add.reduce(highest**2) + np.minimum.accumulate(y) * 0.5
    cells = np.ones(len(y))
    np.add.at(cells, i, x)
    np.subtract.at(cells, i, x * x)
    np.multiply.at(cells, i, x)
    np.maximum.at(cells, (i,), 0.1)
    return np.sum(total * cells) + np.maximum.reduce(y, initial=-1.0)


def example(rng):
    return rng.uniform(0.3, 0.8, 5), rng.uniform(-1.0, 1.0, 4), np.array([0, 2, 2, 1, 2])


CASE = {"fun": "methods", "args": example, "signature": "f64[n], f64[m], i64[n]", "wrt": (0, 1)}
