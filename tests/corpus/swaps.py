"""Elements and rows exchanged in place."""

import numpy as np


def rotate(x, m):
    y = x.copy()
    for i in range(y.shape[0] - 1):
        y[i], y[i + 1] = y[i + 1] * 0.9, y[i] + y[i + 1]
    a = m.copy()
    for i in range(a.shape[0] // 2):
        j = a.shape[0] - 1 - i
        tmp = a[i].copy()
        a[i] = a[j] * y[i]
        a[j] = tmp
    return np.sum(a * a) + np.sum(y * y)


def example(rng):
    return rng.standard_normal(5), rng.standard_normal((4, 2))


CASE = {"fun": "rotate", "args": example, "signature": "f64[n], f64[k,m]", "wrt": (0, 1)}
