"""Constants of single precision stay in single precision when they are repeated."""

import numpy as np


def spread(v):
    return v @ v + np.sum(np.outer(v, v)) + np.mean(np.outer(v, 0.5 * v))


def example(rng):
    return (rng.uniform(0.5, 1.5, 5).astype(np.float32),)


CASE = {"fun": "spread", "args": example, "signature": "f32[n]", "wrt": (0,), "tags": ("f32",)}
