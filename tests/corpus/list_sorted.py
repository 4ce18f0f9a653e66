"""Lists whose length is known only at run time put in order: numbers, pairs and rows, by keys, backwards."""

import numpy as np


def ranked(x, level):
    kept, pairs, rows = [], [], []
    for i in range(len(x) - 1):
        if x[i] > level:
            kept.append(x[i] * level)
            pairs.append((x[i], x[i] * x[i + 1]))
            rows.append(x[i : i + 2] * level)
    kept.sort()
    pairs.sort(key=lambda p: p[1], reverse=True)
    rows.sort(key=np.sum)
    everything = sorted(x, key=lambda v: (v - level) ** 2)
    products = sorted([v * k for v in (x[0], x[1], level) for k in range(1, 10)], reverse=True)
    total = sum(v * i for i, v in enumerate(kept)) + everything[0] * products[3] + sorted(x)[1]
    total += sum(a * b * i for i, (a, b) in enumerate(pairs))
    return total + np.sum(np.stack(rows) * np.arange(len(rows))[:, None]) + sorted(kept, reverse=True)[0]


def example(rng):
    return rng.permutation([0.55, -1.3, 2.1, 0.8, -0.35, 1.4]) + rng.uniform(-0.02, 0.02, 6), -0.9


def two(rng):
    return rng.permutation([0.6, 1.7, 0.9]) + rng.uniform(-0.02, 0.02, 3), 0.2


CASE = {"fun": "ranked", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "more": (two,)}
