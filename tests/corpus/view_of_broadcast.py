"""The gradient of sums along a transposed axis is a view of a broadcast that a loop then adds to."""

import numpy as np


def rows_and_columns(a):
    total = 0.0
    for row in a:
        total += np.sum(row * row)
    columns = np.sum(-a.T, axis=1)
    return total + np.sum(np.sin(columns))


def example(rng):
    return (rng.standard_normal((3, 4)),)


CASE = {"fun": "rows_and_columns", "args": example, "signature": "f64[n,m]", "wrt": (0,)}
