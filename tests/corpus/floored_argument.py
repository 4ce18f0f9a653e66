"""An argument read, then floored and reduced in place: its first reading keeps its derivative."""

import numpy as np


def floored(x, c):
    total = np.sum(np.sin(x) * x)
    x //= 0.5 * c
    y = total * x
    y %= 1.5
    return 2.5 * total + np.sum(y) + np.sum(x)


def example(rng):
    return np.array([1.45, 0.08, -0.65, -0.94]), 0.7


CASE = {"fun": "floored", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "tags": ("mutates",)}
