"""Arrays appended until a bound is passed, then stacked."""

import numpy as np


def orbit(a, y, bound):
    states = [y]
    while np.sum(states[-1] ** 2) < bound:
        states.append(a @ states[-1] + 0.1)
    path = np.stack(states)
    last = states.pop()
    return np.sum(path * path) + np.sum(last) * len(states) + states[0][1]


def example(rng):
    return np.array([[1.1, 0.6], [-0.5, 1.2]]), np.array([0.6, 0.3]), 9.0


def soon(rng):
    return 1.5 * np.eye(2), np.array([0.9, 0.8]), 2.0


CASE = {
    "fun": "orbit",
    "args": example,
    "signature": "f64[m,m], f64[m], f64",
    "wrt": (0, 1),
    "more": (soon,),
}
