"""A two-layer perceptron with a squared loss."""

import numpy as np


def loss(w1, b1, w2, b2, x, y):
    h = np.tanh(x @ w1 + b1)  # hidden layer
    out = h @ w2 + b2
    e = out - y
    return 0.5 * np.mean(np.sum(e * e, axis=1))


def example(rng):
    n, d, h, k = 4, 3, 5, 2
    return (
        rng.standard_normal((d, h)),
        rng.standard_normal(h),
        rng.standard_normal((h, k)),
        rng.standard_normal(k),
        rng.standard_normal((n, d)),
        rng.standard_normal((n, k)),
    )


CASE = {
    "fun": "loss",
    "args": example,
    "signature": "f64[d,h], f64[h], f64[h,k], f64[k], f64[B,d], f64[B,k]",
    "wrt": (0, 1, 2, 3),
}
