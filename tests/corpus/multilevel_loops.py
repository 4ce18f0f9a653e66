"""A while loop inside a for loop inside a for loop, with a carried array."""

import numpy as np


def nested(x, target):
    acc = np.zeros(x.shape[0])
    s = 1.0
    for i in range(2):
        for j in range(x.shape[0]):
            k = 0
            v = x[j]
            while k < j + i:
                v = v * s * 0.9 + np.sin(acc[j])
                k += 1
            acc[j] += v
            s = s * 0.95 + 0.01 * v
    return np.sum((acc - target) ** 2)


def example(rng):
    return rng.standard_normal(4), 0.3


CASE = {"fun": "nested", "args": example, "signature": "f64[n], f64", "wrt": (0, 1)}
