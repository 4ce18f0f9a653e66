"""Fixed points of functions that read what is differentiated from around them, themselves and by a call."""

import numpy as np

import adgen


def loss(w, x, s):
    z = adgen.fixed_point(lambda z: np.tanh(w @ z + s * x), np.zeros(len(x)), tol=1e-14)

    def pulled(y):
        return 0.3 * np.cos(y) + 0.2 * z * s

    y = adgen.fixed_point(lambda y: pulled(y), z * 0.0, tol=1e-14)
    return np.sum(y * x)


def example(rng):
    return 0.15 * rng.standard_normal((3, 3)), rng.standard_normal(3), 0.8


CASE = {"fun": "loss", "args": example, "signature": "f64[n,n], f64[n], f64", "wrt": (0, 1, 2)}
