"""A sum by halves: the array that a loop carries gets shorter, an odd element is kept aside."""

import numpy as np


def folded(x, w):
    y = np.sin(x) * w
    aside = 0.0
    while len(y) > 1:
        half = len(y) // 2
        if len(y) % 2 == 1:
            aside = aside * y[-1] + y[-1]
        y = y[:half] * w + y[half : 2 * half] ** 2
    return y[0] + aside


def example(rng):
    return rng.standard_normal(7), 0.8


def single(rng):
    return rng.standard_normal(1), 0.5


CASE = {
    "fun": "folded",
    "args": example,
    "signature": "f64[n], f64",
    "wrt": (0, 1),
    "more": (single,),
    "tags": ("host",),
}
