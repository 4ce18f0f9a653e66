"""A complex recursive filter over samples, stored into a complex array; the result is complex."""

import numpy as np


def filtered(x, pole):
    y = np.zeros(len(x), dtype=complex)
    state = 0j
    for i in range(len(x)):
        state = pole * state + x[i]
        y[i] = state if i % 2 == 0 else state.conjugate()
    return y * np.exp(1j * x)


def example(rng):
    return rng.standard_normal(5), complex(0.5, -0.4)


CASE = {
    "fun": "filtered",
    "args": example,
    "signature": "f64[n], c128",
    "wrt": (0, 1),
    "tags": ("complex", "vector"),
}
