"""A module-level array as a constant."""

import numpy as np

KERNEL = np.array([0.25, 0.5, 0.25])


def smooth(x):
    out = 0.0
    for i in range(1, x.shape[0] - 1):
        s = np.sum(KERNEL * x[i - 1 : i + 2])
        out += s * s
    return out


def example(rng):
    return (rng.standard_normal(6),)


CASE = {"fun": "smooth", "args": example, "signature": "f64[n]", "wrt": (0,), "tags": ("live",)}
