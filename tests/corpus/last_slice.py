"""A slice made in a loop and used behind it, its size that of the last round."""

import numpy as np


def ends(x):
    total = 0.0
    for i in range(len(x)):
        tail = np.exp(-x[i:]) * x[0]
        total += tail[0] * tail[-1]
        if total > 1.5:
            break
    return total + np.sum(tail) * len(tail)


def example(rng):
    return (rng.uniform(0.5, 1.0, 5),)


CASE = {"fun": "ends", "args": example, "signature": "f64[n]", "wrt": (0,), "tags": ("host",)}
