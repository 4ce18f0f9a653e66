"""Gumbel noise on logits, counts and discrete draws with constant parameters."""

import numpy as np


def relaxed(logits, values, rng):
    g = rng.gumbel(size=logits.shape)
    y = np.exp((logits + g) / 0.5)
    y = y / np.sum(y)
    k = rng.integers(logits.shape[0])
    hits = rng.binomial(5, 0.4)
    events = rng.poisson(2.0, size=3)
    return y @ values + values[k] ** 2 * hits + np.sum(events) * logits[0] + rng.beta(2.0, 3.0) * values[0]


def example(rng):
    return rng.standard_normal(4), rng.standard_normal(4), np.random.default_rng(13)


CASE = {
    "fun": "relaxed",
    "args": example,
    "signature": "f64[n], f64[n], Generator",
    "wrt": (0, 1),
}
