"""Transposes of three axes, swapped reads and a reduction over two axes."""

import numpy as np


def permute(x, w):
    y = x.transpose(2, 0, 1)
    z = np.transpose(y, (1, 2, 0)) * w
    s = np.sum(z, axis=(0, 2))
    return s * np.mean(y, axis=0)[0]


def example(rng):
    return rng.standard_normal((2, 3, 4)), rng.standard_normal(4)


CASE = {
    "fun": "permute",
    "args": example,
    "signature": "f64[a,b,c], f64[c]",
    "wrt": (0, 1),
    "tags": ("vector",),
}
