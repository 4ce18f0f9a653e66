"""A network over a binary tree that is given by arrays of children: several calls in one body."""

import numpy as np


def cell(w, u, leaves, left, right, node):
    if left[node] < 0:
        return np.tanh(w @ leaves[node])
    a = cell(w, u, leaves, left, right, left[node])
    b = cell(w, u, leaves, left, right, right[node])
    gate = 1.0 / (1.0 + np.exp(-(u @ (a + b))))
    return gate * a + (1.0 - gate) * np.tanh(b * leaves[node])


def loss(w, u, leaves, left, right):
    top = cell(w, u, leaves, left, right, 0)
    return np.sum(top * top)


def example(rng):
    left = np.array([1, 3, 5, -1, -1, -1, -1])
    right = np.array([2, 4, 6, -1, -1, -1, -1])
    return (
        rng.standard_normal((3, 3)),
        rng.standard_normal((3, 3)),
        rng.standard_normal((7, 3)),
        left,
        right,
    )


CASE = {
    "fun": "loss",
    "args": example,
    "signature": "f64[n,n], f64[n,n], f64[m,n], i64[m], i64[m]",
    "wrt": (0, 1, 2),
    "tags": ("host",),
}
