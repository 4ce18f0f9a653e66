"""Rows of a table picked by tokens, two-dimensional tokens included."""

import numpy as np


def pooled(table, tokens, w):
    e = table[tokens]
    m = np.mean(e, axis=1)
    return np.sum(np.tanh(m @ w))


def example(rng):
    return rng.standard_normal((6, 3)), np.array([[0, 2, 2], [5, 1, 0]]), rng.standard_normal((3, 2))


CASE = {"fun": "pooled", "args": example, "signature": "f64[v,d], i64[B,T], f64[d,k]", "wrt": (0, 2)}
