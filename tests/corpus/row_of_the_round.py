"""A row that is another one in another round, of this array or of that, and written through."""

import numpy as np


def _first_above(rows, limit):
    for row in rows:
        if row[0] > limit:
            return row
    return rows[-1]


def rows_written(x, y, n):
    table = np.outer(x, y)
    spare = y.copy()
    other = spare
    row = table[0]
    k = 0
    while k < n:
        k += 1
        if y[k % 3] > 0.5:
            row = table[k % 3]
        elif k == 2:
            row = spare
        for j in range(len(y)):
            row[j] += 0.3 * table[k % 3][j] * x[j]
    row[0] *= 2.0
    found = _first_above(table, 0.9)
    found[1] = 3.0 * x[2]
    for _ in range(2):
        spare += 0.5 * x
        if x[0] > 0.0:
            spare = spare * 2.0
    return np.sum(table * table) + np.sum(other * spare)


def example(rng):
    return rng.uniform(0.2, 1.0, 3), np.array([0.4, 0.9, 0.7]), 4


def none(rng):
    return rng.uniform(-1.0, -0.5, 3), np.array([0.4, 0.1, 0.2]), 0


CASE = {
    "fun": "rows_written",
    "args": example,
    "more": (none,),
    "signature": "f64[n], f64[n], i64",
    "wrt": (0, 1),
}
