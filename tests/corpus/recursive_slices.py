"""Divide and conquer over slices: every call gets an array of another length."""

import numpy as np


def weighted(x, w):
    n = len(x)
    if n == 1:
        return np.sin(x[0]) * w
    h = n // 2
    return weighted(x[:h], w * 1.1) + weighted(x[h:], w * x[0])


def total(x):
    return weighted(x, 1.0)


def example(rng):
    return (rng.standard_normal(7),)


def single(rng):
    return (rng.standard_normal(1),)


CASE = {
    "fun": "total",
    "args": example,
    "more": (single,),
    "signature": "f64[n]",
    "wrt": (0,),
    "tags": ("host",),
}
