"""Power iteration and a Rayleigh quotient."""

import numpy as np


def top_eigenvalue(a, v0):
    v = v0 / np.sqrt(np.sum(v0 * v0))
    for _ in range(5):
        v = a @ v
        v = v / np.sqrt(v @ v)
    return v @ (a @ v)


def example(rng):
    a = rng.standard_normal((4, 4))
    return a + a.T, rng.standard_normal(4)


CASE = {"fun": "top_eigenvalue", "args": example, "signature": "f64[n,n], f64[n]", "wrt": (0, 1)}
