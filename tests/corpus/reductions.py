"""sum, mean, max and min along axes, with and without keepdims, as functions and methods."""

import numpy as np


def summary(x):
    a = np.sum(x, axis=0) * x.mean(axis=0)
    b = np.max(x, axis=1, keepdims=True) - x.min(axis=1, keepdims=True)
    c = x.sum() * np.mean(x) + np.max(x) - np.min(x)
    return np.sum(a) + np.sum(b * x) + c


def example(rng):
    return (rng.standard_normal((3, 4)),)


def one_row(rng):
    return (rng.standard_normal((1, 4)),)


CASE = {"fun": "summary", "args": example, "signature": "f64[n,m]", "wrt": (0,), "more": (one_row,)}
