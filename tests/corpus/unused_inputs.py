"""An argument that is not used, one used only for its shape, one used twice."""

import numpy as np


def partly(x, shape_only, unused, shared):
    y = shared * np.cos(x) + np.sin(shared) * x
    return np.sum(y) * shape_only.shape[0]


def example(rng):
    return rng.standard_normal(3), rng.standard_normal((5, 2)), rng.standard_normal(4), rng.standard_normal(3)


CASE = {
    "fun": "partly",
    "args": example,
    "signature": "f64[n], f64[a,b], f64[c], f64[n]",
    "wrt": (0, 1, 2, 3),
}
