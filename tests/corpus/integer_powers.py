"""Powers of integers: negative exponents make floats of Python's integers."""

import numpy as np


def scaled(x, k, exponents):
    total = np.sum(x) * 2**k
    for i in range(len(x)):
        total += x[i] ** 2 * 3**i
    for i in range(k):
        total += x[0] * 10 ** (1 - i)
    return total + np.sum(x * 2**exponents)


CASE = {
    "fun": "scaled",
    "args": lambda rng: (rng.standard_normal(3), 3, np.array([0, 1, 4])),
    "more": (
        lambda rng: (rng.standard_normal(2), -2, np.array([3, 1])),
        lambda rng: (rng.standard_normal(1), 0, np.array([2])),
    ),
    "signature": "f64[n], i64, i64[n]",
    "tags": ("live", "static"),
    "wrt": (0,),
}
