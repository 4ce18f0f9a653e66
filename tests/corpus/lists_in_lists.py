"""Lists in lists whose lengths are known at run time only: comprehensions, rows that are appended, pairs."""

import numpy as np


def program(x, y):
    n = len(x)
    square = [[x[i] * np.sin(y[j]) for j in range(n)] for i in range(n)]
    rows = []
    for value in y:
        row = []
        for k in range(n):
            row.append(value * x[k] + k)  # noqa: PERF401
        rows.append(row)
    points = [[0.0, 1.0]]
    for value in x:
        last = points[-1]
        points.append([last[0] + value, last[1] * value])
    large = []
    for i in range(n):
        if x[i] > 0.2:
            large.append([x[i], float(i), y[i]])  # noqa: PERF401
    total = np.sum(np.array(square) ** 2) + np.sum(np.cos(np.array(rows)))
    for a, b in points:
        total += a * b
    for row in large:
        total += row[0] * row[-1] + len(row)
    return total + square[1][-1] * rows[-1][0] + points[-1][0] + sum(row[1] for row in rows)


def example(rng):
    return rng.normal(size=4) + 0.4, rng.normal(size=4)


def single(rng):
    return rng.uniform(0.5, 1.0, size=2), rng.normal(size=2)


CASE = {"fun": "program", "args": example, "more": (single,), "signature": "f64[n], f64[n]", "wrt": (0, 1)}
