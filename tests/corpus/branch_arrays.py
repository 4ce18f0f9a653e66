"""Branches on a run-time number that assign arrays, and one that assigns a name later used."""

import numpy as np


def switch(x, mode):
    if mode == 0:
        y = np.sin(x)
        k = 2.0
    elif mode == 1:
        y = x * x
        y[0] = 3.0 * x[1]
        k = x[0]
    else:
        y = x
        k = 1.0
    z = np.zeros(x.shape[0])
    for i in range(x.shape[0]):
        if x[i] > 0.0:
            z[i] = y[i] * k
        else:
            z[i] = y[i] - k
    return np.sum(z * z)


def example(rng):
    return rng.standard_normal(4), 1


def first(rng):
    return rng.standard_normal(4), 0


def last(rng):
    return rng.standard_normal(4), 2


CASE = {"fun": "switch", "args": example, "signature": "f64[n], i64", "wrt": (0,), "more": (first, last)}
