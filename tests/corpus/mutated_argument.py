"""The function overwrites its argument; the gradient is in the values on entry."""

import numpy as np


def overwrite(x, w):
    x[0] = x[0] * w
    for i in range(1, x.shape[0]):
        x[i] = x[i] * x[i - 1] + w
    return np.sum(np.sin(x))


def example(rng):
    return rng.standard_normal(5), 0.7


CASE = {"fun": "overwrite", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "tags": ("mutates",)}
