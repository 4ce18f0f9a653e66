"""Linear systems in batches: one to one, one matrix for many, one right-hand side for many."""

import numpy as np


def residuals(a, b, c):
    x = np.linalg.solve(a, b)
    y = np.linalg.solve(a[:1], x * b)
    z = np.linalg.solve(a[:, None], c[..., None])[..., 0]
    return np.sum(np.tanh(x)) + np.sum(x * y) + np.sum(z**2)


def example(rng):
    a = 0.3 * rng.standard_normal((3, 2, 2)) + 2.0 * np.eye(2)
    return a, rng.standard_normal((3, 2, 2)), rng.standard_normal((4, 2))


CASE = {
    "fun": "residuals",
    "args": example,
    "signature": "f64[k,n,n], f64[l,n,m], f64[p,n]",
    "wrt": (0, 1, 2),
}
