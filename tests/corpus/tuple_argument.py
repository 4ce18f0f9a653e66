"""A tuple of arrays as one parameter."""

import numpy as np


def affine(params, x):
    w, b = params
    z = x @ w + b
    return np.sum(z * z) + np.sum(params[1])


def example(rng):
    return (rng.standard_normal((3, 2)), rng.standard_normal(2)), rng.standard_normal((4, 3))


CASE = {"fun": "affine", "args": example, "signature": "(f64[k,m], f64[m]), f64[n,k]", "wrt": (0, 1)}
