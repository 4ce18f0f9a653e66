"""Arrays of the caller that take turns in loops left early, in nested loops, under conditions; rows too."""

import numpy as np


def exchange(u, v, field, n):
    k = 0
    while k < n:
        for i in range(1, len(u) - 1):
            v[i] = 0.5 * (u[i - 1] + u[i + 1])
        u, v = v, u
        k += 1
        if u[1] > 5.0:
            break
    for _ in range(n):
        temporary = u
        u = v
        v = temporary
        u[0] += 0.1 * v[1]
        for _ in range(2):
            if u[0] > v[0]:
                u, v = v, u
            v *= 1.1
    top, bottom = field[0], field[1]
    for j in range(n + 2):
        top[0] = top[0] * 1.5 + bottom[1]
        if top[0] > 40.0:
            break
        top, bottom = bottom, top
        if j == 3:
            continue
        top, bottom = bottom, 1.0 * top
    return np.sum(u * u) + 2.0 * v[2] + np.sum(field) + top[0]


def example(rng):
    return rng.uniform(0.5, 1.5, 4), rng.uniform(0.5, 1.5, 4), rng.uniform(0.5, 1.0, (2, 3)), 3


def early(rng):
    return rng.uniform(10.5, 11.5, 4), rng.uniform(0.5, 1.5, 4), rng.uniform(40.0, 41.0, (2, 3)), 2


def never(rng):
    return rng.uniform(0.5, 1.5, 4), rng.uniform(0.5, 1.5, 4), rng.uniform(0.5, 1.0, (2, 3)), 0


CASE = {
    "fun": "exchange",
    "args": example,
    "more": (early, never),
    "signature": "f64[n], f64[n], f64[2,m], i64",
    "wrt": (0, 1, 2),
    "tags": ("mutates",),
}
