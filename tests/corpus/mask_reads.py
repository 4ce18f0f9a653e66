"""Elements chosen by masks and by the positions that np.nonzero and its like give."""

import numpy as np


def chosen(x, a):
    inside = (x > -0.5) & (x < 1.0)
    kept = x[inside]
    (below,) = np.where(x < 0)
    rows, columns = np.nonzero(a > 0)
    total = np.sum(kept * kept) + len(kept) * np.sum(x[below] ** 3)
    total += np.sum(a[rows, columns]) * np.sum(np.sin(a[a < 0.3]))
    total += np.sum(a[np.sum(a, axis=1) > 0] ** 2) + np.sum(a[:, a[0] > 0] ** 3)
    for i in range(3):
        part = x[x > 0.2 * i]
        total += np.sum(part * part) * i
    return total + np.sum(x[np.flatnonzero(~inside)]) * np.count_nonzero(inside)


def example(rng):
    return rng.standard_normal(7), rng.standard_normal((4, 3))


def nothing(rng):
    return -2.0 - rng.random(4), -1.0 - rng.random((2, 2))


CASE = {
    "fun": "chosen",
    "args": example,
    "signature": "f64[n], f64[k,m]",
    "wrt": (0, 1),
    "more": (nothing,),
}
