"""A recurrent network that keeps every state in an array."""

import numpy as np


def loss(wx, wh, wy, tokens, targets):
    steps = tokens.shape[0]
    hidden = wh.shape[0]
    hs = np.zeros((steps + 1, hidden))
    total = 0.0
    for t in range(steps):
        hs[t + 1] = np.tanh(wx[tokens[t]] + hs[t] @ wh)
        z = hs[t + 1] @ wy
        top = np.max(z)
        total += np.log(np.sum(np.exp(z - top))) + top - z[targets[t]]
    return total / steps


def example(rng):
    v, h = 4, 3
    return (
        rng.standard_normal((v, h)),
        rng.standard_normal((h, h)),
        rng.standard_normal((h, v)),
        np.array([0, 2, 1, 3, 0]),
        np.array([2, 1, 3, 0, 1]),
    )


CASE = {
    "fun": "loss",
    "args": example,
    "signature": "f64[v,h], f64[h,h], f64[h,v], i64[T], i64[T]",
    "wrt": (0, 1, 2),
}
