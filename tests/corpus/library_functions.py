"""adgen's own activations beside NumPy's functions."""

import numpy as np

import adgen


def activations(x, w):
    z = x @ w
    a = adgen.sigmoid(z) * adgen.relu(z) + np.tanh(z)
    p = adgen.softmax(z)
    return np.sum(a) + adgen.logsumexp(z[0]) + np.sum(p * a)


def example(rng):
    return rng.standard_normal((3, 4)), rng.standard_normal((4, 2))


CASE = {"fun": "activations", "args": example, "signature": "f64[n,d], f64[d,k]", "wrt": (0, 1)}
