"""The Levinson-Durbin recursion: triangular loops over two arrays that swap roles."""

import numpy as np


def durbin(r):
    n = r.shape[0]
    y = np.zeros(n)
    z = np.zeros(n)
    y[0] = -r[0]
    alpha = -r[0]
    beta = 1.0
    for k in range(1, n):
        beta *= 1.0 - alpha * alpha
        s = 0.0
        for i in range(k):
            s += r[k - i - 1] * y[i]
        alpha = -(r[k] + s) / beta
        for i in range(k):
            z[i] = y[i] + alpha * y[k - i - 1]
        for i in range(k):
            y[i] = z[i]
        y[k] = alpha
    return np.sum(y * y)


def example(rng):
    return (rng.uniform(-0.9, 0.9, 6) / (1.0 + np.arange(6)) ** 2,)


CASE = {"fun": "durbin", "args": example, "signature": "f64[n]", "wrt": (0,)}
