"""concatenate, stack, reshape, transpose and broadcast_to."""

import numpy as np


def shuffle(a, b, v):
    c = np.concatenate([a, b, a * b], axis=0)
    s = np.stack((c, 2.0 * c), axis=1)
    n = s.shape[0]
    flat = s.reshape(n, -1)
    grid = np.broadcast_to(v, (n, v.shape[0]))
    t = np.transpose(flat)
    joined = np.concatenate((flat, grid), axis=1)
    return np.sum(joined * joined) + np.sum(np.sin(t @ grid))


def example(rng):
    return rng.standard_normal((2, 3)), rng.standard_normal((2, 3)), rng.standard_normal(4)


CASE = {"fun": "shuffle", "args": example, "signature": "f64[n,m], f64[n,m], f64[k]", "wrt": (0, 1, 2)}
