"""Layer normalisation with mean and variance along the last axis."""

import numpy as np


def layer_norm(x, gain, bias):
    mu = np.mean(x, axis=-1, keepdims=True)
    d = x - mu
    var = np.mean(d * d, axis=-1, keepdims=True)
    y = d / np.sqrt(var + 1e-5) * gain + bias
    return np.sum(np.sin(y))


def example(rng):
    return rng.standard_normal((3, 4)), rng.standard_normal(4), rng.standard_normal(4)


CASE = {"fun": "layer_norm", "args": example, "signature": "f64[n,d], f64[d], f64[d]", "wrt": (0, 1, 2)}
