"""An Elman network over a batch of sequences."""

import numpy as np


def rnn_loss(wx, wh, b, wo, xs, y):
    h = np.zeros((xs.shape[1], wh.shape[0]))
    for t in range(xs.shape[0]):
        h = np.tanh(xs[t] @ wx + h @ wh + b)
    e = h @ wo - y
    return np.sum(e * e) + 0.01 * np.sum(wh * wh)


def example(rng):
    t, n, d, h = 4, 3, 2, 5
    return (
        rng.standard_normal((d, h)),
        0.5 * rng.standard_normal((h, h)),
        rng.standard_normal(h),
        rng.standard_normal((h, d)),
        rng.standard_normal((t, n, d)),
        rng.standard_normal((n, d)),
    )


CASE = {
    "fun": "rnn_loss",
    "args": example,
    "signature": "f64[d,h], f64[h,h], f64[h], f64[h,d], f64[T,B,d], f64[B,d]",
    "wrt": (0, 1, 2, 3),
}
