"""A convolution whose window slides by a loop; the result is an array."""

import numpy as np


def convolve(x, w):
    k = w.shape[0]
    m = x.shape[0] - k + 1
    y = np.zeros(m)
    for i in range(m):
        y[i] = np.sum(x[i : i + k] * w)
    return np.tanh(y)


def example(rng):
    return rng.standard_normal(7), rng.standard_normal(3)


CASE = {
    "fun": "convolve",
    "args": example,
    "signature": "f64[n], f64[k]",
    "wrt": (0, 1),
    "tags": ("vector",),
}
