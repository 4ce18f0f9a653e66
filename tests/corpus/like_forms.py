"""zeros_like, ones_like, full_like, full and ones."""

import numpy as np


def assemble(x, s):
    a = np.zeros_like(x)
    b = np.ones_like(x) * s
    c = np.full(x.shape[0], s)
    d = np.full_like(x, 0.25)
    for i in range(x.shape[0]):
        a[i] = x[i] * b[i] + c[i] ** 2
        d[i] *= a[i]
    return np.sum(a * d * np.ones(x.shape[0]))


def example(rng):
    return rng.standard_normal(4), 0.6


CASE = {"fun": "assemble", "args": example, "signature": "f64[n], f64", "wrt": (0, 1)}
