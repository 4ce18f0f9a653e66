"""Huber-like pieces, a choice by number, and elements taken by conditions."""

import numpy as np


def cost(x, scale, kind):
    huber = np.piecewise(x, [np.abs(x) < 1.0], [lambda t: 0.5 * t**2, lambda t: np.abs(t) - 0.5])
    bent = np.select([x < -1.0, x > 1.0], [scale * (x + 1.0), np.log(x + 2.5)], default=0.0)
    mixed = np.choose(kind, [x, x**2, scale])
    positive = np.extract(x > 0.0, x * mixed)
    return np.sum(huber) + np.sum(bent) + np.sum(np.sqrt(positive)) + np.sum(np.compress(kind > 0, x))


def example(rng):
    return rng.uniform(-2.0, 2.0, 7), 0.7, np.array([0, 2, 1, 1, 2, 0, 2])


CASE = {
    "fun": "cost",
    "args": example,
    "signature": "f64[n], f64, i64[n]",
    "wrt": (0, 1),
}
