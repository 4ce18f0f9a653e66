"""Bits of integers: powers by squaring, masks of indices, gray codes, shifts."""

import numpy as np


def walsh(x, y):
    n = len(x)
    power, base = 1.0, y
    while n:
        if n & 1:
            power = power * base
        base = base * base
        n >>= 1
    i = np.arange(len(x))
    gray = i ^ (i >> 1)
    gray &= 7
    total = power + np.sum(x * gray) + np.sum(x[~i & 1]) * (len(x) | 8)
    for j in range(len(x)):
        sign = 1 - 2 * ((j & (j >> 1)) & 1)
        total += sign * x[j ^ 0] * (1 << j % 3) + y * -((~j & 3) ** 2)
    chosen = (x > 0.8) & (x < 1.3) | ~(x > 0.6)
    return total + np.sum(np.left_shift(i, 2) * np.bitwise_or(i, 1) * x * chosen)


def example(rng):
    return rng.permutation(np.linspace(0.5, 1.5, 6)) + 0.01, 1.07


CASE = {"fun": "walsh", "args": example, "signature": "f64[n], f64", "wrt": (0, 1)}
