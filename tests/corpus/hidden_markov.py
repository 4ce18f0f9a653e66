"""The forward algorithm with rescaling; observations index columns."""

import numpy as np


def log_likelihood(initial, transition, emission, observed):
    alpha = initial * emission[:, observed[0]]
    total = 0.0
    for t in range(1, observed.shape[0]):
        scale = np.sum(alpha)
        total += np.log(scale)
        alpha = ((alpha / scale) @ transition) * emission[:, observed[t]]
    return total + np.log(np.sum(alpha))


def example(rng):
    return (
        rng.uniform(0.2, 1.0, 3),
        rng.uniform(0.1, 1.0, (3, 3)),
        rng.uniform(0.1, 1.0, (3, 2)),
        np.array([0, 1, 1, 0]),
    )


CASE = {
    "fun": "log_likelihood",
    "args": example,
    "signature": "f64[k], f64[k,k], f64[k,v], i64[T]",
    "wrt": (0, 1, 2),
}
