"""Names that only a branch, a loop or a round before binds; a run checks that they are bound."""

import numpy as np


def bound_later(x, n):
    total = 0.0
    for k in range(n):
        if k > 0:
            total += previous * x[k]  # noqa: F821
        previous = x[k] * x[k]
        if k % 2 == 0:
            even = previous
    if n > 1:
        pair = x[0] * x[1]
        scaled = x
    for value in x:
        if value < 0.0:
            lowest = value
            break
    if n > 1:
        total += pair * np.sum(scaled)
    return total * even + previous + lowest**3 + k


def example(rng):
    return np.array([0.7, 1.2, -0.6, 0.9]), 3


def longer(rng):
    return np.array([-0.7, 1.2, 0.6, 0.9, 1.5]), 4


CASE = {"fun": "bound_later", "args": example, "more": (longer,), "signature": "f64[m], i64", "wrt": (0,)}
