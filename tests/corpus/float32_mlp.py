"""A layer in single precision."""

import numpy as np


def loss(w, b, x):
    h = np.tanh(x @ w + b)
    return np.mean(h * h) * 0.5


def example(rng):
    return (
        rng.standard_normal((3, 4)).astype(np.float32),
        rng.standard_normal(4).astype(np.float32),
        rng.standard_normal((5, 3)).astype(np.float32),
    )


CASE = {
    "fun": "loss",
    "args": example,
    "signature": "f32[d,h], f32[h], f32[B,d]",
    "wrt": (0, 1),
    "tags": ("f32",),
}
