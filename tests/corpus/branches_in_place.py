"""Arrays changed in place in some branches only, one after the other."""

import numpy as np


def adjust(x, s, limit):
    v = x + 0.1
    if s > 0.4:
        v[:] *= (v + v) * 0.8
    if x[1] > limit:
        for k in range(2):
            v[1] += s * v[k]
    else:
        k = 0
        while k < 2:
            v[1:] = np.sin(v[:-1]) * s
            k += 1
        v[2] = v[0] * v[1]
    return np.sum(np.sin(v))


def example(rng):
    return rng.standard_normal(4), 0.7, -5.0


def other(rng):
    return rng.standard_normal(4), 0.7, 5.0


def third(rng):
    return rng.standard_normal(4), 0.2, 5.0


CASE = {
    "fun": "adjust",
    "args": example,
    "signature": "f64[n], f64, f64",
    "wrt": (0, 1),
    "more": (other, third),
}
