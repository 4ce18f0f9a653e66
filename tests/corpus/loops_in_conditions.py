"""Conditions of loops that call helpers with loops of their own, which may fill arrays."""

import numpy as np


def first_above(v, limit):
    for value in v:
        if value > limit:
            return value
    return limit


def smoothed_sum(v):
    w = v.copy()
    for i in range(1, len(v)):
        w[i] = np.sin(w[i]) + 0.5 * w[i - 1]
    return np.sum(w)


def stepped(x, limit):
    q = 0
    total = 0.0
    while q < 4 and first_above(x, 0.3) < limit and smoothed_sum(x) < 17.0:
        q += 1
        total = total + x[0] * x[1]
        x = x * 1.2
    return total + first_above(x, 0.07)


def example(rng):
    return np.array([0.1, 0.5, 0.4]), 1.0


def not_at_all(rng):
    return np.array([0.1, 0.5, 0.4]), -1.0


CASE = {
    "fun": "stepped",
    "args": example,
    "more": (not_at_all,),
    "signature": "f64[n], f64",
    "wrt": (0, 1),
}
