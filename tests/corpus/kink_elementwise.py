"""The conventions at kinks of elementwise functions, read off one element at a time."""

import numpy as np

import adgen


def kinks(x):
    a = np.maximum(x[0], 0.0) + 10.0 * np.minimum(x[1], 0.0) + 100.0 * np.abs(x[2])
    b = np.clip(x[3], 0.0, 1.0) + 10.0 * np.clip(x[4], 0.0, 1.0) + adgen.relu(x[5])
    return a + b + np.sign(x[6]) + np.where(x[7] > 0.0, x[7], 0.0) + 7.0 * x[8] ** 0 + np.floor(x[9])


def example(rng):
    return (np.array([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]),)


AT_KINKS = (np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]),)
EXPECTED = (np.array([0.5, 5.0, 0.0, 1.0, 10.0, 0.0, 0.0, 0.0, 0.0, 0.0]),)

CASE = {"fun": "kinks", "args": example, "signature": "f64[n]", "wrt": (0,), "kinks": ((AT_KINKS, EXPECTED),)}
