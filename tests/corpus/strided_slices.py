"""Reversed, strided and negative subscripts, read and written."""

import numpy as np


def weave(x):
    y = np.zeros(2 * x.shape[0])
    y[::2] = x
    y[1::2] = x[::-1] * x
    y[-1] += x[0] * y[-2]
    y[-3:] *= 0.5
    return np.sum(y * y[::-1]) + y[-2] * x[-1]


def example(rng):
    return (rng.standard_normal(5),)


CASE = {"fun": "weave", "args": example, "signature": "f64[n]", "wrt": (0,)}
