"""Random orders and choices: permutations, shuffles in place, rows chosen with replacement."""

import numpy as np


def mixed(x, table, rng):
    order = rng.permutation(len(x))
    s = 0.0
    for i in order:
        s = 0.7 * s + np.sin(x[i])
    y = x.copy()
    rng.shuffle(y)
    rows = rng.choice(table, 3)
    picked = table[rng.choice(4, size=6)]
    t = table * 2.0
    rng.shuffle(t, axis=1)
    several = rng.choice(x, size=(2, 3))
    return s + y[0] * y[-1] + np.sum(rows[0] * rows[-1]) + np.sum(picked**2) + t[0, 0] * np.sum(several**3)


def example(rng):
    return rng.standard_normal(5), rng.standard_normal((4, 3)), np.random.default_rng(5)


CASE = {
    "fun": "mixed",
    "args": example,
    "signature": "f64[n], f64[4,3], Generator",
    "wrt": (0, 1),
}
