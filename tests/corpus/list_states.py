"""A recurrent network that appends its states to a list and stacks them."""

import numpy as np


def energy(w, h0, xs):
    h = h0
    states = []
    for x in xs:
        h = np.tanh(w @ h + x)
        states.append(h)
    stacked = np.stack(states)
    return np.sum(stacked * stacked) + np.sum(states[-1]) + np.sum(np.concatenate(states)[1:])


def example(rng):
    return 0.5 * rng.standard_normal((3, 3)), rng.standard_normal(3), rng.standard_normal((5, 3))


CASE = {"fun": "energy", "args": example, "signature": "f64[m,m], f64[m], f64[T,m]", "wrt": (0, 1, 2)}
