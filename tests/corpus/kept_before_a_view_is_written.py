"""Copies that are used behind a branch or loop in which their source is written through a view."""

import numpy as np


def program(a, y, k):
    a[a[::-1] > 0.4] += 2.0
    last = a[-1] * 1.0
    if y[0] > 0.1:
        column = a.T[0]
        column[-1] = a[k, -1] / 2.5
    b = a * a
    first = b[:, 0] + 1.0
    for i in range(k):
        row = b[i]
        row[1:] = np.sin(row[:-1])
    c = np.exp(y)
    twice = 2.0 * c
    i = 0
    while i < k:
        c[::-1][i] = y[0]
        i += 1
    return np.sum(last * a[0]) + np.sum(first * b[:, -1]) + np.sum(twice * c) + last[0]


def example(rng):
    return rng.normal(size=(3, 4)), np.abs(rng.normal(size=3)) + 0.2, 2


def other_side(rng):
    return rng.normal(size=(3, 4)), -np.abs(rng.normal(size=3)) - 0.2, 1


CASE = {
    "fun": "program",
    "args": example,
    "more": (other_side,),
    "signature": "f64[n,m], f64[n], i64",
    "wrt": (0, 1),
    "tags": ("mutates",),
}
