"""Roots and logarithms of which only some are selected: those at zero do not reach any derivative."""

import numpy as np


def total(x):
    roots = np.sqrt(x)
    chosen = roots[x > 0.5]
    logs = np.log(x)[np.flatnonzero(x > 0.5)]
    return np.sum(chosen**3) + np.sum(logs * chosen) + np.sum(np.compress(x > 1.5, roots))


def example(rng):
    return (np.array([0.0, 1.0, 2.0, 0.0, 0.75]),)


CASE = {"fun": "total", "args": example, "signature": "f64[n]", "wrt": (0,), "tags": ("at-kink",)}
