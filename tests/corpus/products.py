"""Matrix-vector, vector-matrix, outer and inner products, batched products."""

import numpy as np


def forms(a, x, y, t):
    s = x @ a @ y
    o = np.outer(x, y)
    d = np.dot(a, y)
    batch = t @ a
    return s * np.sum(o * a) + np.dot(x, d) + np.sum(np.tanh(batch)) + np.dot(x, x)


def example(rng):
    return (
        rng.standard_normal((3, 4)),
        rng.standard_normal(3),
        rng.standard_normal(4),
        rng.standard_normal((2, 5, 3)),
    )


CASE = {
    "fun": "forms",
    "args": example,
    "signature": "f64[n,m], f64[n], f64[m], f64[B,k,n]",
    "wrt": (0, 1, 2, 3),
}
