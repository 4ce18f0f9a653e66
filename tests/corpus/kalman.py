"""A scalar Kalman filter with its likelihood."""

import math


def likelihood(y, q, r, x0):
    x = x0
    p = 1.0
    total = 0.0
    for v in y:
        p = p + q
        s = p + r
        k = p / s
        e = v - x
        total += 0.5 * (math.log(s) + e * e / s)
        x = x + k * e
        p = (1.0 - k) * p
    return total


def example(rng):
    return rng.standard_normal(6), 0.1, 0.4, 0.2


CASE = {"fun": "likelihood", "args": example, "signature": "f64[n], f64, f64, f64", "wrt": (0, 1, 2, 3)}
