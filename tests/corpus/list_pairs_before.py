"""Pairs and arrays in lists that are read before anything is put into them, and one that stays empty."""

import numpy as np


def spans(x, level):
    rows, closed, unused = [], [], []
    for v in x:
        v = v * 1.0
        if len(rows) > 0:
            mean, last = rows[-1]
            v = v + 0.5 * mean * last
            closed.append(np.array([v, last]) @ closed[-1] * np.array([0.1, 0.2]))
        else:
            closed.append(np.array([v, 1.0]))
        if v > level:
            rows.append((v, 0.3 * v))
    for row in x:
        break
        unused.append(row)
    for value in reversed(unused):
        level = level * value
    return sum(a * b for a, b in rows) + np.sum(np.stack(closed)) + level * (1 + len(unused))


def example(rng):
    return rng.uniform(0.2, 1.5, 6), 0.4


def none(rng):
    return rng.uniform(0.2, 1.5, 3), 50.0


CASE = {"fun": "spans", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "more": (none,)}
