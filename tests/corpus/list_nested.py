"""Lists that grow in nested loops, several elements a round, and rows made of lists."""

import numpy as np


def tables(x):
    rows, flat = [], []
    for i in range(x.shape[0]):
        row = []
        for j in range(x.shape[1]):
            row.append(x[i, j] ** 2)
            flat.append(np.sin(x[i, j]))
            flat.append(x[i, j])
        scaled = np.zeros(x.shape[1])
        scaled[:] = np.array(row) * (i + 1)
        rows.append(scaled)
    total = np.sum(np.vstack(rows)) + np.sum(np.array(flat)[::2] * np.stack(rows, axis=1).ravel())
    return total + flat[3] * rows[0][1]


def example(rng):
    return (rng.standard_normal((3, 4)),)


CASE = {"fun": "tables", "args": example, "signature": "f64[n,m]", "wrt": (0,)}
