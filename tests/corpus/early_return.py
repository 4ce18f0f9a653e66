"""Returns from several branches, one of them inside a loop."""

import math


def first_above(x, limit, scale):
    if scale < 0.0:
        return scale * limit
    total = 0.0
    for i in range(x.shape[0]):
        total += math.exp(scale) * x[i]
        if total > limit:
            return total * total
    return total - limit


def example(rng):
    return rng.uniform(0.5, 1.0, 6), 2.3, 0.4


def never(rng):
    return rng.uniform(0.5, 1.0, 6), 40.0, 0.4


def at_once(rng):
    return rng.uniform(0.5, 1.0, 6), 2.3, -0.5


CASE = {
    "fun": "first_above",
    "args": example,
    "signature": "f64[n], f64, f64",
    "wrt": (0, 1, 2),
    "more": (never, at_once),
}
