"""Reshapes: a view where memory allows it, a copy where it does not, as NumPy has it."""

import numpy as np


def _doubled(m):
    flat = m.reshape(-1)
    flat *= 2.0
    return flat


def reshaped(a):
    c = a * 1.0
    rows = _doubled(c[1:])
    turned = c.T.ravel()
    turned[0] = 100.0
    columns = c[:, 1:3].reshape(-1)
    columns += 1.0
    column = c[:, 0].reshape(-1, 1)
    column *= 3.0
    by_columns = c.reshape((c.shape[1], c.shape[0]), order="F")
    packed = np.ascontiguousarray(c.T)
    packed[0] = 0.0
    return (
        np.sum(c * c) + rows[0] * np.sum(turned[1:]) + np.sum(columns) + np.sum(by_columns[0] * packed[1, 0])
    )


def example(rng):
    return (rng.uniform(-1.0, 1.0, (3, 4)),)


CASE = {"fun": "reshaped", "args": example, "signature": "f64[3,4]", "wrt": (0,)}
