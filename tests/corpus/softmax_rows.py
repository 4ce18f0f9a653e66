"""A softmax along rows, weighted."""

import numpy as np


def weighted_softmax(z, w):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return np.sum(p * w)


def example(rng):
    return rng.standard_normal((3, 5)), rng.standard_normal((3, 5))


CASE = {"fun": "weighted_softmax", "args": example, "signature": "f64[n,m], f64[n,m]", "wrt": (0, 1)}
