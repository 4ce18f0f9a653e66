"""Lambdas bound to names and passed to helpers."""

import numpy as np


def apply_twice(fun, x):
    return fun(fun(x))


def network(x, w):
    act = lambda z: np.tanh(z) + 0.1 * z  # noqa: E731
    return np.sum(apply_twice(lambda v: act(w * v), x))


def example(rng):
    return rng.standard_normal(4), 0.8


CASE = {"fun": "network", "args": example, "signature": "f64[n], f64", "wrt": (0, 1)}
