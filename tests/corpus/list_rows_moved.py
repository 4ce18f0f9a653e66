"""Arrays in a list that move: inserted in front, popped from the middle, turned round."""

import numpy as np


def windows(x, level):
    rows = [x[:2] * level]
    for i in range(len(x) - 1):
        if x[i] > 0.0:
            rows.insert(0, rows[-1] * x[i : i + 2])
    rows.reverse()
    middle = rows.pop(len(rows) // 2)
    rows.insert(1, middle * 2.0)
    del rows[-1]
    return np.sum(np.stack(rows) * level) + middle @ middle


def example(rng):
    return np.array([0.5, -1.0, 2.0, 0.7, -0.3]) + rng.uniform(-0.1, 0.1, 5), 0.8


CASE = {"fun": "windows", "args": example, "signature": "f64[n], f64", "wrt": (0, 1)}
