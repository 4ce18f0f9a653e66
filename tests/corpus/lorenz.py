"""An array state, written element by element in a helper; the final state is the result."""

import numpy as np


def field(s, sigma, rho, beta):
    d = np.zeros(3)
    d[0] = sigma * (s[1] - s[0])
    d[1] = s[0] * (rho - s[2]) - s[1]
    d[2] = s[0] * s[1] - beta * s[2]
    return d


def integrate(s0, sigma, rho, beta):
    s = s0
    for _ in range(5):
        s = s + 0.02 * field(s, sigma, rho, beta)
    return s


def example(rng):
    return np.array([1.0, 2.0, 3.0]), 10.0, 28.0, 2.5


CASE = {
    "fun": "integrate",
    "args": example,
    "signature": "f64[3], f64, f64, f64",
    "wrt": (0, 1, 2, 3),
    "tags": ("vector",),
}
