"""A while loop whose branches take prefixes of different lengths, with a loop of unknown length inside."""

import numpy as np


def grow(x, w):
    s = w
    n = 0
    while s < 4.0 and n < 8:
        n += 1
        if n % 2:
            y = x * s
            m = np.sum(y * y)
            j = 0
            while m > 1.0 and j < 4:
                m = m * 0.5 * w
                j += 1
            s = s + m
        else:
            for i in range(min(n, len(x))):
                z = x[: i + 1] * s
                s = s + 0.1 * np.sum(z * z) * w
                if s > 6.0:
                    break
    return s * w


def example(rng):
    return 0.3 * rng.standard_normal(4), 0.8


def larger(rng):
    return rng.standard_normal(4), 1.1


CASE = {
    "fun": "grow",
    "args": example,
    "more": (larger,),
    "signature": "f64[n], f64",
    "wrt": (0, 1),
}
