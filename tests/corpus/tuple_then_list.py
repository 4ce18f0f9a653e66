"""Parameters that are a tuple before a loop and a list behind every round, a counter of floats among them."""

import numpy as np


def settled(w, b, x, n):
    params = (w, b)
    for k in range(3):
        steps = (np.tanh(x * params[0]) + k, params[1] * 0.5)
        params = [p - 0.1 * s for p, s in zip(params, steps, strict=True)]
    state = (np.sum(params[0]), 1.0)
    while state[1] < n:
        state = [state[0] * 1.1 + params[1], state[1] + 1.0]
    total, _ = state
    return total * params[1]


def example(rng):
    return rng.standard_normal(4), 0.7, rng.standard_normal(4), 4.0


CASE = {
    "fun": "settled",
    "args": example,
    "more": (lambda rng: (rng.standard_normal(2), -0.3, rng.standard_normal(2), 0.5),),
    "signature": "f64[n], f64, f64[n], f64",
    "wrt": (0, 1, 2),
}
