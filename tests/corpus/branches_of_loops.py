"""Branches with loops of unknown length inside, and returns from the middle of them."""

import math


def walk(x, w):
    if w > 0.5:
        if w > 0.8:
            return w * x[0]
        t = w
        while t < 5.0:
            t = t * t + 0.7 + x[1] ** 2 * 0.1
        return t * x[0]
    s = 0.0
    for i in range(3):
        if x[i] > 0.0:
            k = 0
            t = x[i]
            while t < 3.0 and k < 6:
                t = t * 1.3 + math.sin(w) * 0.1
                k += 1
            s += t * w
        else:
            t = 1.0
            for j in range(i + 1):
                t = t * (w + x[j])
                if t > 4.0:
                    break
            s += t
    return s


def example(rng):
    return rng.standard_normal(3), 0.3


def upper(rng):
    return rng.standard_normal(3), 0.7


def at_once(rng):
    return rng.standard_normal(3), 0.9


CASE = {
    "fun": "walk",
    "args": example,
    "more": (upper, at_once),
    "signature": "f64[3], f64",
    "wrt": (0, 1),
}
