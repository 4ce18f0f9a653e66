"""Segments of a network that the reverse sweep evaluates again: a decorated helper, a lambda, in a loop."""

import numpy as np

import adgen


@adgen.recompute
def block(x, w, scale):
    h = np.tanh(w @ x)
    gate = np.exp(-h * h) * scale
    for k in range(len(x)):
        gate[k] += h[k] * np.sin(x[k])
    return x + gate * h


def network(w, x, n):
    total = 0.0
    for k in range(n):
        x = block(x, w, 1.0 / (k + 1))
        if np.sum(x) > 0.0:
            total += adgen.recompute(lambda y: np.sum(np.cos(y) * y))(x)
    return total + np.sum(block(x, w, 0.5))


def make(rng):
    return rng.normal(size=(3, 3)) / 2, rng.normal(size=3), 3


def once(rng):
    return rng.normal(size=(2, 2)) / 2, rng.normal(size=2), 0


CASE = {
    "fun": "network",
    "args": make,
    "more": (once,),
    "signature": "f64[m,m], f64[m], i64",
    "wrt": (0, 1),
}
