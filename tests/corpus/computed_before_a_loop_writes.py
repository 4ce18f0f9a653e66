"""Arrays computed from others that a loop, a branch or a while loop then writes, and used behind it."""

import numpy as np


def program(w, k):
    a = w * 1.5
    before = a + 0.5
    for i in range(k):
        a[i] = np.sin(a[i + 1])
    b = np.cos(w)
    doubled = 2.0 * b
    j = 0
    while j < k:
        b[j] *= before[j]
        j += 1
    c = np.ones(len(w))
    shifted = c + w
    if w[0] > 0.0:
        c[1] = w[2]
    d = np.zeros(len(w))
    mixed = d * w + np.exp(d)
    for i in range(k):
        d = d + w * i
        e = d * 2.0
        d[i] = w[i]
        c[0] += e[i]
    return np.sum(a * before) + np.sum(doubled * b) + np.sum(shifted * c) + np.sum(mixed * d) + shifted[1]


def example(rng):
    return rng.normal(size=4) + 0.2, 2


def none(rng):
    return rng.normal(size=3), 0


CASE = {"fun": "program", "args": example, "more": (none,), "signature": "f64[n], i64", "wrt": (0,)}
