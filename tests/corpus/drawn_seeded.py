"""A generator made from a seed inside the function; buffers filled by draws."""

import numpy as np


def simulate(s0, volatility, seed):
    rng = np.random.default_rng(seed)
    z = np.empty(8)
    s = np.full(8, 1.0) * s0
    for _ in range(4):
        rng.standard_normal(out=z)
        s = s * np.exp(-0.5 * volatility**2 + volatility * z)
    fresh = np.random.default_rng(3)
    return np.mean(np.maximum(s - 1.0, 0.0)) + s0 * fresh.random(2).sum()


def example(rng):
    return 1.1, 0.3, 42


CASE = {
    "fun": "simulate",
    "args": example,
    "signature": "f64, f64, i64",
    "wrt": (0, 1),
}
