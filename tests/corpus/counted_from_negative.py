"""Ranges whose length is counted when the program runs, and is zero where the count is negative."""

import numpy as np


def weights(x, k):
    steps = np.arange(k - 3) * x
    tail = np.zeros(k)
    tail += np.arange(k) * x
    total = np.sum(steps * steps) + np.sum(tail * np.arange(k))
    for j in range(k):
        total += x * np.sum(np.arange(j - 2))
    return total + np.sum(np.arange(4, k) * x) + x


def example(rng):
    return rng.uniform(0.5, 1.5), 6


CASE = {
    "fun": "weights",
    "args": example,
    "more": (lambda rng: (0.7, 3), lambda rng: (0.7, 1), lambda rng: (0.7, 0)),
    "signature": "f64, i64",
    "wrt": (0,),
}
