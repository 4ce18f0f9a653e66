"""Divisions by a size that may be zero: NumPy's numbers give nan, in the derivative too."""

import numpy as np


def average(x, k):
    return np.sum(x) / len(x) + np.sum(x * x) / k


CASE = {
    "fun": "average",
    "args": lambda rng: (rng.standard_normal(3), 2),
    "more": (lambda rng: (rng.standard_normal(1), 3),),
    "signature": "f64[n], i64",
    "wrt": (0,),
}
