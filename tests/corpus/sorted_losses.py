"""Trimmed mean, median deviation and rank-weighted sum: sorting along an axis and in place."""

import numpy as np


def robust(x, w):
    s = np.sort(x, axis=1)
    trimmed = np.mean(s[:, 1:-1], axis=1)
    spread = np.median(np.abs(x - np.median(x, axis=1, keepdims=True)), axis=1)
    order = np.argsort(trimmed)
    y = w.copy()
    y.sort()
    best = np.partition(w, 2)[:3]
    return np.sum(trimmed[order] * np.arange(len(order))) + np.sum(spread**2) + y[0] * y[-1] + np.sum(best)


def example(rng):
    return rng.standard_normal((3, 5)), rng.standard_normal(6)


CASE = {
    "fun": "robust",
    "args": example,
    "signature": "f64[n,m], f64[k]",
    "wrt": (0, 1),
}
