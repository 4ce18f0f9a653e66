"""Remainders whose divisors are differentiated, as factors of products with signs."""

import numpy as np


def wrapped(x, y, period):
    length = np.sum(np.sin(x * 0.5)) * 0.5
    phase = 3.0 % length
    turns = 7.3 // length
    angles = -(x % period) * 0.5 + y * -(5.0 % y) * 0.25
    signed = -(x // 0.4) * y * 0.5 - np.fmod(4.0, y) * -period
    return phase * -turns + np.sum(angles * signed) + (period * 4.0) % length


def example(rng):
    return rng.uniform(0.5, 1.5, 4), rng.uniform(0.6, 1.4, 4), 0.37


CASE = {"fun": "wrapped", "args": example, "signature": "f64[n], f64[n], f64", "wrt": (0, 1, 2)}
