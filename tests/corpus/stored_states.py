"""A recurrence whose states are stored, the first one before the loop: the arrays are all that is kept."""

import numpy as np


def energy(w, x, gain, steps):
    xs = np.zeros((steps + 1, len(x)))
    gains = np.zeros(steps + 1)
    xs[0] = x
    gains[0] = gain
    for t in range(steps):
        gain = gain + 0.1 * np.sin(gain) * x[0]
        x = np.tanh(w @ x) * gain
        xs[t + 1] = x
        gains[t + 1] = gain
    return np.sum(xs**2) + np.sum(np.sin(gains))


def example(rng):
    return rng.standard_normal((3, 3)) / 2, rng.standard_normal(3), 0.8, 6


CASE = {
    "fun": "energy",
    "args": example,
    "signature": "f64[n,n], f64[n], f64, i64",
    "wrt": (0, 1, 2),
}
