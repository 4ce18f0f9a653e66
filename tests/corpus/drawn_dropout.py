"""Training steps with drawn batches, input noise and dropout masks."""

import numpy as np


def train(w, v, data, targets, rng):
    keep = 0.7
    total = 0.0
    for _ in range(3):
        batch = rng.integers(0, data.shape[0], size=4)
        x = data[batch] + 0.01 * rng.standard_normal((4, data.shape[1]))
        hidden = np.tanh(x @ w)
        mask = rng.random(hidden.shape) < keep
        hidden = np.where(mask, hidden / keep, 0.0)
        error = hidden @ v - targets[batch]
        total += np.mean(error**2)
        v = v - 0.1 * hidden.T @ error
    return total


def example(rng):
    return (
        rng.standard_normal((3, 5)),
        rng.standard_normal(5),
        rng.standard_normal((8, 3)),
        rng.standard_normal(8),
        np.random.default_rng(11),
    )


CASE = {
    "fun": "train",
    "args": example,
    "signature": "f64[d,h], f64[h], f64[N,d], f64[N], Generator",
    "wrt": (0, 1, 2, 3),
}
