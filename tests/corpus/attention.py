"""One head of attention."""

import numpy as np


def attention(x, wq, wk, wv):
    q = x @ wq
    k = x @ wk
    v = x @ wv
    scores = q @ k.T / np.sqrt(q.shape[1])
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    weights = e / np.sum(e, axis=1, keepdims=True)
    return weights @ v


def example(rng):
    return (
        rng.standard_normal((4, 3)),
        rng.standard_normal((3, 2)),
        rng.standard_normal((3, 2)),
        rng.standard_normal((3, 5)),
    )


CASE = {
    "fun": "attention",
    "args": example,
    "signature": "f64[n,d], f64[d,k], f64[d,k], f64[d,m]",
    "wrt": (0, 1, 2, 3),
    "tags": ("vector",),
}
