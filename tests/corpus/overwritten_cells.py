"""Arrays that are read whole while loops overwrite a few of their cells, in nests and a `while` too."""

import numpy as np


def overwritten_cells(x, w, rounds):
    a = x.copy()
    s = 0.0
    for i in range(rounds):
        s = np.tanh(s + np.sum(np.sin(a) * w))
        a[(2 * i) % len(a)] = s * a[i % len(a)]
        a[:2] *= 0.5 + s
    grid = np.outer(a, w)
    for i in range(1, len(w)):
        for j in range(len(w)):
            grid[i, j] += 0.1 * np.sum(np.cos(grid)) * s
    t = 0
    while t < rounds and s > -10.0:
        s += np.sum(np.exp(-a * a) * grid[0])
        a[t % len(a)] -= 0.1 * s
        if s > 0.0:
            a[0] = s
        t += 1
    return s + np.sum(grid * grid) + np.sum(a)


def example(rng):
    return rng.normal(size=5), rng.normal(size=5), 7


def no_rounds(rng):
    return rng.normal(size=3), rng.normal(size=3), 0


CASE = {
    "fun": "overwritten_cells",
    "args": example,
    "more": (no_rounds,),
    "signature": "f64[n], f64[n], i64",
    "wrt": (0, 1),
}
