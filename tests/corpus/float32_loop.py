"""A recurrence in single precision with Python floats beside it."""

import numpy as np


def decay(x, rate):
    y = np.zeros(x.shape[0], dtype=np.float32)
    y[0] = x[0]
    for i in range(1, x.shape[0]):
        y[i] = rate * y[i - 1] + np.exp(-x[i]) * 0.5
    return np.sum(y)


def example(rng):
    return rng.standard_normal(5).astype(np.float32), 0.6


CASE = {"fun": "decay", "args": example, "signature": "f32[n], f64", "wrt": (0,), "tags": ("f32",)}
