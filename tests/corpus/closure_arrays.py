"""A closure over a number and an array."""

import numpy as np


def make_model(scale, table):
    def model(x, w):
        h = np.tanh(x @ table + w)
        return np.sum(h * h) * scale

    return model


model = make_model(1.5, np.array([[0.2, -0.4], [0.9, 0.3], [-0.5, 0.8]]))


def example(rng):
    return rng.standard_normal((4, 3)), rng.standard_normal(2)


CASE = {"fun": "model", "args": example, "signature": "f64[n,3], f64[2]", "wrt": (0, 1), "tags": ("live",)}
