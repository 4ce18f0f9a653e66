"""Helpers that call helpers, one with a loop and one with a branch."""

import numpy as np


def leaky(x):
    if x > 0.0:
        return x
    return 0.1 * x


def smooth(x, n):
    for _ in range(n):
        x = x + 0.1 * leaky(x) * np.cos(x)
    return x


def total(xs):
    s = 0.0
    for x in xs:
        s = s + smooth(x, 3) * leaky(s - x)
    return s


def example(rng):
    return (rng.standard_normal(5),)


CASE = {"fun": "total", "args": example, "signature": "f64[n]", "wrt": (0,)}
