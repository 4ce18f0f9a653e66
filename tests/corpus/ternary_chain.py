"""Ternaries, chained comparisons, boolean operators, elif."""

import math


def response(x, low, high):
    y = x if low < x < high else (low if x <= low else high)
    if y > 2.0 and x > 0.0:
        z = math.sin(y)
    elif y > 0.5 or not x > -1.0:
        z = y * y
    else:
        z = math.cos(y) * x
    return z + (0.1 * x if x > 0.0 else -0.3 * x)


def example(rng):
    return 0.9, 0.1, 1.7


def below(rng):
    return -0.7, 0.1, 1.7


def above(rng):
    return 5.0, 0.1, 2.5


CASE = {
    "fun": "response",
    "args": example,
    "signature": "f64, f64, f64",
    "wrt": (0, 1, 2),
    "more": (below, above),
}
