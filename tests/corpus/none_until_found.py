"""Names that are None, or not bound at all, until a round of a loop or a branch gives them a value."""

import numpy as np


def _scaled(value, factor=None):
    if factor is None:
        return 2.0 * value
    return value * factor


def search(x, y, limit):
    best = None
    place = 0
    for i in range(len(x)):
        if x[i] < limit:
            continue
        if best is None or x[i] * y[i] > best:
            best = x[i] * y[i]
            place = i
    total = _scaled(y[place], best)
    row = None
    table = np.outer(x, y)
    for i in range(len(x)):
        if x[i] > limit and y[i] > 0.5:
            row = table[i]
            break
    if row is not None:
        row *= 1.5
        row[0] = total * y[1]
    k = 0
    previous = None
    while k < len(x):
        if previous is not None:
            total += previous * x[k]
        previous = y[k] * x[k]
        if k > 0:
            total += np.sum(older * x[k])  # noqa: F821
        if total > 50.0:
            return total
        older = y * x[k]  # noqa: F841
        k += 1
    return total + np.sum(table * table) + (0.0 if best is None else best)


def example(rng):
    return rng.uniform(0.5, 1.5, 4), rng.uniform(0.6, 0.9, 4), 0.9


def none(rng):
    return rng.uniform(0.1, 0.4, 4), rng.uniform(0.2, 0.4, 4), 0.9


CASE = {
    "fun": "search",
    "args": example,
    "more": (none,),
    "signature": "f64[n], f64[n], f64",
    "wrt": (0, 1),
}
