"""Weighted counts, and the sums of segments."""

import numpy as np


def binned(x, w, label):
    mass = np.bincount(label, weights=w * x, minlength=4)
    count = np.bincount(label, weights=w, minlength=4)
    heights, edges = np.histogram(x, bins=[-4.0, -0.5, 0.5, 4.0], weights=w)
    place = np.digitize(x, edges)
    means = mass / (count + 1e-3)
    return np.sum(means**2) + np.sum(heights**2) + np.sum(w * place)


def example(rng):
    return rng.standard_normal(7), rng.uniform(0.5, 1.5, 7), np.array([0, 2, 1, 3, 2, 0, 1])


CASE = {
    "fun": "binned",
    "args": example,
    "signature": "f64[n], f64[n], i64[n]",
    "wrt": (0, 1),
}
