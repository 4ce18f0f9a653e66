"""Bounds and steps of slices beyond 64 bits: as far as the array goes."""

import numpy as np


def program(x, w):
    x[: 2**70] *= np.sin(w)
    y = x[-(2**65) :] + x[2**64 :: -1] * w
    return np.sum(x[:: 2**70]) + y @ x + np.sum(x[2**63 :]) + [w, 2.0][: 2**80][0]


def example(rng):
    return rng.normal(size=4), 0.7


CASE = {"fun": "program", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "tags": ("mutates",)}
