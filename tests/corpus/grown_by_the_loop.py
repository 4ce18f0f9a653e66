"""A sum that is a number before the loop and an array behind its first round, left early."""

import numpy as np


def total(x, limit):
    s = 0.0
    for i in range(4):
        s = s + x * x[i]
        if s[0] > limit:
            break
        s = s + np.sin(x)
    return np.sum(s * s)


CASE = {
    "fun": "total",
    "args": lambda rng: (rng.uniform(0.2, 1.0, 5), 100.0),
    "more": [lambda rng: (rng.uniform(0.2, 1.0, 5), 0.0), lambda rng: (rng.uniform(0.8, 1.0, 4), 1.5)],
    "signature": "f64[n], f64",
    "wrt": (0,),
}
