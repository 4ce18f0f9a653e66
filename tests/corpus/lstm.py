"""An LSTM cell whose gates are slices of one product."""

import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def run(w, u, b, xs):
    hidden = u.shape[0]
    h = np.zeros(hidden)
    c = np.zeros(hidden)
    for x in xs:
        z = x @ w + h @ u + b
        i = sigmoid(z[:hidden])
        f = sigmoid(z[hidden : 2 * hidden])
        o = sigmoid(z[2 * hidden : 3 * hidden])
        g = np.tanh(z[3 * hidden :])
        c = f * c + i * g
        h = o * np.tanh(c)
    return np.sum(h * h)


def example(rng):
    d, h = 2, 3
    return (
        rng.standard_normal((d, 4 * h)),
        0.5 * rng.standard_normal((h, 4 * h)),
        rng.standard_normal(4 * h),
        rng.standard_normal((3, d)),
    )


CASE = {
    "fun": "run",
    "args": example,
    "signature": "f64[d,4*h], f64[h,4*h], f64[4*h], f64[T,d]",
    "wrt": (0, 1, 2, 3),
}
