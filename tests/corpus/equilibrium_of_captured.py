"""A fixed point and a minimum of functions that read what is differentiated from around them."""

import numpy as np

import adgen


def loss(w, x, s):
    z = adgen.fixed_point(lambda z: np.tanh(w @ z + s * x), np.zeros(len(x)), tol=1e-14)

    def energy(y):
        return np.sum((y - z) ** 2) + 0.1 * np.sum(y**4)

    return np.sum(adgen.argmin(energy, z) * x)


def example(rng):
    return 0.15 * rng.standard_normal((3, 3)), rng.standard_normal(3), 0.8


CASE = {"fun": "loss", "args": example, "signature": "f64[n,n], f64[n], f64", "wrt": (0, 1, 2)}
