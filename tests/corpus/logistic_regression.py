"""Logistic regression in its stable form."""

import numpy as np


def loss(w, b, x, y):
    z = x @ w + b
    return np.mean(np.logaddexp(0.0, z) - y * z) + 0.05 * np.dot(w, w)


def example(rng):
    return rng.standard_normal(3), 0.2, rng.standard_normal((6, 3)), np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])


CASE = {"fun": "loss", "args": example, "signature": "f64[d], f64, f64[B,d], f64[B]", "wrt": (0, 1)}
