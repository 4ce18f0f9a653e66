"""Sums along the rows of a reversed square matrix: their cotangents go back as columns, negated ones too."""

import numpy as np


def reversed_rows(a):
    sums = np.sum(a[::-1], axis=1)
    return np.sum(np.sin(2.0 / (3.0 + sums * sums))) - np.sum(np.exp(-sums) * a[0])


def example(rng):
    return (rng.standard_normal((3, 3)),)


def oblong(rng):
    return (rng.standard_normal((2, 2)),)


CASE = {
    "fun": "reversed_rows",
    "args": example,
    "more": (oblong,),
    "signature": "f64[n,n]",
    "wrt": (0,),
}
