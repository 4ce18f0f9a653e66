"""Comprehensions with computed lengths and conditions, nested ones too."""

import numpy as np


def features(x, w, bound):
    squares = [value * value for value in x]
    large = [s * k for k, s in enumerate(squares) if s > bound]
    pairs = np.array([a * b for a in x for b in w if a < b])
    rows = np.stack([np.tanh(w * value) for value in x])
    total = sum(value**3 for value in x if value > 0.0)
    return total + sum(large) * len(large) + np.sum(pairs) + np.sum(rows * rows) + squares[-1]


def example(rng):
    return rng.uniform(-1.0, 1.5, 5), rng.uniform(0.1, 0.9, 3), 0.3


CASE = {"fun": "features", "args": example, "signature": "f64[n], f64[m], f64", "wrt": (0, 1)}
