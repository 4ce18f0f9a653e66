"""Elements that stay are picked by a mask until none is left; a matrix loses its border."""

import numpy as np


def survivors(x, a):
    alive = x.copy()
    total = 0.0
    while alive.size > 0:
        total = total + np.sum(alive**3) * len(alive)
        alive = alive[alive > 0.6] * 0.8
    while a.shape[0] > 2:
        a = a[1:-1, 1:-1] * a[:-2, 2:]
    return total * np.sum(a)


def example(rng):
    return rng.uniform(0.65, 1.4, 5), rng.uniform(0.5, 1.5, (7, 7))


CASE = {
    "fun": "survivors",
    "args": example,
    "signature": "f64[n], f64[m,m]",
    "wrt": (0, 1),
    "tags": ("host",),
}
