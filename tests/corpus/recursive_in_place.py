"""A function that calls itself and writes into an array that it is given, as a helper does."""

import numpy as np


def fill(out, x, i):
    if i == len(x):
        return
    previous = out[i - 1] if i > 0 else 1.0
    out[i] = np.sin(x[i]) * previous + x[i]
    fill(out, x, i + 1)


def products(x):
    out = np.zeros(len(x))
    fill(out, x, 0)
    return np.sum(out * out)


def example(rng):
    return (rng.standard_normal(6),)


CASE = {"fun": "products", "args": example, "signature": "f64[n]", "wrt": (0,), "tags": ("host",)}
