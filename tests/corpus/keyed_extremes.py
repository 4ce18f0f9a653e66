"""The largest and smallest by a key or with a default, the first of a sequence, first matches."""

import numpy as np


def best(x, target):
    rows = [x[:2] * target, x[1:3], x[2:4] * 1.1]
    heaviest = max(rows, key=np.sum)
    nearest = min(x[0], x[1], x[2], key=lambda v: (v - target) ** 2)
    positive, seen = [], 0
    for v in x:
        if v > 0.0:
            positive.append(v * target)
            seen += 1
    first = next(iter(positive)) if positive else target
    large = next((v for v in x if v > 1.5 * target), target * 2.0)
    total = seen * target + max(positive, default=0.0) + min([], default=target)
    for row in iter(rows):
        total += row[0] * row[1]
    return total + np.sum(heaviest * heaviest) * nearest + first * large + next(iter(x)) ** 2


def example(rng):
    return rng.permutation([0.5, -1.0, 2.0, 0.7]) + rng.uniform(-0.1, 0.1, 4), 0.9


def none(rng):
    return -rng.permutation([0.5, 1.0, 2.0, 0.7]) + rng.uniform(-0.1, 0.1, 4), 0.9


CASE = {"fun": "best", "args": example, "signature": "f64[n], f64", "wrt": (0, 1), "more": (none,)}
