"""A Kalman filter with matrices, and its likelihood."""

import numpy as np


def likelihood(observed, a, h, q, r):
    size = len(a)
    state, spread = np.zeros(size), np.eye(size)
    total = 0.0
    for y in observed:
        state = a @ state
        spread = a @ spread @ a.T + q
        s = h @ spread @ h.T + r
        e = y - h @ state
        total += 0.5 * (np.linalg.slogdet(s)[1] + e @ np.linalg.solve(s, e))
        gain = np.linalg.solve(s, h @ spread).T
        state = state + gain @ e
        spread = (np.eye(size) - gain @ h) @ spread
    return total


def example(rng):
    a = np.array([[1.0, 0.2], [-0.1, 0.9]])
    return rng.standard_normal((4, 2)), a, rng.standard_normal((2, 2)), 0.1 * np.eye(2), 0.5 * np.eye(2)


CASE = {
    "fun": "likelihood",
    "args": example,
    "signature": "f64[t,k], f64[n,n], f64[k,n], f64[n,n], f64[k,k]",
    "wrt": (0, 1, 2, 3, 4),
}
