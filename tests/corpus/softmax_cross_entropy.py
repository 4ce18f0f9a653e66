"""Classification with integer labels: the log-softmax is picked by an index pair."""

import numpy as np


def loss(w, b, x, labels):
    z = x @ w + b
    z = z - np.max(z, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    n = x.shape[0]
    return -np.sum(logp[np.arange(n), labels]) / n


def example(rng):
    return (
        rng.standard_normal((3, 4)),
        rng.standard_normal(4),
        rng.standard_normal((5, 3)),
        np.array([0, 3, 1, 1, 2]),
    )


CASE = {"fun": "loss", "args": example, "signature": "f64[d,k], f64[k], f64[B,d], i64[B]", "wrt": (0, 1, 2)}
