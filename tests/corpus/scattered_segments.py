"""Segment sums in several spellings, scatters by maximum and product, and running logarithms of sums."""

import numpy as np


def pooled(x, w, label):
    sums = np.zeros(4)
    np.add.at(sums, label, x)
    top = np.full(4, -10.0)
    np.maximum.at(top, label, x)
    factors = np.ones(4)
    np.multiply.at(factors, label, w)
    pieces = np.add.reduceat(x * w, [0, 2, 5])
    running = np.logaddexp.accumulate(x)
    best = np.maximum.accumulate(w)
    return np.sum(sums**2) + top @ factors + np.sum(pieces**3) + np.sum(running * best)


def example(rng):
    return rng.standard_normal(7), rng.uniform(0.5, 1.5, 7), np.array([0, 2, 1, 3, 2, 0, 1])


CASE = {
    "fun": "pooled",
    "args": example,
    "signature": "f64[7], f64[7], i64[7]",
    "wrt": (0, 1),
}
