"""Default and keyword arguments, in the function and in its helpers."""

import numpy as np


def kernel(x, y, *, width=1.0, power=2):
    d = np.abs(x - y) / width
    return np.exp(-(d**power))


def similarity(x, y, width=0.7):
    near = kernel(x, y, width=width)
    far = kernel(x, y, power=3, width=2.0 * width)
    return np.mean(near) + np.mean(far) * kernel(1.0, width)


def example(rng):
    return rng.standard_normal(5), rng.standard_normal(5) + 4.0


CASE = {"fun": "similarity", "args": example, "signature": "f64[n], f64[n]", "wrt": (0, 1)}
