"""A polynomial fitted to points: derivatives through the fit."""

import numpy as np


def misfit(x, y, w):
    c = np.polyfit(x, y, 2, w=w)
    area = np.polyint(c)
    return np.sum((np.polyval(c, x) - y) ** 2) + np.polyval(area, 1.0) - np.polyval(area, 0.0)


def example(rng):
    return np.linspace(0.1, 1.3, 7), rng.standard_normal(7), rng.uniform(0.5, 1.5, 7)


CASE = {
    "fun": "misfit",
    "args": example,
    "signature": "f64[n], f64[n], f64[n]",
    "wrt": (0, 1, 2),
}
