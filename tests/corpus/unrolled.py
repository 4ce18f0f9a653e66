"""A loop of fixed length, unrolled on request."""

import numpy as np

import adgen


def recurrent(w, h0):
    h = h0
    for t in adgen.unroll(range(4)):
        h = np.tanh(w @ h + 0.1 * t)
    return np.sum(h * h)


def example(rng):
    return rng.standard_normal((3, 3)), rng.standard_normal(3)


CASE = {"fun": "recurrent", "args": example, "signature": "f64[n,n], f64[n]", "wrt": (0, 1)}
