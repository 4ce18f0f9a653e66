"""Quantiles by several methods, with a level that is differentiated too."""

import numpy as np


def spread(x, q):
    low, high = np.quantile(x, [0.1, 0.9], axis=0)
    middle = np.percentile(x, 50, axis=0, method="hazen")
    level = np.quantile(x, q)
    steps = np.quantile(x, 0.4, axis=1, method="median_unbiased", keepdims=True)
    return np.sum((high - low) * middle) + level**2 + np.sum(np.sin(steps))


def example(rng):
    return rng.standard_normal((6, 4)), 0.33


CASE = {
    "fun": "spread",
    "args": example,
    "signature": "f64[n,m], f64",
    "wrt": (0, 1),
}
