"""Walks of drawn length: a while loop, early exits, draws that nobody uses, a helper that draws."""

import numpy as np


def step(x, scale, rng):
    rng.random()
    return x + scale * rng.normal()


def walk(x, scale, rng):
    total = 0.0
    count = 0
    while rng.random() < 0.8 and count < 15:
        x = step(x, scale, rng)
        total += x * x
        count += 1
        if x > 3.0:
            break
    rest = 0.0
    for k in range(rng.integers(1, 4)):
        side = rng.random()
        if side < 0.3:
            continue
        rest += side * x**2 * k if side < 0.6 else step(x, scale, rng)
    if count == 0:
        return x * rest
    return total / count + rest


def example(rng):
    return 0.3, 0.5, np.random.default_rng(2)


def none(rng):
    return 0.3, 0.5, np.random.default_rng(4)


def long(rng):
    return 1.3, 0.9, np.random.default_rng(21)


CASE = {
    "fun": "walk",
    "args": example,
    "more": (none, long),
    "signature": "f64, f64, Generator",
    "wrt": (0, 1),
}
