"""Rows chosen without replacement and by given probabilities, a generator made from a seed."""

import numpy as np


def chosen(x, table, rng):
    own = np.random.default_rng(17)
    rows = rng.choice(table, 3, replace=False)
    weights = np.array([0.5, 0.2, 0.2, 0.1])
    picked = table[rng.choice(4, size=6, p=weights)]
    spread = rng.triangular(-1.0, 0.0, 2.0, size=x.shape) + own.vonmises(0.0, 2.0)
    labels = rng.integers(0, 3, size=4, dtype=np.int32)
    return np.sum(rows[0] * rows[-1]) + np.sum(picked**2) + x @ spread + np.sum(table[labels] ** 3)


def example(rng):
    return rng.standard_normal(5), rng.standard_normal((4, 3)), np.random.default_rng(5)


CASE = {
    "fun": "chosen",
    "args": example,
    "signature": "f64[n], f64[4,3], Generator",
    "wrt": (0, 1),
}
