"""A deep-equilibrium layer: the fixed point of a contraction, in a loss."""

import numpy as np

import adgen


def layer(z, w, x):
    return np.tanh(w @ z + x)


def loss(w, x, y):
    z = adgen.fixed_point(layer, np.zeros(len(x)), w, x, tol=1e-14)
    return np.sum((z - y) ** 2)


def example(rng):
    return 0.15 * rng.standard_normal((3, 3)), rng.standard_normal(3), rng.standard_normal(3)


CASE = {"fun": "loss", "args": example, "signature": "f64[n,n], f64[n], f64[n]", "wrt": (0, 1, 2)}
