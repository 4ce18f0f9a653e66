"""`out=` of ufuncs, products and reductions: names, slices, rows, transposes, one argument itself."""

import numpy as np


def into_arrays(a, x, y):
    c = np.zeros(len(x) + 2)
    np.multiply(x, y, out=c[1:-1])
    np.add(c[1:-1], x, c[1:-1])
    r = np.empty((3, a.shape[0]))
    np.matmul(a, x, out=r[0])
    np.dot(a, y, out=r[1])
    np.sum(a, axis=1, out=r[2])
    t = np.zeros((a.shape[1], a.shape[0]))
    np.exp(a, out=t.T)
    np.multiply(t, 0.5, out=t)
    total = np.cumsum(x, out=np.empty_like(x))
    np.clip(total, -1.0, 1.5, out=total)
    np.subtract(y, total, out=y)
    return np.sum(c * c) + np.sum(r[0] * r[1] * r[2]) + np.sum(t * t) + np.sum(y**3)


def example(rng):
    return rng.uniform(0.2, 1.0, (3, 4)), rng.uniform(0.3, 0.6, 4), rng.uniform(0.5, 1.5, 4)


CASE = {
    "fun": "into_arrays",
    "args": example,
    "signature": "f64[m,n], f64[n], f64[n]",
    "wrt": (0, 1, 2),
    "tags": ("mutates",),
}
