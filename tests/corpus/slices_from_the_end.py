"""Slices counted from the end of an array that may be shorter than they reach."""

import numpy as np


def tails(x):
    y = x.copy()
    y[-3:] *= 2.0
    y[:-2] += 1.0
    return np.sum(y**2) + np.sum(x[-3:-1] ** 3) + np.sum(x[-1:-4:-1] * x[-1])


def of_length(n):
    return lambda rng: (rng.standard_normal(n),)


CASE = {
    "fun": "tails",
    "args": of_length(5),
    "more": tuple(of_length(n) for n in (4, 3, 2, 1)),
    "signature": "f64[n]",
    "wrt": (0,),
}
