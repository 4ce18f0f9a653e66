"""abs and sign, as NumPy functions and as Python's."""

import numpy as np


def norms(x):
    total = 0.0
    for v in x:
        total += abs(v) * np.sign(v - 0.1)
    return total + np.sum(np.abs(x) * x) + np.max(np.abs(x))


def example(rng):
    return (rng.standard_normal(6),)


CASE = {"fun": "norms", "args": example, "signature": "f64[n]", "wrt": (0,)}
