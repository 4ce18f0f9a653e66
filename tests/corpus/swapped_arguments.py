"""Buffers of the caller take turns with each other and with an array of the function's own."""

import numpy as np


def relaxed(u, v, k, steps):
    w = 0.5 * u
    for _ in range(steps):
        v[1:-1] = k * (u[2:] + u[:-2]) - u[1:-1] * w[1:-1]
        u, v, w = v, w, u
    return np.sum(u * u) + np.sum(v * w)


def example(rng):
    return rng.standard_normal(6), rng.standard_normal(6), 0.4, 4


def whole_turns(rng):
    return rng.standard_normal(5), rng.standard_normal(5), 0.3, 3


def no_rounds(rng):
    return rng.standard_normal(4), rng.standard_normal(4), 0.3, 0


CASE = {
    "fun": "relaxed",
    "args": example,
    "more": (whole_turns, no_rounds),
    "signature": "f64[n], f64[n], f64, i64",
    "wrt": (0, 1, 2),
    "tags": ("mutates",),
}
